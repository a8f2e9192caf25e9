"""A hospital objects to a doctor who may refer to it; the district answers, and the hospital learns what follows (R054)."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics import notices
from clinics.access import MANAGE_POOLS, institutions_where
from clinics.models import Institution, RightDispute
from clinics.models.watch import NOTE_LENGTH
from clinics.watch.messages import tell_coordinator
from clinics.watch.reach import end_reach, posts_granted_on
from clinics.watch.states import OPEN, REJECTED, UPHELD, WITHDRAWN, DisputeReason, Remedy
from permissions import rights as steps
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.right_states import SUSPEND_REASONS, RightStatus
from permissions.roles import Capability
from vault import audit
from vault.refusal import Refusal, invalid
from vault.states import advance, created

OUTCOMES = {UPHELD: "异议成立", REJECTED: "异议不成立"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the district says to a dispute; `remedy` and, for a suspension, its reason, only when it is upheld."""

    upheld: bool
    note: str
    remedy: str = ""
    reason: str = ""


@transaction.atomic(durable=True)
def dispute(right: ReferralRight, hospital: Institution, *, reason: str, note: str = "", by: Acting) -> RightDispute:
    """Use case: the hospital's coordinator objects to a doctor; one open dispute for each doctor and hospital.

    Locks the right. Refuses with `not_allowed` for another hospital, `invalid_input`, `not_found` when the right does not reach the
    hospital, `already_exists` while a dispute is open.
    """
    _require_hospital(hospital, by)
    code, words = _reason(reason), _words(note, "note")
    if code == DisputeReason.OTHER and not words:
        raise invalid("note", _("Say in a sentence what the reason is."))
    held = steps.lock(right)
    if not posts_granted_on([hospital.pk]).filter(right=held).exists():
        raise Refusal("not_found", _("There is nothing here that you may see."))
    if RightDispute.objects.filter(right=held, institution=hospital, status=OPEN).exists():
        raise Refusal("already_exists", _("A dispute about this doctor is open already; the district will answer it."))
    made = RightDispute.objects.create(right=held, institution=hospital, reason_code=code, note=words, opened_by=by.user)
    created(made, by=by.actor, reason=code)
    _record("open_dispute", made, by)
    return made


@transaction.atomic(durable=True)
def withdraw(found: RightDispute, *, by: Acting, expected_version: int | None = None) -> RightDispute:
    """Use case: the hospital takes its objection back, as long as it is not answered. Refusals: `not_allowed`, `stale_state`."""
    _require_hospital(found.institution, by)
    steps.lock(found.right)
    held = RightDispute.objects.locked().get(pk=found.pk)
    advance(held, WITHDRAWN, by=by.actor, expected_version=expected_version)
    _record("withdraw_dispute", held, by)
    return held


@transaction.atomic(durable=True)
def answer(found: RightDispute, said: Answer, *, by: Acting, expected_version: int | None = None) -> RightDispute:
    """Use case: the district upholds a dispute with its remedy, or rejects it with a reason; the coordinator is told.

    Locks the right, then the dispute. Refuses with `not_allowed`, `invalid_input`, `stale_state`, and those of suspending a right.
    """
    if not by.can(Capability.GRANT_RIGHTS) or found.right.district_id != by.district_id:
        raise Refusal("not_allowed", _("Only the district that granted the right answers this."))
    if found.opened_by_id == by.user.pk:
        raise Refusal("second_person_required", _("Somebody else of the district has to answer what you opened yourself."))
    words = _checked(said)
    right = steps.lock(found.right)
    held = RightDispute.objects.locked().get(pk=found.pk)
    remedy = said.remedy if said.upheld else ""
    advance(
        held, UPHELD if said.upheld else REJECTED, by=by.actor, reason=remedy, expected_version=expected_version,
        remedy=remedy, answer=words, answered_by=by.user, answered_at=Now(),
    )  # fmt: skip
    if remedy:
        _follow(right, held, said, by)
    _record("answer_dispute", held, by)
    tell_coordinator(held, OUTCOMES[held.status])
    return held


def _follow(right: ReferralRight, held: RightDispute, said: Answer, by: Acting) -> None:
    """What an upheld dispute does to the right; one that is not granted any more needs no suspension."""
    if said.remedy == Remedy.GRANT_ENDED:
        end_reach(right, held.institution, by=by, reason=held.reason_code)
    elif right.status == RightStatus.GRANTED:
        notices.tell_doctor(steps.suspend(right, by=by, reason=said.reason, note=said.note), notices.SUSPENDED)


def _checked(said: Answer) -> str:
    """Every field of an answer; its words."""
    words = _words(said.note, "note")
    if not words:
        raise invalid("note", _("Give the hospital a reason it can follow."))
    if said.upheld and said.remedy not in Remedy.values:
        raise invalid("remedy", _("Choose what follows."))
    if not said.upheld and said.remedy:
        raise invalid("remedy", _("A rejected dispute has no consequence."))
    if said.upheld and said.remedy == Remedy.SUSPENDED and said.reason not in {one.value for one in SUSPEND_REASONS}:
        raise invalid("reason", _("Choose one of the reasons."))
    return words


def _require_hospital(hospital: Institution, by: Acting) -> None:
    mine = institutions_where(by.user, MANAGE_POOLS).filter(pk=hospital.pk)
    if not by.can(Capability.DISPUTE_RIGHTS) or not mine.exists():
        raise Refusal("not_allowed", _("You do not manage the reserved places of this hospital."))


def _reason(code: str) -> str:
    if code not in DisputeReason.values:
        raise invalid("reason", _("Choose one of the reasons."))
    return code


def _words(text: str, field: str) -> str:
    words = text.strip()
    if len(words) > NOTE_LENGTH:
        raise invalid(field, _("Write at most 200 characters."))
    return words


def _record(verb: str, held: RightDispute, by: Acting) -> None:
    details = {
        "right": str(held.right.public_id),
        "hospital": str(held.institution.public_id),
        "status": held.status,
        "remedy": held.remedy,
        "note": held.note,
        "answer": held.answer,
    }
    audit.record(verb, "dispute", held.public_id, by=by.actor, reason=held.reason_code, details=details)
