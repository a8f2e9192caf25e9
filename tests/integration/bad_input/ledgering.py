"""The requests and forms of attendance and the ledger, each right in every field."""

from tests.cast_referral import today
from tests.integration.bad_input.forms import VERSION, Form, _form
from tests.integration.bad_input.stage import Endpoint, Stage

SAID = {"text": "当天住院", "evidence": "出院小结"}


def endpoints_of_ledger(stage: Stage) -> list[Endpoint]:
    """Every operation that writes."""
    held, clerk, doctor, district = stage.ledgered, stage.loop.clerk, stage.loop.doctor, stage.world.district_admin
    missing, breach = f"/bookings/{held.missing.public_id}", f"/breaches/{held.breach.public_id}/appeal"
    decided, again = {"decision": "struck", "reason": "属实"}, f"/referrals/{held.again.public_id}"
    duplicate = {"number": held.duplicate.number, "evidence": "两张证件"}
    restricted = {"patient": str(held.candidate.public_id), "last_day": today().isoformat(), "reason": "多次未取号"}
    line, text = {"reason": "line"}, {"text": "text", "evidence": "text"}
    lift = f"/restrictions/{held.restriction.public_id}/lift"
    return [
        Endpoint("bookings_call", "POST", f"{missing}/calls", clerk, {"outcome": "will_not_come", "note": "有事"}, kinds={"note": "line"}),
        Endpoint("bookings_no_show", "POST", f"{missing}/no-show", clerk, {"cause": "no_word"}, held.missing.version),
        Endpoint(
            "bookings_in_error",
            "POST",
            f"/bookings/{held.reported.public_id}/error",
            clerk,
            {"reason": "登记错了人"},
            held.reported.version,
            kinds=line,
        ),
        Endpoint(
            "bookings_in_error_withdraw",
            "DELETE",
            f"/bookings/{held.doubted.public_id}/error",
            clerk,
            None,
            held.doubted.version,
        ),
        Endpoint(
            "bookings_in_error_decide",
            "POST",
            f"/bookings/{held.doubted.public_id}/error/decide",
            held.by,
            {"confirmed": False},
            held.doubted.version,
        ),
        Endpoint("breaches_appeal", "POST", breach, doctor, SAID, held.breach.version, kinds=text),
        Endpoint("appeals_decide", "POST", f"/appeals/{held.appeal.public_id}/decide", district, decided, held.judged.version, kinds=line),
        Endpoint("evasions_record", "POST", "/evasions", district, duplicate, kinds={"number": "number", "evidence": "text"}),
        Endpoint("restrictions_set", "POST", "/restrictions", held.by, restricted, kinds=line),
        Endpoint("restrictions_lift", "POST", lift, held.by, {"reason": "已约谈"}, held.restriction.version, kinds=line),
        Endpoint("referrals_rebook", "POST", f"{again}/rebook", doctor, None, held.again.version),
        Endpoint("referrals_close", "POST", f"{again}/close", doctor, {"reason": "不再需要"}, held.again.version, kinds=line),
    ]


def forms_of_ledger(stage: Stage) -> list[Form]:
    """Every form."""
    held, clerk, doctor, district = stage.ledgered, stage.loop.clerk, stage.loop.doctor, stage.world.district_admin
    missing, again = held.missing.public_id, held.again.public_id
    called, lines = {"outcome": "will_not_come", "note": "有事"}, {"outcome": "choice", "note": "line"}
    decided = {"decision": "struck", "reason": "属实", "version": str(held.judged.version)}
    restricted = {"patient": str(held.candidate.public_id), "last_day": today().isoformat(), "reason": "多次未取号"}
    seen = {"version": str(held.again.version)}
    return [
        _form("absent", clerk, {"booking": str(missing)}, {"booking": "uuid"}),
        _form("absent_call", clerk, called, lines, missing),
        _form("absent_report", clerk, {"cause": "no_word", "version": str(held.missing.version)}, {"cause": "choice"} | VERSION, missing),
        _form(
            "error_ask", clerk, {"reason": "登记错了人", "version": str(held.reported.version)}, {"reason": "line"} | VERSION,
            held.reported.public_id,
        ),
        _form(
            "error_decide", held.by, {"decision": "refused", "version": str(held.doubted.version)}, {"decision": "choice"} | VERSION,
            held.doubted.public_id,
        ),
        _form("absent_undo", clerk, {"version": str(held.reported.version)}, VERSION, held.reported.public_id),
        _form(
            "breach_appeal", doctor, SAID | {"version": str(held.breach.version)}, {"text": "text", "evidence": "text"} | VERSION,
            held.breach.public_id,
        ),
        _form("appeal_decide", district, decided, {"decision": "choice", "reason": "line"} | VERSION, held.appeal.public_id),
        _form("evasion", district, {"number": held.duplicate.number, "evidence": "两张证件"}, {"number": "number", "evidence": "text"}),
        _form("restrictions", held.by, restricted, {"patient": "uuid", "last_day": "date", "reason": "line"}),
        _form(
            "restriction", held.by, {"reason": "已约谈", "version": str(held.restriction.version)}, {"reason": "line"} | VERSION,
            held.restriction.public_id,
        ),
        _form("referral_again", doctor, seen, VERSION, again),
        _form("referral_close", doctor, seen | {"reason": "不再需要"}, {"reason": "line"} | VERSION, again),
    ]  # fmt: skip
