"""Keeps papers that were handed in as evidence: encrypted, known again by a keyed hash, few beside one thing, never the same twice."""

import base64
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from permissions.attachments import Paper, too_many
from permissions.models.papers import FILE, KeptPaper, PaperQuerySet
from vault.crypto import keyed_hash, keyed_hashes
from vault.refusal import invalid


def check_room(papers: Sequence[Paper], present: PaperQuerySet, most: int, field: str = "file") -> None:
    """Refuse with `invalid_input` when more than so many would lie there, or one of them twice; the caller holds the lock."""
    if present.count() + len(papers) > most:
        raise too_many(most, field)
    every = [set(keyed_hashes(_text_of(paper), FILE)) for paper in papers]
    repeated = any(one & other for number, one in enumerate(every) for other in every[:number])
    if repeated or present.filter(digest__in=set[str]().union(*every)).exists():
        raise invalid(field, _("This file is there already."))


def fields_of(paper: Paper) -> dict[str, Any]:
    """The columns of a row that keeps this paper."""
    text = _text_of(paper)
    return {"name": paper.name, "kind": paper.kind, "size": len(paper.content), "digest": keyed_hash(text, FILE), "content": text}


def content_of(kept: KeptPaper) -> bytes:
    """The bytes as they were handed in."""
    return base64.b64decode(kept.content)


def named_in_the_trail(kept: KeptPaper) -> dict[str, Any]:
    """What the trail keeps of a paper: which it is and its keyed hash, neither its name nor what stands in it."""
    return {"attachment": str(kept.public_id), "kind": kept.kind, "size": kept.size, "digest": kept.digest}


def _text_of(paper: Paper) -> str:
    return base64.b64encode(paper.content).decode()
