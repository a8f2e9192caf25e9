"""Lets rights rest that nobody used for long; who knows when a right was last used calls this from above."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest

from clinics.models import Post
from clinics.parameters import RIGHT_DORMANT_DAYS
from clinics.policy import Target, resolve, rows_in_force
from clinics.watch.due import LOOKED_AT
from clinics.watch.messages import tell_holder
from permissions import rights as steps
from permissions.models import ReferralRight
from permissions.right_states import RightReason, RightStatus
from vault.actor import SYSTEM
from vault.models import Event

LastUsed = Callable[[ReferralRight], datetime | None]


def granted_posts() -> QuerySet[Post]:
    """Live posts with a granted right, and in `begun` when the district last granted or reinstated it."""
    looked_at = Event.objects.filter(object_id=OuterRef("right__public_id"), kind="right", event__in=LOOKED_AT).order_by("-id")
    posts = Post.objects.live().filter(right__status=RightStatus.GRANTED).select_related("user", "institution", "right")
    return posts.annotate(begun=Greatest("right__valid_from", Subquery(looked_at.values("at")[:1]))).order_by("right")


def dormant_days(posts: list[Post], today: date) -> dict[int, int]:
    """Institution key → days without a booking after which a right rests, read in one query."""
    targets = {post.institution_id: Target.at(post.institution) for post in posts}
    rows = rows_in_force([RIGHT_DORMANT_DAYS], list(targets.values()))
    return {pk: int(str(resolve(RIGHT_DORMANT_DAYS, today, target, rows).value)) for pk, target in targets.items()}


def is_dormant(begun: datetime, last_used: datetime | None, days: int, now: datetime) -> bool:
    """Whether so many whole days passed since the right began to count or was last used, whichever is later."""
    return now - max(begun, last_used or begun) >= timedelta(days=days)


@transaction.atomic(durable=True)
def let_rest(post: Post, last_used: LastUsed, days: int, now: datetime) -> bool:
    """Use case: a right not used for so long is suspended as dormant, and its holder learns it; says whether it was.

    The right is locked before its last use is read once more: a booking that committed meanwhile keeps it awake.
    """
    if post.right is None:
        return False
    right = steps.lock(post.right)
    begun = granted_posts().filter(pk=post.pk).values_list("begun", flat=True).first()
    if right.status != RightStatus.GRANTED or begun is None or not is_dormant(begun, last_used(right), days, now):
        return False
    after = steps.suspend(right, by=SYSTEM, reason=RightReason.DORMANT)
    tell_holder(after, post)
    return True
