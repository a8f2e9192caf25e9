"""The history of a registration in words: signed, ended and corrected, by whom; phones and addresses masked."""

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from permissions.identity.masking import mask_address, mask_phone
from referral.patients.models import ContractEnding, FamilyDoctorContract, Patient, PriorityGroup
from referral.patients.story import CHANGED, CORRECTED, ENDED, SIGNED, deed_of, story_of
from referral.views.timeline import Entry, People
from vault.changes import Change

TITLES = {
    SIGNED: gettext_lazy("contract signed"),
    ENDED: gettext_lazy("contract ended"),
    CHANGED: gettext_lazy("contract changed"),
    CORRECTED: gettext_lazy("registration corrected"),
}
FIELDS = {
    "name": gettext_lazy("Name"),
    "mobile": gettext_lazy("Mobile number"),
    "landline": gettext_lazy("Landline"),
    "address": gettext_lazy("Address"),
    "priority_group": gettext_lazy("Priority group"),
    "guardian_relation": gettext_lazy("Relation to the child"),
    "guardian_phone": gettext_lazy("Guardian's phone"),
    "guardian_name": gettext_lazy("Guardian's name"),
    "guardian_document": gettext_lazy("Last four of the guardian's document"),
    "document": gettext_lazy("Last four of the document"),
    "doctor": gettext_lazy("Doctor"),
    "care_team": gettext_lazy("Care team"),
}
EXPLAINED = frozenset({"name", "guardian_name", "guardian_document"})
PHONES = frozenset({"mobile", "landline", "guardian_phone"})


def entries_of(resident: Patient, contracts: Iterable[FamilyDoctorContract]) -> list[Entry]:
    """Everything that happened, the latest first, down to the registration; three queries."""
    signed_with = {contract.public_id: contract for contract in contracts}
    changes = story_of(resident, signed_with.values())
    who = People(cast(Any, changes))
    entries = [
        Entry(change.at, TITLES[deed_of(change)], who.of(cast(Any, change)), _text(change, signed_with), _mark(change))
        for change in changes
    ]
    return [*entries, Entry(resident.created_at, _("registered as a resident"), resident.registered_at.display_short_name, "", "")]


def _mark(change: Change) -> str:
    return "warn" if deed_of(change) == ENDED else ""


def _text(change: Change, contracts: dict[UUID, FamilyDoctorContract]) -> str:
    deed, contract = deed_of(change), contracts.get(change.object_id)
    if deed == ENDED:
        place = contract.institution.display_short_name if contract else ""
        return _("%(place)s: %(why)s; not in force from %(day)s on") % {
            "place": place, "why": ContractEnding(change.reason).label, "day": change.new,
        }  # fmt: skip
    if deed == SIGNED and contract is not None:
        return f"{contract.institution.display_short_name}　{contract.care_team.name}　{contract.doctor.display_name}"
    words = {"field": FIELDS.get(change.field, ""), "before": _shown(change.field, change.old), "after": _shown(change.field, change.new)}
    told = _("%(field)s: %(before)s → %(after)s") % words
    return f"{told}　{change.reason}" if change.reason and change.field in EXPLAINED else told


def _shown(field: str, value: str) -> str:
    if not value:
        return _("nothing")
    if field in PHONES:
        return mask_phone(value)
    if field == "address":
        return mask_address(value)
    return str(PriorityGroup(value).label) if field == "priority_group" else value
