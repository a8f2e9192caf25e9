"""Looking at the reserved places: the half-day calendar with its filters and the bands of one half-day, without a referral."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from clinics import policy
from clinics.models import Institution
from clinics.parameters import BOOKING_HORIZON_DAYS, CANCEL_CUTOFF
from clinics.queries import departments_open_to
from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.roles import Capability
from referral.booking.facts import day_before_at
from referral.views.filters import Choices, Filters, choices_of, filters_from
from referral.views.matrix import class_words, matrix, read_key
from referral.views.rights import right_of
from reserved_pools.half_days import Calendar
from reserved_pools.models import PoolSlot
from reserved_pools.queries import bands, half_days


@dataclass(frozen=True, slots=True)
class Panel:
    """One half-day of one service with its bands."""

    key: str
    day: date
    half: str
    institution: Institution
    department: Any
    words: str
    bands: list[PoolSlot]
    cancel_until: datetime
    promised: bool


@dataclass(frozen=True, slots=True)
class Look:
    """What one address of the calendar shows: the filters and their choices, the half-days, and the chosen one."""

    choices: Choices
    filters: Filters
    calendar: Calendar
    panel: Panel | None

    @property
    def context(self) -> dict[str, Any]:
        """The same for the templates of the calendar."""
        return {
            "filters": self.filters,
            "query": self.filters.query,
            "department_words": self.choices.subject(self.filters.department),
            "departments": self.choices.departments,
            "institutions": self.choices.institutions,
            "slot_classes": self.choices.slot_classes,
            "matrix": matrix(self.calendar, chosen=self.panel.key if self.panel else "", promised_only=self.filters.promise),
            "panel": self.panel,
        }


class Availability(Page):
    """The calendar to look at; a doctor books from a referral, so that nothing here leads to a booking."""

    policies = {"GET": Needs(Capability.SEE_AVAILABILITY)}

    def get(self, request: HttpRequest) -> HttpResponse:
        refers = self.acting.can(Capability.BOOK)
        right = right_of(self.acting) if refers else None
        shown = look(self.acting, request.GET).context if right is None or right.in_force else {}
        return self.render(request, "referral/availability.html", {"refers": refers, "right": right, **shown})


def look(acting: Acting, data: QueryDict) -> Look:
    """The calendar an address asks for, as far as this person may see it. Raises Refusal("right_not_in_force")."""
    today = timezone.localdate()
    choices = choices_of(departments_open_to(acting), refers=acting.can(Capability.BOOK))
    filters = filters_from(data, choices)
    calendar = half_days(acting, filters.wanted(today, horizon(acting.district_id, today)), today=today)
    return Look(choices, filters, calendar, panel_of(acting, data.get("cell", ""), calendar))


def panel_of(acting: Acting, key: str, calendar: Calendar) -> Panel | None:
    """The half-day the address names, when this person may see it and a clinic takes place."""
    named = read_key(key)
    found = list(bands(acting, *named)) if named else []
    if not named or not found:
        return None
    one = found[0]
    return Panel(
        key=key,
        day=one.visit_date,
        half=named[2],
        institution=one.institution,
        department=one.department,
        words=class_words(one.slot_class, one.service.title),
        bands=found,
        cancel_until=cancel_until(one.institution, one.visit_date),
        promised=one.visit_date <= calendar.promised_until,
    )


def horizon(district: int, today: date) -> int:
    """How many days ahead the calendar goes (R106)."""
    held = policy.values([BOOKING_HORIZON_DAYS], policy.Target(district), today)
    return int(str(held[BOOKING_HORIZON_DAYS.key].value))


def cancel_until(institution: Institution, visit_date: date) -> datetime:
    """Until when a visit at this hospital can be cancelled, as it would be frozen on a booking made now."""
    hour = policy.value(CANCEL_CUTOFF, at=timezone.localdate(), institution=institution)
    return day_before_at(visit_date, hour)
