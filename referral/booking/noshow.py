"""The patient did not come: booking and referral say so, with the hospital's coded cause, from the end of the visit's band on (R134)."""

from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinics import policy
from permissions.acting import Acting
from permissions.roles import Capability
from referral import parameters as p
from referral.booking.expected import NOTHING_HERE, database_now, locked
from referral.booking.facts import SHANGHAI
from referral.booking.models import Booking
from referral.booking.queries import bookings_at
from referral.booking.stopped import WHY, end_as_stopped, lock_place, takes_place, tell_of_stopped
from referral.cases.models import Referral
from referral.credit.models import OF_RESIDENT, Breach, BreachKind
from referral.credit.record import locked_patient, record_breach, strike_breach
from referral.inbox.tell import answering_for, tell
from vault import audit
from vault.actor import SYSTEM, Actor
from vault.refusal import Refusal, invalid
from vault.states import CHANGED, Event, advance
from vault.transactions import requires_transaction


class NoShowCause(models.TextChoices):
    """Why somebody was not seen, and so who failed; only the resident's own unexcused causes count against her (C3)."""

    NO_WORD = "no_word", _("did not come and said nothing")
    CALLED_OFF = "called_off", _("said on the day that she would not come")
    EXCUSED = "excused", _("could not come, and the hospital accepts the reason")
    CAME_LATE = "came_late", _("came after the time of the booking")
    TURNED_AWAY = "turned_away", _("came and could not be seen at the hospital")
    DOCTOR_ABSENT = "doctor_absent", _("came, and the doctor was not there")
    EMERGENCY = "emergency", _("came, and an emergency at the hospital took the time")
    LEFT_UNSEEN = "left_unseen", _("came, and left before she was seen")
    HOSPITAL_STOP = "hospital_stop", _("the hospital stopped the clinic")
    UNKNOWN = "unknown", _("the hospital does not know why")


# Whoever came kept the booking (R134), so none of these counts against her: not even that she did not wait, for R134 asks for coming
# in time and R123 for collecting the number, and nothing asks for more.
OF_WHO_CAME: Final = (
    NoShowCause.TURNED_AWAY, NoShowCause.DOCTOR_ABSENT, NoShowCause.EMERGENCY, NoShowCause.LEFT_UNSEEN, NoShowCause.HOSPITAL_STOP,
)  # fmt: skip


OF_WHO_DID_NOT: Final = tuple(
    one for one in NoShowCause if one not in (NoShowCause.DOCTOR_ABSENT, NoShowCause.EMERGENCY, NoShowCause.LEFT_UNSEEN)
)  # fmt: skip


def report_noshow(booking_id: UUID, cause: str, *, expected_version: int, by: Acting) -> Booking:
    """Use case: the visit did not take place, for this cause; a cause of the resident's own becomes a breach.

    Of whoever came and was not seen it is known at once, and never a cause of her own. Locks the resident, the referral, the booking.
    Refuses with `not_allowed`, `not_found`, `invalid_input`, `too_early` while the band is not over, `booking_over` and `stale_state`.
    """
    if not by.can(Capability.CALL_ABSENT):
        raise Refusal("not_allowed", _("Your role does not include this."))
    if cause not in NoShowCause.values:
        raise invalid("cause", _("Say why, with one of the codes."))
    with transaction.atomic(durable=True):
        booking, referral = held(booking_id, by)
        _check_waits(booking)
        miss(booking, referral, cause=NoShowCause(cause), now=database_now(), by=by, expected_version=expected_version)
    return booking


def undo_noshow(booking_id: UUID, *, expected_version: int, by: Acting) -> Booking:
    """Use case: the report was a mistake, noticed on the day it was made: booked or arrived again, the breach never was.

    Refuses with `not_allowed`, `not_found`, `undo_too_late` from the next day on (then by appeal), and `stale_state` when the
    doctor has rebooked or an appeal was filed.
    """
    if not by.can(Capability.CALL_ABSENT):
        raise Refusal("not_allowed", _("Your role does not include this."))
    with transaction.atomic(durable=True):
        booking, referral = held(booking_id, by)
        until = noshow_undo_until(booking)
        if until is not None and database_now() >= until:
            raise Refusal("undo_too_late", _("This could be undone on the day it was reported. Now an appeal decides."))
        if booking.status != "noshow":
            raise Refusal("stale_state", CHANGED, current={"status": booking.status, "version": booking.version})
        if referral.status != "not_attended":
            raise Refusal("stale_state", _("The referring doctor has gone on with this referral. Now an appeal decides."))
        advance(booking, before(booking, "noshow"), by=by.actor, expected_version=expected_version)
        advance(referral, before(referral, "not_attended"), by=by.actor)
        strike_breach(booking, by=by.actor)
        audit.record("undo_miss", "booking", booking.public_id, by=by.actor)
        tell(answering_for(referral.owner, referral.institution), "noshow_undone", about=booking.public_id, version=booking.version)
    return booking


