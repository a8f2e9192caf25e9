"""The resident moves her own booking, where her hospital's policy lets her: another time of the same department (R200)."""

from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from permissions.doors import PUBLIC, Page
from permissions.doors.fields import ID
from referral.booking.models import Booking
from referral.booking.move import is_movable, move_by_resident, offered_to_resident, resident_may_move
from referral.booking.queries import booking_proved
from referral.booking.sentences_resident import to_resident
from referral.patients.guardians_reach import greeted, guardian_of
from referral.views.resident import recognised, remember
from vault.refusal import Refusal


class ResidentMove(Page):
    """GET: the free times by day. POST: one of them, for whoever was recognised in this browser."""

    policies = {"GET": PUBLIC, "POST": PUBLIC}

    def get(self, request: HttpRequest) -> HttpResponse:
        booking = recognised(request)
        if booking is None or not (resident_may_move(booking) and is_movable(booking, timezone.now())):
            return redirect("resident")
        return self.render(request, "referral/resident_move.html", offered(booking))

    def post(self, request: HttpRequest) -> HttpResponse:
        booking, place, key = recognised(request), request.POST.get("pool_slot", ""), request.POST.get("idempotency_key", "")
        if booking is None or not (ID.match(place) and ID.match(key)):
            return redirect("resident")
        try:
            made = move_by_resident(booking, pool_slot=UUID(place), key=key)
        except Refusal as refusal:
            booking.refresh_from_db()
            if booking.status != "booked":
                return redirect("resident")
            return self.render(request, "referral/resident_move.html", offered(booking) | {"refusal": to_resident(refusal)}, status=409)
        moved = booking_proved(made)
        return remember(redirect("resident"), moved) if moved else redirect("resident")


def offered(booking: Booking) -> dict[str, Any]:
    """What the page needs: the booking and the lawful times under their days; none, and why, when nothing can be booked for her."""
    refusal: Refusal | None = None
    try:
        rows = offered_to_resident(booking)
    except Refusal as stands:
        rows, refusal = [], to_resident(stands)
    return {
        "refusal": refusal,
        "booking": booking,
        "greeting": greeted(booking.patient, guardian_of(booking.patient)),
        "days": [
            (day, list(places))
            for day, places in groupby(sorted(rows, key=lambda row: row["starts_at"]), key=lambda row: row["visit_date"])
        ],
        "key": uuid4(),
    }
