"""In the demonstration a visit day can be brought to today, so that the whole way can be walked in one sitting."""

from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from referral.booking.expected import NOTHING_HERE, locked, today
from referral.booking.models import Booking
from referral.booking.queries import bookings_at
from vault import audit
from vault.refusal import Refusal


def bring_to_today(booking_id: UUID, *, by: Acting) -> Booking:
    """Promise that a booking at the acting institution is for today, at its own hour; audited like every act.

    Never outside the demonstration (`not_found`): real days come by themselves. Refuses with `booking_over` what is no
    longer booked, and with `already_exists` when the resident has a booking in this department today.
    """
    if not settings.DEMO:
        raise Refusal("not_found", NOTHING_HERE)
    try:
        with transaction.atomic(durable=True):
            booking = locked(bookings_at(by), booking_id)
            if booking.status != "booked":
                raise Refusal("booking_over", _("This patient has already been received."))
            day, shift = today(), today() - booking.visit_date
            Booking.objects.filter(pk=booking.pk).update(visit_date=day, starts_at=F("starts_at") + shift, ends_at=F("ends_at") + shift)
            audit.record("bring_to_today", "booking", booking.public_id, by=by.actor)
    except IntegrityError as error:
        raise Refusal("already_exists", _("The patient has another booking in this department today.")) from error
    booking.refresh_from_db(fields=["visit_date", "starts_at", "ends_at"])
    return booking
