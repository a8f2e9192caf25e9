"""The institution's quarterly word on its own people: who still holds the post, and what follows when it says nothing (R049)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinics.models import Attestation, Post
from clinics.right_queries import posts_seen_by
from clinics.watch.due import overdue_posts, quarter_for, still_due
from clinics.watch.messages import tell_holder
from clinics.watch.quarters import Quarter, day_in_beijing
from permissions import rights as steps
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.right_states import RightReason, RightStatus
from permissions.roles import Capability
from vault import audit
from vault.actor import SYSTEM
from vault.refusal import Refusal, invalid
from vault.states import history

ATTESTABLE = (RightStatus.GRANTED, RightStatus.SUSPENDED)
MOST_ANSWERS = 200


@dataclass(slots=True)
class Counted:
    """What came of one sheet of answers."""

    attested: int = 0
    denied: int = 0
    unchanged: int = 0


@transaction.atomic(durable=True)
def attest(answers: Mapping[UUID, bool], *, by: Acting, now: datetime) -> Counted:
    """Use case: the manager's word for the quarter in question: right → still holds the post, or does not (R049).

    A right whose doctor does not hold the post any more is suspended at once; whoever holds it again after a suspension waits for
    the district. The same word twice is once. Locks the rights in key order. Refuses with `not_allowed`, `invalid_input` when
    nothing or too much is said, `not_found` for anybody else's right.
    """
    if by.post is None or not by.can(Capability.ATTEST_RIGHTS):
        raise Refusal("not_allowed", _("Your role does not include this."))
    if not answers or len(answers) > MOST_ANSWERS:
        raise invalid("answers", _("Choose an answer for at least one doctor, and for 200 at most."))
    rows = posts_seen_by(by).filter(right__public_id__in=answers, right__status__in=ATTESTABLE)
    posts = {post.right.public_id: post for post in rows if post.right is not None}
    if set(answers) - set(posts):
        raise Refusal("not_found", _("There is nothing here that you may see."))
    counted, today = Counted(), day_in_beijing(now)
    quarters = {one.pk: quarter_for(one, today)[0] for one in {post.institution for post in posts.values()}}
    for right in ReferralRight.objects.filter(public_id__in=answers).locked():
        post = posts[right.public_id]
        _say(right, post, quarters[post.institution_id], answers[right.public_id], by, counted)
    return counted


def _say(right: ReferralRight, post: Post, quarter: Quarter, holds: bool, by: Acting, counted: Counted) -> None:
    """One word about one locked right; said already and nothing happened since, it is not written again."""
    if right.status not in ATTESTABLE:
        raise Refusal("stale_state", _("This has changed since you opened it. Look at it again, then decide."))
    last = Attestation.objects.filter(right=right, quarter=quarter.code).order_by("pk").last()
    if last is not None and last.holds == holds and not (holds and _suspended_since(right, last)):
        counted.unchanged += 1
        return
    Attestation.objects.create(right=right, post=post, quarter=quarter.code, holds=holds, attested_by=by.user)
    verb = "right.attest" if holds else "right.deny_attestation"
    audit.record(verb, "right", right.public_id, by=by.actor, details={"quarter": quarter.code})
    counted.attested += holds
    counted.denied += not holds
    if not holds and right.status == RightStatus.GRANTED:
        _suspend(right, post, denied=True)


def _suspended_since(right: ReferralRight, last: Attestation) -> bool:
    """Whether the right was suspended after this word, so that the same word says something new."""
    later = history(right.public_id).filter(event="suspend", at__gt=last.created_at)
    return right.status == RightStatus.SUSPENDED and later.exists()


def suspend_unattested(now: datetime) -> int:
    """Suspends every right that was not attested before its institution's deadline; says how many. Running twice is once.

    Each in a transaction of its own, read again under its lock, so that a word given meanwhile counts.
    """
    today = day_in_beijing(now)
    return sum(_suspend_one(post, Quarter.of(today).preceding) for post in overdue_posts(today))


@transaction.atomic(durable=True)
def _suspend_one(post: Post, quarter: Quarter) -> bool:
    if post.right is None:
        return False
    right = steps.lock(post.right)
    if right.status != RightStatus.GRANTED or not still_due(post, quarter):
        return False
    _suspend(right, post)
    return True


def _suspend(right: ReferralRight, post: Post, *, denied: bool = False) -> None:
    after = steps.suspend(right, by=SYSTEM, reason=RightReason.UNATTESTED)
    tell_holder(after, post, denied=denied)
