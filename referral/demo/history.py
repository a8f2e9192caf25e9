"""What became of the reserved places of the last ninety days, invented: popular weekdays, early and late bookers; the same every time."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from zlib import crc32

from django.db.models import Sum

from clinics.models import HalfDay, Service
from clinics.timetables.calendar import working_days
from reserved_pools.models import OutcomeSource, PoolSlot, SessionOutcome

DAYS = 90
LONGEST = 20  # days before the cut-off
WEEKDAYS = (1.15, 1.05, 1.0, 0.9, 0.72, 0.65, 0.6)  # Monday to Sunday: people come early in the week
AFTERNOON = 0.75
AT_ONCE = 2000
Line = tuple[int, int, str]  # service, weekday, half-day


def load_history(today: date) -> int:
    """Outcomes for every half-day of the week that is on the timetable now; what is there stays. Answers how many were added."""
    rows = list(_outcomes(today))
    before = SessionOutcome.objects.count()
    SessionOutcome.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)
    return SessionOutcome.objects.count() - before


def holds_history() -> bool:
    """Whether a history was entered here before."""
    return SessionOutcome.objects.filter(source=OutcomeSource.EARLIER).exists()


def _outcomes(today: date) -> Iterator[SessionOutcome]:
    services = {one.pk: one for one in Service.objects.select_related("institution", "department")}
    days = working_days(today - timedelta(days=DAYS), today - timedelta(days=1))
    for (service, weekday, half_day), published in sorted(_lines().items()):
        for day in days:
            if day.weekday() == weekday:
                booked_by = _booked_by(services[service], day, half_day, published)
                yield SessionOutcome(
                    service_id=service, date=day, half_day=half_day, published=published, booked_by=booked_by, source=OutcomeSource.EARLIER
                )


def _lines() -> dict[Line, int]:
    """The half-days of the week that have reserved places now, with how many a session usually has."""
    rows = (
        PoolSlot.objects.referral()
        .filter(slot__session__status="planned")
        .values_list("service", "visit_date", "slot__session__half_day")
        .annotate(places=Sum("published"))
        .order_by("visit_date")
    )
    return {(service, day.weekday(), half_day): places for service, day, half_day, places in rows}


def _booked_by(service: Service, day: date, half_day: str, published: int) -> list[int]:
    """How many were booked by each day before the cut-off: experts fill early, general clinics late, some never."""
    name = f"{service.institution.name}/{service.department.name}/{service.name}"
    popular = 0.45 + crc32(name.encode()) % 110 / 100
    dice = Random(f"{name}/{day.isoformat()}/{half_day}")  # noqa: S311  an invented past, the same every time
    habit = WEEKDAYS[day.weekday()] * (AFTERNOON if half_day == HalfDay.AFTERNOON else 1) * (1.2 if service.is_expert else 1)
    mean = published * popular * habit
    wanted = max(0, round(dice.gauss(mean, 0.6 + mean * 0.08)))
    leads = sorted((int(dice.betavariate(2.2, 1.6 if service.is_expert else 3.4) * LONGEST) for _person in range(wanted)), reverse=True)
    came = leads[:published]
    return [sum(lead >= days for lead in came) for days in range(LONGEST + 1)]
