"""Corrects how a resident is reached, and a misspelt name: counted by month (R012), while document, sex and birth never change."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinics import policy
from permissions.acting import Acting
from permissions.identity.names import clean_name
from permissions.identity.phones import clean_contact, clean_mobile
from permissions.identity.pinyin import initials, search_keys
from permissions.models import District
from permissions.roles import Capability
from referral import parameters
from referral.patients.faults import Faults
from referral.patients.models import Guardian, Patient, PriorityGroup, RegistrationEdit
from referral.patients.priority_steps import keep_in_step
from referral.patients.register import refuse_crowded_mobile
from referral.patients.residents import answered_for
from referral.patients.waiting import mobile_key, wait_for
from vault.audit import record
from vault.changes import note_changes
from vault.crypto import keyed_hash
from vault.refusal import Refusal, Violation, invalid

ADDRESS, RELATION, REASON = 200, 20, 200
IMMUTABLE = _("Document, sex and birth date cannot be changed.")
INSTEAD = _(
    "If the number is wrong, end the contract with the reason “signed by mistake” and register the resident anew from the document;"
    " what was done under the old registration stays there."
    " A name misspelt under the right number is corrected by the manager of the centre."
)


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to hold from now on; None leaves a field as it is. `reason` says which document shows the name."""

    name: str | None = None
    reason: str = ""
    mobile: str | None = None
    landline: str | None = None
    address: str | None = None
    priority_group: str | None = None
    guardian_relation: str | None = None
    guardian_phone: str | None = None


def correct_registration(patient_id: UUID, correction: Correction, *, by: Acting, today: date) -> list[str]:
    """Promise the corrected registration and one edit more in its count of the month; answers the names of what changed.

    Nothing different is no edit. Only the unit that answers for the resident corrects, and only its manager the spelling of a
    name. Refuses with `not_found`, `invalid_input` (every field), `already_exists` (a child of this name and guardian),
    `limit_reached` (R012: edits of a month; R011: people of a number).
    """
    clean = cleaned(correction)
    with transaction.atomic(durable=True):
        wait_for([mobile_key(clean.mobile or ""), _guardian_key(patient_id) if clean.name else ""])
        patient = _held(patient_id, by, today)
        guardian = Guardian.objects.filter(patient=patient).first()
        before = current(patient, guardian)
        if guardian is None and (clean.guardian_relation or clean.guardian_phone):
            raise invalid("guardian", _("This resident has no guardian."))
        changes = {name: (before[name], new) for name, new in _given(clean).items() if name in before and before[name] != new}
        if not changes:
            return []
        _check_reachable(before | {name: new for name, (_old, new) in changes.items()})
        if "name" in changes:
            _check_name(clean, patient, guardian, by)
        if changes.get("mobile", ("", ""))[1]:
            refuse_crowded_mobile(changes["mobile"][1], besides=patient)
        _count_edit(patient, today)
        _write(patient, guardian, {name: new for name, (_old, new) in changes.items()})
        if "priority_group" in changes:
            patient.priority_group = changes["priority_group"][1]
            keep_in_step(patient, by=by)
        seen = clean.reason if "name" in changes else ""
        note_changes("patient", patient.public_id, changes, by=by.actor, reason=seen)
        record("patient.correct", "patient", patient.public_id, by=by.actor, reason=seen, details={"fields": sorted(changes)})
    return sorted(changes)


def cleaned(correction: Correction) -> Correction:
    """Every field by itself as it is stored; refuses with `invalid_input` and every field that is wrong."""
    faults = Faults()
    clean = Correction(
        name=None if correction.name is None else faults.of(clean_name, correction.name),
        reason=faults.of(_short(REASON), correction.reason.strip(), "reason") or "",
        mobile=_read(faults, correction.mobile, "mobile", clean_mobile),
        landline=_read(faults, correction.landline, "landline", clean_contact),
        address=_read(faults, correction.address, "address", _short(ADDRESS)),
        priority_group=_read(faults, correction.priority_group, "priority_group", _group),
        guardian_relation=faults.of(_relation, correction.guardian_relation),
        guardian_phone=_read(faults, correction.guardian_phone, "guardian.phone", clean_contact),
    )
    faults.tell()
    return clean


def current(patient: Patient, guardian: Guardian | None) -> dict[str, str]:
    """What may be corrected, as it stands."""
    values = {"name": patient.name} | {name: str(getattr(patient, attribute)) for name, attribute in ATTRIBUTES.items()}
    if guardian is None:
        return values
    return values | {"guardian_relation": guardian.relation, "guardian_phone": guardian.phone}


def edits_left(patient: Patient, today: date) -> int:
    """How many edits of the registration this month still allows (R012)."""
    return max(number_of(edits_allowed(patient.district, today)) - patient.edits.filter(month=month_of(today)).count(), 0)


def month_of(today: date) -> date:
    """The month a day belongs to, by its first day."""
    return today.replace(day=1)


def next_month(today: date) -> date:
    """The first day on which edits count anew."""
    return date(today.year + (today.month == 12), today.month % 12 + 1, 1)


def edits_allowed(district: District, today: date) -> policy.Resolved:
    """How many edits of a registration a month allows in a district, and the decision that says so (R012, R138)."""
    held = parameters.REGISTRATION_EDITS_PER_MONTH
    return policy.values([held], policy.Target(district.pk), today)[held.key]


