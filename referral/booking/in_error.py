"""A wrong arrival, visit or absence noticed too late to be undone: one person says so, another of the hospital confirms (DESIGN.md 5)."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.models import Post
from permissions.acting import Acting
from permissions.roles import Capability, Role
from referral.booking.booker import tell_booker_of_cancelling
from referral.booking.cancel import those_concerned
from referral.booking.error_models import WrongEntry
from referral.booking.expected import database_now, today
from referral.booking.messages import CANCELLED_BY_HOSPITAL, NEXT_CANCELLED_BY_HOSPITAL, told_of_cancelling
from referral.booking.models import Booking
from referral.booking.noshow import before, held
from referral.booking.queries import bookings_at
from referral.booking.remind import appointment_of
from referral.cases.after_miss import may_be_booked_again
from referral.cases.models import Referral
from referral.credit.record import strike_breach
from referral.inbox.tell import tell
from referral.patients.guardians_reach import reached
from vault import audit
from vault.outbox.put import put
from vault.refusal import Refusal
from vault.states import CHANGED, advance
from vault.words import worded

LONGEST: Final = 200
LONGEST_DAYS: Final = 31  # what is older stands
OPEN: Final = WrongEntry.objects.filter(confirmed=None, ended_at=None, booking_version=F("booking__version"))
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
        for overtaken in WrongEntry.objects.filter(booking=booking, confirmed=None, ended_at=None):
            _ended(overtaken)
        entry = WrongEntry.objects.create(booking=booking, booking_version=booking.version, reason=why, asked_by=by.user)
        audit.record("ask_in_error", "booking", booking.public_id, by=by.actor, reason=why)
        tell(_those_who_decide(booking, by), "error_waiting", about=booking.public_id, version=booking.version)
    return entry


def withdraw_in_error(booking_id: UUID, *, expected_version: int, by: Acting) -> Booking:
    """Use case: who said so takes it back before anybody decided; everything stands.

    Locks the resident, the referral, the booking. Refuses with `not_allowed` (also where another person said it), `not_found` and
    `stale_state`.
    """
    if not by.can(Capability.CALL_ABSENT):
        raise Refusal("not_allowed", _("Your role does not include this."))
    with transaction.atomic(durable=True):
        booking, _referral = held(booking_id, by)
        entry = _still_open(booking, expected_version)
        if entry.asked_by_id != by.user.pk:
            raise Refusal("not_allowed", _("Only the person who said so takes it back."))
        _ended(entry)
        audit.record("withdraw_in_error", "booking", booking.public_id, by=by.actor)
    return booking


def decide_in_error(booking_id: UUID, *, confirmed: bool, expected_version: int, by: Acting) -> Booking:
    """Use case: a second person of the hospital confirms that it was entered in error, or says that it stands.

    Confirmed, the booking is void for good, a missed visit it led to is struck, and the referral can be booked again; an arrival whose
    time is not over is only taken back. What happened to the booking since it was said overtakes it. Locks the resident, the place,
    the referral, the booking. Refuses with `not_allowed`, `not_found`, `second_person_required`, and `stale_state`.
    """
    if not by.can(Capability.CONFIRM_ERRORS):
        raise Refusal("not_allowed", _("Your role does not include this."))
    with transaction.atomic(durable=True):
        booking, referral = held(booking_id, by)
        entry = _still_open(booking, expected_version)
        if entry.asked_by_id == by.user.pk:
            raise Refusal("second_person_required", _("You said so yourself. Another person has to decide."))
        WrongEntry.objects.filter(pk=entry.pk).update(confirmed=confirmed, decided_by=by.user, decided_at=database_now())
        if confirmed:
            _put_right(booking, referral, entry, by)
        else:
            audit.record("refuse_in_error", "booking", booking.public_id, by=by.actor)
    return booking


def open_entry(booking: Booking) -> WrongEntry | None:
    """What was said of this booking as it is now and waits for a second person; None when nothing does."""
    return OPEN.filter(booking=booking).select_related("asked_by").first()


def entries_waiting(by: Acting) -> QuerySet[WrongEntry]:
    """What waits for a second person at the acting hospital, the oldest first."""
    if not by.can(Capability.CALL_ABSENT):
        return WrongEntry.objects.none()
    rows = OPEN.filter(booking__in=bookings_at(by).order_by())
    return rows.select_related("booking__patient", "booking__department", "asked_by").order_by("pk")


def errors_to_decide(by: Acting) -> int:
    """How many entries wait for the acting person's own word."""
    return entries_waiting(by).exclude(asked_by=by.user).count() if by.can(Capability.CONFIRM_ERRORS) else 0


