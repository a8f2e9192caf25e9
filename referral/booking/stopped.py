"""A booking whose clinic was stopped or whose band was blocked ends as stopped, which never counts (R126)."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from referral.booking.cancel import those_concerned
from referral.booking.models import TAKES_PLACE, Booking, BookingMode, CancelCause
from referral.inbox.tell import tell
from reserved_pools import claims
from reserved_pools.models import PoolSlot
from vault import audit
from vault.actor import Actor
from vault.states import advance
from vault.transactions import requires_transaction

WHY = "clinic_stopped"


def takes_place(booking: Booking) -> bool:
    """Whether the visit is held: neither its session was stopped nor its band blocked."""
    return Booking.objects.filter(TAKES_PLACE, pk=booking.pk).exists()


def stopped_among(bookings: Iterable[Booking]) -> set[UUID]:
    """Those of these bookings whose visit is still ahead and is not held; one query."""
    waiting = [one.pk for one in bookings if one.status in ("booked", "arrived")]
    return set(Booking.objects.filter(pk__in=waiting).exclude(TAKES_PLACE).values_list("public_id", flat=True)) if waiting else set()


def sent_instead(booking: Booking) -> str:
    """What whoever stands at the window of a stopped clinic is told: that nobody sees her here, and whom to ask."""
    hospital = booking.institution
    desk = "　".join(part for part in (hospital.help_desk, hospital.phone) if part) or hospital.display_name
    return _("This clinic was stopped, and nobody sees patients of this booking. Ask here where to go: %(desk)s") % {"desk": desk}


def lock_place(of: Q) -> None:
    """Step: the place of the booking meant, locked behind its resident and before its referral, for it may have to be given back."""
    requires_transaction()
    list(PoolSlot.objects.locked().filter(pk__in=Booking.objects.filter(of).values("pool_slot")).values_list("pk", flat=True))


def end_place(old: Booking, by: Actor, note: str = "") -> None:
    """Step: the booking is cancelled as stopped and gives its place back."""
    requires_transaction()
    advance(old, "cancelled", by=by, reason=WHY, cancel_cause=CancelCause.STOPPED, cancel_note=note)
    claims.give_back(old.pool_slot_id, about=old.public_id)


def end_as_stopped(old: Booking, *, by: Actor, note: str = "") -> None:
    """Step: nothing takes its place; the referral can be booked again.

    A visit booked in the consulting room has no encounter of a family doctor behind it: its referral ends with it (R120), and all
    concerned are told. The caller holds the resident, the place, the referral and the booking.
    """
    end_place(old, by, note)
    target = "cancelled" if ends_case(old) else "draft"
    if old.referral.STATES.find(old.referral.status, target) is not None:
        advance(old.referral, target, by=by, reason=WHY)
    audit.record("booking.cancel", "booking", old.public_id, by=by, reason=WHY, details={"cause": CancelCause.STOPPED.value})


def tell_of_stopped(old: Booking, *, by: Actor) -> None:
    """Step: who answers for the referral, and the doctor who booked in the consulting room, hear that it ended as stopped."""
    cause = {"cause": CancelCause.STOPPED.value}
    tell(those_concerned(old), "booking_cancelled", about=old.public_id, version=old.version, params=cause, by=by)


def ends_case(booking: Booking) -> bool:
    """Whether the referral ends with this visit when nothing takes its place (R120)."""
    return booking.mode == BookingMode.CONSULTATION
