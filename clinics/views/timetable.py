"""The weekly timetable of a hospital: the grid of half-days, and the form that enters, corrects and ends one."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.models import HalfDay, Institution, SessionTemplate
from clinics.register.history import timeline_of
from clinics.timetables.calendar import known_until
from clinics.timetables.half_day_fields import BY_RULE, LIMITED, UNLIMITED
from clinics.timetables.weekly import Wish, correct, end, enter, wish_of
from clinics.timetables.weekly_queries import (
    doctors_working_at,
    hospital_run_by,
    hospitals_run_by,
    services_held_at,
    template_run_by,
    templates_of,
    week_of,
)
from clinics.views import typed
from clinics.views.exporting import handed_out
from clinics.views.timetable_words import TEMPLATE_WORDS, WEEKDAYS, doctor_words, service_words, weekday_words
from permissions.doors import Needs, Page
from permissions.doors.fields import typed_day
from permissions.roles import Capability
from vault.refusal import Refusal

RUNNING = Needs(Capability.MANAGE_POOLS)
REDRAWN = frozenset({"invalid_input", "stale_state"})
TEXTS = ("weekday", "half_day", "starts", "ends", "capacity", "release")
USUAL = {HalfDay.MORNING: ("08:00", "12:00"), HalfDay.AFTERNOON: ("13:30", "17:00")}


class Timetable(Page):
    """The grid: departments with their services down, the days of the week across; filtered by department and service."""

    policies = {"GET": RUNNING}

    def get(self, request: HttpRequest) -> HttpResponse:
        hospital = hospital_run_by(self.acting, typed.id_or_none(request.GET.get("institution", "")))
        services = list(services_held_at(hospital))
        department, service = (typed.id_or_none(request.GET.get(name, "")) for name in ("department", "service"))
        shown = [one for one in services if department in (None, one.department.public_id) and service in (None, one.public_id)]
        templates = templates_of(hospital, on=timezone.localdate())
        context = {
            **hospital_filter(self, hospital),
            "blocks": week_of(shown, templates) if shown else [],
            "weekdays": WEEKDAYS,
            "departments": [("", _("all")), *departments_in(services)],
            "services": [("", _("all")), *((str(one.public_id), service_words(one)) for one in services)],
            "department": str(department or ""),
            "service": str(service or ""),
            "any_services": bool(services),
            "known_until": known_until(timezone.localdate()),
            "today": timezone.localdate(),
        }
        return self.render(request, "clinics/timetable.html", context)


class TimetableExport(Page):
    """The half-days of the week as a file."""

    policies = {"POST": RUNNING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        hospital = hospital_run_by(self.acting, typed.id_or_none(request.GET.get("institution", "")))
        columns = [
            _("Department"),
            _("Service"),
            _("Weekday"),
            _("Half-day"),
            _("Begins at"),
            _("Ends at"),
            _("Places"),
            _("Ordinary release"),
        ]
        columns += [_("Doctor"), _("Valid from"), _("Valid until")]
        rows = (line_of(one) for one in templates_of(hospital, on=timezone.localdate()))
        return handed_out(request, "timetable", _("Weekly timetable"), columns, rows, by=self.acting)


class TemplateNew(Page):
    """One more half-day of the week."""

    policies = {"GET": RUNNING, "POST": RUNNING}

    def get(self, request: HttpRequest) -> HttpResponse:
        hospital = hospital_run_by(self.acting, typed.id_or_none(request.GET.get("institution", "")))
        half = typed.one_of(request.GET, "half_day", HalfDay.values) or HalfDay.MORNING
        starts, ends = USUAL[HalfDay(half)]
        said = {
            "service": request.GET.get("service", ""),
            "weekday": typed.one_of(request.GET, "weekday", {str(number) for number in range(1, 8)}),
            "half_day": half,
            "starts": starts,
            "ends": ends,
            "valid_from": timezone.localdate().isoformat(),
        }
        return self.render(request, "clinics/timetable_form.html", form_of(hospital, said))

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        hospital = hospital_run_by(self.acting, typed.chosen_id(request, "institution"))
        made = enter(hospital, read_wish(request), by=self.acting)
        messages.success(request, _("%(what)s is in the timetable.") % {"what": template_words(made)})
        return redirect(address_of(hospital, made))

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in REDRAWN:
            return None
        hospital = hospital_run_by(self.acting, typed.id_or_none(request.POST.get("institution", "")))
        return self.render(request, "clinics/timetable_form.html", form_of(hospital, request.POST, refusal))


class TemplateEdit(Page):
    """Corrects one half-day; what is published stays as it was."""

    policies = {"GET": RUNNING, "POST": RUNNING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.form(request, template_run_by(self.acting, public_id))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        template = template_run_by(self.acting, public_id)
        given = read_wish(request, service=template.service.public_id)
        changed = correct(template, given, by=self.acting, expected_version=typed.version(request))
        messages.success(request, _("Saved. It counts from the next publishing on; published sessions stay as they are."))
        return redirect(address_of(changed.service.institution, changed))

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in REDRAWN:
            return None
        return self.form(request, template_run_by(self.acting, public_id), refusal, request.POST)

    def form(
        self, request: HttpRequest, template: SessionTemplate, refusal: Refusal | None = None, said: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        return self.render(request, "clinics/timetable_form.html", edit_context(template, refusal, said))


class TemplateEnd(Page):
    """POST: a half-day runs for the last time."""

    policies = {"POST": RUNNING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        template = template_run_by(self.acting, public_id)
        ended = end(template, day_in(request, "last_day"), by=self.acting, expected_version=typed.version(request))
        messages.success(request, _("%(what)s ends. Published sessions stay as they are.") % {"what": template_words(ended)})
        return redirect(address_of(ended.service.institution, ended))

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in REDRAWN:
            return None
        context = edit_context(template_run_by(self.acting, public_id), refusal) | {"open_end": True}
        return self.render(request, "clinics/timetable_form.html", context)


def hospital_filter(page: Page, hospital: Institution) -> dict[str, Any]:
    """The hospital shown, and the others somebody runs, for the filter of a page."""
    mine = list(hospitals_run_by(page.acting))
    return {
        "hospital": hospital,
        "institution": str(hospital.public_id),
        "institutions": [(str(one.public_id), one.display_short_name) for one in mine] if len(mine) > 1 else [],
    }


def form_of(hospital: Institution, said: Mapping[str, Any], refusal: Refusal | None = None) -> dict[str, Any]:
    """What the form shows: the choices of the hospital, what stands in the fields, what was wrong."""
    return {
        "hospital": hospital,
        "said": said,
        "services": [("", _("please choose")), *((str(one.public_id), service_words(one)) for one in services_held_at(hospital))],
        "doctors": [("", _("nobody in particular")), *((str(one.public_id), doctor_words(one)) for one in doctors_working_at(hospital))],
        "weekdays": [("", _("please choose")), *WEEKDAYS],
        "halves": HalfDay.choices,
        "releases": [(BY_RULE, _("as the regulation says")), (LIMITED, _("limited to the places")), (UNLIMITED, _("without a limit"))],
        "releases_now": [(LIMITED, _("limited to the places")), (UNLIMITED, _("without a limit"))],
        "today": timezone.localdate(),
        **typed.errors_in(refusal),
    }


def edit_context(template: SessionTemplate, refusal: Refusal | None = None, said: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The form of one half-day with its history."""
    held = wish_of(template)
    values = {name: str(getattr(held, name) or "") for name in Wish.__dataclass_fields__} | dict(said.items() if said else ())
    return form_of(template.service.institution, values, refusal) | {
        "template": template,
        "words": service_words(template.service),
        "timeline": timeline_of(template.public_id, TEMPLATE_WORDS),
    }


