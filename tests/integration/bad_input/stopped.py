"""What the requests of stopped clinics are about: a morning to stop, and two long stops that wait for a decision."""

from datetime import timedelta

from clinics.models import ClinicStop
from permissions.acting import Acting
from permissions.roles import Role
from referral.disruptions.stop import Wanted, stop_clinic
from tests.cast_clinics import a_post
from tests.cast_referral import World, acting_as, person, today


class Stopped:
    """A session of the hospital, a long stop its coordinator proposed, and one that waits for her as the second person."""

    def __init__(self, world: World, coordinator: Acting) -> None:
        self.by = coordinator
        place = world.place(5)
        self.session, self.service = place.slot.session, place.service
        post = a_post(person("田副手", world.district), world.hospital, Role.COORDINATOR)
        self.own = self._proposed(world, coordinator)
        self.waiting = self._proposed(world, acting_as(post.user, post))

    def _proposed(self, world: World, by: Acting) -> ClinicStop:
        first = today() + timedelta(days=6)
        wanted = Wanted(world.place(6).service, first, first + timedelta(days=13), "", "leave", "外出进修")
        return stop_clinic(wanted, by=by).stop
