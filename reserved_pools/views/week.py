"""The week of a hospital's places: the board with its shares, the file of it, and publishing a week with what it would make."""

from collections import defaultdict
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinics.models import Institution, Publication, Service, SlotClass
from clinics.timetables.calendar import known_until
from clinics.timetables.horizon import Why
from clinics.timetables.schedule_changes import LONGEST_REASON, announced_to, freeze_days_of, is_frozen
from clinics.timetables.weekly_queries import hospital_run_by
from clinics.views import typed
from clinics.views.exporting import handed_out
from clinics.views.timetable import REDRAWN, RUNNING, day_in, hospital_filter
from permissions.doors import Page
from permissions.doors.fields import read_day
from reserved_pools.sessions.board import Board, Session, board, monday_of
from reserved_pools.sessions.publish_weeks import Span, publish_span
from reserved_pools.sessions.week_preview import Preview, horizon_of, left_out_as_too_many, preview
from reserved_pools.views.session_words import SHARE_BAR, class_words, shares_of_row, shortfalls
from vault.refusal import Refusal

WEEK = timedelta(days=7)
SHOWN_CHANGES = 8
FRIDAY = 5
# What else concerns a coordinator's week, as far as its page exists.
BESIDE = (
    ("pools", gettext_lazy("Expected to stay unused")),
    ("stops", gettext_lazy("Stopped clinics")),
    ("day_list", gettext_lazy("Tomorrow's list")),
    ("released", gettext_lazy("Places that came back")),
)


class Week(Page):
    """Seven days of sessions by department, shortfalls on top; the coordinator's first page."""

    policies = {"GET": RUNNING}

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        hospital = hospital_run_by(self.acting, typed.id_or_none(request.GET.get("institution", "")))
        shown = board_asked(request, hospital, today)
        context = {
            **hospital_filter(self, hospital),
            **neighbours(shown.days[0], today),
            "board": shown,
            "rows": [shares_of_row(row) for row in shown.rows],
            "bar": SHARE_BAR,
            "shortfalls": shortfalls(shown.rows),
            "compliance_href": address_of("compliance"),
            "empty_days": {day for day in shown.days if day.isoweekday() > FRIDAY and not any(one.date == day for one in shown.sessions)},
            "today": today,
            "frozen": freeze_days_of(hospital, today),
            "is_frozen": any(
                is_frozen(day, today=today, freeze_days=freeze_days_of(hospital, today)) and day >= today for day in shown.days
            ),
            "department": request.GET.get("department", ""),
            "slot_class": typed.one_of(request.GET, "slot_class", SlotClass.values),
            "slot_classes": [("", _("all")), *SlotClass.choices],
            "departments": [("", _("all")), *((str(row.department.public_id), row.department.name) for row in shown.rows)],
            "filtered": bool(request.GET.get("department") or request.GET.get("slot_class")),
            "changes": list(announced_to(self.acting, timezone.localtime()).filter(session__service__institution=hospital)[:SHOWN_CHANGES]),
            "beside": beside(),
        }
        return self.render(request, "reserved_pools/week.html", context)


