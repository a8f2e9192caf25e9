"""Recomputes the whole trail and names every row and seal that is not what it was."""

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from vault.actor import Actor, ActorKind
from vault.audit import chain
from vault.audit.anchor import Anchor, anchors
from vault.audit.models import AuditEntry, AuditSeal, SealKind
from vault.audit.record import digest_of


@dataclass(frozen=True, slots=True)
class Finding:
    """One place in the trail and what is wrong with it."""

    place: str
    trouble: str

    def __str__(self) -> str:
        return f"{self.place}: {self.trouble}"


@dataclass
class Verification:
    """What was read, and what was found."""

    seals: int = 0
    rows: int = 0
    waiting: int = 0
    anchored: int = 0
    restarts: list[AuditSeal] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def verify(anchored: Iterable[Anchor] | None = None) -> Verification:
    """Promise that an altered, deleted or inserted row or seal is found, down to the last anchor.

    An altered row is named by its id; a missing or smuggled one by the seal whose rows no longer fit. What waits for
    its seal is checked row by row. Reads everything in batches; needs only SELECT. `anchored`: these anchors instead of the file's.
    """
    seen = Verification()
    seals = list(AuditSeal.objects.order_by("seq"))
    tops = {seal.series: seal.top for seal in seals}
    last: AuditSeal | None = None
    for seal in seals:
        ceiling = tops[seal.series] if seal.series < seals[-1].series else None
        seen.findings += _check_link(seal, last)
        seen.findings += _check_rows(seen, seal, last, ceiling)
        seen.seals += 1
        if seal.kind == SealKind.RESTART:
            seen.restarts.append(seal)
        last = seal
    _check_waiting(seen, last)
    seen.findings += [Finding(f"row {pk}", "inserted: no act is numbered below 1") for pk in _below_the_first()]
    _check_anchors(seen, {seal.seq: bytes(seal.mac).hex() for seal in seals}, anchors() if anchored is None else anchored)
    return seen


def is_genuine(entry: AuditEntry) -> bool:
    """Whether what the caller wrote still is what the caller wrote."""
    try:
        by = Actor(ActorKind(entry.actor_kind), entry.actor_id, entry.post_id)
        digest = digest_of(entry.verb, entry.kind, entry.object_id, by=by, reason=entry.reason, details=entry.details)
    except (TypeError, ValueError):
        return False
    return hmac.compare_digest(digest, bytes(entry.digest))


def _check_link(seal: AuditSeal, last: AuditSeal | None) -> Iterator[Finding]:
    expected = last.seq + 1 if last else 1
    if seal.seq != expected:
        missing = f"{expected}" if seal.seq == expected + 1 else f"{expected} to {seal.seq - 1}"
        yield Finding(f"seal {missing}", "deleted")
        return
    if bytes(seal.previous) != (bytes(last.mac) if last else b""):
        yield Finding(f"seal {seal.seq}", "does not follow the seal before it: one of the two was altered")


def _check_rows(seen: Verification, seal: AuditSeal, last: AuditSeal | None, ceiling: int | None) -> Iterator[Finding]:
    mac = chain.Mac(seal)
    altered = []
    first = final = 0
    for entry in chain.covered_by(seal, last, ceiling).iterator(chunk_size=2000):
        mac.add((entry.tx, entry.at, entry.pk, entry.digest))
        first, final = min(first or entry.pk, entry.pk), max(final, entry.pk)
        if not is_genuine(entry):
            altered.append(Finding(f"row {entry.pk}", f"altered or inserted ({entry.verb} {entry.kind} {entry.object_id})"))
    seen.rows += mac.rows
    yield from altered
    if seal.seq != (last.seq + 1 if last else 1):
        return  # which of these rows were the missing seal's can no longer be told
    if mac.rows < seal.rows:
        yield Finding(f"seal {seal.seq}", f"{seal.rows - mac.rows} of its {seal.rows} rows deleted (rows {first}-{final} remain)")
    elif mac.rows > seal.rows:
        yield Finding(f"seal {seal.seq}", f"{mac.rows - seal.rows} rows inserted (now rows {first}-{final})")
    elif not hmac.compare_digest(mac.value(seal.top), bytes(seal.mac)) and not altered:
        yield Finding(f"seal {seal.seq}", f"altered, or the time, order or transaction of its rows {first}-{final} was")


def _below_the_first() -> list[int]:
    """Rows that no seal could ever cover: series begin above number 0."""
    return list(AuditEntry.objects.filter(id__lt=1).order_by("id").values_list("id", flat=True))


def _check_waiting(seen: Verification, last: AuditSeal | None) -> None:
    rows = AuditEntry.objects.order_by("tx", "id")
    if last is not None:
        rows = rows.filter(tx__gte=last.horizon, id__gt=last.floor)
    for entry in rows.iterator(chunk_size=2000):
        seen.waiting += 1
        if not is_genuine(entry):
            seen.findings.append(Finding(f"row {entry.pk}", "altered or inserted before it was sealed"))


def _check_anchors(seen: Verification, macs: dict[int, str], anchored: Iterable[Anchor]) -> None:
    for anchor in anchored:
        seen.anchored += 1
        if anchor.seq not in macs:
            seen.findings.append(_unanchored(anchor, "deleted: it was anchored"))
        elif macs[anchor.seq] != anchor.mac:
            seen.findings.append(_unanchored(anchor, "is not the one that was anchored"))


def _unanchored(anchor: Anchor, trouble: str) -> Finding:
    return Finding(f"seal {anchor.seq}", f"{trouble} at {anchor.at}")
