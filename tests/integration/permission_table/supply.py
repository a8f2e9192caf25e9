"""The right requests of what hospitals offer whose thing on the stage is not the one that stands for its kind elsewhere."""

from collections.abc import Iterator
from typing import Any

from clinics.models import BookingRules, CalendarDay, ScheduleChange
from tests.cast_referral import today
from tests.integration.bad_input.stage import Stage

API = "/api/v1"


def supply_paths(stage: Stage) -> dict[str, Any]:
    """Addresses, or addresses with bodies, by door."""
    return {**_places(stage), **_stops(stage), **_values(stage), **_criteria(stage), **_pools(stage), **_exports(stage), **_ways_out(stage)}


def supply_tags(stage: Stage) -> dict[str, int]:
    """The versions that some of them name."""
    tags = {f"POST {API}/stops/{{}}/{act}#own": stage.stopped.own.version for act in ("approve", "decline")}
    tags |= {f"POST {API}/policy-rows/{{}}/{act}#hospital": stage.ruled.of_hospital.version for act in ("approve", "reject", "withdraw")}
    tags |= {f"POST {API}/policy-choices/{{}}/{act}": stage.ruled.chosen.version for act in ("undo", "end")}
    tags |= {f"POST {API}/criteria-sets/{{}}/{act}": one.version for act, one in _criteria_acts(stage).items()}
    doors = (f"DELETE {API}/feed/webhooks", f"POST {API}/feed/webhooks/secret")
    tags[f"POST {API}/bookings/{{}}/cancel/undo#follower"] = stage.ways_out.follower.version
    return tags | dict.fromkeys(doors, stage.exchanged.endpoint.version)


def supply_things(stage: Stage) -> Iterator[Any]:
    """What the stage's hospital offers: doctors, services, sessions, stops, pools, and its own system's messages."""
    offered, weeks, stopped, balanced = stage.offered, stage.weeks, stage.stopped, stage.balanced
    yield from (offered.practitioner, offered.gone, offered.service, offered.clinic, weeks.template, weeks.session, weeks.service)
    yield stopped.disruption
    yield from (stopped.session, stopped.own, stopped.waiting, balanced.pool, balanced.monday, balanced.closed, balanced.moved)
    yield from (stage.exchanged.service, stage.exchanged.session, stage.exchanged.endpoint, stage.exchanged.dead, stage.ruled.of_hospital)
    yield from stage.criteria.things
    yield from (stage.ruled.choice, stage.ruled.chosen, stage.ruled.trial)
    yield from (stage.ledgered.missing, stage.ledgered.breach, stage.ledgered.listed, stage.ledgered.ban, stage.ledgered.restriction)
    yield stage.ledgered.paper
    yield stage.register.label
    yield stage.told.message


def supply_names(stage: Stage) -> list[str]:
    """What a list without ids shows of them."""
    weeks, offered = stage.weeks, stage.offered
    return [
        weeks.service.name,
        weeks.department.name,
        offered.practitioner.name,
        offered.service.name,
        stage.stopped.special.service.name,
        stage.stopped.disruption.booking.number,
        stage.balanced.pool.service.department.name,
        f'"up_to":{stage.balanced.last}',
    ]


def _places(stage: Stage) -> dict[str, Any]:
    hospital, weeks = stage.world.hospital, stage.weeks
    rules = BookingRules.objects.filter(institution=hospital).first() or _rules(stage)
    ScheduleChange.objects.get_or_create(session=weeks.session, kind="added_places", places=1, changed_by=weeks.by.user)
    page, program = f"/institutions/{hospital.public_id}", f"{API}/institutions/{hospital.public_id}"
    return {
        f"GET {API}/institutions/{{}}/booking-rules": f"{program}/booking-rules", "GET /institutions/{}/rules/": f"{page}/rules/",
        f"GET {API}/institutions/{{}}/subject-map": f"{program}/subject-map", "GET /institutions/{}/subjects/": f"{page}/subjects/",
        "GET /institutions/{}/rules/{}/": f"{page}/rules/{rules.public_id}/",
        "POST /institutions/{}/subjects/export/": (f"{page}/subjects/export/", {"as": "csv"}),
    }  # fmt: skip


