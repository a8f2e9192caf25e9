"""What a person may read of permissions, each list scoped by who asks."""

from django.db.models import QuerySet

from permissions.acting import Acting
from permissions.models import ReferralRight, Session
from permissions.roles import Capability


def sessions_of(by: Acting) -> "QuerySet[Session]":
    """One's own live logins, the one used last first; keys of programs have a page of their own."""
    return Session.objects.live().filter(user=by.user).exclude(kind=Session.Kind.KEY).order_by("-seen_at", "-pk")


def rights_of(by: Acting) -> "QuerySet[ReferralRight]":
    """The rights a person may see: a district's admin those of the district, anybody else her own."""
    rights = ReferralRight.objects.select_related("user", "district", "granted_by")
    if by.can(Capability.GRANT_RIGHTS):
        return rights.filter(district_id=by.district_id)
    return rights.filter(user=by.user)
