"""Whose number a message about a case belongs to today: a message that failed may have been written to one corrected since."""

from typing import Final

from django.db.models import F

from referral.booking.booker import BOOKED_FOR, CANCELLED_FOR, STOPPED_FOR
from referral.booking.models import Booking
from referral.news.messages import SOURCES
from referral.patients.guardians_reach import reached
from referral.patients.models import Patient
from vault.models import Message

TO_BOOKERS: Final = (BOOKED_FOR.key, CANCELLED_FOR.key, STOPPED_FOR.key)


def number_now(message: Message) -> str:
    """The mobile number this would be written to now: the resident's or her guardian's, or that of whoever asked for the place."""
    if message.template in TO_BOOKERS:
        booking = Booking.objects.select_related("referral").get(public_id=message.about)
        return booking.referral.booker_phone
    source = next(one for one in SOURCES if message.template in one.texts)
    found = source.model.objects.filter(public_id=message.about).values(whose=F(source.patient))
    return reached(Patient.objects.get(pk__in=found)).phone
