"""What happened to an institution, an alliance or a person, as a timeline: corrections with before and after, by whom, why."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from permissions.models import User
from vault.changes import Change, changes_of
from vault.refusal import Sentence

LATEST = 50
BEGINS = "begins"  # the field of the change with which the history of an object begins
FACT = "fact:"  # begins the field of a further fact, its label follows (R096)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline, as components/_timeline.html reads it."""

    at: datetime
    title: Any
    who: str = ""
    text: Any = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """How one kind of object says its changes: names of fields, values as people read them, whole acts with their own title.

    An act that answers None is not told to this reader.
    """

    fields: Mapping[str, Sentence]
    value: Callable[[str, str], str] = lambda _field, value: value
    acts: Mapping[str, Callable[[str, str], tuple[Sentence, str] | None]] | None = None
    reason: Callable[[str], str] = lambda reason: reason


def timeline_of(public_id: UUID, words: Words, *, beginning: Entry | None = None) -> list[Entry]:
    """Everything that was changed about one object, the latest first; two queries.

    `beginning` stands last where no change tells how the object came.
    """
    changes = list(changes_of(public_id).order_by("-id")[:LATEST])
    names = names_of(change.actor_id for change in changes)
    entries = [entry for _key, group in groupby(changes, _same_act) for entry in _entries(list(group), words, names)]
    told = any(change.field == BEGINS for change in changes) or len(changes) == LATEST
    return [*entries, beginning] if beginning and not told else entries


def names_of(public_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The names of these people, in one query."""
    wanted = {public_id for public_id in public_ids if public_id is not None}
    return {user.public_id: user.display_name for user in User.objects.filter(public_id__in=wanted)} if wanted else {}


def _same_act(change: Change) -> tuple[datetime, UUID | None]:
    """Rows of one transaction carry one instant."""
    return change.at, change.actor_id


def _entries(group: list[Change], words: Words, names: Mapping[UUID, str]) -> Iterable[Entry]:
    """Acts with a title of their own, and one line for all corrected fields of the same act."""
    acts, corrected = words.acts or {}, []
    for change in reversed(group):
        who = names.get(change.actor_id, "") if change.actor_id else ""
        if change.field in acts:
            told = acts[change.field](change.old, change.new)
            if told is not None:
                yield Entry(change.at, told[0], who, _with_reason(told[1], words.reason(change.reason)), "" if change.new else "warn")
        elif change.field in words.fields or change.field.startswith(FACT):
            corrected.append(change)
    if corrected:
        text = _("; ").join(_said(change, words) for change in corrected)
        who = names.get(corrected[0].actor_id, "") if corrected[0].actor_id else ""
        yield Entry(corrected[0].at, _("Corrected"), who, _with_reason(text, words.reason(corrected[0].reason)))


def _said(change: Change, words: Words) -> str:
    before, after = (words.value(change.field, value) or _("nothing") for value in (change.old, change.new))
    field = words.fields.get(change.field) or change.field.removeprefix(FACT)
    return _("%(field)s: %(before)s → %(after)s") % {"field": field, "before": before, "after": after}


def _with_reason(text: str, reason: str) -> str:
    return _("%(text)s (%(reason)s)") % {"text": text, "reason": reason} if text and reason else text or reason
