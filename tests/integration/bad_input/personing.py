"""The requests and forms about controlled documents, exceptions, guardians and priorities, each right in every field."""

from datetime import date, timedelta

from tests.cast_referral import resident_number, today
from tests.integration.bad_input.forms import VERSION, Form, _form
from tests.integration.bad_input.stage import Endpoint, Stage

OWN = resident_number(662, born=date(2020, 5, 4))
REASONS = {"note": "核查属实"}


def endpoints_of_persons(stage: Stage) -> list[Endpoint]:
    """Every operation that writes."""
    held, doctor = stage.personed, stage.loop.doctor
    admin, manager, exception = held.admin, held.manager, f"/exceptions/{held.exception.public_id}"
    document = {"type": "resident_id", "number": resident_number(658)}
    proposal = {"document": document, "reason": "leaked", "evidence": "区网信办通报"}
    wanted = {"pool_slot": str(held.place.public_id), "rules": ["R108"], "reason": "同日会诊", "evidence": "联合门诊通知"}
    proof = {"group": "elderly", "proof": "身份证", "valid_to": (today() + timedelta(days=90)).isoformat()}
    guardian = {"name": "罗父", "document": {"type": "resident_id", "number": resident_number(664)}, "relation": "父亲"}
    guardian = {"guardian": guardian | {"phone": "010-82008873"}, "reason": "变更监护人"}
    note, own = {"note": "line"}, {"document": {"type": "household_register", "number": OWN}}
    waiting, standing, asked = (f"/controls/{one.public_id}" for one in (held.waiting, held.standing, held.asked))
    who = {"guardian.name": "name", "guardian.document.number": "document", "guardian.relation": "line", "guardian.phone": "phone"}
    who |= {"reason": "line"}
    return [
        Endpoint("controls_propose", "POST", "/controls", admin, proposal, kinds={"document.number": "document", "evidence": "text"}),
        Endpoint("controls_approve", "POST", f"{waiting}/approve", admin, version=held.waiting.version),
        Endpoint("controls_reject", "POST", f"{waiting}/reject", admin, REASONS, held.waiting.version, kinds=note),
        Endpoint("controls_withdraw", "POST", f"/controls/{held.own.public_id}/withdraw", admin, version=held.own.version),
        Endpoint("controls_ask_lift", "POST", f"{standing}/ask-lift", admin, REASONS, held.standing.version, kinds=note),
        Endpoint("controls_lift", "POST", f"{asked}/lift", admin, version=held.asked.version),
        Endpoint("controls_keep", "POST", f"{asked}/keep", admin, REASONS, held.asked.version, kinds=note),
        Endpoint(
            "exceptions_ask", "POST", f"/referrals/{held.draft.public_id}/exceptions", doctor, wanted,
            kinds={"reason": "line", "evidence": "text"},
        ),
        Endpoint(
            "exceptions_grant", "POST", f"{exception}/grant", admin, {"last_day": today().isoformat(), "decision": "同意"},
            held.exception.version, kinds={"decision": "line"},
        ),
        Endpoint(
            "exceptions_refuse", "POST", f"{exception}/refuse", admin, {"decision": "依据不足"}, held.exception.version,
            kinds={"decision": "line"},
        ),
        Endpoint("exceptions_withdraw", "POST", f"{exception}/withdraw", doctor, version=held.exception.version),
        Endpoint("priorities_set", "PUT", f"/residents/{held.proved.public_id}/priority", manager, proof, kinds={"proof": "line"}),
        Endpoint("priorities_end", "POST", f"/residents/{held.proved.public_id}/priority/end", manager),
        Endpoint("guardians_set", "PUT", f"/residents/{held.child.public_id}/guardian", manager, guardian, kinds=who),
        Endpoint(
            "guardians_give_document", "POST", f"/residents/{held.child.public_id}/document", manager, own,
            kinds={"document.number": "document"},
        ),
    ]  # fmt: skip


def forms_of_persons(stage: Stage) -> list[Form]:
    """Every form."""
    held, doctor = stage.personed, stage.loop.doctor
    admin, manager, exception = held.admin, held.manager, held.exception
    proposal = {"document.type": "resident_id", "document.number": resident_number(658), "reason": "leaked", "evidence": "区网信办通报"}
    wanted = {"pool_slot": str(held.place.public_id), "rules": ["R108"], "reason": "同日会诊", "evidence": "联合门诊通知"}
    proof = {"act": "set", "group": "elderly", "proof": "身份证", "last_day": (today() + timedelta(days=90)).isoformat()}
    guardian = {
        "act": "guardian", "guardian.name": "罗父", "guardian.document.type": "resident_id",
        "guardian.document.number": resident_number(664), "guardian.relation": "父亲", "guardian.phone": "010-82008873",
        "reason": "变更监护人",
    }  # fmt: skip
    who = {
        "act": "choice", "guardian.name": "name", "guardian.document.type": "choice", "guardian.document.number": "document",
        "guardian.relation": "line", "guardian.phone": "phone", "reason": "line",
    }  # fmt: skip
    own = {"act": "document", "document.type": "household_register", "document.number": OWN}
    of_entry = {one: {"version": str(getattr(held, one).version)} for one in ("waiting", "own", "standing", "asked")}
    seen, act, noted = {"version": str(exception.version)}, {"act": "choice"} | VERSION, {"act": "choice", "note": "line"} | VERSION
    decided = {"decision": "line"} | VERSION
    return [
        _form(
            "control_new", admin, proposal,
            {"document.type": "choice", "document.number": "document", "reason": "choice", "evidence": "text"},
        ),
        _form("control.approve", admin, {"act": "approve"} | of_entry["waiting"], act, held.waiting.public_id),
        _form("control.reject", admin, {"act": "reject"} | REASONS | of_entry["waiting"], noted, held.waiting.public_id),
        _form("control.withdraw", admin, {"act": "withdraw"} | of_entry["own"], act, held.own.public_id),
        _form("control.ask_lift", admin, {"act": "ask_lift"} | REASONS | of_entry["standing"], noted, held.standing.public_id),
        _form("control.lift", admin, {"act": "lift"} | of_entry["asked"], act, held.asked.public_id),
        _form("control.keep", admin, {"act": "keep"} | REASONS | of_entry["asked"], noted, held.asked.public_id),
        _form(
            "exception_new", doctor, wanted, {"pool_slot": "uuid", "rules": "choice", "reason": "line", "evidence": "text"},
            held.draft.public_id,
        ),
        _form(
            "exception.grant", admin, {"act": "grant", "last_day": today().isoformat(), "decision": "同意"} | seen,
            decided | {"act": "choice", "last_day": "date"}, exception.public_id,
        ),
        _form("exception.refuse", admin, {"act": "refuse", "decision": "依据不足"} | seen, decided, exception.public_id),
        _form("exception.withdraw", doctor, {"act": "withdraw"} | seen, act, exception.public_id),
        _form(
            "resident_priority", manager, proof, {"act": "choice", "group": "choice", "proof": "line", "last_day": "date"},
            held.proved.public_id,
        ),
        _form("resident_priority.end", manager, {"act": "end"}, {"act": "choice"}, held.proved.public_id),
        _form("resident_guardian", manager, guardian, who, held.child.public_id),
        _form(
            "resident_guardian.document", manager, own, {"act": "choice", "document.type": "choice", "document.number": "document"},
            held.child.public_id,
        ),
    ]  # fmt: skip
