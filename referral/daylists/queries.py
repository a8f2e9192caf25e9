"""Everybody booked at a hospital on one day, by department and band, and the numbers of the day; whose list it is decides the post."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from clinics import policy
from clinics.models import ClinicSession, Department, HalfDay, Institution
from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking.expected import ON_THE_LIST, database_now
from referral.booking.models import Booking
from referral.daylists.parameters import DAY_LIST_TIME
from referral.patients.models import PatientIdentifier
from referral.patients.priority_shown import is_proved
from reserved_pools.models import PoolSlot
from reserved_pools.windows import BEIJING, closes_at
from vault.refusal import Refusal, invalid

REACH: Final = 14  # days back and ahead
EXPECTED: Final = ("held", *ON_THE_LIST)
BEHIND: Final = ("patient", "department", "pool_slot__service", "referral__institution")
NOTHING_HERE: Final = _("There is nothing here that you may see.")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which list: the hospital, the day, and perhaps one department or half of the day."""

    institution: Institution
    day: date
    department: Department | None = None
    half_day: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """One department's numbers of the day: reserved for referrers, booked by them, given back to the hospital."""

    department: UUID
    name: str
    reserved: int
    booked: int
    returned: int


@dataclass(frozen=True, slots=True)
class DayList:
    """One list as of a moment: until the last reserved place of the day has closed it is provisional; `due_at` is when it has to be
    there (R166)."""

    asked: Asked
    as_of: datetime
    closes_at: datetime | None
    due_at: datetime
    counts: tuple[Count, ...]
    bookings: QuerySet[Booking]

    @property
    def is_final(self) -> bool:
        """Nobody books this day any more."""
        return self.closes_at is None or self.as_of >= self.closes_at

    @property
    def totals(self) -> tuple[int, int, int]:
        """Reserved, booked and returned of all departments."""
        return sum(one.reserved for one in self.counts), sum(one.booked for one in self.counts), sum(one.returned for one in self.counts)


def asked_by(acting: Acting, *, day: date | None = None, department: UUID | None = None, half_day: str = "") -> Asked:
    """The list this person may have: of her own hospital, the next day with sessions unless she names one.

    Refuses with `not_allowed`, with `invalid_input` for a day out of reach, and with `not_found` for a department of another hospital.
    """
    if acting.post is None or not acting.can(Capability.DAY_LIST):
        raise Refusal("not_allowed", _("Your role does not include this."))
    institution = acting.post.institution
    today = database_now().astimezone(BEIJING).date()
    if day is not None and abs((day - today).days) > REACH:
        first, last = today - timedelta(days=REACH), today + timedelta(days=REACH)
        message = _("Lists can be had from %(first)s to %(last)s.") % {"first": first.isoformat(), "last": last.isoformat()}
        raise invalid("date", message)
    room = None if department is None else Department.objects.filter(institution=institution, public_id=department).first()
    if department is not None and room is None:
        raise Refusal("not_found", NOTHING_HERE)
    return Asked(institution, day or next_day(institution, today), room, half_day)


def next_day(institution: Institution, today: date) -> date:
    """The next day on which the hospital has sessions; tomorrow when none is published."""
    ahead = ClinicSession.objects.filter(service__institution=institution, date__gt=today, date__lte=today + timedelta(days=REACH))
    found = ahead.filter(Q(status="planned") | Q(slots__pool_slots__claimed__gt=0)).aggregate(day=Min("date"))["day"]
    return found or today + timedelta(days=1)


def day_list(asked: Asked) -> DayList:
    """The list as it is now, by the database's clock; everybody booked, with those of stopped sessions marked (R127, R166)."""
    slots = _slots(asked)
    hour = policy.value(DAY_LIST_TIME, at=asked.day, institution=asked.institution)
    return DayList(
        asked,
        as_of=database_now(),
        closes_at=slots.aggregate(last=Max("closes_at"))["last"],
        due_at=closes_at(asked.day, hour),
        counts=tuple(_counts(slots)),
        bookings=_bookings(asked),
    )


def departments_of(institution: Institution, day: date) -> QuerySet[Department]:
    """The departments that have sessions on a day, by name."""
    rooms = ClinicSession.objects.filter(service__institution=institution, date=day).values("service__department")
    return Department.objects.filter(pk__in=rooms).order_by("name", "pk")


def _slots(asked: Asked) -> QuerySet[PoolSlot]:
    found = PoolSlot.objects.referral().filter(institution=asked.institution, visit_date=asked.day)
    if asked.department is not None:
        found = found.filter(department=asked.department)
    return found.filter(slot__session__half_day=asked.half_day) if asked.half_day else found


def _counts(slots: QuerySet[PoolSlot]) -> Iterable[Count]:
    rows = slots.values("department", "department__public_id", "department__name").order_by("department__name", "department")
    for row in rows.annotate(reserved=Sum("published"), booked=Sum("claimed"), back=Sum("returned")):
        yield Count(row["department__public_id"], row["department__name"], row["reserved"], row["booked"], row["back"])


def _bookings(asked: Asked) -> QuerySet[Booking]:
    """The bookings by department and band, each with the end of its document and whether its session was stopped or its band blocked."""
    documents = PatientIdentifier.objects.filter(patient=OuterRef("patient"), is_primary=True)
    found = Booking.objects.filter(institution=asked.institution, visit_date=asked.day, status__in=EXPECTED)
    if asked.department is not None:
        found = found.filter(department=asked.department)
    if asked.half_day:
        found = found.filter(pool_slot__slot__session__half_day=asked.half_day)
    found = found.annotate(document_tail=Subquery(documents.values("tail")[:1]), session_status=F("pool_slot__slot__session__status"))
    found = found.annotate(band_is_blocked=F("pool_slot__slot__is_blocked"))
    found = found.annotate(priority_proved=is_proved("patient", asked.day))
    return found.select_related(*BEHIND).order_by("department__name", "department", "starts_at", "pk")


def read_half(text: str) -> str:
    """A half-day's code, or nothing for whatever is none."""
    return text if text in HalfDay.values else ""
