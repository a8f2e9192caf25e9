"""The life of a referral right: entered, granted, suspended, reinstated, revoked, expired or ended, each step with its reason.

Every function here but `expire_overdue` is a step: `clinics` owns the use cases, because a right changes together with its
post and its target grants. Each step locks the right first (DESIGN.md 4), so no booking that starts later can miss it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.models import District, Nomination, ReferralRight, User
from permissions.right_states import REVOKE_REASONS, SUSPEND_REASONS, RightReason, RightStatus, SendBackReason, right_is_in_force
from permissions.roles import Role
from permissions.sessions import bump_epoch
from vault import audit
from vault.actor import SYSTEM, Actor
from vault.changes import note_changes
from vault.refusal import Refusal, invalid
from vault.states import advance, created
from vault.transactions import requires_transaction

__all__ = [
    "end",
    "enter",
    "expire_overdue",
    "grant",
    "lock",
    "nominate",
    "nominate_again",
    "reinstate",
    "revoke",
    "right_is_in_force",
    "send_back",
    "suspend",
    "verify",
]

By = Acting | Actor
NOTE_LENGTH = 200


def enter(user: User, district: District, *, by: Acting, valid_from: datetime, valid_to: datetime, note: str = "") -> ReferralRight:
    """Step: a new right entered and granted by the district itself (R045, R046).

    The right walks – → nominated → verified → granted at once, each with its event, so that its history reads like any other;
    an institution's own nomination waits at each of these steps instead. Refuses with `not_allowed` outside the actor's
    district, `invalid_input` for dates.
    """
    right = nominate(user, district, by=by, note=note)
    _check_not_own(right, by)
    advance(right, RightStatus.VERIFIED, by=by.actor, verified_by=by.user)
    return grant(right, by=by, valid_from=valid_from, valid_to=valid_to)


def nominate(user: User, district: District, *, by: Acting, note: str = "", evidence: Mapping[str, Any] | None = None) -> ReferralRight:
    """Step: a new right that waits for the district (R045, R049); whose institution nominates is checked by `clinics`.

    `evidence` is sealed with the act in the trail, as the note is.
    """
    requires_transaction()
    _check_district(district.pk, by)
    _check_step("", RightStatus.NOMINATED, by)
    right = ReferralRight.objects.create(user=user, district=district, status=RightStatus.NOMINATED, note=note[:NOTE_LENGTH])
    created(right, by=by.actor)
    _keep_note(right, note[:NOTE_LENGTH], by)
    _record("nominate", right, by, evidence={"note": note[:NOTE_LENGTH]} | dict(evidence or {}))
    return right


def nominate_again(
    right: ReferralRight, *, by: Acting, expected_version: int | None = None, evidence: Mapping[str, Any] | None = None
) -> ReferralRight:
    """Step: what was sent back is handed in once more."""
    return _move(right, RightStatus.NOMINATED, by=by, expected_version=expected_version, evidence=evidence, note="")


def verify(right: ReferralRight, *, by: Acting, expected_version: int | None = None) -> ReferralRight:
    """Step: the district has looked at person, certificate and post (R046). Nobody verifies her own right."""
    return _move(right, RightStatus.VERIFIED, by=by, expected_version=expected_version, verified_by=by.user)


def send_back(right: ReferralRight, *, by: Acting, reason: str, note: str, expected_version: int | None = None) -> ReferralRight:
    """Step: the institution has something to put right. `reason` is a `SendBackReason`, `note` the sentence it reads."""
    if reason not in SendBackReason.values:
        raise invalid("reason", _("Choose one of the reasons."))
    return _move(right, RightStatus.SENT_BACK, by=by, expected_version=expected_version, reason=reason, note=note[:NOTE_LENGTH])


def grant(
    right: ReferralRight, *, by: Acting, valid_from: datetime, valid_to: datetime, expected_version: int | None = None
) -> ReferralRight:
    """Step: a verified right is granted from one moment to just before another; its holder may refer within them.

    Nobody grants her own right. After an earlier revocation for misconduct another person than the one who verified grants:
    else `second_person_required`.
    """
    if valid_to <= valid_from:
        raise invalid("valid_to", _("The right must end after it begins."))
    held = _locked(right, by, expected_version)
    _check_step(held.status, RightStatus.GRANTED, by)
    if held.status != RightStatus.VERIFIED:  # a suspended right comes back by reinstate, with its own second person
        raise _stale(held)
    _check_second_person(held, by)
    return _move(
        right, RightStatus.GRANTED, by=by, expected_version=expected_version,
        valid_from=valid_from, valid_to=valid_to, granted_by=by.user, reason_code="",
    )  # fmt: skip


def suspend(right: ReferralRight, *, by: By, reason: str, note: str = "", expected_version: int | None = None) -> ReferralRight:
    """Step: a granted right stops counting at once, until it is reinstated. `reason` is one of `SUSPEND_REASONS`."""
    code = _reason(reason, SUSPEND_REASONS)
    return _move(right, RightStatus.SUSPENDED, by=by, expected_version=expected_version, reason_code=code, note=note[:NOTE_LENGTH])


def reinstate(right: ReferralRight, *, by: Acting, expected_version: int | None = None) -> ReferralRight:
    """Step: a suspended right counts again; after misconduct only when a second person of the district asks for it too.

    The first request after misconduct leaves the right suspended and is kept with its name. The same person asking twice is
    refused with `second_person_required`.
    """
    held = _locked(right, by, expected_version)
    _check_step(held.status, RightStatus.GRANTED, by)
    _check_not_own(held, by)
    if held.reason_code == RightReason.MISCONDUCT and held.status == RightStatus.SUSPENDED:
        if held.reinstatement_asked_by_id is None:
            return _ask_back(held, by)
        if held.reinstatement_asked_by_id == by.user.pk:
            raise Refusal("second_person_required", _("After misconduct a second person of the district has to agree."))
    return _advance(held, RightStatus.GRANTED, by, reason_code="", reinstatement_asked_by=None)


def revoke(right: ReferralRight, *, by: Acting, reason: str, note: str = "", expected_version: int | None = None) -> ReferralRight:
    """Step: a granted or suspended right is taken away for good (R052). `reason` is one of `REVOKE_REASONS`.

    Its holder stays logged in and sees why; every booking begun after this commits is refused with `right_not_in_force`.
    """
    code = _reason(reason, REVOKE_REASONS)
    return _move(
        right, RightStatus.REVOKED, by=by, expected_version=expected_version,
        reason_code=code, note=note[:NOTE_LENGTH], reinstatement_asked_by=None,
    )  # fmt: skip


def end(right: ReferralRight, *, by: By, reason: str = "", expected_version: int | None = None) -> ReferralRight:
    """Step: the right is over because its post is (R048); called by `clinics` in the transaction that ends the post."""
    code = _reason(reason, frozenset(RightReason)) if reason else ""
    return _move(right, RightStatus.ENDED, by=by, expected_version=expected_version, reason_code=code, reinstatement_asked_by=None)


@transaction.atomic(durable=True)
def expire_overdue(limit: int = 200) -> int:
    """Marks rights past their last moment as expired, oldest first; says how many. They stopped counting by themselves."""
    overdue = list(ReferralRight.objects.overdue().order_by("valid_to").values_list("pk", flat=True)[:limit])
    rights = list(ReferralRight.objects.overdue().filter(pk__in=overdue).locked())
    for right in rights:
        _advance(right, RightStatus.EXPIRED, SYSTEM, reinstatement_asked_by=None)
    return len(rights)


def lock(right: ReferralRight) -> ReferralRight:
    """Step: the right as it stands now, locked until the transaction ends; first in the order of locks."""
    requires_transaction()
    return ReferralRight.objects.locked().get(pk=right.pk)


def misconduct_behind(right: ReferralRight) -> bool:
    """Whether a right of this person, or of another account with the same licence, was once revoked for misconduct."""
    licences = Nomination.objects.filter(right=right).values("licence_hash")
    same_doctor = Q(user=right.user_id) | Q(nominations__licence_hash__in=licences)
    return ReferralRight.objects.filter(same_doctor, status=RightStatus.REVOKED, reason_code=RightReason.MISCONDUCT).exists()


def _move(
    right: ReferralRight,
    target: RightStatus,
    *,
    by: By,
    expected_version: int | None = None,
    reason: str = "",
    evidence: Mapping[str, Any] | None = None,
    **fields: Any,
) -> ReferralRight:
    held = _locked(right, by, expected_version)
    _check_step(held.status, target, by)
    if target in (RightStatus.VERIFIED, RightStatus.GRANTED):
        _check_not_own(held, by)
    return _advance(held, target, by, reason=reason, evidence=evidence, **fields)


def _locked(right: ReferralRight, by: By, expected_version: int | None) -> ReferralRight:
    """Locks and re-reads the right; a version the caller did not see is stale."""
    held = lock(right)
    if isinstance(by, Acting):
        _check_district(held.district_id, by)
    if expected_version is not None and expected_version != held.version:
        raise _stale(held)
    return held


def _check_district(district_id: int, by: Acting) -> None:
    """A district decides about its own rights only; managers are checked against their institution by `clinics`."""
    if by.role == Role.DISTRICT_ADMIN and district_id != by.district_id:
        raise Refusal("not_allowed", _("This right belongs to another district."))


def _check_not_own(right: ReferralRight, by: By) -> None:
    """Nobody of the district decides that she herself may refer."""
    if isinstance(by, Acting) and right.user_id == by.user.pk:
        raise Refusal("not_allowed", _("This right is your own; somebody else of the district has to decide."))


def _check_second_person(right: ReferralRight, by: Acting) -> None:
    """Who verified is not who grants, once somebody's misconduct stands behind the right (R052)."""
    if right.verified_by_id in (None, by.user.pk) and misconduct_behind(right):
        raise Refusal(
            "second_person_required",
            _("An earlier right was revoked for misconduct: one person of the district verifies, another one grants."),
        )


