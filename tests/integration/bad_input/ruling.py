"""The requests and forms of the regulation's values and of the working calendar, each right in every field."""

from tests.integration.bad_input.forms import VERSION, Form, _form
from tests.integration.bad_input.stage import Endpoint, Stage


def endpoints_of_values(stage: Stage) -> list[Endpoint]:
    """Every operation that writes, and the preview, which takes the same body."""
    held = stage.ruled
    place = {"institution": str(stage.world.hospital.public_id)}
    body = held.new(value="0.45", quote="预留45%") | place
    inside = held.new(value="0.45") | {"department": str(stage.register.department.public_id)}
    kinds = {"value": "line", "source": "line", "quote": "text"}
    draft, row = f"/policy-rows/{held.draft.public_id}", f"/policy-rows/{held.row.public_id}"
    day = {"is_working": True, "runs_as_weekday": 3, "note": "调休上班", "source": "国务院办公厅通知"}
    named = {"note": "line", "source": "line"}
    own_day = f"/institutions/{stage.world.hospital.public_id}/calendar/{held.day}"
    return [
        Endpoint("policy_enter", "POST", "/policy/reserved_share/rows", held.by, body, kinds=kinds),
        Endpoint("policy_enter.department", "POST", "/policy/reserved_share/rows", held.by, inside, kinds=kinds),
        Endpoint("policy_preview", "POST", "/policy/reserved_share/preview", held.by, body, kinds=kinds),
        Endpoint("policy_preview.department", "POST", "/policy/reserved_share/preview", held.by, inside, kinds=kinds),
        Endpoint("policy_approve", "POST", f"{draft}/approve", held.by, version=held.draft.version),
        Endpoint("policy_reject", "POST", f"{draft}/reject", held.by, {"reason": "缺少文件"}, held.draft.version, kinds={"reason": "line"}),
        Endpoint("policy_withdraw", "POST", f"{draft}/withdraw", held.by, version=held.draft.version),
        Endpoint("policy_end", "POST", f"{row}/end", held.by, {"ends_on": held.later.isoformat()}, held.row.version),
        Endpoint("calendar_set", "PUT", f"/calendar/{held.day}", held.by, day, kinds=named),
        Endpoint("hospital_calendar_set", "PUT", own_day, held.by, day, kinds=named),
        Endpoint("hospital_calendar_remove", "DELETE", own_day, held.by),
        Endpoint("calendar_remove", "DELETE", f"/calendar/{held.day}", held.by),
    ]


def forms_of_values(stage: Stage) -> list[Form]:
    """Every form."""
    held = stage.ruled
    place = {"institution": str(stage.world.hospital.public_id)}
    entered = held.new(value="45", quote="预留45%", department="", act="enter") | place
    fields = {"value": "line", "valid_from": "date", "source": "line", "quote": "text"}  # an empty end and an empty place are right
    seen = {"version": str(held.draft.version)}
    ending = {"act": "ask_end", "ends_on": held.later.isoformat(), "version": str(held.row.version)}
    act = {"act": "choice"} | VERSION
    day = {"day": held.day, "works": "work", "runs_as_weekday": "3", "note": "调休上班", "source": "通知", "act": "set"} | place
    of_day = {"day": "date", "works": "choice", "note": "line", "source": "line", "act": "choice"}
    return [
        _form("policy_value", held.by, entered, fields | {"act": "choice"}, "reserved_share"),
        _form("policy_row.approve", held.by, {"act": "approve"} | seen, act, held.draft.public_id),
        _form("policy_row.reject", held.by, {"act": "reject", "reason": "缺少文件"} | seen, act | {"reason": "line"}, held.draft.public_id),
        _form("policy_row.end", held.by, ending, act | {"ends_on": "date"}, held.row.public_id),
        _form("calendar", held.by, day, of_day),
        _form("calendar.seed", held.by, {"act": "seed", "year": "2026"}, {"act": "choice", "year": "choice"}),
        _form(
            "calendar.known", held.by, {"act": "known", "year": str(held.start.year), "source": "通知"}, {"act": "choice", "source": "line"}
        ),
    ]
