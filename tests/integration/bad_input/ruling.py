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
        *_endpoints_of_sets(stage),
    ]


def _endpoints_of_sets(stage: Stage) -> list[Endpoint]:
    """The documents of the regulation: choosing, deciding, trying out."""
    held = stage.ruled
    kinds, said = {"parameters[]": "handle", "decision": "line"}, {"reason": "line"}
    waiting, chosen = f"/policy-choices/{held.choice.public_id}", f"/policy-choices/{held.chosen.public_id}"
    trial = {"parameters": ["booking_horizon_days"], "days": 30, "valid_from": held.start.isoformat(), "mode": "alone"}
    document, no, why = "/policy-sets/xicheng-2018", {"reason": "缺少文件"}, {"reason": "文件撤回"}
    return [
        Endpoint("policy_set_preview", "POST", f"{document}/preview", held.by, held.chosen_as(), kinds=kinds),
        Endpoint("policy_set_choose", "POST", f"{document}/choices", held.by, held.chosen_as(), kinds=kinds),
        Endpoint("policy_set_try", "POST", f"{document}/trials", held.by, trial, kinds={"parameters[]": "handle"}),
        Endpoint("policy_choice_approve", "POST", f"{waiting}/approve", held.by, {"knows_draft": True}, held.choice.version),
        Endpoint("policy_choice_reject", "POST", f"{waiting}/reject", held.by, no, held.choice.version, kinds=said),
        Endpoint("policy_choice_withdraw", "POST", f"{waiting}/withdraw", held.by, version=held.choice.version),
        Endpoint("policy_choice_undo", "POST", f"{chosen}/undo", held.by, why, held.chosen.version, kinds=said),
        Endpoint("policy_choice_end", "POST", f"{chosen}/end", held.by, {"ends_on": held.later.isoformat()}, held.chosen.version),
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
        *_forms_of_sets(stage),
    ]


def _forms_of_sets(stage: Stage) -> list[Form]:
    """Choosing a document, trying it out, and deciding about a choice."""
    held = stage.ruled
    chosen = held.chosen_as(act="enter", knows_draft="1", days="30", mode="together")
    tried = {"act": "simulate", "parameters": ["booking_horizon_days"], "days": "30", "mode": "alone"}
    seen, act = {"version": str(held.choice.version)}, {"act": "choice"} | VERSION
    undo = {"act": "undo", "reason": "文件撤回", "version": str(held.chosen.version)}
    ending = {"act": "ask_end", "ends_on": held.later.isoformat(), "version": str(held.chosen.version)}
    fields = {"parameters": "choice", "valid_from": "date", "decision": "line", "act": "choice"}
    reject = {"act": "reject", "reason": "缺少文件"} | seen
    return [
        _form("policy_set", held.by, chosen, fields, "xicheng-2018"),
        _form(
            "policy_set.try", held.by, tried, {"act": "choice", "parameters": "choice", "days": "choice", "mode": "choice"}, "xicheng-2018"
        ),
        _form("policy_choice.approve", held.by, {"act": "approve", "knows_draft": "1"} | seen, act, held.choice.public_id),
        _form("policy_choice.reject", held.by, reject, act | {"reason": "line"}, held.choice.public_id),
        _form("policy_choice.undo", held.by, undo, act | {"reason": "line"}, held.chosen.public_id),
        _form("policy_choice.end", held.by, ending, act | {"ends_on": "date"}, held.chosen.public_id),
    ]
