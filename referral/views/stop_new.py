"""Stopping a clinic on a page: what would happen is shown first, and said again in the dialog that does it."""

from datetime import date
from functools import partial
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from clinics.models import ClinicSession, Practitioner, Service, StopReason
from clinics.parameters import LONG_STOP_NOTICE_DAYS, STOP_NOTICE_DAYS
from clinics.timetables.stop_queries import NOTHING_HERE, service_run_by, services_run_by, session_run_by
from clinics.views.typed import errors_in, id_or_none
from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.doors.fields import typed_day
from permissions.doors.serializers import unprintable_in
from permissions.roles import Capability
from referral.disruptions.affected import counts_of
from referral.disruptions.stand_in import StoodIn, doctors_who_may, kept_by, stand_in
from referral.disruptions.stop import Outcome, Preview, Wanted, preview, stop_clinic
from referral.views.stop_words import HALVES
from vault.faults import Faults
from vault.refusal import Refusal, Violation, invalid

FIELDS = ("service", "first_day", "last_day", "half_day", "reason", "note", "stand_in")
STOPPING = Needs(Capability.MANAGE_POOLS)
LONGEST_TYPED = 400


class StopNew(Page):
    """GET with nothing chosen: the form, from a session with its half-day; with all chosen: the preview. POST: the stop itself."""

    policies = {"GET": STOPPING, "POST": STOPPING}

    def get(self, request: HttpRequest) -> HttpResponse:
        values = typed_in(request.GET) | of_session(request.GET.get("session", ""), self.acting)
        if "preview" not in request.GET:
            return self.shown(request, values)
        try:
            wanted = wanted_in(values, self.acting)
            if values["stand_in"]:
                return self.shown(request, values, wanted=wanted, kept=kept_by(wanted, doctor_in(values), by=self.acting))
            return self.shown(request, values, wanted=wanted, **previewed(preview(wanted, by=self.acting)))
        except Refusal as refusal:
            if refusal.code not in ("invalid_input", "notice_too_short"):
                raise
            return self.shown(request, values, refusal=refusal)

    def post(self, request: HttpRequest) -> HttpResponse:
        values = typed_in(request.POST)
        request.refused = partial(self.refused, request, values)  # type: ignore[attr-defined]
        wanted = wanted_in(values, self.acting)
        if values["stand_in"]:
            messages.success(request, stood_in(stand_in(wanted, doctor_in(values), by=self.acting)))
            return redirect("week")
        outcome = stop_clinic(wanted, by=self.acting)
        messages.success(request, said_of(outcome))
        return redirect("stop", outcome.stop.public_id)

    def refused(self, request: HttpRequest, values: dict[str, str], refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in ("invalid_input", "notice_too_short"):
            return None
        return self.shown(request, values, refusal=refusal)

    def shown(self, request: HttpRequest, values: dict[str, str], *, refusal: Refusal | None = None, **more: Any) -> HttpResponse:
        services = services_run_by(self.acting)
        chosen = next((one for one in services if str(one.public_id) == values["service"]), None)
        doctors = doctors_who_may(chosen) if chosen else []
        context = {
            "doctors": [("", _("nobody: the clinic is stopped")), *((str(one.public_id), titled(one)) for one in doctors)]
            if doctors
            else [],
            "values": values,
            "services": [("", _("please choose")), *((str(one.public_id), named(one)) for one in services)],
            "halves": HALVES,
            "reasons": [("", _("please choose")), *StopReason.choices],
            "labels": labels(),
            "of_rule": refusal if refusal and refusal.code == "notice_too_short" else None,
            **errors_in(refusal),
            **more,
        }
        return self.render(request, "referral/stop_new.html", context, status=422 if refusal else 200)


def typed_in(data: QueryDict) -> dict[str, str]:
    """The fields as typed or as an address says them."""
    return {name: data.get(name, "").strip()[:LONGEST_TYPED] for name in FIELDS}


def of_session(text: str, acting: Acting) -> dict[str, str]:
    """Service, day and half-day of the session somebody came from; nothing without one. Refuses with `not_found`."""
    public_id = id_or_none(text)
    if public_id is None:
        return {}
    session: ClinicSession = session_run_by(acting, public_id)
    day = session.date.isoformat()
    return {"service": str(session.service.public_id), "first_day": day, "last_day": day, "half_day": session.half_day}


def wanted_in(values: dict[str, str], acting: Acting) -> Wanted:
    """The stop these fields ask for; every fault at once."""
    faults = Faults()
    service = faults.of(_service, values["service"], acting)
    first = faults.of(typed_day, "first_day", values["first_day"])
    last = faults.of(typed_day, "last_day", values["last_day"] or values["first_day"])
    if unprintable_in(values["note"], lines=False):
        faults.add(invalid("note", _("This holds a character that cannot be stored or shown.")))
    if not values["reason"]:
        faults.add(invalid("reason", _("Choose one of the reasons.")))
    faults.tell()
    return Wanted(cast(Service, service), cast(date, first), cast(date, last), values["half_day"], values["reason"], values["note"])


def doctor_in(values: dict[str, str]) -> UUID:
    """The doctor who stands in, as the page offered her."""
    public_id = id_or_none(values["stand_in"])
    if public_id is None:
        raise invalid("stand_in", _("Choose one of those shown."))
    return public_id


def titled(doctor: Practitioner) -> str:
    """A doctor of one's own hospital, to choose from; names go no further than this page (R081)."""
    return f"{doctor.name}　{doctor.get_title_display()}"


def stood_in(done: StoodIn) -> str:
    """What the page says when somebody stands in."""
    many = {"n": done.told, "sessions": done.sessions}
    return ngettext(
        "Nothing was stopped: another doctor stands in, and %(n)d patient is told by message.",
        "Nothing was stopped: another doctor stands in, and %(n)d patients are told by message.",
        done.told,
    ) % many  # fmt: skip


def previewed(found: Preview) -> dict[str, Any]:
    """The preview as the template shows it, with the article that decides."""
    rule = LONG_STOP_NOTICE_DAYS if found.judgement.needs_second else STOP_NOTICE_DAYS
    counts = counts_of(found.sessions)
    law = Violation("", "", rule=rule.rule, source=rule.source, article=str(rule.article), quote=rule.quote)
    return {"found": found, "law": law, "lines": [(session, counts.get(session.pk, 0)) for session in found.sessions]}


def said_of(outcome: Outcome) -> str:
    """What the page says after the click."""
    if not outcome.is_new:
        return _("This was stopped or proposed before; nothing was changed.")
    if outcome.stop.status == "proposed":
        return _("Proposed. Nothing is stopped until a second person of the hospital agrees.")
    return ngettext("Stopped; %(n)d place was withdrawn.", "Stopped; %(n)d places were withdrawn.", outcome.withdrawn) % {
        "n": outcome.withdrawn
    }


def named(service: Service) -> str:
    return f"{service.department.name}　{service.name}"


def labels() -> dict[str, Any]:
    return {
        "service": pgettext("column", "Clinic"), "first_day": _("First day"), "last_day": _("Last day"), "half_day": _("Half-day"),
        "reason": _("Reason"),
        "note": _("Note"),
        "stand_in": _("Who stands in"),
    }  # fmt: skip


def _service(text: str, acting: Acting) -> Service:
    public_id = id_or_none(text)
    if public_id is None:
        raise invalid("service", _("Choose one of those shown."))
    try:
        return service_run_by(acting, public_id)
    except Refusal as refusal:
        raise (invalid("service", _("Choose one of those shown.")) if refusal.message == NOTHING_HERE else refusal) from None
