"""The weekly timetable of a hospital: half-days entered, corrected and ended; what is published already stays as it was."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from clinics.access import require_pools_of
from clinics.clock import database_now
from clinics.models import Institution, Service, SessionTemplate
from clinics.register.history import BEGINS
from clinics.timetables.day_places import too_many
from clinics.timetables.half_day_fields import (
    BY_RULE,
    LIMITED,
    MOST_PLACES,
    UNLIMITED,
    doctor_for,
    half_day_named,
    service_held_at,
    without_limit,
)
from clinics.timetables.half_day_times import moments, overlap, whole_number
from clinics.timetables.timetable import BEIJING
from permissions.acting import Acting
from vault import audit
from vault.changes import note_changes, note_many
from vault.faults import Faults
from vault.refusal import Refusal, invalid

STALE = _("This has changed since you opened it. Look at it again, then decide.")
WEEKDAYS = range(1, 8)
TAKEN = _("This service has a clinic on this half-day already. Correct that one.")
COLUMNS = ("service", "weekday", "half_day", "starts", "ends", "capacity", "is_uncapped", "practitioner", "valid_from")


@dataclass(frozen=True, slots=True)
class Wish:
    """One half-day as typed: times like 08:00, the service and the doctor by public id, the last day only of a change.

    `release` says whether the ordinary release of a general clinic has a limit (R004); empty asks the regulation.
    """

    service: UUID | None
    weekday: int | str
    half_day: str
    starts: str
    ends: str
    capacity: int | str
    release: str = BY_RULE
    practitioner: UUID | None = None
    valid_from: date | None = None


def enter(institution: Institution, given: Wish, *, by: Acting) -> SessionTemplate:
    """Use case: one more half-day of the week, from a day on (R070).

    Raises Refusal("invalid_input") with every fault at once, Refusal("no_grant_on_target").
    """
    require_pools_of(by, [institution.pk])
    columns = _judged(institution, given)
    try:
        with transaction.atomic(durable=True):
            made = SessionTemplate.objects.create(**columns)
            note_changes("session_template", made.public_id, {BEGINS: ("", said(made))}, by=by.actor)
            audit.record("register", "session_template", made.public_id, by=by.actor, details={"name": said(made)})
    except IntegrityError as error:  # a colleague entered the same half-day at this moment
        raise invalid("half_day", TAKEN) from error
    return made


def enter_week(service: Service, wishes: Sequence[Wish], *, by: Acting) -> list[SessionTemplate]:
    """Use case: the half-days of one service, all at once or none; the refusals are those of `enter`."""
    institution = service.institution
    require_pools_of(by, [institution.pk])
    others = list(_open_half_days(institution))
    made: list[SessionTemplate] = []
    for wish in wishes:
        made.append(SessionTemplate(**_judged(institution, wish, service=service, others=[*others, *made])))
    try:
        with transaction.atomic(durable=True):
            SessionTemplate.objects.bulk_create(made)
            note_many([("session_template", one.public_id, {BEGINS: ("", said(one))}) for one in made], by=by.actor)
            for one in made:
                audit.record("register", "session_template", one.public_id, by=by.actor, details={"name": said(one)})
    except IntegrityError as error:
        raise invalid("half_day", TAKEN) from error
    return made


def correct(template: SessionTemplate, given: Wish, *, by: Acting, expected_version: int) -> SessionTemplate:
    """Use case: other times, places, doctor or half-day from the next publishing on; published sessions keep theirs (R125).

    Raises Refusal("invalid_input") with every fault at once, Refusal("stale_state"), Refusal("no_grant_on_target").
    """
    institution = template.service.institution
    require_pools_of(by, [institution.pk])
    columns = _judged(institution, given, own=template)
    try:
        with transaction.atomic(durable=True):
            _update(template, expected_version, **columns)
            after = _whole(template)
            if note_changes("session_template", template.public_id, _differences(template, after), by=by.actor):
                audit.record("correct", "session_template", template.public_id, by=by.actor, details={"name": said(after)})
    except IntegrityError as error:
        raise invalid("half_day", TAKEN) from error
    return after


def end(template: SessionTemplate, last_day: date, *, by: Acting, expected_version: int) -> SessionTemplate:
    """Use case: the half-day runs for the last time in the week of this day; published sessions stay.

    Raises Refusal("invalid_input") for a day too far away, Refusal("stale_state"), Refusal("no_grant_on_target").
    """
    require_pools_of(by, [template.service.institution_id])
    if template.valid_to is not None:
        raise Refusal("stale_state", STALE, current={"version": template.version})
    if not 0 <= (last_day - _today()).days <= 366:
        raise invalid("last_day", _("Give a day from today on, within a year."))
    with transaction.atomic(durable=True):
        _update(template, expected_version, valid_to=max(last_day + timedelta(days=1), template.valid_from))
        after = _whole(template)
        note_changes("session_template", template.public_id, {"valid_to": ("", last_day.isoformat())}, by=by.actor)
        audit.record("end", "session_template", template.public_id, by=by.actor, details={"last_day": last_day.isoformat()})
    return after


def wish_of(template: SessionTemplate, **changes: Any) -> Wish:
    """What a template says, with some of it said otherwise."""
    held = {
        "service": template.service.public_id,
        "weekday": template.weekday,
        "half_day": template.half_day,
        "starts": f"{template.starts:%H:%M}",
        "ends": f"{template.ends:%H:%M}",
        "capacity": template.capacity,
        "release": UNLIMITED if template.is_uncapped else LIMITED,
        "practitioner": template.practitioner.public_id if template.practitioner else None,
        "valid_from": template.valid_from,
    }
    return Wish(**(held | changes))  # type: ignore[arg-type]


def said(template: SessionTemplate) -> str:
    """One half-day in one line of a history."""
    return f"{template.weekday} {template.half_day} {template.starts:%H:%M}-{template.ends:%H:%M} {template.capacity}"


def _judged(
    institution: Institution,
    given: Wish,
    own: SessionTemplate | None = None,
    *,
    service: Service | None = None,
    others: Sequence[SessionTemplate] | None = None,
) -> dict[str, Any]:
    """The columns of a wish, or every fault of it at once; service and other half-days are read unless they are at hand."""
    faults = Faults()
    columns: dict[str, Any] = {
        "service": service or faults.of(_service, institution, given, own),
        "weekday": faults.of(whole_number, "weekday", given.weekday, WEEKDAYS, _("Choose a weekday, 1 for Monday to 7 for Sunday.")),
        "half_day": faults.of(half_day_named, given.half_day),
        "capacity": faults.of(whole_number, "capacity", given.capacity, range(1, MOST_PLACES + 1), _("Give a number from 1 to 500.")),
        "valid_from": faults.of(_first_day, given.valid_from, own),
    }
    starts, ends = moments(given.starts, given.ends, given.half_day, faults)
    columns |= {"starts": starts, "ends": ends}
    if columns["service"] is not None:
        columns["practitioner"] = faults.of(doctor_for, columns["service"], given.practitioner)
        columns["is_uncapped"] = faults.of(without_limit, columns["service"], given.release, _today())
    if not faults:
        known = _open_half_days(institution) if others is None else others
        _check_room([one for one in known if own is None or one.pk != own.pk], columns, faults)
    faults.tell()
    return columns


def _service(institution: Institution, given: Wish, own: SessionTemplate | None) -> Service:
    found = service_held_at(institution, given.service)
    if own is not None and own.service_id != found.pk:
        raise invalid("service", _("The service of a half-day does not change."), remedy=_("End this half-day and enter another."))
    return found


def _first_day(given: date | None, own: SessionTemplate | None) -> date:
    if own is not None and given in (None, own.valid_from):
        return own.valid_from
    today = _today()
    day = given or today
    if not 0 <= (day - today).days <= 366:
        raise invalid("valid_from", _("Give a day from today on, within a year."))
    return day


def _open_half_days(institution: Institution) -> Iterable[SessionTemplate]:
    return SessionTemplate.objects.filter(service__institution=institution, valid_to=None)


def _check_room(others: Iterable[SessionTemplate], columns: dict[str, Any], faults: Faults) -> None:
    """The service has no other clinic at this time of the week, nor has the doctor; its day holds no more places than it has."""
    others = list(others)
    _check_day(others, columns, faults)
    for other in others:
        if other.weekday != columns["weekday"]:
            continue
        if other.service_id == columns["service"].pk and other.half_day == columns["half_day"]:
            faults.add(invalid("half_day", TAKEN))
        elif not overlap(columns["starts"], columns["ends"], other.starts, other.ends):
            continue
        elif other.service_id == columns["service"].pk:
            faults.add(invalid("starts", _("The other half-day of this service is still going on at this time.")))
        elif columns["practitioner"] and other.practitioner_id == columns["practitioner"].pk:
            faults.add(invalid("practitioner", _("The doctor has another clinic at this time.")))


def _check_day(others: Iterable[SessionTemplate], columns: dict[str, Any], faults: Faults) -> None:
    """R094, R095: a bed or day surgery has so many places a day."""
    limit = columns["service"].places_per_day
    if limit is None:
        return
    same = (one.capacity for one in others if one.service_id == columns["service"].pk and one.weekday == columns["weekday"])
    count = columns["capacity"] + sum(same)
    if count > limit:
        faults.add(too_many("capacity", limit, count))


def _update(template: SessionTemplate, expected_version: int, **columns: Any) -> None:
    seen = SessionTemplate.objects.filter(pk=template.pk, version=expected_version, valid_to=None)
    if not seen.update(version=expected_version + 1, **columns):
        current = SessionTemplate.objects.filter(pk=template.pk).values("version").first()
        raise Refusal("stale_state", STALE, current=dict(current or {}))


def _whole(template: SessionTemplate) -> SessionTemplate:
    return SessionTemplate.objects.select_related("service__institution", "service__department", "practitioner").get(pk=template.pk)


def _differences(before: SessionTemplate, after: SessionTemplate) -> dict[str, tuple[str, str]]:
    names: Iterable[str] = (name for name in COLUMNS if name not in ("service", "practitioner"))
    pairs = {name: (_text(getattr(before, name)), _text(getattr(after, name))) for name in names}
    doctors = tuple(str(one.practitioner.public_id) if one.practitioner else "" for one in (before, after))
    return pairs | {"practitioner": (doctors[0], doctors[1])}


def _text(value: Any) -> str:
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


def _today() -> date:
    """The day it is in Beijing by the database clock."""
    return database_now().astimezone(BEIJING).date()
