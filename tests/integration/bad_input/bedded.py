"""What the requests about beds are about: a bed with a day, a draft to ask for it with, and requests that wait for an answer."""

from clinics.models import ClinicSession, Service
from referral.booking.asking import Wish, submit
from referral.cases.models import Referral
from reserved_pools.models import PoolSlot, ReservedPool
from tests.cast_loop import Loop


class Bedded:
    """A bed of the cardiologist's department; each step of its requests has a referral of its own."""

    def __init__(self, held: Loop) -> None:
        self.loop, self.by = held, held.cardiologist
        room, place = held.world.department(), held.world.place(5)
        self.bed = Service.objects.create(institution=room.institution, department=room, kind="bed", name="心血管内科普通床", code="CW01")
        for model, key in ((ClinicSession, place.slot.session_id), (ReservedPool, place.pool_id), (PoolSlot, place.pk)):
            model.objects.filter(pk=key).update(service=self.bed)  # type: ignore[attr-defined]
        self.day = f"{self.bed.public_id}.{place.visit_date.isoformat()}.am"
        self.draft = held.world.referral()
        self.asked, self.taken_back = self.waiting(), self.waiting()

    def waiting(self) -> Referral:
        """One more referral the hospital was asked about."""
        referral = self.loop.world.referral()
        submit(referral.public_id, Wish(self.bed.public_id, "需住院评估"), expected_version=1, by=self.loop.doctor)
        return Referral.objects.get(pk=referral.pk)
