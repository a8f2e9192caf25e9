"""Records that the resident was told what she must know after a booking (R056)."""

from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking.models import Booking
from referral.patients.queries import of_unit
from vault.audit import record
from vault.refusal import Refusal, Violation

# Time, department, how to cancel, what happens when she does not come.
FOUR_THINGS: Final = ("when", "where", "cancelling", "not_coming")


def tell(booking_id: UUID, things: frozenset[str], *, by: Acting) -> Booking:
    """Promise that the booking says who told the resident all four things, and when; telling twice keeps the first time.

    Refuses with `not_allowed`, `not_found`, and `invalid_input` with one violation for each thing left out.
    """
    if by.post is None or not by.can(Capability.BOOK):
        raise Refusal("not_allowed", _("Your role does not include this."))
    missing = [thing for thing in FOUR_THINGS if thing not in things]
    if missing:
        sentence = _("Tell the patient this too, then tick it.")
        raise Refusal("invalid_input", sentence, tuple(Violation("invalid_input", sentence, field=thing, rule="R056") for thing in missing))
    with transaction.atomic(durable=True):
        rows = Booking.objects.select_for_update(of=("self",), no_key=True)
        booking = rows.filter(of_unit(by.post, "referral__institution"), public_id=booking_id).first()
        if booking is None:
            raise Refusal("not_found", _("There is nothing here that you may see."))
        if booking.told_at is None:
            Booking.objects.filter(pk=booking.pk).update(told_at=Now(), told_by=by.post)
            record("booking.tell", "booking", booking.public_id, by=by.actor, details={"things": list(FOUR_THINGS)})
            booking.refresh_from_db()
    return booking
