"""The public page of what hospitals offer: no login, no cookie, no doctor's name, the same for everybody for a minute."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from clinics.models import Institution, SlotClass
from clinics.models.post import Title
from clinics.register import public
from clinics.register.public import Asked
from clinics.register.public_answers import kept_answer
from permissions.doors import PUBLIC, Page
from permissions.doors.fields import ID, read_day

LANGUAGES = {"zh": "zh-hans", "en": "en"}
MOST_AHEAD = timedelta(days=92)
FURTHEST_PAGE = 50


class PublicClinics(Page):
    """Hospitals with what each offers, or one hospital by department, class and title; `lang` is zh or en."""

    policies = {"GET": PUBLIC}

    def get(self, request: HttpRequest) -> HttpResponse:
        language = request.GET.get("lang", "zh")
        language = language if language in LANGUAGES else "zh"
        asked, page = asked_in(request, timezone.localdate())
        with translation.override(LANGUAGES[language]):
            name = f"page {language} {page} {asked}"
            answer = kept_answer(request, name, "text/html; charset=utf-8", lambda: made(asked, page, language).encode())
        answer["Content-Language"] = LANGUAGES[language]
        return answer


def asked_in(request: HttpRequest, today: date) -> tuple[Asked, int]:
    """What the address asks for; what nobody can mean is left out, as a page of filters does."""
    given = request.GET
    hospital = UUID(given["hospital"]) if ID.match(given.get("hospital", "")) else None
    subject = given.get("subject", "")
    number = given.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 1
    asked = Asked(today, hospital, subject if subject in public.SUBJECTS else "", day_in(given.get("day", ""), today))
    return asked, min(max(page, 1), FURTHEST_PAGE)


def day_in(text: str, today: date) -> date | None:
    """A day from today on that somebody can mean, or None."""
    try:
        day = read_day(text)
    except ValueError:
        return None
    return day if today <= day <= today + MOST_AHEAD else None


def made(asked: Asked, page: int, language: str) -> str:
    """The whole page, without anything of the person who reads it."""
    hospitals, subjects = public.choices()
    held: dict[str, Any] = {
        "language": language,
        "html_lang": "en" if language == "en" else "zh-CN",
        "other": address(asked, "zh" if language == "en" else "en"),
        "asked": asked,
        "hospital_options": [("", _("all hospitals")), *hospitals],
        "subject_options": [("", _("all subjects")), *subjects],
        "chosen_hospital": str(asked.hospital) if asked.hospital else "",
        "days": asked.days,
        "all": address(Asked(asked.today, None, asked.subject, asked.day), language),
    }
    if asked.hospital:
        hospital = public.hospital_named(asked.hospital, asked.today)
        if hospital is None:
            raise Http404
        lines = [shown(line, asked.days) for line in public.lines_of(asked)]
        return render_to_string("clinics/public_hospital.html", held | {"hospital": hospital, "lines": lines})
    found = public.hospitals_offering(asked, page=page)
    held["hospitals"] = [summed(one, asked, language) for one in found[: public.HOSPITALS]]
    held["next"] = address(asked, language, page + 1) if len(found) > public.HOSPITALS else ""
    held["previous"] = address(asked, language, page - 1) if page > 1 else ""
    return render_to_string("clinics/public.html", held)


def address(asked: Asked, language: str, page: int = 1) -> str:
    """The address of this very question in a language."""
    given = {"hospital": asked.hospital, "subject": asked.subject, "day": asked.day, "page": page if page > 1 else ""}
    return "?" + urlencode({"lang": language} | {name: str(value) for name, value in given.items() if value})


def summed(one: public.Summary, asked: Asked, language: str) -> dict[str, Any]:
    """A hospital with its subjects and where to read more."""
    hospital: Institution = one.hospital
    return {
        "hospital": hospital,
        "subjects": one.subjects,
        "sessions": sum(subject["sessions"] for subject in one.subjects),
        "places": sum(subject["places"] for subject in one.subjects),
        "href": address(Asked(asked.today, hospital.public_id, asked.subject, asked.day), language),
    }


def shown(line: public.Line, days: list[date]) -> dict[str, Any]:
    """A line with its cells day by day."""
    return {
        "line": line,
        "subject": public.subject_words(line.subject),
        "what": SlotClass(line.slot_class).label,
        "title": Title(line.title).label if line.title in Title.values else "",
        "cells": [(day, line.mornings.get(day, 0), line.afternoons.get(day, 0)) for day in days],
        "hours": [(half, line.begins[half], line.ends[half]) for half in ("am", "pm") if half in line.begins],
    }
