"""The requests and forms about beds and day surgery: asking a hospital, taking it back, and the hospital's two answers."""

from tests.integration.bad_input.forms import VERSION, Form, _form
from tests.integration.bad_input.stage import Endpoint, Stage

ADVICE = {"reason": "community", "advice": "社区调药即可"}


def endpoints_of_beds(stage: Stage) -> list[Endpoint]:
    """Every operation that writes; the doors of the review answer requests as well."""
    held, doctor = stage.bedded, stage.loop.doctor
    draft, asked, back = (f"/referrals/{one.public_id}" for one in (held.draft, held.asked, held.taken_back))
    body = {"service": str(held.bed.public_id), "note": "周三以后家属可以陪同"}
    stored = {"advice": "referral.Advice.text"}
    return [
        Endpoint(
            "referrals_submit", "POST", f"{draft}/submit", doctor, body, 1, kinds={"note": "text"},
            stored={"note": "referral.PlaceRequest.note"},
        ),
        Endpoint("referrals_withdraw", "POST", f"{back}/withdraw", doctor, None, 2),
        Endpoint("referrals_accept.asked", "POST", f"{asked}/accept", held.by, None, 2),
        Endpoint(
            "referrals_return_with_advice.asked", "POST", f"{asked}/return-with-advice", held.by, ADVICE, 2, kinds={"advice": "text"},
            stored=stored,
        ),
    ]  # fmt: skip


def forms_of_beds(stage: Stage) -> list[Form]:
    """Every form."""
    held, doctor = stage.bedded, stage.loop.doctor
    ask = {"act": "ask", "service": str(held.bed.public_id), "version": "1", "note": "周三以后家属可以陪同"}
    kinds = {"act": "choice", "service": "uuid", "note": "text"} | VERSION
    steps = {"act": "choice"} | VERSION
    signed = {"act": "return", "version": "2"} | ADVICE
    return [
        _form("book.ask", doctor, ask, kinds, held.draft.public_id),
        _form("referral_withdraw", doctor, {"version": "2"}, VERSION, held.taken_back.public_id),
        _form("review_request.accept", held.by, {"act": "accept", "version": "2"}, steps, held.asked.public_id),
        _form("review_request.return", held.by, signed, steps | {"reason": "choice", "advice": "text"}, held.asked.public_id),
    ]
