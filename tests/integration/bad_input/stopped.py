"""What the requests of stopped clinics are about: a morning to stop, two long stops that wait, and a patient whose clinic was stopped."""

from datetime import timedelta
from uuid import uuid4

from clinics.models import ClinicStop, Practitioner
from permissions.acting import Acting
from permissions.roles import Role
from referral.booking.book import book
from referral.disruptions.models import Disruption
from referral.disruptions.search import search
from referral.disruptions.stop import Wanted, stop_clinic
from referral.patients.models import Patient
from reserved_pools.models import PoolSlot
from tests.cast_clinics import a_post
from tests.cast_referral import BONES, World, acting_as, person, today


class Stopped:
    """A session of the hospital, a long stop its coordinator proposed, and one that waits for her as the second person."""

    def __init__(self, world: World, coordinator: Acting) -> None:
        self.by = coordinator
        place = world.place(5)
        self.session, self.service = place.slot.session, place.service
        post = a_post(person("田副手", world.district), world.hospital, Role.COORDINATOR)
        self.own = self._proposed(world, coordinator)
        self.waiting = self._proposed(world, acting_as(post.user, post))
        department = self.service.department
        self.doctor = Practitioner.objects.create(
            institution=world.hospital, department=department, name="丁替诊", staff_number="T900", title="chief"
        )
        self.disruption, self.other = self._disrupted(world)
        soon = world.place(1, code=BONES)
        self.special = stop_clinic(Wanted(soon.service, soon.visit_date, soon.visit_date, "", "illness"), by=coordinator).stop

    def _disrupted(self, world: World) -> tuple[Disruption, PoolSlot]:
        """A visit whose clinic was stopped, with a substitute held for a patient to call, and another time that could be taken."""
        gone, _held, other = (world.place(ahead, code=BONES) for ahead in (7, 8, 9))
        written = world.referral(world.patient("邓停诊"))
        made = book(referral=written.public_id, pool_slot=gone.public_id, version=written.version, key=str(uuid4()), by=world.doctor)
        stop_clinic(Wanted(gone.service, gone.visit_date, gone.visit_date, "", "illness"), by=self.by)
        disruption = Disruption.objects.get(booking__public_id=made)
        Patient.objects.filter(pk=disruption.booking.patient_id).update(phone="", phone_hash="", phone_tail="", landline_tail="0007")
        search(disruption.public_id)
        disruption.refresh_from_db()
        return disruption, other

    def _proposed(self, world: World, by: Acting) -> ClinicStop:
        first = today() + timedelta(days=6)
        wanted = Wanted(world.place(6).service, first, first + timedelta(days=13), "", "leave", "外出进修")
        return stop_clinic(wanted, by=by).stop
