"""Reminds residents on the day before their visit, while cancelling is still free."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import translation

from permissions.identity.masking import name_for_message
from referral.booking.facts import SHANGHAI
from referral.booking.messages import REMINDER, Appointment, told
from referral.booking.models import Booking
from vault.outbox.models import Message
from vault.outbox.put import put

FIRST_HOUR: Final = 10


def due(now: datetime) -> list[UUID]:
    """Bookings of tomorrow that were made before today, can still be cancelled and have no reminder yet.

    None before ten in the morning. Whoever was booked today has just read the message *booked*; a resident without a mobile
    gets none.
    """
    here = now.astimezone(SHANGHAI)
    if here.hour < FIRST_HOUR:
        return []
    today = here.replace(hour=0, minute=0, second=0, microsecond=0)
    reminded = Message.objects.filter(about=OuterRef("public_id"), template=REMINDER.key)
    bookings = Booking.objects.filter(
        ~Exists(reminded), visit_date=today.date() + timedelta(days=1), status="booked", created_at__lt=today, cancel_until__gt=now
    )
    return list(bookings.exclude(patient__phone_hash="").order_by("pk").values_list("public_id", flat=True))


@transaction.atomic(durable=True)
def remind(booking_id: UUID) -> None:
    """Promises one reminder for a live booking, however often it is asked; the outbox reads the booking again before it is sent."""
    related = ("patient", "institution", "department", "referral__institution")
    booking = Booking.objects.filter(public_id=booking_id, status="booked").select_related(*related).first()
    if booking is not None:
        put(REMINDER.key, booking.patient.phone, told(appointment_of(booking)), about=booking.public_id, version=booking.version)


def appointment_of(booking: Booking) -> Appointment:
    """What the messages say of a booking, in Chinese whatever language is active."""
    with translation.override("zh-hans"):
        name = name_for_message(booking.patient.name, booking.patient.sex)
    return Appointment(
        name=name,
        hospital=booking.institution.name,
        department=booking.department.name,
        starts_at=booking.starts_at,
        pickup_place=booking.institution.pickup_place,
        code=booking.confirmation_code,
        cancel_until=booking.cancel_until,
        phone=booking.referral.institution.phone,
    )