def number_of(allowed: policy.Resolved) -> int:
    """The number itself."""
    value: Any = allowed.value
    return int(value)


def too_many_edits(count: int, allowed: policy.Resolved, today: date) -> Refusal:
    """The refusal that says how many edits a month allows and from when on the registration can be edited again (R012)."""
    again, limit = next_month(today), number_of(allowed)
    sentence = _("This registration was edited %(count)s time(s) this month, of %(limit)s allowed; it can be edited again from %(day)s on.")
    told = sentence % {"count": count, "limit": limit, "day": again.isoformat()}
    violation = Violation(
        "limit_reached", told, rule="R012", quote=allowed.quote, count=count, limit=limit, next_date=again, source=allowed.source,
        article=parameters.REGISTRATION_EDITS_PER_MONTH.article if allowed.row is None else "",
    )  # fmt: skip
    return Refusal("limit_reached", told, (violation,))


# What a list may correct: how somebody is reached.
ATTRIBUTES = {"mobile": "phone", "landline": "landline", "address": "address", "priority_group": "priority_group"}
OF_PATIENT = ("name", *ATTRIBUTES)


def stored(name: str, value: str) -> dict[str, Any]:
    """The columns of a resident that one corrected field fills."""
    if name == "name":
        return {"name": value, "name_pinyin": initials(value), "grams": search_keys(value)}
    if name == "mobile":
        return {"phone": value, "phone_hash": keyed_hash(value, "phone"), "phone_tail": value[-4:]}
    return {name: value, "landline_tail": value[-4:]} if name == "landline" else {name: value}


def _held(patient_id: UUID, by: Acting, today: date) -> Patient:
    patient = answered_for(by, today).filter(public_id=patient_id).select_for_update(of=("self",), no_key=True).first()
    if patient is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return Patient.objects.select_related("district").get(pk=patient.pk)


def _count_edit(patient: Patient, today: date) -> None:
    done = RegistrationEdit.objects.filter(patient=patient, month=month_of(today)).count()
    allowed = edits_allowed(patient.district, today)
    if done >= number_of(allowed):
        raise too_many_edits(done, allowed, today)
    RegistrationEdit.objects.create(patient=patient, month=month_of(today), number=done + 1)


def _write(patient: Patient, guardian: Guardian | None, new: dict[str, str]) -> None:
    columns = {column: value for name in OF_PATIENT if name in new for column, value in stored(name, new[name]).items()}
    if columns:
        Patient.objects.filter(pk=patient.pk).update(**columns)
    of_guardian = {name.removeprefix("guardian_"): value for name, value in new.items() if name not in OF_PATIENT}
    if guardian and of_guardian:
        Guardian.objects.filter(pk=guardian.pk).update(**of_guardian)


def _given(correction: Correction) -> dict[str, str]:
    names = (*OF_PATIENT, "guardian_relation", "guardian_phone")
    return {name: value for name in names if (value := getattr(correction, name)) is not None}


def _guardian_key(patient_id: UUID) -> str:
    """What registering another child of the same guardian waits for; '' for a resident with a document of her own."""
    guardian = Guardian.objects.filter(patient__public_id=patient_id, patient__identifiers=None).first()
    return keyed_hash(guardian.lookup, "identity") if guardian else ""


def _check_name(clean: Correction, patient: Patient, guardian: Guardian | None, by: Acting) -> None:
    """The spelling is corrected by the manager from the document; a child is told from its twin by its name (R025)."""
    if not by.can(Capability.MANAGE_RESIDENTS):
        raise invalid("name", _("Only the manager of the centre corrects a name."), remedy=_("Ask her with the resident's document."))
    if not clean.reason:
        raise invalid("reason", _("Say which document was seen."))
    if guardian is None or patient.identifiers.exists():
        return
    twins = Patient.objects.filter(guardian__number_hash=guardian.number_hash, identifiers=None, birth_date=patient.birth_date)
    if twins.filter(name=clean.name).exclude(pk=patient.pk).exists():
        raise Refusal("already_exists", _("A child of this name, birth date and guardian is registered already."))


def _check_reachable(values: dict[str, str]) -> None:
    if not values["mobile"] and not values["landline"]:
        raise invalid("mobile", _("Enter a mobile number or a landline: the resident must be reachable."))


def _read(faults: Faults, raw: str | None, field: str, clean: Callable[[str, str], str]) -> str | None:
    """None stays None and empty stays empty; anything else is cleaned."""
    return faults.of(clean, raw.strip(), field) if raw and raw.strip() else raw and raw.strip()


def _short(limit: int) -> Callable[[str, str], str]:
    def short(text: str, field: str) -> str:
        if len(text) > limit:
            raise invalid(field, _("At most %(limit)d characters; now %(count)d.") % {"limit": limit, "count": len(text)})
        return text

    return short


def _group(text: str, field: str) -> str:
    if text not in PriorityGroup.values:
        raise invalid(field, _("There is no such priority group."))
    return text


def _relation(text: str | None) -> str | None:
    if text is None:
        return None
    if not text.strip():
        raise invalid("guardian.relation", _("Say how the guardian is related to the child."))
    return _short(RELATION)(text.strip(), "guardian.relation")
