"""The people of the demonstration accept their duties by the product's own use case; one of them has not come to it yet."""

from clinics.models import Post
from permissions import duties
from permissions.acting import Acting
from permissions.models import DutiesAcceptance, RoleAssignment
from permissions.roles import Role
from referral.demo.people import Someone
from vault.crypto import keyed_hash


def load_duties(people: list[Someone]) -> int:
    """A word for the duties of each part, from everybody but those marked as new; answers how many are new."""
    waiting = {keyed_hash(one.phone, "phone") for one in people if one.is_new}
    demonstrated = {keyed_hash(one.phone, "phone") for one in people}
    given = set(DutiesAcceptance.objects.values_list("user", "role", "version"))
    fresh = [
        part
        for part in _parts()
        if part.role is not None
        and part.user.phone_hash in demonstrated - waiting
        and (part.user.pk, part.role, duties.CURRENT[part.role].version) not in given
    ]
    for part in fresh:
        assert part.role is not None
        duties.accept(duties.CURRENT[part.role].version, by=part)
    return len(fresh)


def _parts() -> list[Acting]:
    offices = RoleAssignment.objects.live().select_related("user", "district").order_by("pk")
    posts = Post.objects.live().complete().order_by("pk")
    return [
        *(Acting(one.user, Role(one.role), district=one.district) for one in offices),
        *(Acting(post.user, Role(post.kind), post) for post in posts),
    ]
