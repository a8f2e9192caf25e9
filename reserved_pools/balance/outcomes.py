"""Writes down what became of each half-day's reserved places once they are closed, and reads it back as history."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, F, Max, Min, OuterRef, QuerySet, Sum

from clinics.models import ClinicSession
from reserved_pools.balance.forecast import WEEKS, Past
from reserved_pools.models import PlaceEvent, PlaceMove, PoolKind, PoolSlot, SessionOutcome

LONGEST: Final = 28  # days before the cut-off that are written down
LOOK_BACK: Final = timedelta(days=14)
AHEAD: Final = timedelta(days=7)
AT_ONCE: Final = 500
TAKEN: Final = {
    PlaceMove.CLAIMED: 1,
    PlaceMove.TAKEN_UP: 1,
    PlaceMove.GIVEN_BACK: -1,
}  # what is given back after the cut-off was booked by then
Line = tuple[int, int, str]  # service, weekday (Monday is 0), half-day


def write_outcomes(today: date) -> int:
    """Use case: what became of every half-day whose reserved places are all closed; once each, however often it runs.

    Stopped sessions have no outcome. Answers how many were written.
    """
    written = 0
    while sessions := list(_closed(today)[:AT_ONCE]):
        with transaction.atomic(durable=True):
            SessionOutcome.objects.bulk_create(_outcomes(sessions), ignore_conflicts=True)
        written += len(sessions)
    return written


def histories(services: Iterable[int], today: date, *, weeks: int = 2 * WEEKS) -> dict[Line, list[Past]]:
    """What became of these services' half-days in the weeks before today, in order of days; one query."""
    found: dict[Line, list[Past]] = defaultdict(list)
    rows = SessionOutcome.objects.filter(service__in=services, date__gte=today - timedelta(weeks=weeks), date__lt=today)
    for row in rows.order_by("date").only("service_id", "date", "half_day", "published", "booked_by"):
        found[row.service_id, row.date.weekday(), row.half_day].append(Past(row.date, row.published, tuple(row.booked_by)))
    return found


def _closed(today: date) -> QuerySet[ClinicSession]:
    """Planned sessions around today whose reserved places are all closed and of which nothing is written yet."""
    places = PoolSlot.objects.referral().filter(slot__session=OuterRef("pk"))
    written = SessionOutcome.objects.filter(service=OuterRef("service"), date=OuterRef("date"), half_day=OuterRef("half_day"))
    rows = ClinicSession.objects.filter(date__range=(today - LOOK_BACK, today + AHEAD), status="planned")
    return rows.filter(Exists(places), ~Exists(places.filter(closed_at=None)), ~Exists(written)).order_by("date", "pk")


def _outcomes(sessions: list[ClinicSession]) -> list[SessionOutcome]:
    places = {
        row["slot__session"]: dict(row)
        for row in PoolSlot.objects.referral()
        .filter(slot__session__in=sessions)
        .values("slot__session")
        .annotate(published=Sum("published"), opens=Min("opens_at"), closes=Max("closes_at"))
        .order_by()
    }
    moves: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for session, days_before, move, number in _moves(sessions):
        moves[session][days_before] += TAKEN[move] * number
    return [_outcome(session, places[session.pk], moves[session.pk]) for session in sessions]


def _moves(sessions: list[ClinicSession]) -> Iterable[tuple[int, int, PlaceMove, int]]:
    """Bookings and what was given back, by whole days before the cut-off of their band."""
    rows = (
        PlaceEvent.objects.filter(
            pool_slot__slot__session__in=sessions,
            pool_slot__kind=PoolKind.COMMUNITY_REFERRAL,
            move__in=TAKEN,
            at__lte=F("pool_slot__closes_at"),
        )
        .order_by()
        .values_list("pool_slot__slot__session", "pool_slot__closes_at", "at", "move", "places")
    )
    for session, closes, at, move, places in rows:
        yield session, (closes - at).days, PlaceMove(move), places


def _outcome(session: ClinicSession, row: dict[str, Any], moved: dict[int, int]) -> SessionOutcome:
    """The count at the end, and a day, two days … before it."""
    last = min(LONGEST, max(0, (row["closes"] - row["opens"]).days))
    held, booked_by = sum(number for days, number in moved.items() if days > last), [0] * (last + 1)
    for days in range(last, -1, -1):
        held += moved.get(days, 0)
        booked_by[days] = max(0, held)
    return SessionOutcome(
        service_id=session.service_id, date=session.date, half_day=session.half_day, published=row["published"], booked_by=booked_by
    )
