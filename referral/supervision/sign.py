"""The manager signs a month: who, when, and exactly which list (R034)."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking.expected import today
from referral.supervision.models import ConductSignature
from referral.supervision.month import Month, following
from vault import audit
from vault.refusal import Refusal


def sign(month: Month, digest: str, *, by: Acting) -> ConductSignature:
    """Use case: promise the signature under the list whose digest the manager saw.

    Refuses with `not_allowed` (not the manager of this institution), `not_yet` (the month runs), `stale_state` (the list
    is not the one that was seen) or `already_exists` (this very list is signed).
    """
    if by.post is None or not by.can(Capability.SIGN_CONDUCT) or by.post.institution.root_id != month.institution.pk:
        raise Refusal("not_allowed", _("The manager of the institution signs its monthly lists."))
    if not is_over(month.first):
        raise Refusal("not_yet", _("The month is not over. The list can be signed from its last midnight on."))
    summary = month.summary
    if digest != summary.digest:
        raise Refusal("stale_state", _("The list is not the one you saw. Look at it again, then sign."), current={"digest": summary.digest})
    try:
        with transaction.atomic(durable=True):
            signature = ConductSignature.objects.create(
                institution=month.institution, month=month.first, post=by.post, digest=digest,
                people=len(summary.people), acts=summary.acts,
            )  # fmt: skip
            details = {"month": f"{month.first:%Y-%m}", "digest": digest, "acts": summary.acts, "people": len(summary.people)}
            audit.record("sign_conduct", "institution", month.institution.public_id, by=by.actor, details=details)
    except IntegrityError as error:
        raise Refusal("already_exists", _("This list is signed already.")) from error
    return signature


def is_over(first: date) -> bool:
    """Whether a month has ended, by the database's clock."""
    return today() >= following(first)
