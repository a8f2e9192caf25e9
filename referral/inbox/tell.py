"""Step of every act that changes something for somebody: one notice in her inbox, written with the act."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from clinics.models import Institution, Post
from permissions.models import User
from permissions.roles import Role
from referral.inbox.kinds import find
from referral.inbox.models import Notice
from vault.actor import Actor
from vault.transactions import requires_transaction

Recipient = User | Post | None
CODE: Final = re.compile(r"\A[A-Za-z0-9_:.+-]{0,60}\Z")


def tell(
    recipients: Iterable[Recipient],
    kind: str,
    *,
    about: UUID,
    version: int = 1,
    params: Mapping[str, str | int] | None = None,
    by: Actor | None = None,
) -> None:
    """Step: each of these people, or holders of these posts, finds one notice of this kind about this object.

    Inserts only and takes no lock. `version` is the object's: the same kind about the same version is one notice to one
    recipient, however often it is told. `params` are codes and dates (`2026-11-30`), never words or names: those are read when
    the notice is. A post that has ended is answered for by its institution's managers; None is nobody, and nobody is told of
    what she did herself (`by`).
    """
    requires_transaction()
    told = find(kind)
    values = _codes(told.key, told.params, params or {})
    people = _addressed(recipients, by)
    rows = [Notice(user_id=user, post_id=post, kind=kind, about=about, version=version, params=values) for user, post in people]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)


def answering_for(owner: Post | None, institution: Institution) -> list[Recipient]:
    """Who is told about work: the post that owns it, or, when nobody does, the managers of its institution."""
    return [owner] if owner is not None else list(managers_of([institution]))


def managers_of(institutions: Iterable[Institution]) -> list[Post]:
    """The live posts of the managers who answer for these institutions; a station is its centre's."""
    places = {place for one in institutions for place in (one.pk, one.root_id)}
    rows = Post.objects.live().filter(kind=Role.MANAGER, institution__in=places, user__is_active=True)
    return list(rows.select_related("user").order_by("pk"))


def _addressed(recipients: Iterable[Recipient], by: Actor | None) -> list[tuple[int, int | None]]:
    """Person and post of each, once, in one order everywhere: two acts that tell the same people never wait in a circle."""
    found = {
        (one.user_id, one.pk) if isinstance(one, Post) else (one.pk, None)
        for one in _answering(recipients)
        if by is None or (one.user if isinstance(one, Post) else one).public_id != by.public_id
    }
    return sorted(found, key=lambda pair: (pair[0], pair[1] or 0))


def _answering(recipients: Iterable[Recipient]) -> list[User | Post]:
    """The recipients; for posts that have ended, the managers of their institutions."""
    named = [one for one in recipients if one is not None]
    ended = {one.pk for one in named if isinstance(one, Post) and one.valid_to is not None}
    if not ended:
        return named
    live = set(Post.objects.live().filter(pk__in=ended).values_list("pk", flat=True))
    gone = [one for one in named if isinstance(one, Post) and one.pk in ended - live]
    stay: list[User | Post] = [one for one in named if not (isinstance(one, Post) and one.pk in ended - live)]
    return stay + managers_of(post.institution for post in gone)


def _codes(kind: str, declared: frozenset[str], given: Mapping[str, str | int]) -> dict[str, Any]:
    """Exactly the declared parameters, each a code: words and names have no place in a notice."""
    if set(given) != declared:
        raise ValueError(f"{kind} takes {sorted(declared)}, was given {sorted(given)}")
    wordy = [name for name, value in given.items() if not CODE.match(str(value))]
    if wordy:
        raise ValueError(f"{kind}: {sorted(wordy)} must be codes")
    return {name: str(value) for name, value in given.items()}
