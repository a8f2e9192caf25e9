"""Choosing a place for a referral: the half-day calendar, its bands, the moment of deciding, and a refusal that helps."""

from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.views.typed import errors_in, texts
from permissions.doors import Needs, Page
from permissions.doors.fields import ID
from permissions.roles import Capability
from referral.booking.asking import Wish, submit
from referral.booking.book import book
from referral.booking.override_models import Overridable
from referral.booking.override_queries import lets_pass
from referral.cases.emergencies import sign_of
from referral.cases.models import Referral
from referral.cases.place_requests import acceptance_of, waits_for_a_day
from referral.cases.queries import referral_of
from referral.cases.submission_models import LONGEST_NOTE
from referral.views.availability import Panel, look
from referral.views.exceptions import ask_link
from referral.views.filters import Filters
from referral.views.instead import half_of, instead
from referral.views.later_days import Beyond
from referral.views.matrix import key_of
from referral.views.rights import right_of
from referral.views.saying import say
from referral.views.strip import strip_with_counts
from reserved_pools.models import PoolSlot
from vault.audit import saw
from vault.refusal import Refusal, invalid


class BookPage(Page):
    """Filters, the chosen half-day and the chosen band stand in the address; the booking itself is one POST."""

    policies = {"GET": Needs(Capability.BOOK), "POST": Needs(Capability.BOOK)}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.closed, request, public_id)  # type: ignore[attr-defined]
        referral = referral_of(self.acting, public_id)
        if referral.status != "draft" and not waits_for_a_day(referral):
            return redirect("referral", public_id)
        answer = self.page(request, referral)
        saw(self.acting.actor, "referral", public_id, "booking page")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        if request.POST.get("act") == "ask":
            return self.ask(request, public_id)
        booking = book(
            referral=public_id,
            pool_slot=uuid_from(request, "pool_slot"),
            version=version_from(request),
            key=str(uuid_from(request, "idempotency_key")),
            by=self.acting,
        )
        say(
            request, referral_of(self.acting, public_id).patient, _("Booked. The message to the patient is on its way."),
            _("Booked. The patient has no mobile number and gets no message: tell her, or call."),
        )  # fmt: skip
        return redirect("booking_done", booking)

    def ask(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """A bed or day surgery is not booked but asked for (R072)."""
        wish = Wish(uuid_from(request, "service"), texts(request, ["note"], several_lines={"note"})["note"])
        submit(public_id, wish, expected_version=version_from(request), by=self.acting)
        messages.success(request, _("The hospital is asked. You find its answer in your inbox; then you choose a day."))
        return redirect("referral", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        """The same page with what was chosen, the rule, and what can be booked instead; nothing of it is lost."""
        errors = errors_in(refusal)["errors"]
        if request.POST.get("act") == "ask" and refusal.code == "invalid_input" and errors.keys() <= {"note", "service"}:
            return self.page(request, referral_of(self.acting, public_id), asking=True, errors=errors, violations=refusal.violations)
        if refusal.code in ("not_found", "invalid_input", "idempotency_mismatch"):
            return None
        if refusal.code == "right_not_in_force":
            return self.closed(request, public_id, refusal)
        kept = (
            {"asking": True, "violations": refusal.violations}
            if request.POST.get("act") == "ask" and refusal.violations
            else {"asking": False}
        )
        return self.page(request, referral_of(self.acting, public_id), refusal, **kept)

    def closed(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        """Without a right in force there is no calendar: the page says so, and why."""
        if refusal.code != "right_not_in_force":
            return None
        right = right_of(self.acting)
        return self.render(request, "referral/right_closed.html", {"refusal": refusal, "right": right, "referral_id": public_id})

    def page(self, request: HttpRequest, referral: Referral, refusal: Refusal | None = None, **more: Any) -> HttpResponse:
        beyond = Beyond.OPENED if lets_pass(Overridable.HORIZON, referral) else Beyond.MAY_BE_ASKED
        seen = look(self.acting, request.GET, asked=timezone.localdate(referral.created_at), beyond=beyond)
        slot = None if refusal and refusal.code != "outcome_unknown" else slot_of(seen.panel, chosen_slot(request))
        context = {
            **seen.context,
            "referral": referral,
            "strip": strip_with_counts(
                referral.patient,
                self.acting.district_id,
                seen.panel.day if seen.panel else None,
                seen_at=referral.encounter.seen_at,
                promise_until=seen.calendar.promised_until,
            ),
            "emergency": sign_of(referral.emergency_sign) if referral.emergency_sign else None,
            "slot": slot,
            "idempotency_key": request.POST.get("idempotency_key") or uuid4(),
            **refused_context(refusal, seen.panel, chosen_slot(request), seen.filters),
            "ask_exception": ask_link(referral, refusal.violations, refused_slot(request, refusal)) if refusal else "",
            "also": {"act": "ask", "note": request.POST.get("note", "")} if request.POST.get("act") == "ask" else {},
            **asking_context(request, referral, seen.panel),
        }
        return self.render(request, "referral/book.html", context | more)


def uuid_from(request: HttpRequest, name: str) -> UUID:
    """A public id of the form; only somebody who changed the page sends another thing."""
    value = request.POST.get(name, "")
    if not ID.match(value):
        raise invalid(name, _("Choose one of the times shown."))
    return UUID(value)


def version_from(request: HttpRequest) -> int:
    """The version of the referral the page showed."""
    text = request.POST.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise invalid("version", _("This page is not complete. Please load it again."))
    return int(text)


def asking_context(request: HttpRequest, referral: Referral, panel: Panel | None) -> dict[str, Any]:
    """Whether the hospital of the panel is asked before it is booked, and what it has accepted already (R072)."""
    held = acceptance_of(referral, timezone.localdate())
    asks = panel is not None and panel.service.is_asked_first and (held is None or held.service_id != panel.service.pk)
    return {
        "acceptance": held,
        "asks": asks,
        "asking": asks and referral.status == "draft" and request.GET.get("ask") == "1",
        "longest_note": LONGEST_NOTE,
        "values": {"note": request.POST.get("note", "")[: LONGEST_NOTE * 2]},
    }


def chosen_slot(request: HttpRequest) -> str:
    """The band of the form, or of the address."""
    return request.POST.get("pool_slot") or request.GET.get("slot", "")


def refused_slot(request: HttpRequest, refusal: Refusal) -> str:
    """The band that was refused; of a bed that is asked for, the published day by which it was judged."""
    return chosen_slot(request) or str(refusal.current.get("pool_slot", ""))


def slot_of(panel: Panel | None, chosen: str) -> PoolSlot | None:
    """The chosen band of the panel, when it has a place left."""
    return next((slot for slot in panel.bands if str(slot.public_id) == chosen and slot.remaining > 0), None) if panel else None  # type: ignore[attr-defined]


def refused_context(refusal: Refusal | None, panel: Panel | None, chosen: str, filters: Filters) -> dict[str, Any]:
    """The refusal with the words of what was chosen and links to what can be booked instead."""
    if refusal is None:
        return {}
    slot = next((slot for slot in panel.bands if str(slot.public_id) == chosen), None) if panel else None
    return {
        "refusal": refusal,
        "chosen_panel": panel,
        "chosen_slot": slot,
        **instead(refusal, partial(calendar_of, filters)),
    }


def calendar_of(filters: Filters, row: dict[str, Any]) -> str:
    """The address whose calendar shows a place."""
    key = key_of(row["service"], row["visit_date"], half_of(row))
    return f"?{Filters(filters.department, kind=filters.kind, later=filters.later).query}&cell={key}"
