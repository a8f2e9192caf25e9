"""What the district decides about referral rights: the right changes together with its targets, in one transaction."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinics import notices
from clinics.clock import database_now
from clinics.grants import Target, end_grants, grant_targets
from clinics.models import Post
from clinics.nominations.facts import examination
from clinics.posts import locked_live
from clinics.watch.fitness import lock_working, require_fit_to_return
from permissions import nominations
from permissions import rights as steps
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.reasons import clean_reason
from permissions.right_states import RightReason, RightStatus
from permissions.roles import REFERRING_KINDS
from vault.refusal import Refusal, Violation, invalid

BEIJING = ZoneInfo("Asia/Shanghai")
LONGEST_YEARS = 5
GRAVE = frozenset({RightReason.MISCONDUCT, RightReason.QUALIFICATION})  # what is said of a person needs its document


@transaction.atomic(durable=True)
def enter(post: Post, *, targets: Sequence[Target], last_day: date, by: Acting, note: str = "") -> ReferralRight:
    """Use case: the district gives a post its right from now to the end of a day, usable at these targets (R045, R046).

    The post is locked, so that two administrators never give it two rights. Raises Refusal("invalid_input") for a post that
    does not refer, has ended, or a day that is over; Refusal("already_exists") while its right is not final; and the
    refusals of permissions.rights.enter.
    """
    post = locked_to_give(post)
    now = database_now()
    right = steps.enter(post.user, post.institution.district, by=by, valid_from=now, valid_to=end_of(last_day, now), note=note)
    Post.objects.filter(pk=post.pk).update(right=right)
    grant_targets(right, targets, by=by, reason=note, valid_to=right.valid_to)
    notices.tell_doctor(right, notices.GRANTED)
    return right


@transaction.atomic(durable=True)
def verify(right: ReferralRight, *, by: Acting, expected_version: int | None = None) -> ReferralRight:
    """Use case: the district has looked at person, certificate and post of a nomination (R046).

    The checks run again under the lock: Refusal("checks_failed") names what makes verifying impossible.
    """
    return _verify(right, by, expected_version)


@transaction.atomic(durable=True)
def send_back(right: ReferralRight, *, by: Acting, reason: str, note: str, expected_version: int | None = None) -> ReferralRight:
    """Use case: the institution has something to put right; its managers are told, read the sentence and nominate again."""
    said = clean_reason(note, "note")
    right = steps.send_back(right, by=by, reason=reason, note=said, expected_version=expected_version)
    nominations.answer(right, by=by, reason=reason, note=said)
    notices.tell_managers(right, reason)
    return right


@transaction.atomic(durable=True)
def grant(
    right: ReferralRight, *, targets: Sequence[Target], last_day: date, by: Acting, expected_version: int | None = None
) -> ReferralRight:
    """Use case: a verified right is granted from now to the end of a day, usable at these targets.

    Refuses with `checks_failed` when its post or institution does not work any more, `second_person_required` after misconduct.
    """
    return _grant(right, targets, last_day, by, expected_version)


@transaction.atomic(durable=True)
def verify_and_grant(
    right: ReferralRight, *, targets: Sequence[Target], last_day: date, by: Acting, expected_version: int | None = None
) -> ReferralRight:
    """Use case: a nomination without doubts is verified, unless it is already, and granted in one step.

    After misconduct it is only verified; another person of the district grants it.
    """
    _lock_place_of(right)
    held = steps.lock(right)
    if held.status == RightStatus.NOMINATED:
        held = _verify(held, by, expected_version)
        if steps.misconduct_behind(held):
            return held
        expected_version = held.version
    return _grant(held, targets, last_day, by, expected_version)


def _verify(right: ReferralRight, by: Acting, expected_version: int | None) -> ReferralRight:
    held = steps.lock(right)
    if held.status == RightStatus.NOMINATED:
        require_sound(held)
    held = steps.verify(held, by=by, expected_version=expected_version)
    nominations.answer(held, by=by)
    return held


def _grant(right: ReferralRight, targets: Sequence[Target], last_day: date, by: Acting, expected_version: int | None) -> ReferralRight:
    _lock_place_of(right)
    held, now = steps.lock(right), database_now()
    if held.status == RightStatus.VERIFIED and held.nominations.exists():
        require_sound(held)
    right = steps.grant(right, by=by, valid_from=now, valid_to=end_of(last_day, now), expected_version=expected_version)
    grant_targets(right, targets, by=by, valid_to=right.valid_to)
    notices.tell_doctor(right, notices.GRANTED)
    return right


def _lock_place_of(right: ReferralRight) -> None:
    post = Post.objects.select_related("institution").filter(right=right).first()
    if post is not None:
        lock_working(post.institution)


def require_sound(right: ReferralRight) -> None:
    """Refuse with `checks_failed` while the platform's own checks find something that stops this nomination."""
    held = ReferralRight.objects.select_related("user", "post__institution__parent").get(pk=right.pk)
    stops = examination(held).stops
    if stops:
        found = tuple(Violation("checks_failed", one.message, remedy=one.remedy) for one in stops)
        raise Refusal("checks_failed", _("The checks of this nomination found something that has to be settled first."), found)


