"""The district puts somebody on the list who booked twice under several identities to get round the limits (R136, C5)."""

from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinics.policy import Target, values
from permissions.acting import Acting
from permissions.roles import Capability
from referral.credit.models import Breach, BreachKind
from referral.credit.queries import NOTHING_HERE
from referral.credit.record import clock, locked_patient, record_breach
from referral.credit.terms import SHANGHAI
from referral.parameters import DUPLICATES
from referral.patients.models import Patient
from vault.faults import Faults
from vault.refusal import Refusal, Violation, invalid
from vault.words import worded

LONGEST: Final = 500
CAUSE: Final = "evasion"


def record_evasion(number: str, *, evidence: str, by: Acting) -> Breach:
    """Use case: the booking of this referral number was a duplicate made to evade the limits; its resident is on the list at once.

    An ordinary duplicate is only refused when it is booked; this is for what slipped through under another identity. It can be
    appealed like every breach, and another person decides. Locks the resident. Refuses with `not_allowed` (also where the district
    lists nobody for duplicates), `invalid_input`, `not_found` and `already_recorded`.
    """
    if not by.can(Capability.DECIDE_APPEALS):
        raise Refusal("not_allowed", _("Your role does not include this."))
    if not evasion_is_listed(by.district_id, clock().astimezone(SHANGHAI).date()):
        raise _only_refused()
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


def evasion_is_listed(district: int, day: date) -> bool:
    """Whether a district lists whoever books under several identities (R136), or only refuses duplicates (R015); one query."""
    return values([DUPLICATES], Target(district), day)[DUPLICATES.key].value == "evasion_listed"


def _only_refused() -> Refusal:
    sentence = _("This district lists nobody for duplicate bookings; they are only refused.")
    violation = Violation(
        "not_allowed", sentence, remedy=_("Ask whoever sets the district's rules, if evasion is to be listed again."), rule=DUPLICATES.rule,
        source=DUPLICATES.source, article=str(DUPLICATES.article), quote=DUPLICATES.quote,
    )  # fmt: skip
    return Refusal("not_allowed", sentence, (violation,))


def _checked(number: str, evidence: str) -> tuple[str, str]:
    faults, digits = Faults(), "".join(number.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 16):
        faults.add(invalid("number", _("Enter the 16 digits of the referral number.")))
    words = faults.of(worded, "evidence", evidence, LONGEST, missing=_("Say which bookings under which identities prove it."))
    faults.tell()
    return digits, words or ""
