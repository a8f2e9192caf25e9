"""The filters of the slips and of the resident's page; what a filter returns is already escaped."""

from collections.abc import Callable
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from referral.slips import marks, text

register = template.Library()


def safe(function: Callable[[str], str]) -> Callable[[str], SafeString]:
    """A filter whose HTML was escaped by the function that wrote it."""

    def filtered(value: str) -> SafeString:
        return mark_safe(function(str(value or "")))  # noqa: S308

    return filtered


for name in ("body", "inline", "org"):
    register.filter(name, safe(getattr(text, name)))
for name in ("qr", "bars"):
    register.filter(name, safe(getattr(marks, name)))
for name in ("groups", "long_date", "short_date", "weekday"):
    register.filter(name, getattr(text, name))


@register.filter
def spoken_time(at: datetime) -> str:
    """上午 8:30: a time for residents."""
    local = timezone.localtime(at)
    half = gettext("morning") if local.hour < 12 else gettext("afternoon")
    return f"{half} {(local.hour - 1) % 12 + 1}:{local.minute:02d}"


@register.filter
def spoken_band(start: datetime, end: datetime) -> str:
    """上午 8:30 至 9:00: a band for residents."""
    last = timezone.localtime(end)
    return gettext("%(start)s to %(end)s") % {"start": spoken_time(start), "end": f"{(last.hour - 1) % 12 + 1}:{last.minute:02d}"}