def _check_step(source: str, target: RightStatus, by: By) -> None:
    """Who may: a step of the table that is not open to this role is refused; one the table lacks is left to `advance`."""
    step = ReferralRight.STATES.find(source, target)
    if step is not None and not set(step.who).intersection(_roles_of(by)):
        raise Refusal("not_allowed", _("Your role does not include this."))


def _roles_of(by: By) -> Iterable[str]:
    if isinstance(by, Acting):
        return (by.role.value,) if by.role else ()
    return (by.kind.value,)


def _advance(
    right: ReferralRight, target: RightStatus, by: By, reason: str = "", evidence: Mapping[str, Any] | None = None, **fields: Any
) -> ReferralRight:
    """Moves the locked right with its event, its audit row, and the word to its holder's sessions."""
    event = getattr(ReferralRight.STATES.find(right.status, target), "event", "")
    said = reason or fields.get("reason_code", "")
    advance(right, target, by=_actor(by), reason=said, **fields)
    _keep_note(right, fields.get("note", ""), by)
    bump_epoch(right.user_id)
    until = fields["valid_to"].isoformat() if "valid_to" in fields else ""
    _record(event, right, by, said, {"note": fields.get("note", ""), "until": until} | dict(evidence or {}))
    return right


def _keep_note(right: ReferralRight, note: str, by: By) -> None:
    """The sentence said with a step stays with the version it led to; the right itself shows the latest only."""
    note_changes("right", right.public_id, {f"note.{right.version}": ("", note)}, by=_actor(by))


