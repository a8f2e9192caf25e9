"""One published session: its bands with their places, what was changed, and the changes that are still possible."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinics.models import ClinicSession
from clinics.register.history import Entry
from clinics.timetables.schedule_changes import changes_of_session, freeze_days_of, is_frozen
from clinics.timetables.timetable import band_minutes
from clinics.views import typed
from clinics.views.timetable import RUNNING
from clinics.views.timetable_words import doctor_words
from permissions.doors import Page
from reserved_pools.sessions.band_blocks import block, unblock
from reserved_pools.sessions.changes import END, START, Added, add_band, add_places
from reserved_pools.sessions.doctors import change_doctor, stand_ins
from reserved_pools.sessions.queries import Band, bands_of, session_run_by
from reserved_pools.views.session_words import change_words
from vault.refusal import Refusal, invalid

REDRAWN = frozenset({"invalid_input", "stale_state", "places_withdrawn"})
ENDS = [(END, gettext_lazy("after the last band")), (START, gettext_lazy("before the first band"))]


class SessionPage(Page):
    """The session; each change is a dialog of its own, sent here with `act`."""

    policies = {"GET": RUNNING, "POST": RUNNING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.shown(request, session_run_by(self.acting, public_id))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        session = session_run_by(self.acting, public_id)
        act = request.POST.get("act", "")
        if act not in ACTS:
            raise invalid("act", _("Choose what to do."))
        held = {"reason": typed.texts(request, ("reason",))["reason"], "by": self.acting, "expected_version": typed.version(request)}
        messages.success(request, ACTS[act](request, session, held))
        return redirect("clinic_session", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in REDRAWN:
            return None
        return self.shown(request, session_run_by(self.acting, public_id), refusal)

    def shown(self, request: HttpRequest, session: ClinicSession, refusal: Refusal | None = None) -> HttpResponse:
        now, institution = timezone.localtime(), session.service.institution
        bands = bands_of(session)
        open_bands = [one for one in bands if not one.is_blocked and one.ends_at > now]
        changeable = session.status == "planned" and session.ends_at > now
        context = {
            "session": session,
            "bands": bands,
            "total": total_of(bands),
            "changeable": changeable,
            "frozen": is_frozen(session.date, today=now.date(), freeze_days=freeze_days_of(institution, now.date())),
            "band_options": [("", _("please choose")), *((str(one.public_id), span_of(one)) for one in open_bands)],
            "block_options": [("", _("please choose")), *((str(one.public_id), span_and_booked(one)) for one in open_bands)],
            "booked_ahead": sum(one.booked for one in open_bands),
            "blocked_options": [(str(one.public_id), span_of(one)) for one in bands if one.may_open_again],
            "ends": ENDS,
            "band_minutes": band_minutes(institution, session.date),
            "doctors": [(str(one.public_id), doctor_words(one)) for one in stand_ins(session)] if changeable else [],
            "timeline": [entry_of(one) for one in changes_of_session(session)],
            "stop_href": stop_address(session),
            "opened": request.POST.get("act", "") if refusal is not None else "",
            "said": request.POST,
            **typed.errors_in(refusal),
        }
        return self.render(request, "reserved_pools/session.html", context)


def _places(request: HttpRequest, session: ClinicSession, held: dict[str, Any]) -> str:
    return said_added(add_places(session, typed.chosen_id(request, "band"), request.POST.get("places", ""), **held))


def _band(request: HttpRequest, session: ClinicSession, held: dict[str, Any]) -> str:
    return said_added(add_band(session, request.POST.get("where", ""), request.POST.get("places", ""), **held))


def _block(request: HttpRequest, session: ClinicSession, held: dict[str, Any]) -> str:
    done = block(session, typed.chosen_id(request, "band"), **held)
    if not done.booked:
        return _("The band is blocked; nobody was booked in it.")
    words = ngettext(
        "The band is blocked. %(count)d booking stays and needs another time.",
        "The band is blocked. %(count)d bookings stay and need another time.",
        done.booked,
    )
    return words % {"count": done.booked}


def _unblock(request: HttpRequest, session: ClinicSession, held: dict[str, Any]) -> str:
    unblock(session, typed.chosen_id(request, "band"), **held)
    return _("The band is open again.")


def _doctor(request: HttpRequest, session: ClinicSession, held: dict[str, Any]) -> str:
    change_doctor(session, typed.chosen_id(request, "practitioner"), **held)
    return _("Another doctor holds this session. Class, title and bookings stay as they are.")


ACTS: dict[str, Callable[[HttpRequest, ClinicSession, dict[str, Any]], str]] = {
    "places": _places,
    "band": _band,
    "block": _block,
    "unblock": _unblock,
    "doctor": _doctor,
}


def said_added(added: Added) -> str:
    """What was added and for whom."""
    shares = added.shares
    said = {"places": shares.places, "referral": shares.referral, "direct": shares.direct, "window": shares.window}
    return _("%(places)d places added: %(referral)d for referrals, %(direct)d for residents, %(window)d for the window.") % said


def total_of(bands: list[Band]) -> dict[str, int]:
    """The last line of the table; blocked bands hold what is still booked in them."""
    names = ("capacity", "referral", "booked", "direct", "window", "returned")
    return {name: sum(getattr(one, name) for one in bands if name != "capacity" or not one.is_blocked) for name in names}


def span_of(band: Band) -> str:
    """08:00–08:30."""
    return f"{timezone.localtime(band.starts_at):%H:%M}–{timezone.localtime(band.ends_at):%H:%M}"


def span_and_booked(band: Band) -> str:
    """The same, with how many are booked in it: who blocks it decides about them (R126)."""
    return _("%(time)s, %(booked)d booked") % {"time": span_of(band), "booked": band.booked} if band.booked else span_of(band)


def entry_of(change: Any) -> Entry:
    """One change in the session's timeline."""
    clock = f"{timezone.localtime(change.starts_at):%H:%M}" if change.starts_at else ""
    kind = "warn" if change.in_frozen_week else ""
    return Entry(change.created_at, change_words(change, clock), change.changed_by.display_name, change.reason, kind)


def stop_address(session: ClinicSession) -> str:
    """Where this session is stopped, as far as that page exists."""
    try:
        return f"{reverse('stop_new')}?session={session.public_id}"
    except NoReverseMatch:
        return ""