def _rules(stage: Stage) -> BookingRules:
    return BookingRules.objects.create(
        institution=stage.world.hospital, text="凭证件取号。", valid_from=today(), entered_by=stage.world.admin
    )


def _stops(stage: Stage) -> dict[str, Any]:
    own, program = stage.stopped.own, f"{API}/stops/{stage.stopped.own.public_id}"
    page, booking = f"/stops/{own.public_id}/", stage.stopped.disruption.booking.public_id
    return {
        "GET /bookings/{}/stopped/": f"/bookings/{booking}/stopped/",
        "GET /stops/{}/print/": f"{page}print/",
        "POST /stops/{}/export/": (f"{page}export/", {"as": "csv"}),
        f"POST {API}/stops/{{}}/approve#own": f"{program}/approve",
        f"POST {API}/stops/{{}}/decline#own": (f"{program}/decline", {"why": "请先安排替诊"}),
        "POST /stops/{}/#own": (page, {"act": "approve", "version": str(own.version)}),
    }


def _values(stage: Stage) -> dict[str, Any]:
    row, hospital, day = stage.ruled.of_hospital, stage.world.hospital, stage.ruled.day
    for place in (hospital, None):
        CalendarDay.objects.get_or_create(date=day, institution=place, defaults={"is_working": False, "note": "院庆", "source": "院办通知"})
    program, page, seen = f"{API}/policy-rows/{row.public_id}", f"/policy/rows/{row.public_id}/", {"version": str(row.version)}
    own_day = f"institutions/{hospital.public_id}/calendar/{day}"
    return {
        **_documents(stage),
        "GET /policy/{}/": "/policy/reserved_share/",
        f"GET {API}/policy/{{}}": f"{API}/policy/reserved_share",
        f"GET {API}/policy#hospital": f"{API}/policy?institution={hospital.public_id}",
        f"GET {API}/calendar#hospital": f"{API}/calendar?year={day[:4]}&institution={hospital.public_id}",
        f"DELETE {API}/institutions/{{}}/calendar/{{}}": f"{API}/{own_day}",
        f"DELETE {API}/calendar/{{}}": f"{API}/calendar/{day}",
        "GET /policy/rows/{}/#hospital": page,
        "POST /policy/rows/{}/#hospital": (page, seen | {"act": "approve"}),
        "POST /policy/rows/{}/#withdraw": (page, seen | {"act": "withdraw"}),
        f"POST {API}/policy-rows/{{}}/reject#hospital": (f"{program}/reject", {"reason": "缺少文件"}),
        f"POST {API}/policy-rows/{{}}/approve#hospital": f"{program}/approve",
        f"POST {API}/policy-rows/{{}}/withdraw#hospital": f"{program}/withdraw",
    }


def _documents(stage: Stage) -> dict[str, Any]:
    """What a district chooses of the documents; a choice in force stands beside the one that waits."""
    held, document = stage.ruled, "policy-sets/xicheng-2018"
    chosen, given = f"{API}/policy-choices/{held.chosen.public_id}", held.chosen_as()
    form = {**given, "knows_draft": "1", "act": "preview"}
    page = f"/policy-sets/choices/{held.choice.public_id}/"
    return {
        "POST /policy-sets/choices/{}/": (page, {"act": "approve", "knows_draft": "1", "version": str(held.choice.version)}),
        f"POST {API}/policy-choices/{{}}/approve": (f"{API}/policy-choices/{held.choice.public_id}/approve", {"knows_draft": True}),
        "GET /policy-sets/{}/": f"/{document}/",
        f"GET {API}/policy-sets/{{}}": f"{API}/{document}",
        "POST /policy-sets/{}/": (f"/{document}/", form),
        f"POST {API}/policy-sets/{{}}/preview": (f"{API}/{document}/preview", given),
        f"POST {API}/policy-sets/{{}}/choices": (f"{API}/{document}/choices", given),
        f"POST {API}/policy-sets/{{}}/trials": (f"{API}/{document}/trials", {"days": 7}),
        f"POST {API}/policy-choices/{{}}/undo": (f"{chosen}/undo", {"reason": "文件撤回"}),
        f"POST {API}/policy-choices/{{}}/end": (f"{chosen}/end", {"ends_on": held.later.isoformat()}),
    }


