"""Finds under which post a request acts, and lets a person change to another part of hers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from clinics.models import Post
from permissions.acting import Acting
from permissions.factors.required import hold_back
from permissions.models import Session
from permissions.right_states import RightStatus
from permissions.roles import REFERRER, Role
from vault.compiled import Compiled

HEADER = "Acting-Post"
ANYBODY, ANY_POST = -1, UUID(int=0)  # stand for a person and a post in the questions below
REVOKED = _("Your right to refer was revoked. What it opened is closed; the administrator of your district tells you why.")


@dataclass(frozen=True, slots=True)
class Choice:
    """One part a person may play, as the menu shows it."""

    public_id: UUID
    label: str
    current: bool


class ActingMiddleware:
    """Fills `request.acting` with the post: the header's, else the session's choice, else the first live one.

    A district-wide role that was chosen stays; without a choice it comes before any post. A header that names no live
    part of the person is refused with `not_allowed`, so that nobody acts under another hat than she thinks.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        acting: Acting | None = getattr(request, "acting", None)
        if acting is None or acting.session is None:
            return
        roles: tuple[Acting, ...] = tuple(getattr(request, "acting_choices", ()))
        part = _part(request.headers.get(HEADER, ""), acting, roles)
        request.acting = part  # type: ignore[attr-defined]
        request.acting_choices = SimpleLazyObject(lambda: _choices(part, roles))  # type: ignore[attr-defined]
        hold_back(request)


def choose(session: Session, public_id: UUID) -> None:
    """Use case: act under this post or district-wide role from the next request on.

    The choice is checked again with every request, so that a post that ended is not acted under.
    """
    Session.objects.filter(pk=session.pk).update(acting_choice=public_id)


def _part(header: str, acting: Acting, roles: Iterable[Acting]) -> Acting:
    """The part named by the header or chosen in the session; else a role, else the person's first live post."""
    if acting.scopes is not None:
        return _of_the_key(header, acting)
    if header:
        return _named(header, acting, roles)
    chosen = acting.session.acting_choice if acting.session else None
    if acting.role is not None and acting.choice == chosen:
        return acting
    post = _chosen_post().first(user=acting.user.pk, public_id=chosen) if chosen else None
    if post is None and acting.role is not None:
        return acting
    post = post or _first_post().first(user=acting.user.pk)
    return _as(post, acting) if post else acting


@cache
def _first_post() -> Compiled[Post]:
    """The first live post of a person."""
    return Compiled(Post.objects.live().complete().filter(user=ANYBODY).order_by("pk"), user=ANYBODY)


@cache
def _chosen_post() -> Compiled[Post]:
    """A live post of a person by its public id."""
    posts = Post.objects.live().complete().filter(user=ANYBODY, public_id=ANY_POST).order_by("pk")
    return Compiled(posts, user=ANYBODY, public_id=ANY_POST)


def _of_the_key(header: str, acting: Acting) -> Acting:
    """The part the key was made in, and no other: without it, or with another in the header, the key opens nothing."""
    chosen = acting.session.acting_choice if acting.session else None
    if header and header != str(chosen):
        raise PermissionDenied("no post")
    if acting.role is not None:
        return acting
    post = _chosen_post().first(user=acting.user.pk, public_id=chosen) if chosen else None
    return _as(post, acting) if post else acting


def _named(header: str, acting: Acting, roles: Iterable[Acting]) -> Acting:
    try:
        wanted = UUID(header)
    except ValueError:
        raise PermissionDenied("no post") from None
    for role in roles:
        if role.choice == wanted:
            return role
    post = _chosen_post().first(user=acting.user.pk, public_id=wanted)
    if post is None:
        raise PermissionDenied("no post")
    return _as(post, acting)


def _as(post: Post, acting: Acting) -> Acting:
    lost = REFERRER if _has_lost_right(post) else frozenset()
    return replace(acting, role=Role(post.kind), post=post, district=None, choice=post.public_id, withheld=lost, why=REVOKED)


def _has_lost_right(post: Post) -> bool:
    """R052: who lost the right to refer books, cancels, prints and sees nobody's record from the next request on."""
    return post.right is not None and post.right.status == RightStatus.REVOKED


def _choices(current: Acting, roles: Iterable[Acting]) -> list[Choice]:
    """Every live part of the person: district-wide roles, then posts."""
    posts = Post.objects.live().complete().filter(user=current.user).order_by("pk")
    parts = [(part.choice, part.role, part.district.name) for part in roles if part.district is not None]
    parts += [(post.public_id, Role(post.kind), post.institution.display_short_name) for post in posts]
    return [
        Choice(public_id, f"{place} {role.label}", public_id == current.choice)
        for public_id, role, place in parts
        if public_id is not None and role is not None
    ]
