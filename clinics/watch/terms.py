"""Extends a right's term: a later last day, for the right and for the targets that end with it."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinics.clock import database_now
from clinics.models import TargetGrant
from clinics.rights import end_of
from permissions import rights as steps
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.right_states import right_is_in_force
from permissions.roles import Capability
from permissions.sessions import bump_epoch
from vault import audit
from vault.refusal import Refusal, invalid
from vault.states import amend

STALE = _("This has changed since you opened it. Look at it again, then decide.")


@transaction.atomic(durable=True)
def extend(right: ReferralRight, *, last_day: date, by: Acting, expected_version: int | None = None) -> ReferralRight:
    """Use case: a right in force counts until the end of a later day; its targets that ended with it do too.

    Locks the right. Refuses with `not_allowed` outside the actor's district, `stale_state` when it is not in force or has another
    version, `invalid_input` when the day is not later than now or more than five years on.
    """
    held = steps.lock(right)
    if not by.can(Capability.GRANT_RIGHTS) or held.district_id != by.district_id:
        raise Refusal("not_allowed", _("This right belongs to another district."))
    now = database_now()
    if expected_version not in (None, held.version) or not right_is_in_force(held.status, held.valid_from, held.valid_to, now):
        raise Refusal("stale_state", STALE, current={"status": held.status, "version": held.version})
    before, after = held.valid_to, end_of(last_day, now)
    if before is None or after <= before:
        raise invalid("valid_to", _("The right lasts longer than that already."), remedy=_("Choose a later day."))
    amend(held, "extend", by=by.actor, reason=last_day.isoformat(), valid_to=after)
    TargetGrant.objects.open().filter(right=held, valid_to=before).update(valid_to=after)
    bump_epoch(held.user_id)
    details = {"from": before.isoformat(), "to": after.isoformat(), "version": held.version}
    audit.record("right.extend", "right", held.public_id, by=by.actor, details=details)
    return held
