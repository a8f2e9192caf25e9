"""The resident's page: by number and confirmation code she sees her booking and may cancel it until the frozen cut-off."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from permissions.doors import PUBLIC, Page
from permissions.visit import visit_of
from referral.booking.cancel import cancel_by_resident
from referral.booking.confirm import asks_to_confirm
from referral.booking.corrections import undo_cancel_by_resident, undo_until
from referral.booking.models import Booking, BookingMode, CancelCause
from referral.booking.move import is_movable, resident_may_move
from referral.booking.queries import booking_proved, held_back_until, moved_to
from referral.booking.sentences_resident import to_resident
from referral.booking.who_cancels import may_cancel
from referral.disruptions.queries import disruption_of
from referral.patients.guardians_reach import greeted, guardian_of
from referral.slips import holder
from referral.slips.proof import PROOF_OF_STATUS, Proof
from vault.actor import Actor, ActorKind
from vault.audit import saw
from vault.refusal import Refusal

COOKIE = "resident"
SALT = "referral.resident"
SECONDS = 1800
HELP_PHONE = "114"


class Resident(Page):
    """GET: the form, or the booking of whoever was recognised in this browser. POST: number and code."""

    policies = {"GET": PUBLIC, "POST": PUBLIC}

    def get(self, request: HttpRequest) -> HttpResponse:
        booking = recognised(request)
        if booking is None:
            return self.render(request, "referral/resident_form.html")
        if is_stopped(booking):
            return redirect("resident_stopped")
        saw(resident(booking), "booking", booking.public_id, "resident page")
        return self.render(request, "referral/resident.html", shown(booking))

    def post(self, request: HttpRequest) -> HttpResponse:
        number, code = request.POST.get("number", "")[:40], request.POST.get("code", "")[:40]
        try:
            booking = holder.recognise(number, code, visit_of(request).address)
        except Refusal as refusal:
            context = {"refusal": refusal, "number": number, "errors": {v.field: v.message for v in refusal.violations}}
            return self.render(request, "referral/resident_form.html", context, status=429 if refusal.retry_after else 422)
        return remember(redirect("resident"), booking)


class ResidentCancel(Page):
    """POST: cancels the booking of whoever was recognised in this browser; the page before it asked once more."""

    policies = {"POST": PUBLIC}

    def post(self, request: HttpRequest) -> HttpResponse:
        booking = recognised(request)
        if booking is None:
            return redirect("resident")
        if is_stopped(booking):
            return redirect("resident_stopped")
        try:
            cancel_by_resident(booking)
        except Refusal as refusal:
            booking.refresh_from_db()
            return self.render(request, "referral/resident.html", shown(booking) | {"refusal": refusal}, status=409)
        return redirect("resident")


class ResidentUndo(Page):
    """POST: takes back a cancellation pressed by mistake, for some minutes, while the place still rests."""

    policies = {"POST": PUBLIC}

    def post(self, request: HttpRequest) -> HttpResponse:
        booking = recognised(request)
        if booking is None:
            return redirect("resident")
        try:
            undo_cancel_by_resident(booking)
        except Refusal as refusal:
            booking.refresh_from_db()
            return self.render(request, "referral/resident.html", shown(booking) | {"refusal": to_resident(refusal)}, status=409)
        return redirect("resident")


class ResidentLeave(Page):
    """POST: forgets who was recognised, on a phone or a computer that others use."""

    policies = {"POST": PUBLIC}

    def post(self, request: HttpRequest) -> HttpResponse:
        response = redirect("resident")
        response.delete_cookie(COOKIE, path=response.url)
        return response


def recognised(request: HttpRequest) -> Booking | None:
    """The booking this browser proved to hold within the last half hour."""
    try:
        public_id = UUID(signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS))
    except (signing.BadSignature, ValueError):
        return None
    return booking_proved(public_id)


def remember(response: HttpResponse, booking: Booking) -> HttpResponse:
    """A signed cookie of this page alone; it names the booking, not the person."""
    response.set_cookie(
        COOKIE,
        signing.dumps(str(booking.public_id), salt=SALT),
        max_age=SECONDS,
        path="/r/",
        secure=settings.SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def is_stopped(booking: Booking) -> bool:
    """Whether its clinic was stopped before the visit: she chooses on another page then, and what ends there never counts (R126).

    What the hospital took back for another reason, advice it returned above all, is no matter of the stop any more.
    """
    by_stop = booking.status == "booked" or (booking.status == "cancelled" and booking.cancel_cause != CancelCause.BY_HOSPITAL)
    return by_stop and disruption_of(booking) is not None


def resident(booking: Booking) -> Actor:
    """Who acts on this page: the patient of the booking."""
    return Actor(ActorKind.PATIENT, booking.patient.public_id)


def shown(booking: Booking) -> dict[str, Any]:
    """What the page needs; the template only asks."""
    proof, guardian = PROOF_OF_STATUS[booking.status], guardian_of(booking.patient)
    is_open = booking.status == "booked" and timezone.now() < booking.cancel_until
    return {
        "booking": booking,
        "held_back": held_back_until(booking),
        "greeting": greeted(booking.patient, guardian),
        "has_guardian": guardian is not None,
        "is_live": proof is Proof.VALID,
        "is_blocked": booking.status == "booked" and booking.pool_slot.slot.is_blocked,
        "is_used": proof is Proof.USED,
        "may_cancel": is_open and may_cancel(booking, CancelCause.BY_RESIDENT),
        "others_cancel": is_open and not may_cancel(booking, CancelCause.BY_RESIDENT),
        "asks_to_confirm": asks_to_confirm(booking, timezone.now()),
        "undo_until": undo_of(booking),
        "may_move": is_movable(booking, timezone.now()) and resident_may_move(booking),
        "moved_to": moved_to(booking),
        "ask": booking.referral.post.user.display_name if booking.mode == BookingMode.COMMUNITY else "",
        "phone": booking.referral.institution.phone or HELP_PHONE,
        "hospital_phone": booking.institution.phone or HELP_PHONE,
    }


def undo_of(booking: Booking) -> datetime | None:
    """Until when she may have her own cancellation back; None when there is nothing to have back any more."""
    until = undo_until(booking, resident(booking)) if booking.status == "cancelled" else None
    return until if until is not None and timezone.now() < until else None