def _criteria_acts(stage: Stage) -> dict[str, Any]:
    """Each act with the list it is lawful for."""
    held = stage.criteria
    waiting = dict.fromkeys(("approve", "send-back"), held.waiting)
    return waiting | {"withdraw": held.draft, "hand-in": held.draft, "undo": held.coming, "end": held.running}


def _criteria(stage: Stage) -> dict[str, Any]:
    held, one, mine = stage.criteria, f"/criteria/{stage.criteria.waiting.public_id}/", f"/criteria/{stage.criteria.draft.public_id}/"
    bodies = {"send-back": {"reason": "缺少依据"}, "undo": {"reason": "文件撤回"}, "end": {"ends_on": held.later.isoformat()}}
    line, waiting, running = f"/criteria/lines/{held.line.public_id}/", str(held.waiting.public_id), str(held.running.public_id)
    later = {"valid_from": held.later.isoformat()}
    found: dict[str, Any] = {
        f"POST {API}/criteria-sets/{{}}/{act}": (f"{API}/criteria-sets/{held_one.public_id}/{act}", bodies.get(act))
        for act, held_one in _criteria_acts(stage).items()
    }
    return found | {
        "GET /criteria/{}/": one, "GET /criteria/{}/copy/": f"/criteria/{running}/copy/",
        "POST /criteria/{}/copy/": (f"/criteria/{running}/copy/", later),
        f"POST {API}/criteria-sets/{{}}/copy": (f"{API}/criteria-sets/{running}/copy", later),
        "POST /criteria/{}/export/": (f"{one}export/", {"as": "csv"}), f"GET {API}/criteria-sets/{{}}": f"{API}/criteria-sets/{waiting}",
        "POST /criteria/{}/": (mine, held.typed_line(act="add", version=str(held.draft.version))), "GET /criteria/lines/{}/": line,
        "POST /criteria/{}/#decide": (one, {"act": "approve", "version": str(held.waiting.version)}),
    }  # fmt: skip


def _pools(stage: Stage) -> dict[str, Any]:
    day, endpoint = stage.balanced.closed.date.isoformat(), stage.exchanged.endpoint
    back = {"hospital": str(stage.world.hospital.public_id), "date": day, "as": "csv"}
    hook = {"url": "https://127.0.0.1:8443/other", "event": endpoint.events, "version": str(endpoint.version)}
    return {
        f"GET {API}/released-places": f"{API}/released-places?date={day}",
        "POST /released/export/": ("/released/export/", back),
        "POST /exchange/": ("/exchange/", hook),
        f"DELETE {API}/feed/webhooks": f"{API}/feed/webhooks",
        f"POST {API}/feed/webhooks/secret": f"{API}/feed/webhooks/secret",
    }


def _exports(stage: Stage) -> dict[str, Any]:
    lists = ("practitioners", "services", "timetable", "day-list", "policy", "compliance")
    found: dict[str, Any] = {f"POST /{one}/export/": (f"/{one}/export/", {"as": "csv"}) for one in lists}
    return found | {"POST /week/export/": (f"/week/export/?from={stage.weeks.monday}", {"as": "csv"})}


def _ways_out(stage: Stage) -> dict[str, Any]:
    """A visit that took place, which another may follow; and one that followed another, cancelled by who booked it."""
    visit = stage.ways_out.visit.public_id
    follower = stage.ways_out.follower
    undo, version = f"/bookings/{follower.public_id}/cancel/undo", {"version": str(follower.version)}
    return {
        "GET /visits/{}/next/": f"/visits/{visit}/next/", f"GET {API}/bookings/{{}}/next-places": f"{API}/bookings/{visit}/next-places",
        f"POST {API}/bookings/{{}}/cancel/undo#follower": f"{API}{undo}",
        "POST /bookings/{}/cancel/undo/#follower": (f"{undo}/", version),
    }  # fmt: skip
