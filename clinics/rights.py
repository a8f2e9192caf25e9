"""What the district decides about referral rights: the right changes together with its targets, in one transaction."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinics.clock import database_now
from clinics.grants import Target, end_grants, grant_targets
from clinics.models import Post
from permissions import rights as steps
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.roles import REFERRING_KINDS
from vault.refusal import Refusal, invalid

BEIJING = ZoneInfo("Asia/Shanghai")
LONGEST_YEARS = 5


@transaction.atomic(durable=True)
def enter(post: Post, *, targets: Sequence[Target], last_day: date, by: Acting, note: str = "") -> ReferralRight:
    """Use case: the district gives a post its right from now to the end of a day, usable at these targets (R045, R046).

    The post is locked, so that two administrators never give it two rights. Raises Refusal("invalid_input") for a post that
    does not refer, has ended, or a day that is over; Refusal("already_exists") while its right is not final; and the
    refusals of permissions.rights.enter.
    """
    post = _locked_to_give(post)
    now = database_now()
    right = steps.enter(post.user, post.institution.district, by=by, valid_from=now, valid_to=end_of(last_day, now), note=note)
    Post.objects.filter(pk=post.pk).update(right=right)
    grant_targets(right, targets, by=by, reason=note, valid_to=right.valid_to)
    return right


@transaction.atomic(durable=True)
def grant(
    right: ReferralRight, *, targets: Sequence[Target], last_day: date, by: Acting, expected_version: int | None = None
) -> ReferralRight:
    """Use case: a verified right is granted from now to the end of a day, usable at these targets."""
    now = database_now()
    right = steps.grant(right, by=by, valid_from=now, valid_to=end_of(last_day, now), expected_version=expected_version)
    grant_targets(right, targets, by=by, valid_to=right.valid_to)
    return right


@transaction.atomic(durable=True)
def suspend(right: ReferralRight, *, by: Acting, reason: str, note: str = "", expected_version: int | None = None) -> ReferralRight:
    """Use case: a granted right stops counting with the next click; its targets wait for its return."""
    return steps.suspend(right, by=by, reason=reason, note=note, expected_version=expected_version)


@transaction.atomic(durable=True)
def reinstate(right: ReferralRight, *, by: Acting, expected_version: int | None = None) -> ReferralRight:
    """Use case: a suspended right counts again; after misconduct only when two persons of the district agree."""
    return steps.reinstate(right, by=by, expected_version=expected_version)


@transaction.atomic(durable=True)
def revoke(right: ReferralRight, *, by: Acting, reason: str, note: str = "", expected_version: int | None = None) -> ReferralRight:
    """Use case: a right is taken away for good, with all its targets; no booking made under it commits afterwards (R048)."""
    right = steps.revoke(right, by=by, reason=reason, note=note, expected_version=expected_version)
    end_grants(right, by=by, reason=reason)
    return right


def end_of(last_day: date, now: datetime) -> datetime:
    """The instant a right or grant with this last day ends: midnight in Beijing after it."""
    today = now.astimezone(BEIJING).date()
    if last_day < today:
        raise invalid("valid_to", _("The last day is over already."))
    if last_day > today + timedelta(days=366 * LONGEST_YEARS):
        raise invalid("valid_to", _("A right is given for five years at most."))
    return datetime.combine(last_day + timedelta(days=1), time.min, BEIJING)


def _locked_to_give(post: Post) -> Post:
    held = Post.objects.live().locked().filter(pk=post.pk).first()
    if held is None:
        raise invalid("post", _("This post has ended."))
    if held.kind not in REFERRING_KINDS:
        raise invalid("post", _("Only family doctors and regional-centre specialists may hold the right to refer."))
    if held.right is not None and held.right.status not in ReferralRight.STATES.final:
        raise Refusal("already_exists", _("This post has a right already."))
    return held
