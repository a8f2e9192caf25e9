"""The self-service device at a hospital: code and document together receive somebody, and nothing else is told (R024, R025, R123)."""

from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.identity.folding import fold
from permissions.roles import Capability
from referral.booking.arrival import arrive
from referral.booking.codes import clean_code
from referral.booking.expected import today
from referral.booking.kiosk_words import for_resident
from referral.booking.models import Booking
from referral.booking.proof import Proof, ProofKind, by_code, read_proof
from referral.booking.queries import bookings_at
from vault.crypto import keyed_hash
from vault.refusal import Refusal, invalid

PER_DEVICE: Final = ((60, timedelta(minutes=10)), (3000, timedelta(days=1)))  # people with a code in hand are slower than this
PER_CODE: Final = ((5, timedelta(minutes=15)), (15, timedelta(days=1)))


def check_in(code: str, document: str, *, by: Acting) -> Booking:
    """Promise that the one booking of today that code and document open together is registered as arrived.

    A guardian's document opens the booking of a child without one (R025). Tries are counted per device and per code, committed at
    once. Refuses with `invalid_input`, `too_many_requests`, `not_recognised` (the same whichever of the two is wrong, at whichever
    hospital), and as `arrive` does, in words for the resident.
    """
    if by.post is None or not by.can(Capability.RECEIVE):
        raise Refusal("not_allowed", _("Your role does not include this."))
    shown, proof = by_code(code), _document(document)
    _spend(clean_code(code), by)
    rows = bookings_at(by).filter(shown.fits).filter(proof.fits).exclude(status__in=("moved", "entered_in_error"))
    booking = rows.order_by("pk").first()
    if booking is None:
        raise Refusal("not_recognised", _("Code and document do not belong together here."))
    try:
        return arrive(booking.public_id, proof, expected_version=booking.version, by=by)
    except Refusal as refusal:
        raise for_resident(refusal, booking) from None


def first_character(booking: Booking) -> str:
    """All of a name that a screen in a hall may show."""
    return booking.patient.name[:1]


def _document(raw: str) -> Proof:
    """Only a document, never a second code. Refuses with `invalid_input`."""
    if not fold(raw):
        raise invalid("document", _("Enter the number of the document."))
    proof = _read(raw)
    if proof.kind is not ProofKind.DOCUMENT:
        raise invalid("document", _("This is not the number of a document."))
    return proof


def _read(raw: str) -> Proof:
    try:
        return read_proof(raw)
    except Refusal:
        raise invalid("document", _("This is not the number of a document. It must be complete.")) from None


def _spend(code: str, by: Acting) -> None:
    """Counts one try for the device and one for the code, whatever comes of it."""
    device = str(by.session.public_id) if by.session else str(by.user.public_id)
    place: Any = by.post
    tries = ((device, "kiosk_device", PER_DEVICE), (f"{code}|{place.institution_id}|{today()}", "kiosk_code", PER_CODE))
    for subject, kind, windows in tries:
        limits, spans = [limit for limit, _span in windows], [span for _limit, span in windows]
        with connection.cursor() as cursor:
            cursor.execute("SELECT vault_spend(%s, %s, %s, %s)", [keyed_hash(subject, "tries"), kind, limits, spans])
            (allowed,) = cursor.fetchone()
        if not allowed:
            raise Refusal("too_many_requests", _("This was tried too often. Please go to the window."), retry_after=900)
