"""Keys of programs: a person lets a program act in one of her parts, for less than she may, until a day; shown once.

A key is a session that never locks: what ends, suspends or narrows the person does the same to her keys with the next request.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.models import Session
from permissions.printable import unprintable_in
from permissions.roles import IN_PERSON, Capability
from permissions.sessions import hash_of, locked_user
from vault import audit
from vault.refusal import Refusal, Sentence, Violation, invalid

PREFIX = "rk_"
NAME_LENGTH, MOST_DAYS, MOST_KEYS = 60, 365, 10
LENGTHS = (30, 90, 365)


@dataclass(frozen=True, slots=True)
class Made:
    """A key just made; `key` exists here and with its holder only."""

    session: Session
    key: str


def scopes_open_to(by: Acting) -> list[Capability]:
    """What the acting person may pass on, in the order of the code list: what her present part includes, she has not lost, and
    nobody has to say in person."""
    return [capability for capability in Capability if by.can(capability) and capability not in IN_PERSON]


def keys_of(by: Acting) -> "QuerySet[Session]":
    """One's own keys that are good now, the newest first."""
    return Session.objects.live().filter(user=by.user, kind=Session.Kind.KEY).order_by("-pk")


@transaction.atomic(durable=True)
def make_key(*, name: str, scopes: Sequence[str], days: int, by: Acting) -> Made:
    """A key for a program that acts in the present part, for these capabilities and so many days.

    Refuses with `invalid_input` (every field that is wrong), `not_allowed` to a program or a person without a part,
    `limit_reached` at the eleventh key.
    """
    _refuse_programs(by)
    label, wanted = _checked(name, scopes, days, by)
    locked_user(by.user.pk)
    if keys_of(by).count() >= MOST_KEYS:
        sentence = _("You have %(limit)s keys already. End one that is not needed first.") % {"limit": MOST_KEYS}
        raise Refusal("limit_reached", sentence, (Violation("limit_reached", sentence, field="name", limit=MOST_KEYS, count=MOST_KEYS),))
    assert by.session is not None
    key = PREFIX + secrets.token_urlsafe(32)
    session = Session.objects.create(
        user=by.user, kind=Session.Kind.KEY, key_hash=hash_of(key), device=by.session.device, client=label, epoch=by.user.epoch,
        acting_choice=by.choice, proofs=by.session.proofs, scopes=wanted, data={"tail": key[-4:]}, expires_at=Now() + timedelta(days=days),
    )  # fmt: skip
    audit.record("make_key", "session", session.public_id, by=by.actor, details={"scopes": wanted, "days": days})
    session.refresh_from_db()
    return Made(session, key)


@transaction.atomic(durable=True)
def end_key(public_id: UUID, *, by: Acting) -> None:
    """A key of one's own is good no more. Refuses with `not_found` what is no live key of hers, `not_allowed` to a program."""
    _refuse_programs(by)
    ended = keys_of(by).filter(public_id=public_id).update(ended_at=Now(), ending=Session.Ending.BY_PERSON)
    if not ended:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    audit.record("end_key", "session", public_id, by=by.actor)


def _refuse_programs(by: Acting) -> None:
    """Keys are made and ended by the person herself, logged in, in a part she plays."""
    if by.session is None or by.session.kind == Session.Kind.KEY or by.role is None:
        raise Refusal("not_allowed", _("Only a person who is logged in and plays a part manages keys."))


def _checked(name: str, scopes: Sequence[str], days: int, by: Acting) -> tuple[str, list[str]]:
    """Name and scopes as they are kept, or every fault at once."""
    faults: dict[str, Sentence] = {}
    label = " ".join(name.split())
    if unprintable_in(name, lines=False):
        faults["name"] = _("This holds a character that cannot be stored or shown.")
    elif not label or len(label) > NAME_LENGTH:
        faults["name"] = _("Say in at most %(limit)s characters what the key is for.") % {"limit": NAME_LENGTH}
    allowed = {capability.value for capability in scopes_open_to(by)}
    if not scopes or not set(scopes) <= allowed:
        faults["scopes"] = _("Choose at least one of the things you may do yourself.")
    if not 1 <= days <= MOST_DAYS:
        faults["days"] = _("A key is good for one day to one year.")
    if faults:
        first = next(iter(faults))
        told = tuple(Violation("invalid_input", text, field=field) for field, text in faults.items())
        raise Refusal("invalid_input", invalid(first, faults[first]).message, told)
    return label, sorted(set(scopes))
