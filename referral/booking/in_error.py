"""A wrong arrival, visit or absence noticed too late to be undone: one person says so, another of the hospital confirms (DESIGN.md 5)."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking.error_models import WrongEntry
from referral.booking.expected import database_now, today
from referral.booking.models import Booking
from referral.booking.noshow import before, held
from referral.booking.queries import bookings_at
from referral.cases.models import Referral
from referral.credit.record import strike_breach
from referral.inbox.tell import answering_for, tell
from vault import audit
from vault.refusal import Refusal
from vault.states import CHANGED, advance
from vault.words import worded

LONGEST: Final = 200
LONGEST_DAYS: Final = 31  # what is older stands
LEFT_BY: Final = {"arrived": ("booked", "accepted", "info_requested"), "noshow": ("not_attended",), "fulfilled": ("attended",)}


def ask_in_error(booking_id: UUID, reason: str, *, expected_version: int, by: Acting) -> WrongEntry:
    """Use case: what stands about this visit is wrong; nothing changes until another person confirms.

    Locks the resident, the referral, the booking. Refuses with `not_allowed`, `not_found`, `invalid_input`, `stale_state` (also when
    more was built on it), `too_late` after a month, and `already_exists` while somebody's word waits.
    """
    if not by.can(Capability.CALL_ABSENT):
        raise Refusal("not_allowed", _("Your role does not include this."))
    why = worded("reason", reason, LONGEST, missing=_("Say what was entered wrongly."))
    with transaction.atomic(durable=True):
        booking, referral = held(booking_id, by)
        if booking.version != expected_version:
            raise Refusal("stale_state", CHANGED, current={"status": booking.status, "version": booking.version})
        _check_can_be_wrong(booking, referral)
        if open_entry(booking) is not None:
            raise Refusal("already_exists", _("Somebody has said so already; a second person decides."))
        entry = WrongEntry.objects.create(booking=booking, reason=why, asked_by=by.user)
        audit.record("ask_in_error", "booking", booking.public_id, by=by.actor, reason=why)
    return entry


def decide_in_error(booking_id: UUID, *, confirmed: bool, expected_version: int, by: Acting) -> Booking:
    """Use case: a second person of the hospital confirms that it was entered in error, or says that it stands.

    Confirmed, the booking is void for good, a missed visit it led to is struck, and the referral can be booked again. Locks the
    resident, the referral, the booking. Refuses with `not_allowed`, `not_found`, `second_person_required`, and `stale_state`.
    """
    if not by.can(Capability.CONFIRM_ERRORS):
        raise Refusal("not_allowed", _("Your role does not include this."))
    with transaction.atomic(durable=True):
        booking, referral = held(booking_id, by)
        entry = open_entry(booking)
        if entry is None or booking.version != expected_version:
            raise Refusal("stale_state", CHANGED, current={"status": booking.status, "version": booking.version})
        if entry.asked_by_id == by.user.pk:
            raise Refusal("second_person_required", _("You said so yourself. Another person has to decide."))
        WrongEntry.objects.filter(pk=entry.pk).update(confirmed=confirmed, decided_by=by.user, decided_at=database_now())
        if confirmed:
            _void(booking, referral, entry, by)
        else:
            audit.record("refuse_in_error", "booking", booking.public_id, by=by.actor)
    return booking


def open_entry(booking: Booking) -> WrongEntry | None:
    """What was said of this booking and waits for a second person; None when nothing does."""
    return WrongEntry.objects.filter(booking=booking, confirmed=None).select_related("asked_by").first()


def entries_waiting(by: Acting) -> QuerySet[WrongEntry]:
    """What waits for a second person at the acting hospital, the oldest first."""
    if not by.can(Capability.CALL_ABSENT):
        return WrongEntry.objects.none()
    rows = WrongEntry.objects.filter(confirmed=None, booking__in=bookings_at(by).order_by())
    return rows.select_related("booking__patient", "booking__department", "asked_by").order_by("pk")


def can_be_wrong(booking: Booking, referral: Referral) -> bool:
    """Whether a second person could still void it: nothing was built on it, and it is not older than a month."""
    recent = booking.visit_date >= today() - timedelta(days=LONGEST_DAYS)
    return recent and booking.status in LEFT_BY and _is_last(booking, referral)


def _check_can_be_wrong(booking: Booking, referral: Referral) -> None:
    if booking.status not in LEFT_BY:
        raise Refusal("stale_state", CHANGED, current={"status": booking.status, "version": booking.version})
    if booking.visit_date < today() - timedelta(days=LONGEST_DAYS):
        raise Refusal("too_late", _("What is older than a month stands."))
    if not _is_last(booking, referral):
        raise Refusal("stale_state", _("More was built on this: a report, another visit or another booking. It stands."))


def _is_last(booking: Booking, referral: Referral) -> bool:
    followed = booking.status == "fulfilled" and referral.followed_by.exclude(status="cancelled").exists()
    return referral.status in LEFT_BY.get(booking.status, ()) and not followed


def _void(booking: Booking, referral: Referral, entry: WrongEntry, by: Acting) -> None:
    """Step: booking → entered_in_error, its missed visit struck, the referral as before it was booked."""
    if not _is_last(booking, referral):
        raise Refusal("stale_state", _("More was built on this: a report, another visit or another booking. It stands."))
    if booking.status == "noshow":
        strike_breach(booking, by=by.actor, reason=entry.reason)
    if booking.status == "fulfilled":
        advance(referral, before(referral, "attended"), by=by.actor, reason=entry.reason)
    advance(booking, "entered_in_error", by=by.actor, reason=entry.reason)
    advance(referral, "draft", by=by.actor, reason=entry.reason)
    said: dict[str, Any] = {"asked_by": str(entry.asked_by.public_id)}
    audit.record("enter_in_error", "booking", booking.public_id, by=by.actor, reason=entry.reason, details=said)
    tell(answering_for(referral.owner, referral.institution), "booking_in_error", about=booking.public_id, version=booking.version)