class WeekExport(Page):
    """The sessions of the same week as a file."""

    policies = {"POST": RUNNING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        hospital = hospital_run_by(self.acting, typed.id_or_none(request.GET.get("institution", "")))
        shown = board_asked(request, hospital, timezone.localdate())
        columns = [
            _("Date"),
            _("Half-day"),
            _("Begins at"),
            _("Ends at"),
            _("Department"),
            _("Service"),
            _("Class"),
            _("State"),
            _("Places"),
        ]
        columns += [_("Reserved for referrals"), _("Booked"), _("Given back"), _("For residents"), _("Window"), _("Blocked"), _("Doctor")]
        names = {row.department.pk: row.department.name for row in shown.rows}
        rows = (line_of(one, names[one.department]) for one in shown.sessions)
        filters = {"from": shown.days[0].isoformat()}
        return handed_out(request, "week", _("Week of places"), columns, rows, by=self.acting, filters=filters)


class WeekPublish(Page):
    """What publishing would make, left out and why, and the one button that does it; a second click makes nothing."""

    policies = {"GET": RUNNING, "POST": RUNNING}

    def get(self, request: HttpRequest) -> HttpResponse:
        hospital = hospital_run_by(self.acting, typed.id_or_none(request.GET.get("institution", "")))
        today = timezone.localdate()
        first = day_or(request.GET.get("from", ""), monday_of(today) + WEEK)
        last = day_or(request.GET.get("to", ""), first + timedelta(days=6))
        copied = day_or(request.GET.get("copied_from", ""), None)
        return self.shown(request, hospital, Span(first, last or first, copied))

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        hospital = hospital_run_by(self.acting, typed.chosen_id(request, "institution"))
        done = publish_span(hospital, read_span(request), by=self.acting)
        words = ngettext(
            "%(count)d session published, %(reserved)d places of it kept for referrals.",
            "%(count)d sessions published, %(reserved)d places of them kept for referrals.",
            done.sessions,
        )
        said = words % {"count": done.sessions, "reserved": done.reserved} if done.sessions else _("Nothing was left to publish.")
        messages.success(request, said)
        for sentence in crowded(done):
            messages.warning(request, sentence)
        return redirect(f"{reverse('week')}?institution={hospital.public_id}&from={monday_of(done.first_day).isoformat()}")

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in REDRAWN:
            return None
        hospital = hospital_run_by(self.acting, typed.id_or_none(request.POST.get("institution", "")))
        monday = monday_of(timezone.localdate()) + WEEK
        first = day_or(request.POST.get("from", ""), monday)
        span = Span(first, day_or(request.POST.get("to", ""), first + timedelta(days=6)), day_or(request.POST.get("copied_from", ""), None))
        return self.shown(request, hospital, span, refusal)

    def shown(self, request: HttpRequest, hospital: Institution, span: Span, refusal: Refusal | None = None) -> HttpResponse:
        today = timezone.localdate()
        seen, wrong = forecast(hospital, span, today)
        context = {
            **hospital_filter(self, hospital),
            "span": span,
            "preview": seen,
            "groups": grouped(seen) if seen else [],
            "copied_from": span.copied_from.isoformat() if span.copied_from else "",
            "sources": sources(span.first),
            "reason": request.POST.get("reason", ""),
            "longest_reason": LONGEST_REASON,
            "furthest": horizon_of(hospital, today),
            "known_until": known_until(today),
            "horizon": span.last,
            "today": today,
            **typed.errors_in(refusal or wrong),
        }
        return self.render(request, "reserved_pools/week_publish.html", context, status=400 if wrong and refusal is None else 200)


def crowded(done: Publication) -> list[str]:
    """A sentence for each service that some days were left out for, because it would have more places than it has."""
    days: dict[Service, set[str]] = defaultdict(set)
    for one in left_out_as_too_many(done, timezone.localdate()):
        days[one.pattern.service].add(one.date.isoformat())
    words = _("%(service)s was not published on %(days)s: %(why)s.")
    return [
        words % {"service": f"{one.department.name} {one.name}", "days": " ".join(sorted(held)), "why": Why.TOO_MANY.label}
        for one, held in days.items()
    ]


def board_asked(request: HttpRequest, hospital: Institution, today: date) -> Board:
    """The week an address asks for; a day that is none is this week."""
    first = day_or(request.GET.get("from", ""), today + timedelta(days=1))
    department = typed.id_or_none(request.GET.get("department", ""))
    slot_class = typed.one_of(request.GET, "slot_class", SlotClass.values)
    return board(hospital, monday_of(first), department=department, slot_class=slot_class)


def day_or(text: str, other: Any) -> Any:
    """A day of an address, or another where it names none."""
    try:
        return read_day(text)
    except ValueError:
        return other


def read_span(request: HttpRequest) -> Span:
    """What the form asks to publish. Refuses with `invalid_input`."""
    copied = day_in(request, "copied_from") if request.POST.get("copied_from") else None
    return Span(day_in(request, "from"), day_in(request, "to"), copied, typed.texts(request, ("reason",))["reason"])


def forecast(hospital: Institution, span: Span, today: date) -> tuple[Preview | None, Refusal | None]:
    """What the span would make, or why it cannot be published."""
    try:
        return preview(hospital, span.first, span.last, today=today, copied_from=span.copied_from), None
    except Refusal as refusal:
        return None, refusal


def grouped(seen: Preview) -> list[tuple[date, list[Any], list[Any]]]:
    """Day by day: what is made, and what is left out."""
    days = sorted({one.plan.date for one in seen.made} | {one.date for one in seen.skipped})
    return [(day, [one for one in seen.made if one.plan.date == day], [one for one in seen.skipped if one.date == day]) for day in days]


def sources(first: date) -> list[tuple[str, str]]:
    """From what a week can be made: the templates, or one of the four weeks before."""
    weeks = [monday_of(first) - WEEK * number for number in range(1, 5)]
    named = [(week.isoformat(), _("a copy of the week of %(day)s") % {"day": week.isoformat()}) for week in weeks]
    return [("", _("the weekly timetable")), *named]


def neighbours(monday: date, today: date) -> dict[str, date]:
    """The weeks the buttons lead to."""
    this = monday_of(today)
    return {"monday": monday, "sunday": monday + timedelta(days=6), "before": monday - WEEK, "after": monday + WEEK, "this": this,
            "next_week": this + WEEK}  # fmt: skip


def beside() -> list[tuple[str, str]]:
    """The neighbouring pages that exist."""
    named = [(address_of(name), str(words)) for name, words in BESIDE]
    return [(address, words) for address, words in named if address]


def address_of(name: str) -> str:
    """Where a page stands, or nothing while there is none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def line_of(one: Session, department: str) -> list[object]:
    """One line of the file."""
    times = [timezone.localtime(moment).strftime("%H:%M") for moment in (one.starts_at, one.ends_at)]
    return [
        one.date, _("morning") if one.half_day == "am" else _("afternoon"), *times, department, one.service,
        class_words(one.slot_class), _("stopped") if one.is_stopped else _("takes place"), one.capacity, one.reserved, one.booked,
        one.returned, one.direct, one.window, one.blocked, one.practitioner,
    ]  # fmt: skip