@transaction.atomic(durable=True)
def suspend(right: ReferralRight, *, by: Acting, reason: str, note: str = "", expected_version: int | None = None) -> ReferralRight:
    """Use case: a granted right stops counting with the next click; its targets wait for its return, its holder is told why.

    After misconduct or a lost qualification the note names the evidence: else `invalid_input` (R052).
    """
    require_evidence(reason, note)
    right = steps.suspend(right, by=by, reason=reason, note=note, expected_version=expected_version)
    notices.tell_doctor(right, notices.SUSPENDED)
    return right


@transaction.atomic(durable=True)
def reinstate(right: ReferralRight, *, by: Acting, expected_version: int | None = None) -> ReferralRight:
    """Use case: a suspended right counts again; after misconduct only when two persons of the district agree.

    Refuses with `institution_suspended`, and `not_attested` when it was suspended for want of attestation and not attested since.
    """
    require_fit_to_return(right)
    right = steps.reinstate(right, by=by, expected_version=expected_version)
    if right.status == RightStatus.GRANTED:
        notices.tell_doctor(right, notices.REINSTATED)
    return right


@transaction.atomic(durable=True)
def revoke(right: ReferralRight, *, by: Acting, reason: str, note: str = "", expected_version: int | None = None) -> ReferralRight:
    """Use case: a right is taken away for good, with all its targets; no booking made under it commits afterwards (R048).

    Its holder is told why. The note names the evidence as in `suspend`.
    """
    require_evidence(reason, note)
    right = steps.revoke(right, by=by, reason=reason, note=note, expected_version=expected_version)
    end_grants(right, by=by, reason=reason)
    notices.tell_doctor(right, notices.REVOKED)
    return right


def require_evidence(reason: str, note: str) -> None:
    """Refuse with `invalid_input` a grave reason that rests on nothing: whoever looks later finds the document (R052)."""
    if reason in GRAVE and not note.strip():
        raise invalid("note", _("Say on what evidence this was decided."), remedy=_("Name the document, its date and where it is kept."))


def end_of(last_day: date, now: datetime) -> datetime:
    """The instant a right or grant with this last day ends: midnight in Beijing after it."""
    today = now.astimezone(BEIJING).date()
    if last_day < today:
        raise invalid("valid_to", _("The last day is over already."))
    if last_day > today + timedelta(days=366 * LONGEST_YEARS):
        raise invalid("valid_to", _("A right is given for five years at most."))
    return datetime.combine(last_day + timedelta(days=1), time.min, BEIJING)


def locked_to_give(post: Post) -> Post:
    """Step: the post as it stands now, locked, of a kind that refers and without a right that still counts (R045)."""
    lock_working(post.institution)
    held = locked_live([post.pk]).get(post.pk)
    if held is None:
        raise invalid("post", _("This post has ended."))
    if held.kind not in REFERRING_KINDS:
        raise invalid("post", _("Only family doctors and regional-centre specialists may hold the right to refer."))
    if held.right is not None and held.right.status not in ReferralRight.STATES.final:
        raise Refusal("already_exists", _("This post has a right already."))
    return held
