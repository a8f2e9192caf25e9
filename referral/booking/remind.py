"""Reminds residents on the day before their visit, at the hour the hospital chose, once for each booking (R110)."""

from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from clinics.models import Institution
from clinics.policy import Target, resolve, rows_in_force, value
from referral.booking.exam_messages import text_for
from referral.booking.expected import database_now, today
from referral.booking.facts import SHANGHAI
from referral.booking.messages import REMINDER, REMINDER_ASKING, REMINDER_LATE, REMINDER_LATE_ASKING, Appointment, told
from referral.booking.models import TAKES_PLACE, Booking
from referral.parameters import REMINDER_TIME, RESIDENT_CONFIRMS
from referral.patients.guardians_reach import reached
from vault.fence import held as fence
from vault.ids import uuid7_of
from vault.outbox.models import Message
from vault.outbox.put import put
from vault.outbox.templates import variants

USUAL_HOUR: Final = time(18)  # the place in time of a reminder's id, whatever the hour of its hospital
ASKING: Final = {REMINDER.key: REMINDER_ASKING, REMINDER_LATE.key: REMINDER_LATE_ASKING}
REMINDERS: Final = tuple(key for one in (REMINDER, REMINDER_LATE) for key in (*variants(one.key), ASKING[one.key].key))
REMINDED: Final = Exists(Message.objects.filter(about=OuterRef("public_id"), template__in=REMINDERS))
# Its clinic takes place: who is booked at a stopped one, or in a blocked band, hears of that instead.
STANDS: Final = Q(status="booked") & TAKES_PLACE


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
    message leaves, and keeps it for the morning at night (DESIGN.md 4.7). One that may have left before this database was restored
    is written held.
    """
    held = Booking.objects.select_for_update(of=("self",), no_key=True).filter(public_id=booking_id).order_by("pk").first()
    related = ("patient", "institution", "department", "referral__institution", "pool_slot__service")
    booking = Booking.objects.filter(STANDS, pk=held.pk).exclude(REMINDED).select_related(*related).first() if held else None
    if booking is None or not (phone := reached(booking.patient).phone):
        return
    appointment = appointment_of(booking)
    text = text_for(REMINDER if database_now() < booking.cancel_until else REMINDER_LATE, appointment)
    if text.key in ASKING and booking.confirmed_at is None and is_asked(booking):
        text = ASKING[text.key]
    words = told(appointment)
    made = put(
        text.key, phone, {name: words[name] for name in text.params}, about=booking.public_id, version=booking.version,
        public_id=uuid7_of(booking.public_id, datetime.combine(_eve(booking), USUAL_HOUR, SHANGHAI)),
    )  # fmt: skip
    if may_have_gone(booking):
        fence.hold(made)


def may_have_gone(booking: Booking) -> bool:
    """Whether a reminder may have left that this database does not know of, since it is an older copy put in place after the hour.

    Its one id is the same in both, so that the gateway, asked before a held message goes, recognises the first. At most two queries.
    """
    if not fence.was_restored_after(max(booking.created_at, datetime.combine(_eve(booking), time.min, SHANGHAI))):
        return False
    hour = value(REMINDER_TIME, at=_eve(booking), institution=booking.institution)
    return fence.was_restored_after(max(booking.created_at, datetime.combine(_eve(booking), hour, SHANGHAI)))  # type: ignore[arg-type]


def _eve(booking: Booking) -> date:
    return booking.visit_date - timedelta(days=1)


def is_asked(booking: Booking) -> bool:
    """Whether the booking's hospital asks its residents today to say that they will come (C25); one query."""
    return value(RESIDENT_CONFIRMS, at=today(), institution=booking.institution) == "optional"


def _of_day(day: date) -> "QuerySet[Booking]":
    return Booking.objects.filter(STANDS, visit_date=day).exclude(patient__phone_hash="", patient__guardian=None)


def _whose_hour_has_come(hospitals: list[Institution], here: datetime) -> list[int]:
    """The keys of these hospitals whose hour, by the values that hold today, is not ahead; one query."""
    targets = {hospital.pk: Target.at(hospital, None) for hospital in hospitals}
    rows = rows_in_force([REMINDER_TIME], list(targets.values()))
    hours = {key: resolve(REMINDER_TIME, here.date(), target, rows).value for key, target in targets.items()}
    return [key for key, hour in hours.items() if hour <= here.time()]  # type: ignore[operator]


def appointment_of(booking: Booking) -> Appointment:
    """What the messages say of a booking, in Chinese whatever language is active; the booking comes with its place and service."""
    service = booking.pool_slot.service
    return Appointment(
        name=reached(booking.patient).name,
        hospital=booking.institution.name,
        department=booking.department.name,
        starts_at=booking.starts_at,
        pickup_place=booking.institution.pickup_place,
        code=booking.confirmation_code,
        cancel_until=booking.cancel_until,
        phone=booking.referral.institution.phone,
        kind=service.kind,
        item=service.name,
        preparation=service.preparation,
    )
