"""Moves the windows of published places when a value of the regulation changes: opening, last days, giving back (R107, R158)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from clinics.clock import database_now
from clinics.models import Institution
from clinics.parameters import BOOKING_CUTOFF
from clinics.policy import Target
from reserved_pools.balance.shares import places, spread
from reserved_pools.held import SHORTEST, Held, Policies, residents_open_at, window_of
from reserved_pools.models import PoolKind, PoolSlot
from reserved_pools.parameters import (
    NEAR_TERM_DAYS,
    NEAR_TERM_SHARE,
    ORDINARY_RELEASE_DAYS,
    POOL_LEAD_DAYS,
    POOL_OPENING_TIME,
    RETURN_DAYS_BEFORE,
    RETURN_TIME,
)

MOVES_WINDOWS = frozenset(
    one.key
    for one in (
        BOOKING_CUTOFF,
        RETURN_TIME,
        RETURN_DAYS_BEFORE,
        POOL_OPENING_TIME,
        POOL_LEAD_DAYS,
        ORDINARY_RELEASE_DAYS,
        NEAR_TERM_SHARE,
        NEAR_TERM_DAYS,
    )
)
AT_ONCE = 200
WINDOW = ("opens_at", "late_opens_at", "closes_at", "late")
Wanted = tuple[datetime, datetime | None, datetime, int]


class Values:
    """What the regulation holds at some hospitals, by department and day."""

    def __init__(self, targets: Mapping[int, Target]) -> None:
        self.targets = targets
        self.policies = Policies(targets.values())

    def of(self, slot: PoolSlot) -> Held:
        return self.policies.of(self.targets[slot.department_id], slot.visit_date)


def rewindow(today: date, institutions: Iterable[int] | None = None) -> int:
    """Use case: bring every published place that is not closed in line with the values of its visit day; answers how many moved.

    Slots are locked in key order, so many to a transaction, and judged again under the lock. What is open stays open, an earlier
    cut-off takes no booking away, and closing is left to the task that closes: a cut-off moved into the past closes at its next run.
    Doing it twice changes nothing.
    """
    return sum(_hospital(pk, today) for pk in _concerned(institutions, today))


def _concerned(institutions: Iterable[int] | None, today: date) -> list[int]:
    held = open_ahead(today)
    held = held if institutions is None else held.filter(institution__in=set(institutions))
    return list(held.order_by("institution").values_list("institution", flat=True).distinct())


def open_ahead(day: date) -> QuerySet[PoolSlot]:
    """The published places of a day and later that are not closed."""
    return PoolSlot.objects.filter(closed_at__isnull=True, visit_date__gte=day, closes_at__gt=Now())


def targets_of(pairs: Iterable[tuple[int, int]], places: Mapping[int, Institution]) -> dict[int, Target]:
    """Department → whose values hold for its places, from pairs of a department and its hospital."""
    return {department: Target(places[place].district_id, place, department) for department, place in pairs}


def _hospital(institution: int, today: date) -> int:
    """One hospital's places: read unlocked, compared, and only those that differ locked and moved."""
    slots = list(open_ahead(today).filter(institution=institution).select_related("slot").order_by("slot__session", "pk"))
    here = {institution: Institution.objects.get(pk=institution)}
    policies = Values(targets_of({(one.department_id, institution) for one in slots}, here))
    now = database_now()
    differing = sorted(one.pk for one, window in wanted(slots, policies, now) if window != _of(one))
    return sum(_move(differing[start : start + AT_ONCE], policies) for start in range(0, len(differing), AT_ONCE))


def _move(keys: Sequence[int], policies: Values) -> int:
    """One transaction: the rows locked in key order, judged again, and written where they still differ."""
    with transaction.atomic(durable=True):
        locked = PoolSlot.objects.filter(pk__in=keys, closed_at__isnull=True).select_for_update(of=("self",), no_key=True).order_by("pk")
        slots = {one.pk: one for one in locked.select_related("slot")}
        now = database_now()
        moved = []
        for one, window in wanted(_with_neighbours(slots), policies, now):
            if one.pk in slots and window != _of(one):
                for name, value in zip(WINDOW, window, strict=True):
                    setattr(one, name, value)
                moved.append(one)
        PoolSlot.objects.bulk_update(moved, WINDOW)
    return len(moved)


def _with_neighbours(locked: dict[int, PoolSlot]) -> list[PoolSlot]:
    """The locked slots among all of their sessions, whose parts for the last days are dealt together."""
    sessions = {one.slot.session_id for one in locked.values()}
    rows = PoolSlot.objects.filter(slot__session__in=sessions).select_related("slot").order_by("slot__session", "pk")
    return [locked.get(one.pk, one) for one in rows]


def wanted(slots: Sequence[PoolSlot], policies: Values, now: datetime) -> Iterable[tuple[PoolSlot, Wanted]]:
    """Each slot with the window it should have; slots come session by session."""
    for _session, group in groupby(slots, key=lambda one: one.slot.session_id):
        together = list(group)
        kept = _kept(together, policies)
        for one in together:
            yield one, window_for(one, policies.of(one), kept.get(one.pk, 0), now)


def _kept(together: Sequence[PoolSlot], policies: Values) -> dict[int, int]:
    """How many places of each band of a session the values keep for the last days."""
    bands = [one for one in together if one.kind == PoolKind.COMMUNITY_REFERRAL]
    if not bands:
        return {}
    share = policies.of(bands[0]).near_term_share
    if share == Decimal(0):
        return {}
    sizes = [one.published for one in bands]
    return dict(zip([one.pk for one in bands], spread(places(sum(sizes), share), sizes), strict=True))


def window_for(slot: PoolSlot, held: Held, kept: int, now: datetime) -> Wanted:
    """The window a published place should have: pure; what has opened stays open, what was sold stays sold."""
    window = window_of(slot.visit_date, held)
    if slot.kind == PoolKind.RESIDENT_DIRECT:
        opens, late_opens, late = residents_open_at(slot.visit_date, held, window.closes_at), None, 0
    else:
        opens, late_opens, late = window.opens_at, window.late_opens_at, kept
    closes = min(window.closes_at, slot.starts_at)
    opens = slot.opens_at if slot.opens_at <= now else opens
    if slot.late_opens_at is not None and slot.late_opens_at <= now:
        late_opens, late = slot.late_opens_at, slot.late
    elif late_opens is None:
        late = 0
    left = slot.published - slot.claimed - slot.held - slot.cooling - slot.returned
    return min(opens, closes - SHORTEST), late_opens, closes, min(late, left)


def _of(slot: PoolSlot) -> Wanted:
    return slot.opens_at, slot.late_opens_at, slot.closes_at, slot.late
