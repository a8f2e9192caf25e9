"""The requests and forms of hospitals' systems, each right in every field."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.cast_referral import today
from tests.integration.bad_input.exchanged import EVENTS
from tests.integration.bad_input.forms import Form, _form
from tests.integration.bad_input.stage import Endpoint, Stage


def endpoints_of_exchange(stage: Stage) -> list[Endpoint]:
    """Every operation that writes."""
    return [*_batches(stage), *_acknowledging(stage), *_telling(stage)]


def forms_of_exchange(stage: Stage) -> list[Form]:
    """The form that decides about messages; the others show a secret or are one button."""
    held = stage.exchanged
    letting_go = {"act": "drop", "one": str(held.dead.public_id), "reason": "系统已更换"}
    return [_form("exchange_deliveries", held.by, letting_go, {"act": "choice", "one": "uuid", "reason": "line"})]


def _batches(stage: Stage) -> list[Endpoint]:
    held, day = stage.exchanged, (today() + timedelta(days=10)).isoformat()
    session = {
        "key": "S1", "service": "GK01", "department": "04.03", "date": day, "half_day": "pm", "starts": "13:30", "ends": "16:30",
        "capacity": 24, "uncapped": False, "practitioner": "D7", "reason": "增加门诊",
    }  # fmt: skip
    told = {"key": "T1", "reason": "leave", "note": "外出学习"}
    days = {"service": "GK01", "department": "04.03", "from": day, "to": day, "half_day": "am"}
    seen = {"key": "A1", "status": "arrived", "cause": "no_word", "at": timezone.now().isoformat(timespec="seconds")}
    code = {"code": stage.expected.confirmation_code}
    return [
        _batch(
            "feed_push_sessions", "PUT", "sessions", held.by, session, service="handle", department="handle", starts="clock", ends="clock"
        ),
        _batch("feed_push_stops", "POST", "stops", held.by, told | {"session": str(held.session.public_id)}, session="handle"),
        _batch("feed_push_stops.days", "POST", "stops", held.by, told | days, service="handle", department="handle"),
        _batch("feed_report_attendance", "POST", "attendance", held.by, seen | {"booking": str(stage.expected.public_id)}),
        _batch("feed_report_attendance.code", "POST", "attendance", held.by, seen | code, code="code"),
    ]


def _batch(operation: str, method: str, name: str, who: Any, row: dict[str, Any], **kinds: str) -> Endpoint:
    """One row in a list; a text of which nothing else is known is a line."""
    words = ("key", "note", "reason", "practitioner") if name == "sessions" else ("key", "note")
    lines = {f"{name}[].{word}": "line" for word in words if word in row}
    texts = {f"{name}[].{word}": kind for word, kind in kinds.items()}
    return Endpoint(operation, method, f"/feed/{name}", who, {name: [row]}, kinds=lines | texts)


def _acknowledging(stage: Stage) -> list[Endpoint]:
    held, back = stage.exchanged, stage.balanced
    known = {"bookings": [{"id": str(stage.expected.public_id), "version": 1}]}
    over = {"visit_date": back.closed.date.isoformat(), "up_to": back.last}
    return [
        Endpoint("feed_acknowledge_bookings", "POST", "/feed/bookings/acknowledge", held.by, known),
        Endpoint("feed_acknowledge_released", "POST", "/feed/released/acknowledge", held.by, over),
    ]


def _telling(stage: Stage) -> list[Endpoint]:
    held, url = stage.exchanged, "https://127.0.0.1:8443/hook"
    wanted = {"url": url, "events": EVENTS}
    chosen = {"deliveries": [str(held.dead.public_id)]}
    return [
        Endpoint("feed_webhook_open", "POST", "/feed/webhooks", held.other, wanted, kinds={"url": "handle"}),
        Endpoint("feed_webhook_change", "PUT", "/feed/webhooks", held.by, wanted, held.endpoint.version, kinds={"url": "handle"}),
        Endpoint("feed_webhook_resend", "POST", "/feed/webhooks/deliveries/resend", held.by, chosen),
        Endpoint(
            "feed_webhook_drop", "POST", "/feed/webhooks/deliveries/drop", held.by, chosen | {"reason": "系统已更换"},
            kinds={"reason": "line"},
        ),
    ]  # fmt: skip
