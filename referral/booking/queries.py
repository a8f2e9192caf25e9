"""Which bookings a person may see."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking.codes import PURPOSE
from referral.booking.models import Booking, CancelCause
from referral.patients.queries import of_unit
from vault.crypto import decrypt
from vault.refusal import Refusal

BEHIND = (
    "referral",
    "patient",
    "institution",
    "department",
    "post__user",
    "post__institution__parent",
    "pool_slot__service",
    "pool_slot__slot__session",
)


def bookings_at(acting: Acting) -> QuerySet[Booking]:
    """Bookings at the acting institution, for those who may see them there (FEATURES 52)."""
    if acting.post is None or not acting.can(Capability.SEE_BOOKINGS):
        return Booking.objects.none()
    return Booking.objects.filter(institution_id=acting.post.institution_id).select_related(*BEHIND)


def bookings_of(acting: Acting) -> QuerySet[Booking]:
    """Bookings the acting unit made, and those at the acting institution."""
    if acting.post is None:
        return Booking.objects.none()
    visible = Q(pk__in=[])
    if acting.can(Capability.CANCEL_BOOKING):
        visible |= of_unit(acting.post, "referral__institution")
    if acting.can(Capability.SEE_BOOKINGS):
        visible |= Q(institution_id=acting.post.institution_id)
    return Booking.objects.filter(visible).select_related(*BEHIND)


def booking_proved(public_id: UUID) -> Booking | None:
    """A booking whose holder has proved that it is hers; with what her page shows."""
    related = ("patient", "institution", "department", "referral__institution", "referral__post__user", "post__user", "pool_slot__service")
    return Booking.objects.filter(public_id=public_id).select_related(*related).first()


def booking_of(acting: Acting, public_id: UUID) -> Booking:
    """One booking this person may see; refuses with `not_found` otherwise."""
    booking = bookings_of(acting).filter(public_id=public_id).first()
    if booking is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return booking


BODY: Final = """
    SELECT b.public_id, b.number, b.confirmation_code, b.status, b.version, r.public_id, i.public_id, i.name, d.name, b.slot_class,
           b.title, b.visit_date, b.starts_at, b.ends_at, b.cancel_until, b.told_at, b.mode, b.cancel_cause, b.cancel_reason, b.cancel_note,
           before.public_id, after.public_id,
           least(b.cancel_until, b.starts_at - coalesce(b.policy -> 'change_cutoff' ->> 'value', '0')::int * interval '1 hour'),
           k.status = 'planned' AND NOT s.is_blocked
      FROM referral_booking b
      LEFT JOIN referral_booking before ON before.id = b.moved_from_id
      LEFT JOIN referral_booking after ON after.moved_from_id = b.id
      JOIN referral_referral r ON r.id = b.referral_id
      JOIN clinics_institution i ON i.id = b.institution_id
      JOIN clinics_department d ON d.id = b.department_id
      JOIN reserved_pools_poolslot p ON p.id = b.pool_slot_id
      JOIN clinics_slot s ON s.id = p.slot_id
      JOIN clinics_clinicsession k ON k.id = s.session_id
     WHERE b.public_id = %s
"""
COLUMNS: Final = (
    "id", "number", "confirmation_code", "status", "version", "referral", "institution", "institution_name", "department_name",
    "slot_class", "title", "visit_date", "starts_at", "ends_at", "cancel_until", "told_at", "mode", "cancel_cause", "cancel_reason",
    "cancel_note", "moved_from", "moved_to", "change_until", "takes_place",
)  # fmt: skip


def body_of(public_id: UUID) -> dict[str, Any]:
    """The answer to a booking just made, or made before under the same key; the caller was authorised by `book`.

    Plain SQL, as the rest of that path: the ORM would take longer to ask than the booking to be made.
    """
    with connection.cursor() as cursor:
        cursor.execute(BODY, [public_id])
        row = cursor.fetchone()
    body = dict(zip(COLUMNS, row, strict=True))
    return body | {"confirmation_code": decrypt(body["confirmation_code"], PURPOSE)}


def moved_to(booking: Booking) -> Booking | None:
    """The booking that took the place of one that was moved; None while it was not."""
    return Booking.objects.filter(moved_from=booking).first() if booking.status == "moved" else None


def held_back_until(booking: Booking) -> datetime | None:
    """Until when the resident is not told that the hospital returned her referral, since her own doctor tells her first; None otherwise.

    It ends when her doctor has read the advice, and at the latest at the moment the platform tells her itself.
    """
    if booking.status != "cancelled" or booking.cancel_cause != CancelCause.BY_HOSPITAL:
        return None
    untold = Booking.objects.filter(pk=booking.pk, advice__patient_told_at=None, advice__tell_patient_at__gt=Now())
    return untold.values_list("advice__tell_patient_at", flat=True).first()


def neighbours_of(booking: Booking) -> dict[str, UUID | None]:
    """What a booking was moved from and to; asked only where there is something to ask."""
    rows = Booking.objects.values_list("public_id", flat=True)
    return {
        "moved_from": rows.filter(pk=booking.moved_from_id).first() if booking.moved_from_id else None,
        "moved_to": rows.filter(moved_from=booking.pk).first() if booking.status == "moved" else None,
    }
