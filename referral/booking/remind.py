"""Reminds residents on the day before their visit, at the hour the hospital chose, once for each booking (R110)."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from clinics.models import Institution
from clinics.policy import Target, resolve, rows_in_force
from referral.booking.expected import database_now
from referral.booking.facts import SHANGHAI
from referral.booking.messages import REMINDER, REMINDER_LATE, Appointment, told
from referral.booking.models import Booking
from referral.parameters import REMINDER_TIME
from referral.patients.guardians_reach import reached
from vault.outbox.models import Message
from vault.outbox.put import put

REMINDERS: Final = (REMINDER.key, REMINDER_LATE.key)
REMINDED: Final = Exists(Message.objects.filter(about=OuterRef("public_id"), template__in=REMINDERS))
# Its clinic takes place: who is booked at a stopped one hears of that instead.
STANDS: Final = Q(status="booked", pool_slot__slot__session__status="planned")


def due(now: datetime) -> list[UUID]:
    """Live bookings of tomorrow at hospitals whose hour of reminding has come, that have no reminder yet.

    The hour is the hospital's (`reminder_time`), by default 18:00, when booking and cancelling have closed and the day's list is
    whole. Nobody is passed over because she was booked today; a resident without a mobile gets none.
    """
    here = now.astimezone(SHANGHAI)
    tomorrow = _of_day(here.date() + timedelta(days=1)).exclude(REMINDED)
    hospitals = Institution.objects.filter(pk__in=tomorrow.order_by().values("institution")).order_by("pk")
    ready = _whose_hour_has_come(list(hospitals), here)
    return list(tomorrow.filter(institution__in=ready).order_by("pk").values_list("public_id", flat=True))


@transaction.atomic(durable=True)
def remind(booking_id: UUID) -> None:
    """Use case: one reminder for a live booking, however often and by however many workers it is asked.

    Locks the booking, so that the second worker sees the first one's message. The outbox reads the booking again before the
    message leaves, and keeps it for the morning at night (DESIGN.md 4.7).
    """
    held = Booking.objects.select_for_update(of=("self",), no_key=True).filter(public_id=booking_id).order_by("pk").first()
    related = ("patient", "institution", "department", "referral__institution")
    booking = Booking.objects.filter(STANDS, pk=held.pk).exclude(REMINDED).select_related(*related).first() if held else None
    if booking is None or not (phone := reached(booking.patient).phone):
        return
    text = REMINDER if database_now() < booking.cancel_until else REMINDER_LATE
    words = told(appointment_of(booking))
    put(text.key, phone, {name: words[name] for name in text.params}, about=booking.public_id, version=booking.version)


def _of_day(day: date) -> "QuerySet[Booking]":
    return Booking.objects.filter(STANDS, visit_date=day).exclude(patient__phone_hash="", patient__guardian=None)


def _whose_hour_has_come(hospitals: list[Institution], here: datetime) -> list[int]:
    """The keys of these hospitals whose hour, by the values that hold today, is not ahead; one query."""
    targets = {hospital.pk: Target.at(hospital, None) for hospital in hospitals}
    rows = rows_in_force([REMINDER_TIME], list(targets.values()))
    hours = {key: resolve(REMINDER_TIME, here.date(), target, rows).value for key, target in targets.items()}
    return [key for key, hour in hours.items() if hour <= here.time()]  # type: ignore[operator]


def appointment_of(booking: Booking) -> Appointment:
    """What the messages say of a booking, in Chinese whatever language is active."""
    return Appointment(
        name=reached(booking.patient).name,
        hospital=booking.institution.name,
        department=booking.department.name,
        starts_at=booking.starts_at,
        pickup_place=booking.institution.pickup_place,
        code=booking.confirmation_code,
        cancel_until=booking.cancel_until,
        phone=booking.referral.institution.phone,
    )
