"""Looking at the reserved places: the half-day calendar with its filters and the bands of one half-day, without a referral."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from clinics import policy
from clinics.models import Institution, Service, ServiceItem
from clinics.models.offer import EXAMINATIONS
from clinics.offers.fields import LABELS, Has, has
from clinics.parameters import CANCEL_CUTOFF
from clinics.register.naming import shown_name
from clinics.timetables.exam_days import next_exam_day
from clinics.timetables.schedule_changes import announced_to
from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.roles import Capability
from referral.booking.facts import day_before_at
from referral.views.filters import Choices, Filters, choices_of, filters_from, kind_from
from referral.views.later_days import Beyond, Later, later_days
from referral.views.matrix import matrix, read_key, service_words
from referral.views.promise import Clock, clock_of, promise_of
from referral.views.rights import right_of
from reserved_pools.ahead import ahead
from reserved_pools.models import PoolSlot
from reserved_pools.promise import Promise
from reserved_pools.queries import bands, half_days
from reserved_pools.sessions.half_days import Calendar
from reserved_pools.wanted import LONGEST

TO_KNOW = ("fee", "indications", "preparation", "eligibility", "notes")
SHOWN_CHANGES = 20


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
    wait: str  # how long one waits for it, in calendar and in working days
    service: Service
    says: list[tuple[Any, str]]  # label and text of what the doctor has to know of the service
    items: list[ServiceItem]
    doctor: str = ""  # only where the hospital shows its doctors' names (R081)


@dataclass(frozen=True, slots=True)
class Look:
    """What one address of the calendar shows: the filters and their choices, the half-days, and the chosen one."""

    choices: Choices
    filters: Filters
    calendar: Calendar
    panel: Panel | None
    clock: Clock
    later: Later
    next_exam_day: date | None = None  # only where examinations are looked for, and tomorrow is a day without them (R202)

    @property
    def context(self) -> dict[str, Any]:
        """The same for the templates of the calendar."""
        return {
            "filters": self.filters,
            "query": self.filters.query,
            "department_words": self.choices.subject(self.filters.department) if self.filters.department else "",
            "kind_words": dict(self.choices.kinds).get(self.filters.kind, ""),
            "departments": self.choices.departments,
            "districts": self.choices.districts,
            "institutions": self.choices.institutions,
            "slot_classes": self.choices.slot_classes,
            "kinds": self.choices.kinds,
            "next_exam_day": self.next_exam_day,
            "matrix": matrix(self.calendar, chosen=self.panel.key if self.panel else "", promised_only=self.filters.promise),
            "panel": self.panel,
            "clock": self.clock,
            "later": self.later,
            "promise_days": self.calendar.promise_days,
        }


class Availability(Page):
    """The calendar to look at; a doctor books from a referral, so that nothing here leads to a booking."""

    policies = {"GET": Needs(Capability.SEE_AVAILABILITY)}

    def get(self, request: HttpRequest) -> HttpResponse:
        refers = self.acting.can(Capability.BOOK)
        right = right_of(self.acting) if refers else None
        may_look = right is None or right.in_force
        shown = look(self.acting, request.GET).context if may_look else {}
        changes = list(announced_to(self.acting, timezone.localtime())[:SHOWN_CHANGES]) if may_look else []
        return self.render(request, "referral/availability.html", {"refers": refers, "right": right, "changes": changes, **shown})


def look(acting: Acting, data: QueryDict, *, asked: date | None = None, name: str = "", beyond: Beyond = Beyond.CLOSED) -> Look:
    """The calendar an address asks for, as far as this person may see it. Raises Refusal("right_not_in_force").

    The promised days are counted from the day the referral was `asked` for, today when there is none (C24). A `name` keeps it to
    one examination. It ends at the horizon, or with the last published day where two persons may open or opened what is `beyond`.
    """
    today = timezone.localdate()
    choices = choices_of(acting, refers=acting.can(Capability.BOOK), kind=kind_from(data))
    filters = replace(filters_from(data, choices), name=name)
    held = ahead(today)
    end = today + timedelta(days=min(held.longest(choices.reached or {acting.district_id}), LONGEST.days))
    later = later_days(acting, filters, beyond, held, end)
    calendar = half_days(acting, filters.wanted(today, later.last, beyond=later.shown), today=today, asked=asked, held=held)
    promise = promise_of(calendar, asked or today)
    panel = panel_of(acting, data.get("cell", ""), promise)
    return Look(choices, filters, calendar, panel, clock_of(calendar, promise), later, exam_day_after(filters, today))


def exam_day_after(filters: Filters, today: date) -> date | None:
    """The next working day, where examinations are looked for and tomorrow is none (R202)."""
    tomorrow = today + timedelta(days=1)
    following = next_exam_day(tomorrow) if filters.kind in EXAMINATIONS else tomorrow
    return following if following != tomorrow else None


def panel_of(acting: Acting, key: str, promise: Promise) -> Panel | None:
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
        words=service_words(one.service.kind, one.slot_class, one.service.title, name=one.service.name, disease=one.service.disease),
        bands=found,
        cancel_until=cancel_until(one.institution, one.visit_date),
        promised=promise.keeps(one.visit_date),
        wait=promise.why_not(one.visit_date) or promise.wait(one.visit_date),
        service=one.service,
        says=what_to_know(one.service),
        items=list(one.service.items.all()) if has(one.service.kind, "items") is not Has.NO else [],
        doctor=doctor_of(one, acting),
    )


def what_to_know(service: Service) -> list[tuple[Any, str]]:
    """Fee, indications, preparation, eligibility and notes of a service, where its kind has them and they say something."""
    words = {name: "" if getattr(service, name) is None else str(getattr(service, name)) for name in TO_KNOW}
    return [(LABELS[name], words[name]) for name in TO_KNOW if words[name] and has(service.kind, name) is not Has.NO]


def doctor_of(slot: PoolSlot, acting: Acting) -> str:
    """The session's doctor, where this reader may know her."""
    practitioner = slot.slot.session.practitioner
    if practitioner is not None:
        practitioner.institution = slot.institution
    return shown_name(practitioner, to=acting, today=timezone.localdate())


def cancel_until(institution: Institution, visit_date: date) -> datetime:
    """Until when a visit at this hospital can be cancelled, as it would be frozen on a booking made now."""
    hour = policy.value(CANCEL_CUTOFF, at=timezone.localdate(), institution=institution)
    return day_before_at(visit_date, hour)