def can_be_wrong(booking: Booking, referral: Referral) -> bool:
    """Whether a second person could still void it: nothing was built on it, and it is not older than a month."""
    recent = booking.visit_date >= today() - timedelta(days=LONGEST_DAYS)
    return recent and booking.status in LEFT_BY and _is_last(booking, referral)


def _still_open(booking: Booking, expected_version: int) -> WrongEntry:
    entry = open_entry(booking)
    if entry is None or booking.version != expected_version:
        raise Refusal("stale_state", CHANGED, current={"status": booking.status, "version": booking.version})
    return entry


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


def _ended(entry: WrongEntry) -> None:
    """Step: what was said ends undecided."""
    WrongEntry.objects.filter(pk=entry.pk).update(ended_at=database_now())


def _put_right(booking: Booking, referral: Referral, entry: WrongEntry, by: Acting) -> None:
    """Step: an arrival whose time is not over is taken back and the visit is still to come; everything else is void."""
    if not _is_last(booking, referral):
        raise Refusal("stale_state", _("More was built on this: a report, another visit or another booking. It stands."))
    said: dict[str, Any] = {"asked_by": str(entry.asked_by.public_id)}
    audit.record("enter_in_error", "booking", booking.public_id, by=by.actor, reason=entry.reason, details=said)
    if booking.status == "arrived" and database_now() < booking.ends_at:
        advance(booking, "booked", by=by.actor, reason=entry.reason)
        return
    was = booking.status
    _void(booking, referral, entry.reason, by)
    if was != "noshow":  # of a missed visit that was struck she is told already, and of one that counted for nothing she never was
        _tell_of_void(booking, referral)


def _void(booking: Booking, referral: Referral, reason: str, by: Acting) -> None:
    """Step: booking → entered_in_error, its missed visit struck, the referral as before it was booked.

    A visit booked in the consulting room has no encounter of a family doctor behind it: its referral ends with it (R050, R120).
    """
    if booking.status == "noshow":
        strike_breach(booking, by=by.actor, reason=reason)
    if booking.status == "fulfilled":
        advance(referral, before(referral, "attended"), by=by.actor, reason=reason)
    advance(booking, "entered_in_error", by=by.actor, reason=reason)
    again = may_be_booked_again(referral)
    ended = "closed" if referral.status == "not_attended" else "cancelled"
    advance(referral, "draft" if again else ended, by=by.actor, reason=reason)
    kind = "booking_in_error" if again else "booking_in_error_ended"
    tell(those_concerned(booking), kind, about=booking.public_id, version=booking.version)


def _tell_of_void(booking: Booking, referral: Referral) -> None:
    """Step: whose visit was recorded by mistake hears that it did not take place, and whoever booked for her too."""
    text = CANCELLED_BY_HOSPITAL if may_be_booked_again(referral) else NEXT_CANCELLED_BY_HOSPITAL
    words = told_of_cancelling(appointment_of(booking))
    put(text.key, reached(booking.patient).phone, words, about=booking.public_id, version=booking.version)
    tell_booker_of_cancelling(booking)


def _those_who_decide(booking: Booking, asked_by: Acting) -> list[Post]:
    """The coordinators of the hospital, without who asked."""
    rows = Post.objects.live().filter(kind=Role.COORDINATOR, institution=booking.institution_id, user__is_active=True)
    return list(rows.exclude(user=asked_by.user).order_by("pk"))
