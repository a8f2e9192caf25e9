"""The list of rights as rows of a file: who, where, how it stands, until when, where to, and the institution's last word."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.models import Post, TargetGrant
from clinics.watch.due import with_word
from clinics.watch.quarters import Quarter, day_in_beijing
from permissions.right_states import RightReason, RightStatus
from vault.refusal import Sentence

COLUMNS: tuple[Sentence, ...] = (
    _("Name"), _("Last four of the phone"), _("Institution"), _("Post"), _("Title"), _("State"), _("Reason"), _("First day"), _("Last day"),
    _("May refer to"), _("This quarter"),
)  # fmt: skip
SPOKEN = {True: _("attested"), False: _("no longer in the post"), None: ""}


def rows_of(posts: QuerySet[Post], now: datetime) -> Iterator[tuple[object, ...]]:
    """One row a post, in the order of the list; a fixed number of queries for each thousand."""
    grants = TargetGrant.objects.open().named().order_by("pk")
    held = with_word(posts, Quarter.of(day_in_beijing(now))).prefetch_related(
        Prefetch("right__target_grants", queryset=grants, to_attr="targets")
    )
    for post in held.iterator(chunk_size=1000):
        person = (post.user.display_name, post.user.phone_tail, post.institution.display_name)
        yield (*person, post.get_kind_display(), post.get_title_display(), *_right_of(post), SPOKEN[post.word])  # type: ignore[attr-defined]


def _right_of(post: Post) -> tuple[object, ...]:
    right = post.right
    if right is None:
        return _("no right yet"), "", "", "", ""
    reason = RightReason(right.reason_code).label if right.reason_code else ""
    last = right.valid_to - timedelta(microseconds=1) if right.valid_to else None
    first = day_in_beijing(right.valid_from) if right.valid_from else ""
    targets = "; ".join(str(grant) for grant in right.targets)  # type: ignore[attr-defined]
    return RightStatus(right.status).label, reason, first, day_in_beijing(last) if last else "", targets
