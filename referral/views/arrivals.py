"""The window: one field for code, slip or document, today's list, and taking back a slip of the hand."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from permissions.doors import Needs, Page
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.booking.arrival import arrive, recognise, undo_arrival, undo_deadlines
from referral.booking.expected import database_now, expected_on, today
from referral.booking.models import Booking
from referral.booking.proof import read_proof
from referral.views import typed
from vault.refusal import Refusal

RECEIVING = Needs(Capability.RECEIVE)
LONGEST_PROOF = 200  # the address in a slip's QR is the longest thing a scanner types


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list, the name masked."""

    booking: Booking
    name: str
    kind: str
    word: str
    undo_until: datetime | None


class Arrivals(Page):
    """Today's bookings at this hospital with their states, and the field."""

    policies = {"GET": RECEIVING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render(request, "referral/arrivals.html", arrivals_context(self, just=request.GET.get("arrived", "")))


class Arrive(Page):
    """Somebody stands at the window: the one booking of today that the proof opens is registered as arrived.

    When it opens several, the same page asks which; the chosen one comes back with the same proof.
    """

    policies = {"GET": RECEIVING, "POST": RECEIVING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return redirect("arrivals")

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(refused, self, request)  # type: ignore[attr-defined]
        shown = typed.text(request, "proof")[:LONGEST_PROOF]
        proof = read_proof(shown)
        found = recognise(proof, by=self.acting)
        meant = meant_by(found, request.POST.get("booking", ""))
        if meant is None:
            which = {"choices": rows_of(self, found), "proof": shown}
            return self.render(request, "referral/arrivals.html", arrivals_context(self) | which)
        booking = arrive(meant.public_id, proof, expected_version=meant.version, by=self.acting)
        return redirect(reverse("arrivals") + f"?arrived={booking.public_id}")


def meant_by(found: list[Booking], chosen: str) -> Booking | None:
    """The booking that was chosen, or the only one still to be received; None when the clerk must say which."""
    waiting = [booking for booking in found if booking.status == "booked"]
    named = [booking for booking in found if str(booking.public_id) == chosen]
    if named or len(waiting) == 1:
        return (named or waiting)[0]
    return None if waiting else found[0]


class UndoArrival(Page):
    """The wrong line, noticed within minutes."""

    policies = {"POST": RECEIVING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(refused, self, request)  # type: ignore[attr-defined]
        undo_arrival(public_id, expected_version=typed.version(request), by=self.acting)
        return redirect("arrivals")


def refused(page: Page, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
    """The same page with the sentence at the field; what nobody should see again, a code, is not typed back."""
    if refusal.code in ("not_allowed", "not_found"):
        return None
    return page.render(request, "referral/arrivals.html", arrivals_context(page) | {"refusal": refusal})


def arrivals_context(page: Page, *, just: str = "") -> dict[str, Any]:
    """The day, its list and how many have come; `just` names the arrival that can be taken back from the toast."""
    day = today()
    rows = rows_of(page, list(expected_on(page.acting, day)))
    come = [row for row in rows if row.booking.status in ("arrived", "fulfilled")]
    fresh = next((row for row in rows if row.undo_until and str(row.booking.public_id) == just), None)
    return {"day": day, "rows": rows, "come": len(come), "fresh": fresh, "may_list": page.acting.can(Capability.DAY_LIST)}


def rows_of(page: Page, bookings: list[Booking]) -> list[Row]:
    """The bookings as lines, with how long each arrival can still be taken back."""
    now = database_now()
    undo = undo_deadlines(bookings, by=page.acting)
    return [row_of(booking, now, undo.get(booking.public_id)) for booking in bookings]


def row_of(booking: Booking, now: datetime, undo_until: datetime | None) -> Row:
    kind, word = state_of(booking, now)
    return Row(booking, mask_name(booking.patient.name), kind, word, undo_until if undo_until and now < undo_until else None)


def state_of(booking: Booking, now: datetime) -> tuple[str, str]:
    """The kind and the words of a line's tag: who should have come says how late she is (R123: in the band)."""
    if booking.status == "booked" and now >= booking.ends_at:
        return "bad", _("%(minutes)d min late") % {"minutes": (now - booking.starts_at).total_seconds() // 60}
    words = {
        "booked": ("info", _("expected")),
        "arrived": ("ok", _("has come")),
        "fulfilled": ("off", _("seen by the doctor")),
        "noshow": ("bad", _("did not come")),
        "cancelled": ("off", _("cancelled")),
    }
    return words.get(booking.status, ("off", str(booking.get_status_display())))