def _ask_back(right: ReferralRight, by: Acting) -> ReferralRight:
    ReferralRight.objects.filter(pk=right.pk).update(reinstatement_asked_by=by.user)
    right.reinstatement_asked_by = by.user
    note_changes("right", right.public_id, {"reinstatement": ("", "asked")}, by=by.actor)
    _record("ask_reinstatement", right, by, right.reason_code)
    return right


def _record(verb: str, right: ReferralRight, by: By, reason: str = "", evidence: Mapping[str, Any] | None = None) -> None:
    """The trail's row; what the step rests on is sealed with it, so that none of it changes unseen afterwards."""
    details = {"status": right.status, "version": right.version} | {name: value for name, value in (evidence or {}).items() if value}
    audit.record(f"right.{verb}", "right", right.public_id, by=_actor(by), reason=reason or right.reason_code, details=details)


def _actor(by: By) -> Actor:
    return by.actor if isinstance(by, Acting) else by


def _reason(code: str, allowed: frozenset[RightReason]) -> str:
    if code not in {reason.value for reason in allowed}:
        raise invalid("reason", _("Choose one of the reasons."))
    return code


def _stale(right: ReferralRight) -> Refusal:
    current = {"status": right.status, "version": right.version}
    return Refusal("stale_state", _("This has changed since you opened it. Look at it again, then decide."), current=current)
