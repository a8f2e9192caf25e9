"""Who decides about held messages and lost acts: an administrator of the district, named by her phone where a command is run."""

from django.utils.translation import gettext_lazy as _

from permissions.identity.phones import clean_mobile
from permissions.models import RoleAssignment, User
from permissions.roles import Role
from vault.actor import Actor, ActorKind
from vault.refusal import Refusal


def person_in_charge(phone: str) -> Actor:
    """The administrator with this phone, as the trail names her. Refuses with `invalid_input` for the number, `not_allowed`."""
    user = User.objects.with_phone(clean_mobile(phone)).first()
    if user is None or not RoleAssignment.objects.live().filter(user=user, role=Role.DISTRICT_ADMIN).exists():
        raise Refusal("not_allowed", _("No administrator of the district has this phone."))
    return Actor(ActorKind.USER, user.public_id)
