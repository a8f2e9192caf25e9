"""Registers and corrects places of care: institutions one by one, and whole lists of what they hold and offer."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from clinics.access import require_pools_of
from clinics.models import Alliance, AllianceMember, Department, FactOf, Institution, Service
from clinics.models.institution import InstitutionKind
from clinics.register.facts import cleaned_facts, fact_changes, labels_for, with_facts
from clinics.register.history import BEGINS
from clinics.register.particulars import HIDDEN, KEPT_BY_MANAGERS, SHOWN, Particulars, day_of, judged
from clinics.register.place_queries import require_keeper
from permissions.acting import Acting
from permissions.roles import Capability
from vault import audit
from vault.changes import note_changes
from vault.faults import Faults
from vault.models import Public
from vault.refusal import Refusal, invalid

NAME_TAKEN = _("An institution with this name is registered already.")
DAYS = ("active_from", "active_to")
STALE = _("This has changed since you opened it. Look at it again, then decide.")


def register_institution(given: Particulars, *, by: Acting, facts: Mapping[str, Any] | None = None) -> Institution:
    """Use case: enter one institution of the actor's district (R090); a station below its centre (R117).

    Raises Refusal("invalid_input") with every fault at once, Refusal("not_allowed") unless the district acts.
    """
    require_register(by)
    faults = Faults()
    cleaned = judged(given, faults)
    parent = faults.of(_centre, cleaned.parent, by) if cleaned.parent else None
    if cleaned.name and Institution.objects.filter(name=cleaned.name).exists():
        faults.add(_name_taken())
    kept = with_facts({}, cleaned_facts(facts or {}, labels_for(FactOf.INSTITUTION, by.district_id) if facts else [], faults))
    faults.tell()
    try:
        with transaction.atomic(durable=True):
            made = Institution.objects.create(district_id=by.district_id, **(stored(cleaned) | {"parent": parent, "facts": kept}))
            note_changes("institution", made.public_id, {BEGINS: ("", made.name)}, by=by.actor)
            _record("register", "institution", [made], by)
    except IntegrityError as error:  # somebody else registered the same name at this moment
        raise _name_taken() from error
    return made


def correct_institution(
    institution: Institution,
    changes: Mapping[str, Any],
    *,
    by: Acting,
    expected_version: int,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
) -> Institution:
    """Use case: change some fields and further facts (R096) of an institution; what they held before stays in its history.

    The district may change everything but the kind; a manager and a hospital's coordinator what is in KEPT_BY_MANAGERS, and the
    facts. Raises Refusal("invalid_input") with every fault at once, Refusal("stale_state") for another version,
    Refusal("not_allowed").
    """
    require_keeper(by, institution)
    before = particulars_of(institution)
    faults = Faults()
    after = judged(replace(before, **changes), faults)
    _check_changed(before, after, by, faults)
    labels = labels_for(FactOf.INSTITUTION, institution.district_id) if facts else []
    kept = with_facts(institution.facts, cleaned_facts(facts or {}, labels, faults))
    parent = faults.of(_centre, after.parent, by) if after.parent else None
    if after.name and Institution.objects.filter(name=after.name).exclude(pk=institution.pk).exists():
        faults.add(_name_taken())
    faults.tell()
    noted = _differences(institution, before, after, parent) | fact_changes(institution.facts, kept, labels)
    try:
        with transaction.atomic(durable=True):
            _update(institution, stored(after) | {"parent": parent, "facts": kept}, expected_version)
            note_changes("institution", institution.public_id, noted, by=by.actor, reason=reason)
            audit.record("correct", "institution", institution.public_id, by=by.actor, reason=reason, details={"fields": sorted(noted)})
    except IntegrityError as error:
        raise _name_taken() from error
    return Institution.objects.select_related("parent", "district").get(pk=institution.pk)


def particulars_of(institution: Institution) -> Particulars:
    """What is registered now, in the form in which it is corrected."""
    held = {name: getattr(institution, name) for name in Particulars.__dataclass_fields__ if name != "parent"}
    held |= {name: held[name].isoformat() if held[name] else "" for name in DAYS}
    held["shows_doctor_names"] = SHOWN if institution.shows_doctor_names else HIDDEN
    return Particulars(**held, parent=institution.parent.public_id if institution.parent else None)


def stored(cleaned: Particulars) -> dict[str, Any]:
    """The columns that hold these particulars, the parent aside: days as days, the switch as yes or no."""
    columns = {name: value for name, value in asdict(cleaned).items() if name != "parent"}
    columns |= {name: day_of(columns[name]) for name in DAYS}
    return columns | {"shows_doctor_names": cleaned.shows_doctor_names == SHOWN}


def register_institutions(institutions: Sequence[Institution], *, by: Acting) -> list[Institution]:
    """Use case: enter institutions of any district into the register; a name already there is left as it is.

    Raises Refusal("not_allowed") unless a district administrator acts. Parents are registered before their stations.
    """
    require_register(by)
    with transaction.atomic(durable=True):
        names = [institution.name for institution in institutions]
        known = set(Institution.objects.filter(name__in=names).values_list("name", flat=True))
        fresh = [institution for institution in institutions if institution.name not in known]
        made = Institution.objects.bulk_create(fresh)
        _record("register", "institution", made, by)
    return made


def register_departments(departments: Sequence[Department], *, by: Acting) -> list[Department]:
    """Use case: enter departments with their standard subject codes (R093); a name already there stays as it is."""
    require_register(by)
    with transaction.atomic(durable=True):
        known = set(
            Department.objects.filter(institution__in={one.institution_id for one in departments}).values_list("institution", "name")
        )
        made = Department.objects.bulk_create([one for one in departments if (one.institution_id, one.name) not in known])
        _record("register", "department", made, by)
    return made


def found_alliance(alliance: Alliance, members: Sequence[Institution], *, by: Acting) -> Alliance:
    """Use case: enter an alliance with its lead and members."""
    require_register(by)
    with transaction.atomic(durable=True):
        alliance.save(force_insert=True)
        everybody = dict.fromkeys([alliance.lead, *members])
        AllianceMember.objects.bulk_create(AllianceMember(alliance=alliance, institution=one) for one in everybody)
        note_changes("alliance", alliance.public_id, {BEGINS: ("", alliance.name)}, by=by.actor)
        _record("found", "alliance", [alliance], by)
    return alliance


def offer_services(services: Sequence[Service], *, by: Acting) -> list[Service]:
    """Use case: offer services of a hospital; one already offered stays as it is.

    Raises Refusal("no_grant_on_target") when the actor does not run the pools of every hospital named.
    """
    with transaction.atomic(durable=True):
        require_pools_of(by, {service.institution_id for service in services})
        departments = {service.department_id for service in services}
        known = set(Service.objects.filter(department__in=departments).values_list("department", "kind", "slot_class", "name"))
        made = Service.objects.bulk_create(one for one in services if (one.department_id, one.kind, one.slot_class, one.name) not in known)
        _record("offer", "service", made, by)
    return made


def require_register(by: Acting) -> None:
    """Refuse with `not_allowed` unless the district acts."""
    if not by.can(Capability.MANAGE_INSTITUTIONS):
        raise Refusal("not_allowed", _("Only the district registers institutions."))


def _centre(public_id: UUID, by: Acting) -> Institution:
    """The centre a station belongs to; it is in the same district."""
    found = Institution.objects.filter(public_id=public_id, kind=InstitutionKind.CENTRE, district=by.district_id).first()
    if found is None:
        raise invalid("parent", _("This is no centre of your district."))
    return found


def _check_changed(before: Particulars, after: Particulars, by: Acting, faults: Faults) -> None:
    if after.kind != before.kind:
        faults.add(invalid("kind", _("The kind of an institution does not change."), remedy=_("Register a new institution.")))
    if by.can(Capability.MANAGE_INSTITUTIONS):
        return
    for name in Particulars.__dataclass_fields__:
        if name not in KEPT_BY_MANAGERS and getattr(before, name) != getattr(after, name):
            faults.add(invalid(name, _("Only the district changes this.")))


def _differences(
    institution: Institution, before: Particulars, after: Particulars, parent: Institution | None
) -> dict[str, tuple[str, str]]:
    """Field → before, after, as text a person reads; a centre by its name."""
    pairs = {name: (str(getattr(before, name)), str(getattr(after, name))) for name in asdict(after) if name != "parent"}
    pairs["parent"] = (institution.parent.name if institution.parent else "", parent.name if parent else "")
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _update(institution: Institution, columns: Mapping[str, Any], expected_version: int) -> None:
    """One guarded UPDATE on the version the caller saw."""
    seen = Institution.objects.filter(pk=institution.pk, version=expected_version)
    if not seen.update(version=expected_version + 1, **columns):
        current = Institution.objects.filter(pk=institution.pk).values("version").first()
        raise Refusal("stale_state", STALE, current=dict(current or {}))


def _name_taken() -> Refusal:
    return invalid("name", NAME_TAKEN, remedy=_("Look for it in the list; correct it there."))


def _record(verb: str, kind: str, objects: Sequence[Public], by: Acting) -> None:
    for one in objects:
        audit.record(verb, kind, one.public_id, by=by.actor, details={"name": str(one)})
