"""A hospital's doctors: entered, corrected, marked as left and brought back (R092); people who log in have posts instead."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinics.keeping import department_within, require_kept
from clinics.models import Department, FactOf, Institution, Practitioner
from clinics.offers.practitioner_reading import ENTERED, Doctor, judged
from clinics.register.facts import cleaned_facts, fact_changes, labels_for, with_facts
from clinics.register.history import BEGINS
from clinics.register.registry import STALE
from permissions.acting import Acting
from permissions.identity.pinyin import search_keys
from vault import audit
from vault.changes import note_changes
from vault.crypto import keyed_hash
from vault.faults import Faults
from vault.refusal import Refusal, invalid
from vault.transactions import requires_transaction

LATEST_LEAVING = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Wish:
    """A doctor as she shall be registered, with the department found; without one when something was wrong."""

    doctor: Doctor
    department: Department | None
    facts: dict[str, str]

    @property
    def columns(self) -> dict[str, Any]:
        """Her own columns, with what she is found by."""
        plain = {name: getattr(self.doctor, name) for name in ENTERED if name != "department"}
        number = self.doctor.licence
        hashed = keyed_hash(number, "licence") if number else ""
        return plain | {"licence_hash": hashed, "grams": search_keys(self.doctor.name), "facts": self.facts, "department": self.department}


def enter_practitioner(institution: Institution, given: Doctor, *, by: Acting) -> Practitioner:
    """Use case: a doctor of a hospital is registered with the nine fields of R092.

    Raises Refusal("invalid_input") with every fault at once, Refusal("no_grant_on_target") for a hospital that is not the actor's.
    """
    require_kept(by, institution.pk)
    faults = Faults()
    wish = wish_of(institution, given, faults)
    faults.tell()
    try:
        with transaction.atomic(durable=True):
            return enter(institution, wish, by=by)
    except IntegrityError as error:  # somebody else entered the same number at this moment
        raise _number_taken() from error


def correct_practitioner(practitioner: Practitioner, changes: Mapping[str, Any], *, by: Acting, expected_version: int) -> Practitioner:
    """Use case: change some fields of a doctor; what they held before stays in her history.

    Raises Refusal("invalid_input") with every fault at once, Refusal("stale_state") for another version.
    """
    require_kept(by, practitioner.institution_id)
    faults = Faults()
    asked = replace(doctor_of(practitioner), **({"facts": {}} | dict(changes)))
    wish = wish_of(practitioner.institution, asked, faults, own=practitioner)
    faults.tell()
    try:
        with transaction.atomic(durable=True):
            amend(practitioner, wish, by=by, expected_version=expected_version)
    except IntegrityError as error:
        raise _number_taken() from error
    return Practitioner.objects.select_related("institution__district", "department").get(pk=practitioner.pk)


def leave(practitioner: Practitioner, day: date, *, by: Acting, expected_version: int) -> Practitioner:
    """Use case: she no longer works at the hospital from a day on; what she held stays. Refusals of `correct_practitioner`."""
    return correct_practitioner(practitioner, {"left_on": day}, by=by, expected_version=expected_version)


def bring_back(practitioner: Practitioner, *, by: Acting, expected_version: int) -> Practitioner:
    """Use case: she works at the hospital again, or never left. Refusals of `correct_practitioner`."""
    return correct_practitioner(practitioner, {"left_on": None}, by=by, expected_version=expected_version)


def doctor_of(practitioner: Practitioner) -> Doctor:
    """What is registered now, in the form in which it is corrected."""
    held = {name: getattr(practitioner, name) for name in ENTERED if name != "department"}
    return Doctor(**held, department=practitioner.department.public_id, facts=dict(practitioner.facts))


def wish_of(institution: Institution, given: Doctor, faults: Faults, *, own: Practitioner | None = None) -> Wish:
    """The doctor this asks for at a hospital; every fault goes into `faults`. Facts that are not given stay."""
    cleaned = judged(given, faults)
    department = department_within(institution, cleaned.department, faults)
    said = cleaned_facts(given.facts, labels_for(FactOf.PRACTITIONER, institution.district_id), faults)
    others = Practitioner.objects.filter(institution=institution).exclude(pk=own.pk if own else None)
    if cleaned.staff_number and others.filter(staff_number=cleaned.staff_number).exists():
        faults.add(_number_taken())
    if cleaned.left_on is not None and cleaned.left_on > timezone.localdate() + LATEST_LEAVING:
        faults.add(invalid("left_on", _("This lies more than a year ahead.")))
    return Wish(cleaned, department, with_facts(own.facts if own else {}, said))


def enter(institution: Institution, wish: Wish, *, by: Acting) -> Practitioner:
    """Step: the doctor, her history begun. The trail names her number, not her name."""
    requires_transaction()
    made = Practitioner.objects.create(institution=institution, **wish.columns)
    note_changes("practitioner", made.public_id, {BEGINS: ("", made.name)}, by=by.actor)
    audit.record("register", "practitioner", made.public_id, by=by.actor, details={"staff_number": made.staff_number})
    return made


def amend(practitioner: Practitioner, wish: Wish, *, by: Acting, expected_version: int) -> None:
    """Step: one guarded UPDATE on the version that was read, and what changed into the history."""
    requires_transaction()
    noted = differences(practitioner, wish)
    labels = labels_for(FactOf.PRACTITIONER, practitioner.institution.district_id)
    noted |= fact_changes(practitioner.facts, wish.facts, labels)
    seen = Practitioner.objects.filter(pk=practitioner.pk, version=expected_version)
    if not seen.update(version=expected_version + 1, **wish.columns):
        current = Practitioner.objects.filter(pk=practitioner.pk).values("version").first()
        raise Refusal("stale_state", STALE, current=dict(current or {}))
    note_changes("practitioner", practitioner.public_id, noted, by=by.actor)
    audit.record("correct", "practitioner", practitioner.public_id, by=by.actor, details={"fields": sorted(noted)})


def differences(practitioner: Practitioner, wish: Wish) -> dict[str, tuple[str, str]]:
    """Field → before, after, as text; the department by name."""
    before, after = doctor_of(practitioner), wish.doctor
    pairs = {name: (_said(getattr(before, name)), _said(getattr(after, name))) for name in ENTERED}
    pairs["department"] = (practitioner.department.name, wish.department.name if wish.department else "")
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _said(value: Any) -> str:
    return "" if value is None else str(value)


def _number_taken() -> Refusal:
    remedy = _("Look for it in the list; correct it there.")
    return invalid("staff_number", _("Another doctor of this hospital has this number."), remedy=remedy)
