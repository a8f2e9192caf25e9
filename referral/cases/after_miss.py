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
from vault.refusal import Refusal
from vault.states import advance
from vault.transactions import requires_transaction
from vault.words import worded

LONGEST: Final = 200


def open_again(referral_id: UUID, *, expected_version: int, by: Acting) -> Referral:
    """Use case: the referral is a draft again and may be booked; the rules decide then, a ban or an old visit included.

    Refuses with `not_allowed`, `not_found` and `stale_state`.
    """
    _may_write(by)
    with transaction.atomic(durable=True):
        referral = _missed(referral_id, by)
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
