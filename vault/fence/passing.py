"""The fence itself: one transaction after which a restored database may serve and send again."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models.functions import Now

from vault import audit
from vault.actor import SYSTEM
from vault.audit.models import AuditEntry
from vault.fence.held import hold_all
from vault.fence.models import LostAct, LostOutcome, Restoration
from vault.journal import kinds, pages
from vault.journal.acts import Act
from vault.journal.pages import Round

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Copy:
    """The copy that was put in place: its name, when it was taken, the horizon it holds everything below, its newest seal."""

    name: str
    taken_at: datetime | None
    horizon: int
    seal: int


@transaction.atomic(durable=True)
def pass_fence(copy: Copy, *, reason: str) -> Restoration:
    """Promise that what the journal says was taken away is taken away again, that every login, code and key is over, that no
    message of the past leaves by itself, and that every lost act is on a list; all of it or nothing.

    Raises `JournalAltered` before anything is written when the journal is not what it was.
    """
    last = pages.last_round()
    lost = list(lost_since(copy.horizon))
    restoration = Restoration.objects.create(
        backup=copy.name, taken_at=copy.taken_at, seal=copy.seal, reason=reason,
        journal_mac=last.mac if last else "", journal_at=_last_act(last),
    )  # fmt: skip
    counts = {"acts_lost": len(lost), "acts_repeated": 0, "acts_open": 0}
    for act in lost:
        if not kinds.is_passing(act):
            counts[f"acts_{_settle(restoration, act)}"] += 1
    for step in kinds.steps():
        counts |= step()
    counts |= hold_all()
    Restoration.objects.filter(pk=restoration.pk).update(counts=counts)
    restoration.counts = counts
    details = {"backup": copy.name, "seal": copy.seal, "journal_until": last.at if last else ""} | counts
    audit.record("restore", "database", restoration.public_id, by=SYSTEM, reason=reason, details=details)
    return restoration


def lost_since(horizon: int) -> Iterator[Act]:
    """The journal's acts that this database does not have, in their order; an exact comparison row by row."""
    acts = pages.acts_since(horizon)
    while some := list(islice(acts, AT_ONCE)):
        here = _present(some)
        yield from (act for act in some if (act.place.row, act.place.digest) not in here)


def journal_of_this(restoration: Restoration) -> bool:
    """Whether the journal that lies there ended with what this restoration read: it may be put aside."""
    last = pages.last_round()
    return last is not None and last.mac == restoration.journal_mac


def _present(acts: Iterable[Act]) -> set[tuple[int, str]]:
    rows = AuditEntry.objects.filter(id__in=[act.place.row for act in acts]).values_list("id", "digest")
    return {(row, bytes(digest).hex()) for row, digest in rows}


def _settle(restoration: Restoration, act: Act) -> str:
    """Do it again where that is declared, and put it on the list; the word its count goes under."""
    repeated = kinds.repeat(act)
    outcome = {None: LostOutcome.OPEN, True: LostOutcome.REPEATED, False: LostOutcome.NOTHING_LEFT}[repeated]
    LostAct.objects.create(
        restoration=restoration, at=act.at, verb=act.verb, kind=act.kind, object_id=act.object_id,
        actor_kind=act.actor_kind, actor_id=act.actor_id, post_id=act.post_id, outcome=outcome,
        said=json.dumps({"reason": act.reason, "details": act.details, "told": act.told}, ensure_ascii=False),
        settled_at=None if outcome == LostOutcome.OPEN else Now(),
    )  # fmt: skip
    return "open" if outcome == LostOutcome.OPEN else "repeated"


def _last_act(last: Round | None) -> datetime | None:
    return datetime.fromisoformat(last.at) if last else None
