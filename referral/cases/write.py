"""Writes a referral from a visit: checked, numbered, its truth accepted by the doctor; a draft may be changed or dropped."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics.clock import database_now
from clinics.posts import hold
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.roles import Capability
from referral.cases.booker import NOBODY, Booker, booker_columns, refuse_crowded_booker, wait_for_booker
from referral.cases.criteria import chosen, focus_of, keep, told
from referral.cases.emergencies import BY_CODE as SIGNS_BY_CODE
from referral.cases.ending import tell_resident
from referral.cases.models import SPENT, Priority, Referral
from referral.cases.number import next_number
from referral.cases.place_requests import is_booked, take_back
from referral.cases.queries import referrals_of
from referral.cases.texts import text_faults
from referral.cases.versions import WORDING
from referral.patients.models import Encounter
from referral.patients.queries import of_unit, patients_of
from vault.audit import record
from vault.faults import Faults
from vault.refusal import Refusal, Violation
from vault.states import advance, created
from vault.transactions import requires_transaction

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
LONGEST: Final = {"reason": 100, "impression": 2000, "present_history": 2000, "past_history": 2000, "treatment": 2000}
DIED: Final = "died"  # the code of the reason
WITHOUT_BOOKING: Final = ("draft", "submitted", "accepted")
REQUIRED: Final = ("reason", "impression", "present_history")


@dataclass(frozen=True, slots=True)
class Record:
    """What the doctor writes (WS 445.16): the reason in a hundred characters, the rest in two thousand each.

    `emergency_sign` is the code of a sign for which nothing is booked; a false tick is taken off by writing the draft anew.
    """

    reason: str
    impression: str
    present_history: str
    past_history: str = ""
    treatment: str = ""
    priority: str = Priority.ROUTINE.value
    emergency_sign: str = ""


def write_referral(
    encounter_id: UUID, written: Record, *, truth_accepted: bool, by: Acting, patient: UUID | None = None, booker: Booker = NOBODY,
    criteria: Collection[UUID] = (),
) -> Referral:  # fmt: skip
    """Promise a draft with a number of its own, from a visit at the doctor's unit that no other referral uses.

    The post is held, so that it does not end before its new referral counts among its open work. A caller that names the
    patient is refused when the visit was somebody else's. `criteria` are lines of the district's lists that the patient meets;
    they are kept with the case and nothing hangs on them (R116). Refuses with `not_allowed`, `right_not_in_force`,
    `encounter_required`, `invalid_input` (length, or the truth not accepted, R102),
    `already_exists` (the visit led to another referral; `current` names it), `limit_reached` (one booker for too many, R105).
    """
    _may_write(by)
    post: Any = by.post
    fields = all_checked(written, truth_accepted, booker)
    try:
        with transaction.atomic(durable=True):
            wait_for_booker(fields)
            hold(post)
            return _written(_encounter(encounter_id, patient, by), fields, criteria, by=by)
    except IntegrityError as error:
        raise _used(encounter_id) from error


def edit_draft(
    referral_id: UUID, written: Record, *, expected_version: int, truth_accepted: bool, by: Acting, booker: Booker = NOBODY,
    criteria: Collection[UUID] = (),
) -> Referral:  # fmt: skip
    """Promise the draft with other words, these criteria and its truth accepted anew; without a booker the resident asks herself.

    What a hospital accepted is what it had read (R072): with another wording the acceptance is given back and the hospital told.
    Refuses with `not_found`, `invalid_input`, `stale_state`, `limit_reached` (R105).
    """
    _may_write(by)
    fields = all_checked(written, truth_accepted, booker)
    with transaction.atomic(durable=True):
        wait_for_booker(fields)
        referral = _locked_draft(referral_id, expected_version, by)
        refuse_crowded_booker(fields, referral.patient)
        day = database_now().astimezone(SHANGHAI).date()
        ticked = chosen(criteria, by=by, day=day, referral=referral)
        if any(getattr(referral, name) != fields[name] for name in WORDING):
            take_back(referral, by=by.actor)
        fields["focus"] = focus_of(fields["impression"], ticked, referral.institution, day)
        Referral.objects.filter(pk=referral.pk).update(**fields, version=referral.version + 1, truth_accepted_at=Now())
        keep(referral, ticked)
        record("referral.edit", "referral", referral.public_id, by=by.actor, details=advised(fields) | told(ticked))
        referral.refresh_from_db()
    return referral


def cancel_draft(referral_id: UUID, *, expected_version: int, reason: str = "", by: Acting) -> Referral:
    """Promise that a referral without a booking is over and its visit free for another: a draft, or one whose hospital was asked first.

    What was asked of the hospital is withdrawn with it, and a resident who had been booked for is told (R199). Nobody writes to the
    phone of a patient who has died. Refuses with `not_found`, `stale_state`.
    """
    _may_write(by)
    with transaction.atomic(durable=True):
        referral = _locked_draft(referral_id, expected_version, by, among=WITHOUT_BOOKING)
        take_back(referral, by=by.actor)
        advance(referral, "cancelled", by=by.actor, reason=reason, expected_version=expected_version)
        if reason != DIED:
            tell_resident(referral)
        record("referral.cancel", "referral", referral.public_id, by=by.actor, reason=reason)
    return referral


def all_checked(written: Record, truth_accepted: bool, booker: Booker) -> dict[str, Any]:
    """What was written and who asked for it; refuses with `invalid_input`, every fault at once."""
    faults = Faults()
    fields, columns = faults.of(checked, written, truth_accepted), faults.of(booker_columns, booker)
    if faults:
        raise Refusal("invalid_input", _("Some of what was entered needs another look."), tuple(faults.violations))
    return {**(fields or {}), **(columns or {})}


def checked(written: Record, truth_accepted: bool) -> dict[str, Any]:
    """The fields trimmed; refuses with `invalid_input`, every fault at once (R102: the truth accepted)."""
    fields = {name: text.strip() for name, text in asdict(written).items()}
    faults = text_faults({name: fields[name] for name in LONGEST}, Referral, optional=frozenset(LONGEST) - frozenset(REQUIRED))
    if fields["priority"] not in Priority.values:
        faults.append(Violation("invalid_input", _("There is no such priority."), field="priority"))
    if fields["emergency_sign"] and fields["emergency_sign"] not in SIGNS_BY_CODE:
        faults.append(Violation("invalid_input", _("There is no such emergency sign."), field="emergency_sign"))
    if not truth_accepted:
        sentence = _("Confirm that what you wrote is true and complete.")
        faults.append(Violation("invalid_input", sentence, field="truth_accepted", rule="R102"))
    if faults:
        raise Refusal("invalid_input", _("Some of what was entered needs another look."), tuple(faults))
    return fields


def _may_write(by: Acting) -> None:
    """A post that writes, under a right in force (R045)."""
    if by.post is None or not by.can(Capability.WRITE_REFERRAL):
        raise Refusal("not_allowed", _("Your role does not include this."))
    if not ReferralRight.objects.in_force().filter(pk=by.post.right_id).exists():
        raise Refusal("right_not_in_force", _("Your right to refer is not in force."))


def _encounter(public_id: UUID, patient: UUID | None, by: Acting) -> Encounter:
    """A visit at the doctor's unit; whether it is fresh enough is a rule of booking (R050), judged when it counts."""
    rows = Encounter.objects.filter(of_unit(by.post), public_id=public_id, patient__in=patients_of(by))
    encounter = rows.annotate(now=Now()).select_related("patient").first()
    if encounter is None or patient not in (None, encounter.patient.public_id):
        raise Refusal("encounter_required", _("Record the visit first; a referral is written from a visit at your institution."))
    return encounter


