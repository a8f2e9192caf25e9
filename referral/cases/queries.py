"""Which referrals a person may see, and what may be done with one."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.models import Institution
from permissions.acting import Acting
from permissions.roles import Capability
from referral.cases.models import Referral
from referral.patients.queries import of_unit
from vault.refusal import Refusal
from vault.states import Transition

BEHIND = ("patient", "encounter", "post__user", "owner__user", "institution__parent")


def referrals_of(acting: Acting) -> QuerySet[Referral]:
    """Referrals the acting unit wrote; a hospital's receiving doctors also see those booked to its own departments."""
    if acting.post is None:
        return Referral.objects.none()
    visible = Q(pk__in=[])
    if acting.can(Capability.WRITE_REFERRAL):
        visible |= of_unit(acting.post)
    if acting.can(Capability.RECORD_VISIT):
        visible |= Q(pk__in=received_by(acting))
    return Referral.objects.filter(visible).select_related(*BEHIND)


def referrals_listed(acting: Acting) -> QuerySet[Referral]:
    """The same for a list. One more query names the unit's institutions, so that an index finds its referrals among everybody's."""
    rows = referrals_of(acting)
    if acting.post is None or acting.can(Capability.RECORD_VISIT):
        return rows
    root = acting.post.institution.root_id
    unit = Institution.objects.filter(Q(pk=root) | Q(parent_id=root)).values_list("pk", flat=True)
    return rows.filter(institution_id__in=list(unit))


def received_by(acting: Acting) -> QuerySet[Referral, Any]:
    """Referrals with a booking at the acting institution (and department, when the post names one), not one that was cancelled."""
    assert acting.post is not None
    there = Referral.objects.filter(bookings__institution_id=acting.post.institution_id)
    if acting.post.department_id:
        there = there.filter(bookings__department_id=acting.post.department_id)
    return there.exclude(bookings__status__in=("cancelled", "moved")).values("pk").order_by()


def referral_of(acting: Acting, public_id: UUID, *beside: str) -> Referral:
    """One referral this person may see, with what a page reads `beside` it; refuses with `not_found` otherwise."""
    found = referrals_of(acting).select_related(*BEHIND, *beside).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return found


def steps_open_to(acting: Acting, referral: Referral) -> Iterable[Transition]:
    """What this person may do with the referral now, by the one table of its life.

    Only a visit booked in the consulting room comes back after it was cancelled; any other referral is written anew. Missed,
    it is closed and never booked again: its encounter is the hospital's (R050, R120).
    """
    if referral.status == "cancelled" and referral.follows_id is None:
        return []
    roles = [acting.role.value] if acting.role else []
    steps = referral.STATES.open_to(referral.status, roles)
    if referral.status == "not_attended" and referral.follows_id is not None:
        return [step for step in steps if step.target != "draft"]
    return steps
