"""The working calendar: the days that differ from Monday to Friday."""

from django.db import models


class CalendarDay(models.Model):
    """One day's working status; a day without a row follows its weekday."""

    date = models.DateField(unique=True)
    is_working = models.BooleanField()
    note = models.TextField(blank=True, default="")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.date.isoformat()
