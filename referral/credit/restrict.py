"""One hospital restricts bookings of a resident who repeatedly did not collect numbers there, and lifts it again (R027)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics import policy
from permissions.acting import Acting
from permissions.roles import Capability
from referral import parameters as p
from referral.credit.models import STANDING, Restriction
from referral.credit.notices import tell_restricted, tell_unrestricted
from referral.credit.queries import NOTHING_HERE, in_force, restrictions_seen_by
from referral.credit.record import clock, locked_patient
from referral.credit.terms import SHANGHAI
from referral.inbox.tell import tell
from referral.patients.models import Patient
from referral.patients.queries import contract_on
from vault import audit
from vault.faults import Faults
from vault.refusal import Refusal, invalid
from vault.states import advance, created
from vault.words import worded

LONGEST_REASON: Final = 200
LONGEST_DAYS: Final = 366
LOOKS_BACK: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a coordinator asks for: for whom, why, and the last day."""

    patient: UUID
    reason: str
    last_day: date


def restrict(wanted: Wanted, *, by: Acting) -> Restriction:
    """Use case: until the end of a day this hospital books nothing for a resident; other hospitals are not touched.

    Locks the resident. Refuses with `not_allowed`, `not_found` to a hospital the resident never had a booking at, `invalid_input`,
    `below_threshold` with the count and the number the regulation asks for, and `already_exists` while one stands.
    """
    if by.post is None or not by.can(Capability.RESTRICT):
        raise Refusal("not_allowed", _("Your role does not include this."))
    reason = _checked(wanted, clock().astimezone(SHANGHAI).date())
    with transaction.atomic(durable=True):
        seen = (
            Patient.objects.filter(public_id=wanted.patient, bookings__institution=by.post.institution).values_list("pk", flat=True).first()
        )
        if seen is None:
            raise Refusal("not_found", NOTHING_HERE)
        patient = locked_patient(seen)
        _check_threshold(patient, by)
        _check_free(patient, by)
        one = Restriction.objects.create(
            patient=patient, institution=by.post.institution, reason=reason, valid_from=clock(), valid_to=_end_of(wanted.last_day),
            set_by=by.user,
        )  # fmt: skip
        created(one, by=by.actor, reason=reason)
        audit.record("restriction.set", "restriction", one.public_id, by=by.actor, reason=reason)
        tell_restricted(one)
        tell(_doctors_of(patient), "resident_restricted", about=one.public_id)
    return one


def lift(restriction_id: UUID, *, reason: str, expected_version: int, by: Acting) -> Restriction:
    """Use case: the hospital books for the resident again before the end; she and her doctor are told.

    Refuses with `not_allowed`, `not_found`, `invalid_input`, `stale_state`.
    """
    if not by.can(Capability.RESTRICT):
        raise Refusal("not_allowed", _("Your role does not include this."))
    why = _reason(reason)
    with transaction.atomic(durable=True):
        rows = restrictions_seen_by(by).select_for_update(of=("self",), no_key=True)
        one = rows.filter(public_id=restriction_id).first()
        if one is None:
            raise Refusal("not_found", NOTHING_HERE)
        advance(one, "lifted", by=by.actor, reason=why, expected_version=expected_version, lifted_by=by.user)
        audit.record("restriction.lift", "restriction", one.public_id, by=by.actor, reason=why)
        tell_unrestricted(one)
        tell(_doctors_of(one.patient), "resident_unrestricted", about=one.public_id, version=one.version)
    return one


def restriction_at(patient: int, institution: int) -> Restriction | None:
    """The restriction that binds at one hospital now, or None; for pages and rules."""
    found: Restriction | None = in_force(Restriction.objects.filter(patient_id=patient, institution_id=institution)).first()
    return found


def threshold_at(institution: Any, day: date) -> int:
    """After how many uncollected numbers this hospital may restrict."""
    return int(policy.value(p.RESTRICT_AFTER, at=day, institution=institution))


def uncollected(by: Acting, day: date) -> QuerySet[Patient]:
    """The residents with numbers not collected at the acting hospital in the last year, the most first, with count and last day.

    Counted are visits that the resident missed without an accepted reason; what the hospital failed is not hers. `restricted` says of
    each whether a restriction binds already.
    """
    if by.post is None:
        return Patient.objects.none()
    rows = Patient.objects.filter(
        breaches__institution_id=by.post.institution_id,
        breaches__visit_date__gt=day - LOOKS_BACK,
        breaches__kind__in=("noshow", "late"),
        breaches__status__in=STANDING,
    )
    here = in_force(Restriction.objects.filter(patient=OuterRef("pk"), institution_id=by.post.institution_id))
    counted = rows.annotate(missed=Count("breaches"), last=Max("breaches__visit_date"), restricted=Exists(here))
    return counted.order_by("-missed", "-last", "pk")


def restrictable(by: Acting, day: date) -> QuerySet[Patient]:
    """Those of them whom this hospital may restrict today: as many as the regulation asks for, and not restricted yet."""
    if by.post is None:
        return Patient.objects.none()
    return uncollected(by, day).filter(missed__gte=threshold_at(by.post.institution, day), restricted=False)


def _check_threshold(patient: Patient, by: Acting) -> None:
    day = clock().astimezone(SHANGHAI).date()
    wanted = threshold_at(by.post.institution, day)  # type: ignore[union-attr]
    count = uncollected(by, day).filter(pk=patient.pk).values_list("missed", flat=True).first() or 0
    if count < wanted:
        words = {"count": count, "limit": wanted}
        raise Refusal("below_threshold", _("%(count)d numbers were not collected here in a year; restricting needs %(limit)d.") % words)


def _check_free(patient: Patient, by: Acting) -> None:
    if restriction_at(patient.pk, by.post.institution_id):  # type: ignore[union-attr]
        raise Refusal("already_exists", _("This resident is restricted here already."))


def _checked(wanted: Wanted, today: date) -> str:
    faults = Faults()
    reason = faults.of(_reason, wanted.reason)
    if not today <= wanted.last_day <= today + timedelta(days=LONGEST_DAYS):
        faults.add(invalid("last_day", _("Choose a day from today on, at most a year ahead.")))
    faults.tell()
    return reason or ""


def _reason(raw: str) -> str:
    return worded("reason", raw, LONGEST_REASON, missing=_("Say why, so that the resident can be told."))


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


def _doctors_of(patient: Patient) -> list[Any]:
    """The doctor of the contract in force, who may have to explain it."""
    contract = contract_on(patient, clock().astimezone(SHANGHAI).date())
    return [contract.doctor] if contract else []
