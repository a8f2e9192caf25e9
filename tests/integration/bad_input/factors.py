"""What the requests about the second factor are about: two people with an authenticator, one who sets it up."""

from permissions.factors import totp
from permissions.models import Authenticator
from permissions.roles import Role
from tests.cast import a_user
from tests.cast_clinics import a_post
from tests.cast_factors import a_paper, an_authenticator, shown_now
from tests.cast_referral import World, acting_as


class Factors:
    """Two people with an authenticator and a paper; one sets up another authenticator."""

    def __init__(self, world: World) -> None:
        self.enrolled, self.helped = a_user("顾有器"), a_user("石丢机")
        an_authenticator(self.enrolled)
        an_authenticator(self.helped)
        self.paper = a_paper(self.enrolled)[0]
        self.fresh = a_user("白新设")
        totp.begin(self.fresh)
        people = [(one, a_post(one, world.hospital, Role.RECEIVING_DOCTOR)) for one in (self.enrolled, self.fresh)]
        self.doctor, self.beginner = (acting_as(one, post) for one, post in people)

    @property
    def first_code(self) -> str:
        """What the new authenticator shows now."""
        return shown_now(Authenticator.objects.get(user=self.fresh, confirmed=False).secret)
