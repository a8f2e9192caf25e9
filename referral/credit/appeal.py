"""Says something against a recorded breach, and decides about it: another person than who recorded or filed it (R059)."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.attachments import Paper
from permissions.roles import Capability
from referral.credit.models import Appeal, Breach
from referral.credit.notices import appeal_until, tell_upheld
from referral.credit.papers import keep
from referral.credit.queries import NOTHING_HERE, administrators_of, appealable_by, decided_by
from referral.credit.record import clock, locked_breach, struck
from referral.credit.terms import SHANGHAI
from referral.inbox.tell import answering_for, tell
from vault import audit
from vault.actor import Actor, ActorKind
from vault.faults import Faults
from vault.refusal import Refusal, invalid
from vault.states import advance
from vault.words import worded

LONGEST: Final = 500
LONGEST_REASON: Final = 200
OPEN: Final = ("recorded", "notified")


class Decision(TextChoices):
    UPHELD = "upheld", _("The record stands")
    STRUCK = "struck", _("The record is struck")


def appeal(
    breach_id: UUID, *, text: str, evidence: str = "", papers: Sequence[Paper] = (), expected_version: int, by: Acting
) -> Appeal:  # fmt: skip
    """Use case: the resident's doctor says why the breach should not count, with evidence in words and as files.

    Locks the resident, then the breach. Refuses with `not_allowed`, `not_found`, `invalid_input`, `too_late` after the
    regulation's days, and `stale_state`.
    """
    if not by.can(Capability.APPEAL_BREACH):
        raise Refusal("not_allowed", _("Your role does not include this."))
    words = checked(text, evidence)
    with transaction.atomic(durable=True):
        breach = locked_breach(appealable_by(by).filter(public_id=breach_id))
        return _filed(breach, words, papers, by.actor, expected_version, filed_by=by.user)


def appeal_by_resident(booking: Any, *, text: str, evidence: str = "", papers: Sequence[Paper] = ()) -> Appeal:
    """Use case: the resident herself, recognised by number and code, says why it should not count.

    Refuses with `not_found` without an open breach of that booking, and as `appeal` does.
    """
    words = checked(text, evidence)
    with transaction.atomic(durable=True):
        mine = Breach.objects.filter(booking_id=booking.pk)
        found = mine.order_by("-pk").values_list("public_id", flat=True).first()
        if found is None:
            raise Refusal("not_found", NOTHING_HERE)
        breach = locked_breach(mine.filter(public_id=found))
        return _filed(breach, words, papers, Actor(ActorKind.PATIENT, booking.patient.public_id), None, by_resident=True)


def decide(appeal_id: UUID, decision: str, *, reason: str, expected_version: int, by: Acting) -> Breach:
    """Use case: an administrator of the district upholds or strikes; striking counts anew and lifts a ban it caused.

    Locks the resident, then the breach. Refuses with `not_allowed`, `not_found`, `invalid_input`, `second_person_required` to who
    recorded the breach or filed the appeal, and `stale_state`.
    """
    if not by.can(Capability.DECIDE_APPEALS):
        raise Refusal("not_allowed", _("Your role does not include this."))
    wanted, why = _decision(decision, reason)
    with transaction.atomic(durable=True):
        breach = locked_breach(decided_by(by).filter(appeal__public_id=appeal_id))
        _check_second_person(breach, by)
        if wanted == Decision.STRUCK:
            struck(breach, by=by.actor, reason=why, expected_version=expected_version)
        else:
            advance(breach, "upheld", by=by.actor, reason=why, expected_version=expected_version)
            audit.record("breach.uphold", "breach", breach.public_id, by=by.actor, reason=why)
            tell_upheld(breach)
        Appeal.objects.filter(pk=breach.appeal.pk).update(decided_by=by.user, decided_at=clock(), reason=why)
        referral = breach.booking.referral
        tell(answering_for(referral.owner, referral.institution), f"breach_{wanted}", about=breach.public_id, version=breach.version)
    return breach


def checked(text: str, evidence: str, faults: Faults | None = None) -> tuple[str, str]:
    """What was written, without blanks around it. Refuses with `invalid_input`, all faults and those found before at once."""
    faults = faults or Faults()
    said = faults.of(worded, "text", text, LONGEST, missing=_("Say why the visit was missed."))
    proof = faults.of(worded, "evidence", evidence, LONGEST)
    faults.tell()
    return said or "", proof or ""


def behind(breach: Breach) -> set[int | None]:
    """Everybody who recorded the breach or said something against it; none of them decides."""
    filed = getattr(breach, "appeal", None)
    return {breach.recorded_by_id, *([filed.filed_by_id, *(one.added_by_id for one in filed.papers.listed())] if filed else ())}


def is_open(breach: Breach, today: date) -> bool:
    """Whether an appeal can still be filed on a day."""
    return breach.status in OPEN and today < appeal_until(breach)


def _decision(decision: str, reason: str) -> tuple[str, str]:
    faults = Faults()
    if decision not in Decision.values:
        faults.add(invalid("decision", _("Choose whether the record stands or is struck.")))
    why = faults.of(worded, "reason", reason, LONGEST_REASON, missing=_("Say why, so that the resident and her doctor understand it."))
    faults.tell()
    return decision, why or ""


def _filed(breach: Breach, words: tuple[str, str], papers: Sequence[Paper], by: Actor, version: int | None, **who: Any) -> Appeal:
    if breach.status in OPEN and clock().astimezone(SHANGHAI).date() >= appeal_until(breach):
        raise Refusal("too_late", _("The time to appeal against this missed visit is over."))
    advance(breach, "appealed", by=by, expected_version=version)
    filed = Appeal.objects.create(breach=breach, text=words[0], evidence=words[1], **who)
    audit.record("breach.appeal", "breach", breach.public_id, by=by)
    keep(filed, papers, by=by, added_by=who.get("filed_by"))
    tell(administrators_of(breach.district), "breach_appealed", about=breach.public_id, version=breach.version)
    return filed


def _check_second_person(breach: Breach, by: Acting) -> None:
    if by.user.pk in behind(breach):
        raise Refusal("second_person_required", _("You recorded this or filed the appeal yourself. Another person has to decide."))