def read_wish(request: HttpRequest, service: UUID | None = None) -> Wish:
    """One half-day as typed."""
    chosen = service or typed.chosen_id(request, "service")
    return Wish(
        chosen,
        **typed.texts(request, TEXTS),
        practitioner=typed.chosen_id(request, "practitioner"),
        valid_from=day_in(request, "valid_from"),
    )


def day_in(request: HttpRequest, name: str) -> date:
    """A day as the browser's own field sends it. Refuses with `invalid_input`."""
    return typed_day(name, request.POST.get(name, "").strip())


def departments_in(services: list[Any]) -> list[tuple[str, str]]:
    """The departments of these services, once each, in their order."""
    return list({str(one.department.public_id): one.department.name for one in services}.items())


def template_words(template: SessionTemplate) -> str:
    """周一 上午 普通门诊."""
    return f"{weekday_words(template.weekday)} {template.get_half_day_display()} {template.service.name}"


def address_of(hospital: Institution, template: SessionTemplate) -> str:
    """The grid at the department of a half-day."""
    return f"{reverse('timetable')}?institution={hospital.public_id}&department={template.service.department.public_id}"


def line_of(one: SessionTemplate) -> list[object]:
    """One line of the file."""
    return [
        one.service.department.name, one.service.name, weekday_words(one.weekday), one.get_half_day_display(), f"{one.starts:%H:%M}",
        f"{one.ends:%H:%M}", one.capacity, _("without a limit") if one.is_uncapped else _("limited to the places"),
        one.practitioner.name if one.practitioner else "", one.valid_from, one.valid_to,
    ]  # fmt: skip
