"""The requests and forms of the review, of amendments and of what has ended, each right in every field."""

from uuid import uuid4

from tests.integration.bad_input.forms import VERSION, Form, _form
from tests.integration.bad_input.reviewed import RECORD
from tests.integration.bad_input.stage import Endpoint, Stage

TEXTS = ("impression", "present_history", "past_history", "treatment")
ADVICE = {"reason": "community", "advice": "社区调药即可"}


def endpoints_of_review(stage: Stage) -> list[Endpoint]:
    """Every operation that writes."""
    held, doctor, by = stage.reviewed, stage.loop.doctor, stage.reviewed.by
    waiting, amending, asked, accepted, amended, returned = (
        f"/referrals/{one.public_id}" for one in (held.waiting, held.amending, held.asked, held.accepted, held.amended, held.returned)
    )
    at = held.version
    kinds = dict.fromkeys(("reason", *TEXTS), "text") | {"why": "line"}
    stored = {"why": "referral.ReferralVersion.why"}
    place = {"pool_slot": str(held.place.public_id), "reason": "以血糖问题为主"}
    rows = {"rows": [{"referral": str(held.waiting.public_id), "version": at(held.waiting)}]}
    return [
        Endpoint("review_accept_many", "POST", "/review/accept", by, rows),
        Endpoint("referrals_accept", "POST", f"{waiting}/accept", by, None, at(held.waiting)),
        Endpoint("referrals_undo_accept", "POST", f"{accepted}/undo-accept", by, None, at(held.accepted)),
        Endpoint("referrals_read_amendment", "POST", f"{amended}/read-amendment", by, None, at(held.amended)),
        Endpoint(
            "referrals_ask", "POST", f"{waiting}/ask", by, {"question": "肌酐多少？"}, at(held.waiting), kinds={"question": "text"},
            stored={"question": "referral.Question.text"},
        ),
        Endpoint("referrals_go_on", "POST", f"{asked}/go-on", by, None, at(held.asked)),
        Endpoint(
            "referrals_answer", "POST", f"{asked}/answer", doctor, {"answer": "92 μmol/L"}, at(held.asked), kinds={"answer": "text"},
            stored={"answer": "referral.Question.answer"},
        ),
        Endpoint("referrals_redirect", "POST", f"{waiting}/redirect", by, place, at(held.waiting), str(uuid4()), kinds={"reason": "line"}),
        Endpoint(
            "referrals_return_with_advice", "POST", f"{waiting}/return-with-advice", by, ADVICE, at(held.waiting), kinds={"advice": "text"},
            stored={"advice": "referral.Advice.text"},
        ),
        Endpoint("referrals_acknowledge", "POST", f"{returned}/acknowledge", doctor),
        Endpoint(
            "referrals_amend", "POST", f"{amending}/amend", doctor, RECORD | {"why": "补充用药", "truth_accepted": True}, at(held.amending),
            kinds=kinds, stored=stored,
        ),
    ]  # fmt: skip


def forms_of_review(stage: Stage) -> list[Form]:
    """Every form."""
    held, doctor, by = stage.reviewed, stage.loop.doctor, stage.reviewed.by

    def act(name: str, **more: str) -> dict[str, str]:
        return {"act": name, "version": "2"} | more

    def seen(one: object) -> dict[str, str]:
        return {"version": str(held.version(one))}  # type: ignore[arg-type]

    amended = RECORD | {"why": "补充用药", "truth": "1"} | seen(held.amending)
    amend_kinds = dict.fromkeys(TEXTS, "text") | {"reason": "line", "why": "line", "priority": "choice", "truth": "choice"} | VERSION
    place = {"pool_slot": str(held.place.public_id), "reason": "以血糖问题为主", "idempotency_key": str(uuid4())} | seen(held.waiting)
    steps, chosen = {"act": "choice"} | VERSION, f"{held.waiting.public_id}.{held.version(held.waiting)}"
    return [
        _form("referral_amend", doctor, amended, amend_kinds, held.amending.public_id),
        _form("referral_answer", doctor, {"answer": "92 μmol/L"} | seen(held.asked), {"answer": "text"} | VERSION, held.asked.public_id),
        _form("review_accept", by, {"referral": chosen, "back": "state=all"}, {"referral": "choice"}),
        _form("review_case.accept", by, act("accept"), steps, held.waiting.public_id),
        _form("review_case.undo", by, act("undo") | seen(held.accepted), steps, held.accepted.public_id),
        _form("review_case.read", by, act("read") | seen(held.amended), steps, held.amended.public_id),
        _form("review_case.ask", by, act("ask", question="肌酐多少？"), steps | {"question": "text"}, held.waiting.public_id),
        _form("review_case.go_on", by, act("go_on") | seen(held.asked), steps, held.asked.public_id),
        _form(
            "review_redirect", by, place, {"pool_slot": "uuid", "reason": "line", "idempotency_key": "uuid"} | VERSION,
            held.waiting.public_id,
        ),
        _form("review_return", by, ADVICE | seen(held.waiting), {"reason": "choice", "advice": "text"} | VERSION, held.waiting.public_id),
    ]  # fmt: skip
