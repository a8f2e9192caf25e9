"""How long something took, in words."""

from datetime import timedelta

from django.utils.translation import gettext, ngettext

HOUR, TWO_DAYS = 60, 48


def span_words(value: timedelta) -> str:
    """3 h 20 min: minutes below an hour, hours below two days, then whole days."""
    minutes = max(int(value / timedelta(minutes=1)), 0)
    if minutes < HOUR:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    hours = minutes // HOUR
    if hours < TWO_DAYS:
        return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes % HOUR}
    return ngettext("%(n)d day", "%(n)d days", hours // 24) % {"n": hours // 24}
