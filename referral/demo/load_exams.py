"""Gives the examinations, tests and check-ups of two hospitals their mornings in the week, and publishes what they lack (R072, R202)."""

from collections.abc import Callable, Iterable
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
    return sum(opened(places[hospital.name], EXAMINATIONS, lambda _: PLACES, today) for hospital in FIRST_TWO)


def opened(hospital: Institution, kinds: Iterable[str], places_of: Callable[[Service], int], today: date) -> int:
    """The mornings of the working week for every service of these kinds that has none, published; answers how many reserved bands."""
    by = coordinator_of(hospital)
    known = SessionTemplate.objects.filter(service__institution=hospital).values("service")
    found = Service.objects.filter(institution=hospital, kind__in=kinds).exclude(pk__in=known)
    fresh = list(found.select_related("institution", "department").order_by("pk"))
    if not fresh:
        return 0
    open_pools(fresh, share=SHARE, valid_from=today, by=by)
    for service in fresh:
        week = [
            Wish(service.public_id, weekday, HalfDay.MORNING, *MORNING, places_of(service), LIMITED, valid_from=today)
            for weekday in WORKING_WEEK
        ]
        enter_week(service, week, by=by)
    return published_ahead(hospital, today, by)