def miss(
    booking: Booking, referral: Referral, *, cause: NoShowCause, now: datetime, by: Acting | None, expected_version: int | None = None
) -> Breach | None:
    """Step: booking booked or arrived → noshow, referral → not_attended, and the breach if the cause is the resident's own.

    A clinic that was stopped is nobody's missed visit: the booking ends as stopped, counts for no limit, and can be booked again (R126).
    The resident, the place, the referral and the booking are locked by the caller, in this order; `by` is None when the evening closes
    by itself. Refuses with `too_early` while the time of a visit nobody came to is not over, with `invalid_input` for a cause that
    says of somebody who came that she did not, and with `stale_state`.
    """
    requires_transaction()
    if not takes_place(booking):
        cause = NoShowCause.HOSPITAL_STOP  # nobody is struck for a clinic that did not take place (R126)
    if booking.status == "arrived":
        if expected_version in (None, booking.version):  # who saw her as missing is told that this has changed
            _check_came(cause)
    elif now < booking.ends_at:
        at = booking.ends_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        raise Refusal("too_early", _("The time of this booking is not over yet. Report it after %(at)s.") % {"at": at})
    actor, recorder = (by.actor, by.user) if by else (SYSTEM, None)
    booking.referral = referral
    if cause == NoShowCause.HOSPITAL_STOP:
        _end_as_stopped(booking, actor, expected_version)
        return None
    advance(booking, "noshow", by=actor, reason=cause.value, expected_version=expected_version)
    advance(referral, "not_attended", by=actor, reason=cause.value)
    audit.record("miss", "booking", booking.public_id, by=actor, reason=cause.value)
    owners = answering_for(referral.owner, referral.institution)
    tell(owners, "booking_noshow", about=booking.public_id, version=booking.version, params={"why": cause.value})
    kind = breach_of(cause, booking)
    return record_breach(booking, kind=kind, cause=cause.value, by=actor, recorder=recorder) if kind else None


def _end_as_stopped(booking: Booking, actor: Actor, expected_version: int | None) -> None:
    if expected_version not in (None, booking.version):
        raise Refusal("stale_state", CHANGED, current={"status": booking.status, "version": booking.version})
    if booking.status == "arrived":
        advance(booking, "booked", by=actor, reason=WHY)
    end_as_stopped(booking, by=actor)
    tell_of_stopped(booking, by=actor)


def breach_of(cause: str, booking: Booking) -> BreachKind | None:
    """What a cause counts as: the resident's own is a missed visit, coming late only where the hospital's rule says so (C21)."""
    if cause in OF_RESIDENT:
        return BreachKind.NOSHOW
    if cause != NoShowCause.CAME_LATE:
        return None
    rule = policy.value(p.LATE_RULE, at=booking.visit_date, institution=booking.institution, department=booking.department)
    return BreachKind.LATE if rule == "no_show" else None


def held(booking_id: UUID, by: Acting) -> tuple[Booking, Referral]:
    """Step: a booking of the acting hospital with its referral, locked behind its resident and its place. Refuses with `not_found`."""
    keys = bookings_at(by).filter(public_id=booking_id).values_list("patient_id", "referral_id").first()
    if keys is None:
        raise Refusal("not_found", NOTHING_HERE)
    patient = locked_patient(keys[0])
    lock_place(Q(public_id=booking_id))
    referral = Referral.objects.select_for_update(of=("self",), no_key=True).select_related("institution", "owner").get(pk=keys[1])
    booking = locked(bookings_at(by), booking_id)
    booking.patient, booking.referral = patient, referral
    return booking, referral


def noshow_undo_until(booking: Booking) -> datetime | None:
    """Until when a report can be taken back: the end of its day. None when there is none."""
    if booking.status != "noshow":
        return None
    event = Event.objects.filter(object_id=booking.public_id, target="noshow").order_by("-id").first()
    if event is None:
        return None
    day = event.at.astimezone(SHANGHAI).date()
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


def causes_for(status: str) -> list[tuple[str, Any]]:
    """The causes that can be said of a booking in this state, with their words."""
    return [(one.value, one.label) for one in (OF_WHO_CAME if status == "arrived" else OF_WHO_DID_NOT)]


def before(one: Any, target: str) -> str:
    """As what a booking or referral was reported, so that taking the report back leads there."""
    event: Any = Event.objects.filter(object_id=one.public_id, target=target).order_by("-id").first()
    return event.source if event else "booked"


def _check_came(cause: NoShowCause) -> None:
    if cause not in OF_WHO_CAME:
        remedy = _("Say why she was not seen, or undo the arrival if it was registered by mistake.")
        raise invalid("cause", _("This patient has come, so she did not miss the visit."), remedy=remedy)


def _check_waits(booking: Booking) -> None:
    if booking.status not in ("booked", "arrived", "noshow"):
        raise Refusal("booking_over", _("This booking does not hold any more: it was cancelled, moved or is done."))
