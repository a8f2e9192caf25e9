"""What the requests of the inbox and of the messages are about: a notice somebody has not read, and a message that failed."""

from django.db import transaction
from django.utils import timezone

from referral.booking.messages import BOOKED, told
from referral.booking.remind import appointment_of
from referral.inbox.tell import tell
from referral.models import Booking, Notice
from referral.patients.guardians_reach import reached
from tests.cast_loop import Loop
from vault.models import Message
from vault.outbox import put


class ToldPeople:
    """The doctor's notice of a booking of hers, and a message about it that the provider refused."""

    def __init__(self, held: Loop, booking: Booking) -> None:
        with transaction.atomic():
            tell([held.doctor.post], "booking_corrected", about=booking.public_id, version=77)
            sent = put(BOOKED.key, reached(booking.patient).phone, told(appointment_of(booking)), about=booking.public_id, version=99)
        self.notice = Notice.objects.get(kind="booking_corrected", about=booking.public_id)
        Message.objects.filter(public_id=sent).update(state="failed", settled_at=timezone.now())
        self.message = Message.objects.get(public_id=sent)
