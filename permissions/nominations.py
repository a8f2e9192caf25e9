"""The evidence of a nomination: handed in, answered, and its papers kept encrypted; every function is a step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.attachments import Paper
from permissions.kept_papers import check_room, fields_of, named_in_the_trail
from permissions.models import Attachment, Nomination, ReferralRight
from permissions.models.evidence import LICENCE
from permissions.right_states import RightStatus
from vault import audit
from vault.crypto import keyed_hash
from vault.refusal import Refusal
from vault.transactions import requires_transaction

MOST_PAPERS = 5
OPEN_TO_THE_INSTITUTION = (RightStatus.NOMINATED, RightStatus.SENT_BACK)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the institution says of a doctor; the licence is clean, the wishes are kinds and public ids of targets."""

    licence: str
    wishes: tuple[tuple[str, UUID], ...] = ()
    note: str = ""


def sealed_words(evidence: Evidence) -> dict[str, Any]:
    """What the trail keeps of a nomination's evidence: the certificate as a keyed hash, the wishes and the note."""
    wishes = [f"{kind} {public_id}" for kind, public_id in evidence.wishes]
    return {"licence": keyed_hash(evidence.licence, LICENCE), "wishes": wishes, "note": evidence.note}


def hand_in(right: ReferralRight, evidence: Evidence, *, by: Acting) -> Nomination:
    """Step: the next nomination of a right; the caller holds the right's lock, so that numbers follow each other."""
    requires_transaction()
    return Nomination.objects.create(
        right=right, number=right.nominations.count() + 1, licence=evidence.licence, licence_hash=keyed_hash(evidence.licence, LICENCE),
        licence_tail=evidence.licence[-4:], wishes=[[kind, str(public_id)] for kind, public_id in evidence.wishes],
        note=evidence.note, nominated_by=by.user,
    )  # fmt: skip


def answer(right: ReferralRight, *, by: Acting, reason: str = "", note: str = "") -> None:
    """Step: the district's answer to the last nomination, if there is one; without a reason it was verified."""
    requires_transaction()
    last = right.nominations.order_by("-number").first()
    if last is not None:
        Nomination.objects.filter(pk=last.pk).update(answer_reason=reason, answer_note=note, answered_by=by.user, answered_at=Now())


def keep(right: ReferralRight, papers: Sequence[Paper], *, by: Acting) -> list[Attachment]:
    """Step: lay papers beside a nomination that waits or was sent back; the caller holds the right's lock.

    Refuses with `invalid_input` more than five, the same twice, and papers for a right that is decided.
    """
    requires_transaction()
    if not papers:
        return []
    require_open_evidence(right)
    check_room(papers, Attachment.objects.present().filter(right=right), MOST_PAPERS)
    kept = [Attachment.objects.create(right=right, added_by=by.user, **fields_of(paper)) for paper in papers]
    for one in kept:
        _record("attach", one, right, by)
    return kept


def take_away(attachment: Attachment, right: ReferralRight, *, by: Acting) -> None:
    """Step: a paper is no longer part of the nomination; it stays for whoever looks later."""
    requires_transaction()
    require_open_evidence(right)
    if not Attachment.objects.present().filter(pk=attachment.pk).update(withdrawn_at=Now()):
        raise Refusal("stale_state", _("This file was taken away already."))
    _record("detach", attachment, right, by)


def require_open_evidence(right: ReferralRight) -> None:
    """Refuse with `stale_state` once the district has decided: what a decision rests on does not change under it."""
    if right.status not in OPEN_TO_THE_INSTITUTION:
        raise Refusal(
            "stale_state", _("The district has decided about this nomination; its papers stay as they are."),
            current={"status": right.status, "version": right.version},
        )  # fmt: skip


def _record(verb: str, attachment: Attachment, right: ReferralRight, by: Acting) -> None:
    audit.record(f"right.{verb}", "right", right.public_id, by=by.actor, details=named_in_the_trail(attachment))
