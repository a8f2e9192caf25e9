"""On which days examinations run: the working days of the calendar, unless the hospital decided otherwise (R202)."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from clinics.models import Institution, Service
from clinics.parameters import EXAMS_ON_WORKING_DAYS
from clinics.policy import Target, resolve, rows_in_force
from clinics.timetables.calendar import working_days
from vault.refusal import invalid

LONGEST_REST = timedelta(days=31)


def days_without_exams(institution: Institution, first: date, last: date) -> frozenset[date]:
    """The days from the first to the last, both included, on which no examination runs at this hospital; two queries.

    Weekends and holidays, as far as `exams_on_working_days` says yes on the day itself; a day worked instead counts as worked.
    """
    worked = set(working_days(first, last, institution))
    days = {first + timedelta(days=number) for number in range((last - first).days + 1)} - worked
    target = Target.at(institution, None)
    rows = rows_in_force([EXAMS_ON_WORKING_DAYS], [target]) if days else []
    return frozenset(day for day in days if resolve(EXAMS_ON_WORKING_DAYS, day, target, rows).value)


def next_exam_day(day: date, institution: Institution | None = None) -> date:
    """The first working day from a day on, itself included; a month without one is taken as it is."""
    return next(iter(working_days(day, day + LONGEST_REST, institution)), day)


def require_exam_days(plans: Iterable[tuple[Service, date]]) -> None:
    """Refuse with `invalid_input` an examination on a day without examinations, and name the next day with them (R202)."""
    planned: dict[int, list[tuple[Service, date]]] = {}
    for service, day in plans:
        if service.is_examination:
            planned.setdefault(service.institution_id, []).append((service, day))
    for sessions in planned.values():
        institution, days = sessions[0][0].institution, {day for _service, day in sessions}
        shut = days & days_without_exams(institution, min(days), max(days))
        if shut:
            following = next_exam_day(min(shut), institution).isoformat()
            raise invalid(
                "date",
                _("Examinations run on working days, and %(day)s is none.") % {"day": min(shut).isoformat()},
                remedy=_("Plan it for %(day)s, the next working day.") % {"day": following},
            )
