"""Which rights reach a hospital, by which grants, and how that reach is taken away again."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from clinics.grants import grant_targets, open_grants
from clinics.mirror import mirror
from clinics.models import Alliance, AllianceMember, Institution, Post, TargetGrant
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.roles import REFERRING_KINDS
from vault import audit
from vault.transactions import requires_transaction


def reaching(institutions: "Collection[int] | QuerySet[Institution]") -> Q:
    """Which target grants let somebody refer to one of these hospitals: itself, a department of it, an alliance it belongs to."""
    alliances = AllianceMember.objects.filter(institution__in=institutions).values("alliance")
    return Q(institution__in=institutions) | Q(department__institution__in=institutions) | Q(alliance__in=alliances)


def posts_granted_on(institutions: "Collection[int] | QuerySet[Institution]") -> QuerySet[Post]:
    """The live posts whose right has an open grant that reaches one of these hospitals."""
    grants = TargetGrant.objects.open().filter(reaching(institutions), right=OuterRef("right"))
    return Post.objects.live().complete().filter(Exists(grants), kind__in=REFERRING_KINDS)


def end_reach(right: ReferralRight, hospital: Institution, *, by: Acting, reason: str) -> list[TargetGrant]:
    """Step: the right, locked by the caller, may no longer be used at this hospital; everywhere else it stays as it is.

    A grant on an alliance becomes grants on the alliance's other hospitals, with the same last moment.
    """
    requires_transaction()
    ended = [grant for grant in open_grants(right) if _reaches(grant, hospital)]
    TargetGrant.objects.filter(pk__in=[grant.pk for grant in ended]).update(ended_at=Now())
    for grant in ended:
        if grant.alliance is not None:
            rest = _hospitals_of(grant.alliance, but=hospital)
            if rest:
                grant_targets(right, rest, by=by, reason=reason, valid_to=grant.valid_to)
    mirror([right.user_id])
    details = {"targets": [str(grant.target.public_id) for grant in ended], "hospital": str(hospital.public_id)}
    audit.record("end_reach", "right", right.public_id, by=by.actor, reason=reason, details=details)
    return ended


def _reaches(grant: TargetGrant, hospital: Institution) -> bool:
    if grant.alliance is not None:
        return AllianceMember.objects.filter(alliance=grant.alliance, institution=hospital).exists()
    if grant.department is not None:
        return grant.department.institution_id == hospital.pk
    return grant.institution_id == hospital.pk


def _hospitals_of(alliance: Alliance, *, but: Institution) -> list[Institution]:
    """The other hospitals of an alliance, by key."""
    members = Institution.objects.hospitals().filter(memberships__alliance=alliance)
    return list(members.exclude(pk=but.pk).order_by("pk"))
