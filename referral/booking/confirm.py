"""A resident says that she will come, where her hospital asks for it: kept on the booking, and nothing else changes (R144, R179, C25)."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from referral.booking.cancel import stale
from referral.booking.expected import database_now
from referral.booking.models import Booking
from referral.booking.remind import is_asked
from vault.actor import Actor, ActorKind
from vault.audit import record
from vault.refusal import Refusal
from vault.states import amend

EVENT: Final = "booking.confirmed_by_resident"
NOT_ASKED: Final = _("This hospital does not ask residents whether they will come. The booking stands.")


def confirm_coming(booking: Booking) -> Booking:
    """Promise that the booking says since when its resident has said that she will come; said twice, the first time stays.

    Who asks is the door's matter: it has seen number and code. A booking nobody confirms stands just as well. Locks the booking.
    Refuses with `not_allowed` where the hospital does not ask, `stale_state`, and `visit_over` once the visit has begun.
    """
    with transaction.atomic(durable=True):
        held = Booking.objects.select_for_update(of=("self",), no_key=True).select_related("institution", "patient").get(pk=booking.pk)
        if held.confirmed_at is not None:
            return held
        _check(held, at := database_now())
        actor = Actor(ActorKind.PATIENT, held.patient.public_id)
        amend(held, EVENT, by=actor, confirmed_at=at)
        record("booking.confirm", "booking", held.public_id, by=actor)
    return held


def asks_to_confirm(booking: Booking, at: datetime) -> bool:
    """Whether her page offers her to say so: her hospital asks on this day, and the visit has not begun."""
    return booking.status == "booked" and booking.confirmed_at is None and at < booking.starts_at and is_asked(booking)


def _check(held: Booking, at: datetime) -> None:
    if held.status != "booked":
        raise stale(held)
    if at >= held.starts_at:
        raise Refusal("visit_over", _("The time of this visit has come. Please go to the hospital's window."))
    if not is_asked(held):
        raise Refusal("not_allowed", NOT_ASKED)
