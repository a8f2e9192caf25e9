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
        *_of_visits(stage),
    ]


def _of_visits(stage: Stage) -> list[Endpoint]:
    """What is chosen, called about and agreed for the visits that were stopped."""
    held, note = stage.stopped, {"note": "line"}
    visit, version = f"/disruptions/{held.disruption.public_id}", held.disruption.version
    chosen = {"choice": "other_time", "pool_slot": str(held.other.public_id), "note": "电话约定"}
    stands = {"practitioner": str(held.doctor.public_id), "reason": "外出会诊"}
    session = f"/clinic-sessions/{held.session.public_id}/stand-in"
    stored, settled = {"note": "referral.Disruption.note"}, {"note": "本院加号", "tell_patient": True, "seen_here": False}
    return [
        Endpoint("disruptions_choose", "POST", f"{visit}/choose", held.by, chosen, version, kinds=note, stored=stored),
        Endpoint(
            "disruptions_call",
            "POST",
            f"{visit}/call",
            held.by,
            {"outcome": "unreachable", "note": "占线"},
            version,
            kinds=note,
            stored=stored,
        ),
        Endpoint("disruptions_settle", "POST", f"{visit}/settle", held.by, settled, version, kinds=note, stored=stored),
        Endpoint("clinic_sessions_stand_in", "POST", session, held.by, stands, held.session.version, kinds={"reason": "line"}),
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
        *_forms_of_visits(stage),
    ]


def _forms_of_visits(stage: Stage) -> list[Form]:
    """The page of a call and the page of the doctor who chooses."""
    held = stage.stopped
    visit, booking = held.disruption.public_id, held.disruption.booking.public_id
    seen = {"version": str(held.disruption.version)}
    called = {"act": "note_call", "outcome": "unreachable", "note": "占线"} | seen
    other = {"act": "other", "pool_slot": str(held.other.public_id)} | seen
    act = {"act": "choice"} | VERSION
    return [
        _form("disruption", held.by, called, act | {"outcome": "choice", "note": "line"}, visit),
        _form("disruption.settle", held.by, {"act": "settle", "note": "本院加号"} | seen, act | {"note": "line"}, visit),
        _form("disruption_of_booking", stage.loop.doctor, other, act | {"pool_slot": "uuid"}, booking),
    ]
