"""The files beside an appeal: added and taken away by the resident's side while it waits, opened by both sides, by nobody else (R059)."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.attachments import Paper
from permissions.kept_papers import check_room, fields_of, named_in_the_trail
from permissions.models import User
from permissions.roles import Capability
from referral.credit.models import Appeal, AppealPaper, Breach
from referral.credit.queries import NOTHING_HERE, appealable_by, breaches_seen_by
from referral.credit.record import locked_breach
from vault import audit
from vault.actor import Actor
from vault.refusal import Refusal
from vault.transactions import requires_transaction

MOST_PAPERS: Final = 3


def attach(breach_id: UUID, paper: Paper, *, by: Acting) -> AppealPaper:
    """Use case: the resident's side lays one more file beside the appeal that waits, whoever of them filed it.

    Locks the resident, then the breach. Refuses with `not_allowed`, `not_found`, `stale_state` once nothing waits, and
    `invalid_input` for a fourth file or the same again.
    """
    _require_side(by)
    with transaction.atomic(durable=True):
        breach = locked_breach(appealable_by(by).filter(public_id=breach_id))
        return keep(_waiting(breach), [paper], by=by.actor, added_by=by.user)[0]


def detach(paper_id: UUID, *, by: Acting) -> AppealPaper:
    """Use case: a file is no longer part of an appeal that waits: nobody opens it any more, its row stays. Refuses as `attach` does."""
    _require_side(by)
    with transaction.atomic(durable=True):
        breach = locked_breach(appealable_by(by).filter(appeal__papers__public_id=paper_id))
        paper = _waiting(breach).papers.listed().get(public_id=paper_id)
        if not AppealPaper.objects.present().filter(pk=paper.pk).update(withdrawn_at=Now(), withdrawn_by=by.user):
            raise Refusal("stale_state", _("This file was taken away already."))
        audit.record("breach.detach", "breach", breach.public_id, by=by.actor, details=named_in_the_trail(paper))
    return paper


def keep(appeal: Appeal, papers: Sequence[Paper], *, by: Actor, added_by: User | None) -> list[AppealPaper]:
    """Step: lay files beside an appeal; the caller holds the resident and the breach. Refuses with `invalid_input`."""
    requires_transaction()
    if not papers:
        return []
    check_room(papers, AppealPaper.objects.present().filter(appeal=appeal), MOST_PAPERS)
    kept = [AppealPaper.objects.create(appeal=appeal, added_by=added_by, **fields_of(paper)) for paper in papers]
    for one in kept:
        audit.record("breach.attach", "breach", appeal.breach.public_id, by=by, details=named_in_the_trail(one))
    return kept


def paper_seen_by(acting: Acting, paper_id: UUID) -> AppealPaper:
    """One file with its content, for who may see the missed visit: the resident's own side and the district that decides.

    Refuses with `not_found` for everybody else, and for what was taken away.
    """
    return _one_of(AppealPaper.objects.filter(appeal__breach__in=breaches_seen_by(acting).values("pk")), paper_id)


def paper_of_resident(breach: Breach, paper_id: UUID) -> AppealPaper:
    """The same for the resident, of what she handed in herself; what her doctor added is for the doctor to show her."""
    return _one_of(AppealPaper.objects.filter(appeal__breach=breach, added_by=None), paper_id)


def papers_of(breach: Breach) -> list[AppealPaper]:
    """Every file beside the appeal against a breach as it was read, those taken away too; none without an appeal."""
    filed = getattr(breach, "appeal", None)
    return list(filed.papers.all()) if filed else []


def present(papers: Iterable[AppealPaper]) -> list[AppealPaper]:
    """Those that nobody has taken away."""
    return [one for one in papers if one.withdrawn_at is None]


def _one_of(rows: Any, paper_id: UUID) -> AppealPaper:
    found: AppealPaper | None = rows.present().select_related("appeal__breach").filter(public_id=paper_id).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def _require_side(by: Acting) -> None:
    if not by.can(Capability.APPEAL_BREACH):
        raise Refusal("not_allowed", _("Your role does not include this."))


def _waiting(breach: Breach) -> Appeal:
    """The appeal that waits: what a decision rests on does not change under it."""
    if breach.status != "appealed":
        raise Refusal(
            "stale_state", _("No appeal waits for a decision here; its files stay as they are."),
            current={"status": breach.status, "version": breach.version},
        )  # fmt: skip
    return breach.appeal
