"""Which days are worked: Monday to Friday, unless the calendar says otherwise."""

from datetime import date, timedelta

from clinics.models import CalendarDay


def working_days(first: date, last: date) -> list[date]:
    """Every working day from the first to the last, both included, read in one query."""
    known = dict(CalendarDay.objects.filter(date__range=(first, last)).values_list("date", "is_working"))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [day for day in days if known.get(day, day.weekday() < 5)]
