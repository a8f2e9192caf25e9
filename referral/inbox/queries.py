"""Which notices a person reads in the part she acts in, and how many of them she has not opened."""

from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.models import Post
from permissions.acting import Acting
from permissions.guards import require_person
from referral.inbox.kinds import keys_of
from referral.inbox.models import Notice
from vault.refusal import Refusal

MOST_COUNTED = 100


def inbox_of(acting: Acting, *, group: str = "", unread: bool = False) -> "QuerySet[Notice]":
    """Her own notices and those of the post she acts under, the newest first. Refuses with `not_allowed` a program's key."""
    require_person(acting)
    rows = _addressed_to(acting).order_by("-pk")
    rows = rows.filter(kind__in=keys_of([group])) if group else rows
    return rows.filter(read_at=None) if unread else rows


def notice_of(acting: Acting, public_id: UUID) -> Notice:
    """One of them; refuses with `not_found` otherwise."""
    found = inbox_of(acting).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return found


def unread_count(acting: Acting) -> int:
    """How many she has not opened, counted to a hundred and no further; one query over the unread alone."""
    return _addressed_to(acting).filter(read_at=None)[:MOST_COUNTED].count()


def unread_in_other_parts(acting: Acting) -> list[tuple[str, int]]:
    """How many wait under her other posts that she may still change to: the place's short name and the number."""
    rows = Notice.objects.unread().filter(user=acting.user, post__in=Post.objects.live())
    if acting.post is not None:
        rows = rows.exclude(post=acting.post.pk)
    found = rows.values("post__institution__short_name").annotate(n=Count("pk")).order_by("post__institution__short_name")
    return [(row["post__institution__short_name"], row["n"]) for row in found]


def _addressed_to(acting: Acting) -> "QuerySet[Notice]":
    return Notice.objects.addressed_to(acting.user.pk, acting.post.pk if acting.post else None)
