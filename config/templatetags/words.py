"""How pages say dates, times, what is left, sexes and numbers, in Chinese and in English."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, pgettext

from referral.views.spans import span_words

register = template.Library()

WEEKDAYS = (
    lambda: pgettext("weekday", "Mon"),
    lambda: pgettext("weekday", "Tue"),
    lambda: pgettext("weekday", "Wed"),
    lambda: pgettext("weekday", "Thu"),
    lambda: pgettext("weekday", "Fri"),
    lambda: pgettext("weekday", "Sat"),
    lambda: pgettext("weekday", "Sun"),
)
LONG_WEEKDAYS = (
    lambda: pgettext("long weekday", "Monday"),
    lambda: pgettext("long weekday", "Tuesday"),
    lambda: pgettext("long weekday", "Wednesday"),
    lambda: pgettext("long weekday", "Thursday"),
    lambda: pgettext("long weekday", "Friday"),
    lambda: pgettext("long weekday", "Saturday"),
    lambda: pgettext("long weekday", "Sunday"),
)
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def local(value: Any) -> Any:
    """An aware instant in the time of the people who read it; dates and times stay."""
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def parts(value: date) -> dict[str, Any]:
    """The numbers and words a date format may use."""
    value = local(value)
    weekday_name = WEEKDAYS[value.weekday()]()
    return {
        "year": value.year,
        "month": value.month,
        "day": value.day,
        "short_month": MONTHS[value.month - 1][:3],
        "long_month": MONTHS[value.month - 1],
        "weekday": weekday_name,
        "weekday_mark": weekday_name[-1],
        "long_weekday": LONG_WEEKDAYS[value.weekday()](),
    }


@register.filter
def day(value: date | None) -> str:
    """11月26日 周四, for sentences."""
    return pgettext("date", "%(weekday)s %(day)d %(short_month)s") % parts(value) if value else ""


@register.filter
def plain_day(value: date | None) -> str:
    """11月26日, for sentences in which the weekday does not matter."""
    return pgettext("date", "%(day)d %(short_month)s") % parts(value) if value else ""


@register.filter
def long_day(value: date | None) -> str:
    """2026年11月26日 星期四, for headings and papers."""
    return pgettext("date", "%(long_weekday)s %(day)d %(long_month)s %(year)d") % parts(value) if value else ""


@register.filter
def short_day(value: date | None) -> str:
    """11-26 for tables, with the year when it is not this one."""
    if not value:
        return ""
    value = local(value)
    return value.strftime("%m-%d") if value.year == timezone.localdate().year else iso_day(value)


@register.filter
def iso_day(value: date | None) -> str:
    """2026-11-26, for terms and validity."""
    return local(value).strftime("%Y-%m-%d") if value else ""


@register.filter
def weekday(value: date | None) -> str:
    """周四, under the number of a day."""
    return WEEKDAYS[local(value).weekday()]() if value else ""


@register.filter
def narrow_day(value: date | None) -> str:
    """26 四, where a phone shows seven days side by side."""
    return pgettext("date, narrow", "%(day)d %(weekday)s") % parts(value) if value else ""


@register.filter
def clock(value: datetime | time | None) -> str:
    """08:30."""
    return local(value).strftime("%H:%M") if value else ""


@register.filter
def until(start: datetime | time, end: datetime | time) -> str:
    """08:30–09:00, as `starts_at|until:ends_at`."""
    return f"{clock(start)}–{clock(end)}"


@register.filter
def moment(value: datetime | None) -> str:
    """11-23 10:31, for tables and timelines."""
    return f"{short_day(value)} {clock(value)}" if value else ""


@register.filter
def day_and_clock(value: datetime | None) -> str:
    """11月25日 15:00, for deadlines in sentences."""
    return f"{plain_day(value)} {clock(value)}" if value else ""


@register.filter
def days_to(value: date | datetime | None) -> int | None:
    """Whole days from today until a day; negative when it is over."""
    if value is None:
        return None
    value = local(value)
    return ((value.date() if isinstance(value, datetime) else value) - timezone.localdate()).days


@register.filter
def left(value: date | datetime | None) -> str:
    """剩 3 天, 今天, 逾期 6 天: what is left until a deadline."""
    days = days_to(value)
    if days is None:
        return ""
    if days == 0:
        return gettext("today")
    if days < 0:
        return ngettext("%(days)d day overdue", "%(days)d days overdue", -days) % {"days": -days}
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


@register.filter
def time_left(value: datetime | None) -> str:
    """剩 4 小时 36 分: what is left until an instant of today."""
    if value is None:
        return ""
    minutes = int((value - timezone.now()) / timedelta(minutes=1))
    if minutes < 0:
        return gettext("closed")
    if minutes < 60:
        return gettext("%(minutes)d min left") % {"minutes": minutes}
    return gettext("%(hours)d h %(minutes)d min left") % {"hours": minutes // 60, "minutes": minutes % 60}


@register.filter
def span(value: timedelta | None) -> str:
    """3 小时 20 分: how long something took."""
    return "" if value is None else span_words(value)


@register.filter
def near_day(value: date | datetime | None) -> str:
    """今天 and 明天 in words, other days as in tables; an instant keeps its clock."""
    days = days_to(value)
    if days is None:
        return ""
    words = {0: gettext("today"), 1: gettext("tomorrow"), -1: gettext("yesterday")}
    text = words.get(days, short_day(value))
    return f"{text} {clock(value)}" if isinstance(value, datetime) else text


@register.simple_tag
def gap() -> str:
    """What stands between two sentences: a blank, in Chinese nothing."""
    return "" if (get_language() or "").startswith("zh") else " "


@register.filter
def half_day(value: str) -> str:
    """上午 or 下午."""
    return {"am": gettext("morning"), "pm": gettext("afternoon")}.get(value, "")


@register.filter
def half_day_mark(value: str) -> str:
    """上午 or 下午 where there is no room for a word."""
    return {"am": pgettext("half-day, narrow", "AM"), "pm": pgettext("half-day, narrow", "PM")}.get(value, "")


@register.filter
def sex(value: str) -> str:
    """男, 女 and the two words of the code table for neither (GB/T 2261.1)."""
    words = {"0": gettext("sex unknown"), "1": gettext("male"), "2": gettext("female"), "9": gettext("sex not stated")}
    return words.get(str(value), words["9"])


@register.filter
def age(born: date | None) -> int | str:
    """Whole years today."""
    if born is None:
        return ""
    today = timezone.localdate()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


@register.filter
def fours(value: str) -> str:
    """1101 0226 1123 0047: a long number in groups of four, for reading aloud."""
    text = str(value or "")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


@register.filter
def record_number(value: str) -> str:
    """110102*******0031: a health-record number on a page."""
    text = str(value or "")
    return f"{text[:6]}{'*' * (len(text) - 10)}{text[-4:]}" if len(text) > 10 else text


@register.filter
def counted(value: int, limit: int) -> str:
    """2/2: a count with its limit."""
    return f"{value}/{limit}"


@register.filter
def has(value: Any, name: Any) -> bool:
    """Whether a list or dictionary holds a thing; nothing holds nothing."""
    return bool(value) and name in value


@register.filter
def at(value: Any, key: Any) -> Any:
    """The value of a dictionary under a key that is itself a variable."""
    return value.get(key, "") if value else ""


@register.simple_tag(takes_context=True)
def page_address(context: template.Context, number: int, key: str = "") -> str:
    """The same address with another page of its list; `key` names the list where a page has two."""
    asked = context["request"].GET.copy()
    asked[key or "page"] = str(number)
    return f"?{asked.urlencode()}"


@register.simple_tag
def promise_bar(days: int) -> SafeString:
    """Three segments of the three-day promise; filled ones are the days left (R112)."""
    kinds = ["late" if days <= 1 and n == 0 else "on" if n < days else "" for n in range(3)]
    label = ngettext("%(days)d day left", "%(days)d days left", max(days, 0)) % {"days": max(days, 0)}
    segments = format_html_join("", '<i class="{}"></i>', ((kind,) for kind in kinds))
    return format_html('<span class="promise" role="img" aria-label="{}">{}</span>', label, segments)


STATE_KINDS = {
    "ok": {"booked", "granted", "accepted", "attended", "fulfilled", "arrived", "reported", "returned", "followed_up", "valid"},
    "few": {"draft", "on_standby", "info_requested", "nominated", "verified", "held", "queued", "unknown"},
    "bad": {"overdue", "noshow", "not_attended", "revoked", "suspended", "declined", "failed", "void", "redirected"},
    "info": {"sent", "submitted", "sending", "sent_back", "returned_with_advice"},
}


@register.filter
def state_kind(status: str) -> str:
    """The kind of tag of a status; whatever is over or unknown is grey."""
    return next((kind for kind, statuses in STATE_KINDS.items() if status in statuses), "off")


@register.simple_block_tag
def dialog(content: str, id: str, title: str, open: bool = False) -> SafeString:  # noqa: A002  words of the templates
    """A dialog around its content; opens by its address `#id`, or at once when the server says so."""
    return render_to_string("components/_dialog.html", {"id": id, "title": title, "open": open, "content": content})
