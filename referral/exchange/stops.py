"""Stops as the hospital's own system says them: each row the same use case as the coordinator's page, once for each key (R126-R128)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinics.models import ClinicSession, ClinicStop, Institution
from permissions.acting import Acting
from referral.disruptions.stop import Wanted, stop_clinic
from referral.exchange.models import FeedKind, FeedRecord
from referral.exchange.offered import Offered, offered_by
from referral.exchange.rows import Outcome, Result, Said, known, refused, remember, unreadable
from vault.refusal import Refusal, invalid

MOST: Final = 50  # rows of one batch
ABOUT_DAYS: Final = ("service", "from", "to")
AS_IN_ROWS: Final = {"first_day": "from", "last_day": "to"}


def stop_sessions(hospital: Institution, rows: Sequence[Said], *, by: Acting) -> list[Result]:
    """Use case: what became of each stop; a bad row is refused alone, one said before changes nothing.

    A row names a `session` by the hospital's key or our id, or a `service` with `from` and `to`; `reason` is one of the codes. The
    status tells a stop in force from one that a second person has to agree to (R161).
    """
    refusals = unreadable(rows)
    before = known(hospital, FeedKind.STOP, rows)
    offered = offered_by(hospital, [row.given for row in rows])
    sessions = _sessions(hospital, [str(row.given["session"]) for row in rows if "session" in row.given])
    return [refusals.get(position) or _one(hospital, row, before.get(row.key), offered, sessions, by) for position, row in enumerate(rows)]


def _one(
    hospital: Institution, row: Said, before: FeedRecord | None, offered: Offered, sessions: Mapping[str, ClinicSession], by: Acting
) -> Result:
    if before is not None and bytes(before.digest) == row.digest:
        return Result(row.key, Outcome.UNCHANGED, before.object_id, status=_status(before.object_id))
    try:
        if before is not None:
            raise invalid("key", _("This key stands for another stop. Say this one under a key of its own."))
        made = stop_clinic(_wanted(row.given, offered, sessions), by=by)
        with transaction.atomic(durable=True):
            remember(hospital, FeedKind.STOP, [(row, made.stop.public_id)])
    except Refusal as refusal:
        return refused(row.key, _in_words_of_rows(refusal))
    outcome = Outcome.CREATED if made.is_new else Outcome.UNCHANGED
    return Result(row.key, outcome, made.stop.public_id, status=made.stop.status)


def _wanted(given: Mapping[str, Any], offered: Offered, sessions: Mapping[str, ClinicSession]) -> Wanted:
    """The half-days meant. Refuses with `invalid_input` what names both or neither, or nothing of this hospital."""
    words = {"reason": given["reason"], "note": given.get("note", "")}
    if "session" in given:
        if any(name in given for name in ABOUT_DAYS):
            raise invalid("session", _("Name either a session, or a service and its days."))
        session = sessions.get(str(given["session"]))
        if session is None:
            raise invalid("session", _("No session of this hospital has this key or id."))
        return Wanted(session.service, session.date, session.date, session.half_day, **words)
    missing = [name for name in ABOUT_DAYS if name not in given]
    if missing:
        raise invalid(missing[0], _("Name either a session, or a service and its days."))
    return Wanted(offered.service(given), given["from"], given["to"], given.get("half_day", ""), **words)


def _sessions(hospital: Institution, named: Sequence[str]) -> dict[str, ClinicSession]:
    """The sessions these keys or ids stand for; two queries."""
    keys = FeedRecord.objects.filter(institution=hospital, kind=FeedKind.SESSION, key__in=named).values_list("key", "object_id")
    by_key = dict(keys)
    ids = {one for one in map(_uuid, named) if one is not None} | set(by_key.values())
    rows = ClinicSession.objects.filter(service__institution=hospital, public_id__in=ids)
    found = {one.public_id: one for one in rows.select_related("service__institution", "service__department")}
    by_id = {str(public_id): session for public_id, session in found.items()}
    return by_id | {key: found[one] for key, one in by_key.items() if one in found}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _in_words_of_rows(refusal: Refusal) -> Refusal:
    """The same refusal, its fields called as a row calls them."""
    named = tuple(replace(one, field=AS_IN_ROWS.get(one.field, one.field)) for one in refusal.violations)
    return Refusal(refusal.code, refusal.message, named)


def _status(stop: UUID) -> str:
    return ClinicStop.objects.filter(public_id=stop).values_list("status", flat=True).first() or ""
