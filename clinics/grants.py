"""Where a right may be used: opens and ends target grants and keeps guardian in step, in one transaction."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics.mirror import Differences, mirror
from clinics.models import Alliance, Department, Institution, TargetGrant
from permissions.acting import Acting
from permissions.models import ReferralRight
from vault import audit
from vault.refusal import invalid
from vault.transactions import requires_transaction

log = logging.getLogger(__name__)

Target = Alliance | Institution | Department
FIELDS: dict[type[Any], str] = {Alliance: "alliance", Institution: "institution", Department: "department"}


def grant_targets(
    right: ReferralRight,
    targets: Sequence[Target],
    *,
    by: Acting,
    reason: str = "",
    valid_to: datetime | None = None,
) -> list[TargetGrant]:
    """Step: let a right be used at these alliances, institutions and departments from now on.

    The right is locked by the caller. A target already open stays as it is. Guardian's rows follow in the same
    transaction. Raises Refusal("invalid_input") when no target is given or one appears twice.
    """
    requires_transaction()
    if not targets:
        raise invalid("targets", _("Name at least one alliance, institution or department."))
    _close_overdue(right)
    held = {grant.target for grant in open_grants(right)}
    grants = [
        TargetGrant(right=right, granted_by=by.user, reason=reason, valid_to=valid_to, **{FIELDS[type(target)]: target})
        for target in dict.fromkeys(targets)
        if target not in held
    ]
    TargetGrant.objects.bulk_create(grants)
    mirror([right.user_id])
    _record("grant_targets", right, grants, by, reason)
    return grants


def end_grants(right: ReferralRight, *, by: Acting, reason: str = "") -> list[TargetGrant]:
    """Step: end every open grant of a right; guardian's rows that no other right of the person asks for go too."""
    requires_transaction()
    grants = open_grants(right)
    TargetGrant.objects.filter(pk__in=[grant.pk for grant in grants]).update(ended_at=Now())
    mirror([right.user_id])
    _record("end_grants", right, grants, by, reason)
    return grants


def open_grants(right: ReferralRight) -> list[TargetGrant]:
    """The grants of a right that nobody has ended, with their targets' names, in one query."""
    return list(TargetGrant.objects.open().filter(right=right).named().order_by("pk"))


def _close_overdue(right: ReferralRight) -> None:
    """A grant that ran out makes room for a new one of the same target."""
    overdue = TargetGrant.objects.filter(right=right, ended_at__isnull=True, valid_to__lte=Now())
    overdue.update(ended_at=F("valid_to"))


def _record(verb: str, right: ReferralRight, grants: Sequence[TargetGrant], by: Acting, reason: str) -> None:
    if grants:
        targets = [str(grant.target.public_id) for grant in grants]
        audit.record(verb, "right", right.public_id, by=by.actor, reason=reason, details={"targets": targets})


@transaction.atomic(durable=True)
def compare_access() -> Differences:
    """Use case: bring guardian's rows in step with the dates of grants and posts, and say what was out of step.

    Dates pass without anybody acting, so some rows are expected each night; the numbers are logged for whoever watches.
    """
    found = mirror()
    if found:
        log.warning("guardian: %d rows added, %d removed", len(found.missing), len(found.surplus))
    return found
