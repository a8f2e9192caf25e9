"""Sends a resident's booking to her again, after whoever asks has shown that it is she (R021)."""

import unicodedata
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.identity.folding import fold
from permissions.roles import Capability
from referral.booking.exam_messages import text_for
from referral.booking.expected import NOTHING_HERE
from referral.booking.messages import RESENT, told
from referral.booking.models import Booking
from referral.booking.queries import bookings_of
from referral.booking.remind import appointment_of
from referral.patients.guardians_reach import guardian_of, reached
from vault.actor import Actor
from vault.audit import record
from vault.outbox.put import put
from vault.refusal import Refusal, invalid
from vault.states import amend
from vault.transactions import requires_transaction

SENT_AGAIN: Final = ((3, timedelta(days=1)),)  # of one booking
WRONG: Final = ((5, timedelta(hours=1)), (20, timedelta(days=1)))  # answers about one booking, right or wrong
NOT_HERS: Final = _("Number, name and document do not belong together. Compare them with the document on the table.")
TAIL: Final = 4


def resend(booking_id: UUID, *, name: str, document_tail: str, by: Acting) -> Booking:
    """Promise the booking's message once more, to the phone on file and no other, after name and document were compared.

    Whoever asks gives the full name and the last four characters of the document used for booking; every answer is counted, and a
    booking is sent again three times a day at most. Refuses with `not_allowed`, `not_found`, `proof_mismatch` (whichever of
    them is wrong), `too_many_requests`, `booking_over`, and `no_phone`.
    """
    if not may_resend(by):
        raise Refusal("not_allowed", _("Your role does not include this."))
    seen = bookings_of(by).filter(public_id=booking_id).first()
    if seen is None:
        raise Refusal("not_found", NOTHING_HERE)
    check_identity(seen, name, document_tail)
    _phone_for(seen)
    _spend(seen, "resend", SENT_AGAIN, _("This booking was sent three times today. Print the slip instead."))
    with transaction.atomic(durable=True):
        return send_again(seen, by=by.actor)


def send_again(seen: Booking, *, by: Actor) -> Booking:
    """Step: one more message about a live booking as it is now, to the phone on file now; locks the booking.

    It is a step of the booking's life with a version of its own. Refuses with `booking_over` and `no_phone`.
    """
    requires_transaction()
    related = ("patient", "institution", "department", "referral__institution", "pool_slot__service")
    Booking.objects.select_for_update(of=("self",), no_key=True).get(pk=seen.pk)
    booking = Booking.objects.select_related(*related).get(pk=seen.pk)
    phone = _phone_for(booking)
    amend(booking, "booking.resent", by=by)
    appointment = appointment_of(booking)
    put(text_for(RESENT, appointment).key, phone, told(appointment), about=booking.public_id, version=booking.version)
    record("booking.resend", "booking", booking.public_id, by=by)
    return booking


def _phone_for(booking: Booking) -> str:
    """The number the message goes to. Refuses with `booking_over` and `no_phone`, before one of the day's sends is spent on it."""
    if booking.status != "booked":
        raise Refusal("booking_over", _("This booking does not hold any more; there is nothing to send."))
    phone = reached(booking.patient).phone
    if not phone:
        raise Refusal("no_phone", _("There is no mobile number on file. Print the slip, or correct the registration first."))
    return phone


def may_resend(by: Acting) -> bool:
    """Doctors who book, and the window."""
    return by.post is not None and (by.can(Capability.CANCEL_BOOKING) or by.can(Capability.RECEIVE))


def booking_named(number: str, by: Acting) -> Booking | None:
    """The live booking of a number among those this person may see; in groups or not."""
    digits = fold(number)
    if not (digits.isascii() and digits.isdigit() and len(digits) == 16):
        raise invalid("number", _("The number has 16 digits. It stands at the top right of the slip."))
    return bookings_of(by).filter(number=digits, status="booked").order_by("-pk").first()


def check_identity(booking: Booking, name: str, document_tail: str) -> None:
    """Counts one answer, then compares it. Refuses with `invalid_input`, `too_many_requests` and `proof_mismatch`."""
    said, tail = compared(name), fold(document_tail).upper()
    if not said:
        raise invalid("name", _("Enter the name as it stands on the document."))
    if len(tail) != TAIL:
        raise invalid("document_tail", _("Enter the last four characters of the document."))
    _spend(booking, "resend_proof", WRONG, _("This was tried too often. Please wait an hour, or print the slip."))
    patient: Any = booking.patient
    own = patient.identifiers.filter(is_primary=True).values_list("tail", flat=True).first()
    guardian = None if own else guardian_of(patient)
    names = {compared(patient.name)} | ({compared(guardian.name)} if guardian else set())
    expected = own or (guardian.tail if guardian else "")
    if said not in names or not expected or tail != expected.upper():
        raise Refusal("proof_mismatch", NOT_HERS)


def compared(name: str) -> str:
    """A name as two writings of it are compared: one form of each character, without blanks, dots between parts alike."""
    return "".join(unicodedata.normalize("NFC", name).split()).replace("•", "·").replace("・", "·").casefold()


def _spend(booking: Booking, kind: str, windows: Any, sentence: Any) -> None:
    """Counts one try about a booking, committed at once."""
    limits, spans = [limit for limit, _span in windows], [span for _limit, span in windows]
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_spend(%s, %s, %s, %s)", [str(booking.public_id), kind, limits, spans])
        (allowed,) = cursor.fetchone()
    if not allowed:
        raise Refusal("too_many_requests", sentence, retry_after=3600)
