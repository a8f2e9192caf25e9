"""The working calendar on a page: a year by month, days to change, official holidays to enter, and how far they are known."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from clinics.models import Institution
from clinics.models.institution import InstitutionKind
from clinics.policy.scope import governs, institutions_of
from clinics.timetables.calendar import known_until
from clinics.timetables.calendar_days import (
    LONGEST_NOTE,
    LONGEST_SOURCE,
    YEARS_AHEAD,
    DayWords,
    mark_known,
    official_days,
    place_of,
    published_on,
    remove_day,
    seed_year,
    set_day,
)
from clinics.timetables.calendar_year import Year, history_of, weekdays, year_of
from clinics.views import typed
from permissions.doors import Needs, Page
from permissions.doors.fields import read_day, typed_day
from permissions.roles import Capability
from vault.faults import Faults
from vault.refusal import Refusal, invalid

KEEPING = Needs(Capability.SET_POLICY, Capability.MANAGE_POOLS)
REDRAWN = frozenset({"invalid_input"})
A_MONDAY = date(2026, 1, 5)


class Calendar(Page):
    """Everybody's days, or one hospital's beside them; what is changed stands in the history."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        today = timezone.localdate()
        match request.POST.get("act", ""):
            case "set":
                self.set(request, today)
            case "remove":
                day, place = _day(request), place_of(self.acting, typed.chosen_id(request, "institution"))
                remove_day(day, institution=place, today=today, by=self.acting)
                messages.success(request, _("The day follows its weekday again."))
            case "seed":
                number = seed_year(_year(request), by=self.acting)
                words = ngettext("%(count)d day is entered.", "%(count)d days are entered.", number)
                messages.success(request, words % {"count": number})
            case "known":
                mark_known(_year(request), typed.texts(request, ("source",))["source"], today=today, by=self.acting)
                messages.success(request, _("The year is marked as officially known."))
            case _other:
                raise invalid("act", _("Choose what to do."))
        return redirect(_address(request))

    def set(self, request: HttpRequest, today: date) -> None:
        """One day is said to be off or worked; what is published on it is told."""
        faults = Faults()
        day = faults.of(_day, request)
        said = faults.of(_words, request)
        place = faults.of(place_of, self.acting, typed.chosen_id(request, "institution"))
        faults.tell()
        assert day is not None
        assert said is not None
        published = set_day(day, said, institution=place, today=today, by=self.acting)
        messages.success(request, _("Saved. What was there before is in the history."))
        if published and not said.is_working:
            words = ngettext(
                "%(count)d session of this day is published already. Stop it, so that its patients are told.",
                "%(count)d sessions of this day are published already. Stop them, so that their patients are told.",
                published,
            )
            messages.warning(request, words % {"count": published})

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        return self.shown(request, refusal) if refusal.code in REDRAWN else None

    def shown(self, request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
        said = request.POST if refusal else request.GET
        today = timezone.localdate()
        places = list(institutions_of(self.acting).filter(kind=InstitutionKind.HOSPITAL))
        place = next((one for one in places if str(one.public_id) == said.get("institution", "")), None)
        keeps = place is not None or governs(self.acting)
        year = year_of(_shown_year(said.get("year", "") or said.get("day", "")[:4], today), place)
        context = {
            "year": year,
            "years": range(today.year - 1, today.year + YEARS_AHEAD + 1),
            "options": [("", pgettext("calendar", "everybody")), *((str(one.public_id), one.display_name) for one in places)],
            "institution": str(place.public_id) if place else "",
            "place": place,
            "keeps": keeps,
            "governs": governs(self.acting) and place is None,
            "has_list": bool(official_days(year.number)),
            "known_until": known_until(today),
            "horizon": date(year.number, 12, 31) if year.number >= today.year else None,
            "today": today,
            "weekdays": weekdays(),
            "heads": [A_MONDAY + timedelta(days=number) for number in range(7)],
            "timeline": history_of(place, year.number),
            **day_form(said, year, place, today, keeps),
            **typed.errors_in(refusal),
        }
        return self.render(request, "clinics/calendar.html", context)


def day_form(said: Any, year: Year, place: Institution | None, today: date, keeps: bool) -> dict[str, Any]:
    """The dialog about one day: what stands there, or what was typed."""
    try:
        day = read_day(said.get("day", ""))
    except ValueError:
        return {"day": None}
    row = next((one.row for one in year.named if one.day == day), None)
    own = row if row is not None and row.institution_id == (place.pk if place else None) else None
    held = {
        "works": ("work" if row.is_working else "off") if row else "",
        "runs_as_weekday": str(row.runs_as_weekday or "") if row else "",
        "note": row.note if row else "",
        "source": row.source if row else "",
    }
    typed_in = {name: said.get(name, value) for name, value in held.items()}
    return {
        "day": day,
        "said": typed_in,
        "own": own,
        "may_change": keeps and day >= today,
        "published": published_on(day, place),
        "works_options": [("", _("please choose")), ("off", _("off")), ("work", _("worked"))],
        "weekday_options": [("", _("its own")), *((str(number), name) for number, name in weekdays().items())],
        "longest_note": LONGEST_NOTE,
        "longest_source": LONGEST_SOURCE,
    }


def _shown_year(text: str, today: date) -> int:
    """The year of an address; what is none, or too far, is this one."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else today.year
    return number if today.year - 10 <= number <= today.year + YEARS_AHEAD else today.year


def _address(request: HttpRequest) -> str:
    """Back to the year and place that was looked at."""
    kept = {name: request.POST.get(name, "") for name in ("year", "institution")}
    kept["year"] = kept["year"] or request.POST.get("day", "")[:4]
    return f"{reverse('calendar')}?{urlencode({name: value for name, value in kept.items() if value})}"


def _day(request: HttpRequest) -> date:
    return typed_day("day", request.POST.get("day", "").strip())


def _year(request: HttpRequest) -> int:
    text = request.POST.get("year", "").strip()
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise invalid("year", _("Enter a year, like 2026."))
    return int(text)


def _words(request: HttpRequest) -> DayWords:
    """The day as typed. Refuses with every fault at once."""
    faults = Faults()
    texts = faults.of(typed.texts, request, ("note", "source")) or {"note": "", "source": ""}
    works = request.POST.get("works", "")
    if works not in ("off", "work"):
        faults.add(invalid("works", _("Choose one of those shown.")))
    weekday = request.POST.get("runs_as_weekday", "")
    if weekday and weekday not in map(str, weekdays()):
        faults.add(invalid("runs_as_weekday", _("Choose a day of the week.")))
    faults.tell()
    return DayWords(works == "work", int(weekday) if weekday else None, texts["note"], texts["source"])
