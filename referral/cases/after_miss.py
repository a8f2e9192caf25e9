"""After a visit nobody came to: the doctor opens the referral again for another place, or closes it (R057)."""

from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.roles import Capability
from referral.cases.models import Referral
from referral.cases.queries import referrals_of
from vault import audit
from vault.refusal import Refusal, Violation
from vault.states import advance
from vault.transactions import requires_transaction
from vault.words import worded

LONGEST: Final = 200
NOT_AGAIN: Final = _("This visit was booked in the consulting room; it is not booked again from its referral.")
SEE_FIRST: Final = _("See the patient and write a new referral, or ask the hospital for another time.")


def open_again(referral_id: UUID, *, expected_version: int, by: Acting) -> Referral:
    """Use case: the referral is a draft again and may be booked; the rules decide then, a ban or an old visit included.

    A visit booked in the consulting room has no encounter of the doctor's unit behind it (R050, R120): `encounter_required`.
    Refuses besides with `not_allowed`, `not_found` and `stale_state`.
    """
    _may_write(by)
    with transaction.atomic(durable=True):
        referral = _missed(referral_id, by)
        if not may_be_booked_again(referral):
            raise Refusal("encounter_required", NOT_AGAIN, (Violation("encounter_required", NOT_AGAIN, remedy=SEE_FIRST, rule="R050"),))
        advance(referral, "draft", by=by.actor, expected_version=expected_version)
        audit.record("referral.open_again", "referral", referral.public_id, by=by.actor)
    return referral


def close_missed(referral_id: UUID, *, reason: str, expected_version: int, by: Acting) -> Referral:
    """Use case: no other visit is wanted; the referral is closed. Refuses as `open_again` does, and with `invalid_input`."""
    _may_write(by)
    words = worded("reason", reason, LONGEST, missing=_("Say why no other visit is wanted."))
    with transaction.atomic(durable=True):
        referral = _missed(referral_id, by)
        advance(referral, "closed", by=by.actor, reason=words, expected_version=expected_version)
        audit.record("referral.close", "referral", referral.public_id, by=by.actor, reason=words)
    return referral


def may_be_booked_again(referral: Referral) -> bool:
    """Whether its own encounter carries another booking; that of a visit booked in the consulting room is the hospital's (R120)."""
    return referral.follows_id is None


def _may_write(by: Acting) -> None:
    if by.post is None or not by.can(Capability.WRITE_REFERRAL):
        raise Refusal("not_allowed", _("Your role does not include this."))


def _missed(referral_id: UUID, by: Acting) -> Referral:
    """Step: the referral of the acting unit, locked; anything but a missed one has moved on."""
    requires_transaction()
    visible = referrals_of(by).filter(public_id=referral_id).values("pk").order_by()
    rows = Referral.objects.select_for_update(of=("self",), no_key=True).select_related("patient", "institution")
    referral = rows.filter(pk__in=visible).first()
    if referral is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    if referral.status != "not_attended":
        current = {"status": referral.status, "version": referral.version}
        raise Refusal("stale_state", _("This has changed since you opened it. Look at it again, then decide."), current=current)
    return referral
