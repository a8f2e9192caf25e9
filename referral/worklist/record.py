"""What the page and the answer of one case are read from: its events, who caused them, its messages and its copies."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from clinics.models import Post
from permissions.models import User
from referral.slips.models import Slip
from vault.changes import Change
from vault.events import Event
from vault.outbox.models import Message, MessageState


def events_about(objects: Iterable[UUID]) -> QuerySet[Event]:
    """Every step of these lives, the oldest first."""
    return Event.objects.filter(object_id__in=list(objects)).order_by("id")


def hand_overs(objects: Iterable[UUID]) -> list[Change]:
    """Every change of owner of these objects, the oldest first."""
    return list(Change.objects.filter(object_id__in=list(objects), field="owner").order_by("id"))


def people(users: Iterable[UUID]) -> dict[UUID, User]:
    """These people, by public id."""
    return {user.public_id: user for user in User.objects.filter(public_id__in=list(users))}


def posts(ids: Iterable[UUID]) -> dict[UUID, Post]:
    """These posts with their institutions, by public id."""
    return {post.public_id: post for post in Post.objects.filter(public_id__in=list(ids)).select_related("institution", "user")}


def messages_shown(about: UUID) -> QuerySet[Message]:
    """The messages about one object that were meant to be sent, the newest first, with their attempts."""
    return Message.objects.filter(about=about).exclude(state=MessageState.WITHHELD).order_by("-pk").prefetch_related("deliveries")


def copies_of(about: UUID) -> int:
    """How many copies of the slip of one booking were handed out."""
    return Slip.objects.filter(about=about, failure="").count()
