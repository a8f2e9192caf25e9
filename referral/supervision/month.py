"""One month of one institution: every act its manager signs for, read from the trail and the access log, and their digest."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from heapq import merge
from uuid import UUID

from django.db.models import Q, QuerySet

from clinics.models import Institution, Post
from referral.booking.facts import SHANGHAI
from referral.supervision.acts import PAPERS, PERSONAL, TAKEN, VERBS, WORDS, Group, group_of_look, group_of_verb
from vault.models import AccessEntry, AuditEntry

AT_ONCE = 2000


@dataclass(frozen=True, slots=True, order=True)
class Act:
    """One act of one person under a post of the institution; `look` says that it comes from the access log."""

    at: datetime
    look: bool
    key: int
    person: UUID
    post: UUID
    verb: str
    kind: str
    object_id: UUID
    reason: str
    group: Group = field(compare=False)

    @property
    def said(self) -> str:
        """Everything the digest covers, in one spelling."""
        words = [
            self.at.isoformat(),
            self.look,
            self.key,
            str(self.person),
            str(self.post),
            self.verb,
            self.kind,
            str(self.object_id),
            self.reason,
        ]
        return json.dumps(words, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Month:
    """The first day of a month, and whose it is."""

    institution: Institution
    first: date

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time.min, SHANGHAI)

    @property
    def ends(self) -> datetime:
        return end_of(self.first)

    @cached_property
    def posts(self) -> dict[UUID, Post]:
        """Every post the institution and its stations ever had, by public id, with its person."""
        unit = Q(institution=self.institution) | Q(institution__parent=self.institution)
        return {post.public_id: post for post in Post.objects.filter(unit).select_related("user", "institution")}

    def acts(self) -> Iterator[Act]:
        """The acts in the order of time, read in pieces."""
        return merge(self._trail(), self._looks())

    @cached_property
    def summary(self) -> "Summary":
        """Counts and digest in one reading."""
        found, digest = Summary(), hashlib.sha256()
        for act in self.acts():
            counts = found.people.setdefault(act.person, dict.fromkeys(Group, 0))
            counts[act.group] += 1
            digest.update(act.said.encode() + b"\n")
            found.acts += 1
        found.digest = digest.hexdigest()
        return found

    def _trail(self) -> Iterator[Act]:
        named = Q(verb__in=VERBS)
        for word in WORDS:
            named |= Q(verb__contains=word)
        rows = self._of_this(AuditEntry.objects.filter(named))
        for row in rows.values_list("at", "id", "actor_id", "post_id", "verb", "kind", "object_id", "reason").iterator(AT_ONCE):
            group = group_of_verb(row[4])
            if group is not None:
                yield Act(row[0], False, *row[1:], group=group)

    def _looks(self) -> Iterator[Act]:
        rows = self._of_this(AccessEntry.objects.filter(Q(kind__in=PERSONAL) & ~Q(purpose=PAPERS) | Q(purpose=TAKEN)))
        for row in rows.values_list("at", "id", "actor_id", "post_id", "purpose", "kind", "object_id").iterator(AT_ONCE):
            group = group_of_look(row[5], row[4])
            if group is not None:
                yield Act(row[0], True, *row[1:], reason="", group=group)

    def _of_this(self, rows: "QuerySet[AuditEntry] | QuerySet[AccessEntry]") -> "QuerySet[AuditEntry] | QuerySet[AccessEntry]":
        people = {post.user.public_id for post in self.posts.values()}
        return rows.filter(actor_id__in=people, post_id__in=list(self.posts), at__gte=self.begins, at__lt=self.ends).order_by("at", "id")


@dataclass
class Summary:
    """How many acts of each kind each person did, and the digest of all of them."""

    people: dict[UUID, dict[Group, int]] = field(default_factory=dict)
    acts: int = 0
    digest: str = ""


def end_of(first: date) -> datetime:
    """The instant after a month's last: midnight in Beijing."""
    return datetime.combine(following(first), time.min, SHANGHAI)


def following(first: date) -> date:
    """The first day of the next month."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def before(first: date) -> date:
    """The first day of the month before."""
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)
