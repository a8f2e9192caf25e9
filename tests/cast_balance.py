"""The cast of balancing: a department with a general and an expert clinic, histories that fill or stay empty, bookings made."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from clinics.models import ClinicSession, Department, HalfDay, Service
from reserved_pools import claims
from reserved_pools.models import PoolKind, PoolSlot, SessionOutcome
from tests.cast_clinics import a_department, a_plan, a_pool, a_service, moved, published, today

WEEKS = 10


def next_monday(weeks: int = 2) -> date:
    """A Monday ahead, by default the one after next: its whole week is still open whatever day and hour it is."""
    return today() + timedelta(days=7 * weeks - today().weekday())


def a_clinic(department: Department | None = None, *, expert: bool = False, share: str = "0.300") -> Service:
    """A service with a pool, general or of a chief."""
    held = department or a_department()
    service = a_service(held, slot_class="expert_chief", title="chief") if expert else a_service(held)
    a_pool(service, share)
    return service


def a_session(service: Service, day: date, *, capacity: int = 24, afternoon: bool = False) -> ClinicSession:
    """A published session whose reserved places are open."""
    slots = published(a_plan(service, day, capacity=capacity, afternoon=afternoon))
    PoolSlot.objects.filter(slot__session=slots[0].slot.session).update(opens_at=slots[0].created_at - timedelta(days=1))
    return slots[0].slot.session


def reserve(session: ClinicSession, places: int) -> None:
    """Give a session exactly so many reserved places through the product's own door, of its residents' or its window's."""
    from reserved_pools import resizing

    with transaction.atomic():
        change = places - sum(one.published for one in parts(session))
        for _number in range(abs(change)):
            step = 1 if change > 0 else -1
            assert any(resizing.resize(one.pk, step, reason="scene", about=uuid4()) for one in parts(session))


def parts(session: ClinicSession, kind: str = PoolKind.COMMUNITY_REFERRAL) -> Sequence[PoolSlot]:
    """A session's pool slots of one kind, in order."""
    return list(PoolSlot.objects.filter(slot__session=session, kind=kind).order_by("pk"))


def places_in(session: ClinicSession, kind: str = PoolKind.COMMUNITY_REFERRAL) -> int:
    return sum(one.published for one in parts(session, kind))


def left_in(session: ClinicSession) -> int:
    """Its reserved places that nobody has."""
    return sum(one.published - one.claimed - one.held - one.cooling - one.returned for one in parts(session))


def book(session: ClinicSession, number: int = 1) -> list[UUID]:
    """So many of its reserved places are claimed."""
    made: list[UUID] = []
    for _place in range(number):
        about = uuid4()
        with transaction.atomic():
            assert any(claims.claim(one.pk, about=about) for one in parts(session))
        made.append(about)
    return made


def history(service: Service, day: date, curve: Sequence[int], *, published: int, weeks: int = WEEKS, half_day: str = "am") -> None:
    """The same half-day of the weeks before: `curve[k]` were booked by k days before the cut-off, a little more or less each week."""
    SessionOutcome.objects.bulk_create(
        SessionOutcome(
            service=service, date=day - timedelta(weeks=number), half_day=HalfDay(half_day), published=published, booked_by=list(curve)
        )
        for number in range(1, weeks + 1)
        if day - timedelta(weeks=number) < today()
    )


def closing(session: ClinicSession) -> None:
    """Its cut-off has come: everything of it is due, nothing closed yet."""
    for kind in PoolKind.values:
        for one in parts(session, kind):
            moved(one, closes_at=one.created_at, opens_at=one.created_at - timedelta(days=20))
