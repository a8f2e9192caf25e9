"""The working calendar: the days that differ from Monday to Friday, and the years whose days are officially known."""

from django.db import models
from django.db.models import Q


class CalendarDay(models.Model):
    """One day's working status, for everybody or for one hospital; a day without a row follows its weekday.

    A day off that is worked instead may run the timetable of another weekday (1 = Monday … 7 = Sunday).
    """

    date = models.DateField()
    institution = models.ForeignKey("clinics.Institution", models.PROTECT, null=True, blank=True, related_name="calendar_days")
    is_working = models.BooleanField()
    runs_as_weekday = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.TextField(blank=True, default="")
    source = models.TextField(blank=True, default="")

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("date", "institution"), nulls_distinct=False, name="calendar_day_once_per_place"),
            models.CheckConstraint(
                condition=Q(runs_as_weekday__isnull=True) | Q(runs_as_weekday__range=(1, 7), is_working=True),
                name="calendar_day_runs_as_a_weekday",
            ),
        )

    def __str__(self) -> str:
        return self.date.isoformat()


class CalendarYear(models.Model):
    """A year whose holidays and adjusted working days are officially known, and from where."""

    year = models.PositiveSmallIntegerField(unique=True)
    source = models.TextField()

    class Meta:
        default_permissions = ()
        constraints = (models.CheckConstraint(condition=~Q(source=""), name="calendar_year_names_its_source"),)

    def __str__(self) -> str:
        return str(self.year)
