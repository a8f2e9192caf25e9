"""The requests and forms of stopped clinics, each right in every field."""

from datetime import timedelta

from tests.cast_referral import today
from tests.integration.bad_input.forms import VERSION, Form, _form
from tests.integration.bad_input.stage import Endpoint, Stage


def endpoints_of_stops(stage: Stage) -> list[Endpoint]:
    """Every operation that writes."""
    held, note = stage.stopped, {"note": "line"}
    day = (today() + timedelta(days=5)).isoformat()
    why, stop = {"reason": "leave", "note": "外出学习"}, f"/stops/{held.waiting.public_id}"
    asked = {"service": str(held.service.public_id), "first_day": day, "last_day": day, "half_day": "am"} | why
    session = f"/clinic-sessions/{held.session.public_id}/stop"
    declined, own = {"why": "请先安排替诊"}, f"/stops/{held.own.public_id}/withdraw"
    return [
        Endpoint("clinic_sessions_stop", "POST", session, held.by, why | {"until": day}, held.session.version, kinds=note),
        Endpoint("stops_create", "POST", "/stops", held.by, asked, kinds=note, stored={"note": "clinics.ClinicStop.note"}),
        Endpoint("stops_approve", "POST", f"{stop}/approve", held.by, version=held.waiting.version),
        Endpoint("stops_decline", "POST", f"{stop}/decline", held.by, declined, held.waiting.version, kinds={"why": "line"}),
        Endpoint("stops_withdraw", "POST", own, held.by, version=held.own.version),
    ]


def forms_of_stops(stage: Stage) -> list[Form]:
    """Every form."""
    held = stage.stopped
    day = (today() + timedelta(days=5)).isoformat()
    asked = {"service": str(held.service.public_id), "first_day": day, "last_day": day, "half_day": "am", "reason": "leave", "note": "外出"}
    kinds = {"service": "uuid", "first_day": "date", "reason": "choice", "note": "line"}
    seen, mine = {"version": str(held.waiting.version)}, {"version": str(held.own.version)}
    act = {"act": "choice"} | VERSION
    return [
        _form("stop_new", held.by, asked, kinds),
        _form("stop.approve", held.by, {"act": "approve"} | seen, act, held.waiting.public_id),
        _form("stop.decline", held.by, {"act": "decline", "why": "请先安排替诊"} | seen, act | {"why": "line"}, held.waiting.public_id),
        _form("stop.withdraw", held.by, {"act": "withdraw"} | mine, act, held.own.public_id),
    ]
