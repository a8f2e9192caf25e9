"""Gives the examinations, tests and check-ups of two hospitals their mornings in the week, and publishes what they lack (R072, R202)."""

from collections.abc import Iterator
from datetime import date

from clinics.models import HalfDay, Institution, Service, SessionTemplate
from clinics.models.offer import EXAMINATIONS
from clinics.timetables.half_day_fields import LIMITED
from clinics.timetables.weekly import Wish, enter_week
from referral.demo.load_offers import FIRST_TWO, coordinator_of
from referral.demo.load_sessions import MORNING, SHARE, WORKING_WEEK, published_ahead
from reserved_pools.sessions.publishing import open_pools

PLACES = 8  # of a morning; a third of them are the referrers'


def load_exams(places: dict[str, Institution], today: date) -> int:
    """Every named examination gets a place in the timetable, once; answers how many reserved bands were added."""
    return sum(_hospital(places[hospital.name], today) for hospital in FIRST_TWO)


def _hospital(hospital: Institution, today: date) -> int:
    by = coordinator_of(hospital)
    known = SessionTemplate.objects.filter(service__institution=hospital).values("service")
    found = Service.objects.filter(institution=hospital, kind__in=EXAMINATIONS).exclude(pk__in=known)
    fresh = list(found.select_related("institution", "department").order_by("pk"))
    if not fresh:
        return 0
    open_pools(fresh, share=SHARE, valid_from=today, by=by)
    for service in fresh:
        enter_week(service, list(_week(service, today)), by=by)
    return published_ahead(hospital, today, by)


def _week(service: Service, today: date) -> Iterator[Wish]:
    for weekday in WORKING_WEEK:
        yield Wish(service.public_id, weekday, HalfDay.MORNING, *MORNING, PLACES, LIMITED, valid_from=today)