def _written(encounter: Encounter, fields: dict[str, Any], criteria: Collection[UUID], *, by: Acting) -> Referral:
    requires_transaction()
    post: Any = by.post
    now: datetime = encounter.now  # type: ignore[attr-defined]
    refuse_crowded_booker(fields, encounter.patient)
    if Referral.objects.filter(encounter=encounter).exclude(status__in=SPENT).exists():
        raise _used(encounter.public_id)
    day = now.astimezone(SHANGHAI).date()
    ticked = chosen(criteria, by=by, day=day)
    number = next_number(post.institution.district.code, day)
    referral = Referral.objects.create(
        number=number, patient=encounter.patient, encounter=encounter, post=post, owner=post, institution=post.institution,
        truth_accepted_at=now, focus=focus_of(fields["impression"], ticked, post.institution, day), **fields,
    )  # fmt: skip
    created(referral, by=by.actor)
    keep(referral, ticked)
    details = {"number": number, "truth_accepted": True} | advised(fields) | told(ticked)
    record("referral.write", "referral", referral.public_id, by=by.actor, details=details)
    return referral


def advised(fields: dict[str, Any]) -> dict[str, Any]:
    """What the trail keeps of a ticked emergency sign: the doctor was told not to book and what to do."""
    return {"emergency_sign": fields["emergency_sign"]} if fields["emergency_sign"] else {}


def _used(encounter_id: UUID) -> Refusal:
    other = Referral.objects.filter(Q(encounter__public_id=encounter_id) & ~Q(status__in=SPENT)).first()
    current = {"id": str(other.public_id), "number": other.number} if other else {}
    return Refusal("already_exists", _("A referral has already been written from this visit."), current=current)


def _locked_draft(public_id: UUID, expected_version: int, by: Acting, among: tuple[str, ...] = ("draft",)) -> Referral:
    """Step: the referral, locked, at the version the caller saw, still a draft or in one of these states, and without a booking."""
    requires_transaction()
    visible = referrals_of(by).filter(public_id=public_id).values("pk").order_by()
    rows = Referral.objects.select_for_update(of=("self",), no_key=True).select_related("patient", "institution")
    referral = rows.filter(pk__in=visible).first()
    if referral is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    if referral.status not in among or referral.version != expected_version or (referral.status == "accepted" and is_booked(referral)):
        raise _changed(referral)
    return referral


def _changed(referral: Referral) -> Refusal:
    current = {"status": referral.status, "version": referral.version}
    return Refusal("stale_state", _("This has changed since you opened it. Look at it again, then decide."), current=current)
