"""Tells with the refusal of a booking where a resident without a contract can sign one (R118)."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from clinics.models import Institution
from permissions.acting import Acting
from referral.booking.read import Judged
from referral.patients.models import Patient
from referral.patients.residents import places_to_sign
from vault.refusal import Refusal, Violation


def with_place_to_sign(refusal: Refusal, judged: Judged | None, by: Acting) -> Refusal:
    """The same refusal; where it asks for a contract, its remedy names the centre with phone and address."""
    if judged is None or not any(_asks_for_contract(violation) for violation in refusal.violations):
        return refusal
    patient = Patient.objects.select_related("registered_at__parent").get(referrals=judged.row.referral)
    places = " / ".join(address_of(place) for place in places_to_sign(patient, by))
    remedy = _("Sign or renew the contract first, at %(places)s.") % {"places": places}
    refusal.violations = tuple(
        replace(violation, remedy=remedy) if _asks_for_contract(violation) else violation for violation in refusal.violations
    )
    return refusal


def address_of(place: Institution) -> str:
    """A centre as one is told where it is: name, phone, address."""
    return "　".join(part for part in (place.display_name, place.phone, place.address) if part)


def _asks_for_contract(violation: Violation) -> bool:
    return violation.code == "contract_required" and not violation.field
