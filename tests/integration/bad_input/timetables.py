"""The requests and forms of the timetable and of published sessions, each right in every field."""

from datetime import timedelta
from typing import Any

from tests.cast_referral import today
from tests.integration.bad_input.forms import VERSION, Form, _form
from tests.integration.bad_input.stage import Endpoint, Stage
from tests.integration.bad_input.weeks import Weeks

CLOCKS = {"starts": "clock", "ends": "clock"}
REASON = {"reason": "line"}


def endpoints_of_timetables(stage: Stage) -> list[Endpoint]:
    """Every operation that writes."""
    held = stage.weeks
    by, path, plain = held.by, f"/clinic-sessions/{held.session.public_id}", f"/clinic-sessions/{held.plain.public_id}"
    template, place = f"/session-templates/{held.template.public_id}", {"institution": str(held.hospital.public_id)}
    stored = {"reason": "clinics.ScheduleChange.reason"}
    week = _week(held)
    copied = week | {"copied_from": held.monday.isoformat()}
    published = week | place | {"reason": "新开门诊"}
    extra = _half_day(held) | {"service": str(held.free.public_id), "date": held.monday.isoformat(), "reason": "加开"} | place
    end = {"last_day": (today() + timedelta(days=30)).isoformat()}
    return [
        Endpoint("session_templates_enter", "POST", "/session-templates", by, _template(held) | place, kinds=CLOCKS),
        Endpoint("session_templates_correct", "PATCH", template, by, _template(held, new=False), held.template.version, kinds=CLOCKS),
        Endpoint("session_templates_end", "POST", f"{template}/end", by, end, held.template.version),
        Endpoint("timetables_preview", "POST", "/timetables/preview", by, week | place),
        Endpoint("timetables_preview.copy", "POST", "/timetables/preview", by, copied),
        Endpoint("timetables_publish", "POST", "/timetables/publish", by, published, key="attempt-0001", kinds=REASON),
        Endpoint("timetables_publish.copy", "POST", "/timetables/publish", by, copied, key="attempt-0002", kinds=REASON),
        Endpoint("clinic_sessions_add", "POST", "/clinic-sessions", by, extra, kinds=CLOCKS | REASON, stored=stored),
        Endpoint("clinic_sessions_add_places", "POST", f"{path}/places", by, _band(held, places=3), 1, kinds=REASON, stored=stored),
        Endpoint("clinic_sessions_add_band", "POST", f"{path}/bands", by, _end(), 1, kinds=REASON, stored=stored),
        Endpoint("clinic_sessions_block", "POST", f"{path}/block", by, _band(held), 1, kinds=REASON, stored=stored),
        Endpoint(
            "clinic_sessions_unblock", "POST", f"{plain}/unblock", by,
            {"band": str(held.blocked.public_id), "reason": "恢复"}, 1, kinds=REASON, stored=stored,
        ),
        Endpoint("clinic_sessions_change_doctor", "POST", f"{path}/doctor", by, _doctor(held), 1, kinds=REASON, stored=stored),
    ]  # fmt: skip


def forms_of_timetables(stage: Stage) -> list[Form]:
    """Every form."""
    held = stage.weeks
    by, session, place = held.by, held.session.public_id, {"institution": str(held.hospital.public_id)}
    of_half_day = {"weekday": "choice", "half_day": "choice", "capacity": "choice", "release": "choice", "valid_from": "date"} | CLOCKS
    written = {name: str(value) for name, value in _template(held, new=False).items()}
    new = written | place | {"service": str(held.service.public_id), "weekday": "3"}
    week, copied = _week(held) | place, {"copied_from": held.monday.isoformat()}
    days = {"from": "date", "to": "date"} | REASON
    extra = {name: str(value) for name, value in _half_day(held).items()} | place
    extra |= {"service": str(held.free.public_id), "date": held.monday.isoformat(), "reason": "加开"}
    seen = {"version": str(held.template.version)}

    def act(name: str, body: dict[str, Any]) -> dict[str, str]:
        return {"act": name, "version": "1"} | {key: str(value) for key, value in body.items()}

    changed = {"act": "choice"} | REASON | VERSION
    of_extra = CLOCKS | REASON | {"date": "date", "half_day": "choice", "capacity": "choice", "release": "choice"}
    return [
        _form("template_new", by, new, of_half_day | {"service": "uuid"}),
        _form("template", by, written | seen, of_half_day | VERSION, held.template.public_id),
        _form(
            "template_end", by, {"last_day": (today() + timedelta(days=30)).isoformat()} | seen, {"last_day": "date"} | VERSION,
            held.template.public_id,
        ),
        _form("week_publish", by, week | {"reason": "新开门诊"}, days),
        _form("week_publish.copy", by, week | copied | {"reason": "照上周"}, days),
        _form("clinic_session_new", by, extra, of_extra),
        _form("clinic_session.places", by, act("places", _band(held, places=3)), changed | {"band": "uuid", "places": "choice"}, session),
        _form("clinic_session.band", by, act("band", _end()), changed | {"where": "choice", "places": "choice"}, session),
        _form("clinic_session.block", by, act("block", _band(held)), changed | {"band": "uuid"}, session),
        _form(
            "clinic_session.unblock", by, act("unblock", {"band": held.blocked.public_id, "reason": "恢复"}), changed | {"band": "uuid"},
            held.plain.public_id,
        ),
        _form("clinic_session.doctor", by, act("doctor", _doctor(held)), changed | {"practitioner": "uuid"}, session),
    ]  # fmt: skip


def _half_day(held: Weeks) -> dict[str, Any]:
    said = {"half_day": "pm", "starts": "13:30", "ends": "17:00", "capacity": 12, "release": "limited"}
    return said | {"practitioner": str(held.other.public_id)}


def _template(held: Weeks, *, new: bool = True) -> dict[str, Any]:
    said = _half_day(held) | {"weekday": 2, "valid_from": today().isoformat()}
    return said | {"service": str(held.service.public_id)} if new else said


def _week(held: Weeks) -> dict[str, str]:
    return {"from": held.next_monday.isoformat(), "to": (held.next_monday + timedelta(days=6)).isoformat()}


def _band(held: Weeks, **more: Any) -> dict[str, Any]:
    return {"band": str(held.band.public_id), "reason": "流感高峰"} | more


def _end() -> dict[str, Any]:
    return {"where": "end", "places": 3, "reason": "流感高峰"}


def _doctor(held: Weeks) -> dict[str, str]:
    return {"practitioner": str(held.other.public_id), "reason": "外出会诊"}
