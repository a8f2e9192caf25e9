"""The form of an extra session, beside the weekly timetable."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.models import HalfDay, Institution
from clinics.timetables.schedule_changes import LONGEST_REASON, freeze_days_of
from clinics.timetables.weekly_queries import hospital_run_by
from clinics.views import typed
from clinics.views.timetable import REDRAWN, RUNNING, USUAL, day_in, form_of, hospital_filter
from permissions.doors import Page
from reserved_pools.sessions.extra_sessions import ExtraSession, add_session
from vault.refusal import Refusal

TEXTS = ("half_day", "starts", "ends", "capacity", "release", "reason")


class SessionNew(Page):
    """One session more on a day that is named."""

    policies = {"GET": RUNNING, "POST": RUNNING}

    def get(self, request: HttpRequest) -> HttpResponse:
        hospital = hospital_run_by(self.acting, typed.id_or_none(request.GET.get("institution", "")))
        starts, ends = USUAL[HalfDay.MORNING]
        said = {"service": request.GET.get("service", ""), "half_day": "am", "starts": starts, "ends": ends}
        return self.form(request, hospital, said)

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        hospital = hospital_run_by(self.acting, typed.chosen_id(request, "institution"))
        given = ExtraSession(
            service=typed.chosen_id(request, "service"),
            date=day_in(request, "date"),
            practitioner=typed.chosen_id(request, "practitioner"),
            **typed.texts(request, TEXTS),
        )
        made = add_session(hospital, given, by=self.acting)
        messages.success(request, _("The extra session is published. Who refers to this hospital is told."))
        return redirect("clinic_session", made.public_id)

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in REDRAWN:
            return None
        hospital = hospital_run_by(self.acting, typed.id_or_none(request.POST.get("institution", "")))
        return self.form(request, hospital, request.POST, refusal)

    def form(self, request: HttpRequest, hospital: Institution, said: Mapping[str, Any], refusal: Refusal | None = None) -> HttpResponse:
        today = timezone.localdate()
        context = {
            **hospital_filter(self, hospital),
            **form_of(hospital, said, refusal),
            "frozen": freeze_days_of(hospital, today),
            "longest_reason": LONGEST_REASON,
        }
        return self.render(request, "reserved_pools/session_new.html", context)
