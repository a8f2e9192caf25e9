"""The district puts somebody on the list who booked twice under several identities to get round the limits (R136, C5)."""

from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.roles import Capability
from referral.credit.models import Breach, BreachKind
from referral.credit.queries import NOTHING_HERE
from referral.credit.record import locked_patient, record_breach
from referral.patients.models import Patient
from vault.faults import Faults
from vault.refusal import Refusal, invalid

LONGEST: Final = 500
CAUSE: Final = "evasion"


def record_evasion(number: str, *, evidence: str, by: Acting) -> Breach:
    """Use case: the booking of this referral number was a duplicate made to evade the limits; its resident is on the list at once.

    An ordinary duplicate is only refused when it is booked; this is for what slipped through under another identity. It can be
    appealed like every breach, and another person decides. Locks the resident. Refuses with `not_allowed`, `invalid_input`,
    `not_found` and `already_recorded`.
    """
    if not by.can(Capability.DECIDE_APPEALS):
        raise Refusal("not_allowed", _("Your role does not include this."))
    digits, words = _checked(number, evidence)
    with transaction.atomic(durable=True):
        bookings: Any = Patient._meta.get_field("bookings").related_model
        rows = bookings.objects.filter(number=digits, patient__district_id=by.district_id)
        seen = rows.order_by("-pk").values_list("pk", "patient_id").first()
        if seen is None:
            raise Refusal("not_found", NOTHING_HERE)
        patient = locked_patient(seen[1])
        related = ("institution", "referral__institution", "referral__owner")
        booking = rows.select_for_update(of=("self",), no_key=True).select_related(*related).get(pk=seen[0])
        booking.patient = patient
        return record_breach(booking, kind=BreachKind.EVASION, cause=CAUSE, by=by.actor, recorder=by.user, evidence=words)


def _checked(number: str, evidence: str) -> tuple[str, str]:
    faults, digits, words = Faults(), "".join(number.split()), evidence.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) == 16):
        faults.add(invalid("number", _("Enter the 16 digits of the referral number.")))
    if not words:
        faults.add(invalid("evidence", _("Say which bookings under which identities prove it.")))
    elif len(words) > LONGEST:
        faults.add(invalid("evidence", _("Write at most %(most)d characters.") % {"most": LONGEST}))
    faults.tell()
    return digits, words
