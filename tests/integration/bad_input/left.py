"""What the requests of the ways out of a booking are about: one for each way, in the state in which it is lawful."""

from uuid import uuid4

from permissions.acting import Acting
from referral.booking.book import book
from referral.booking.cancel import cancel_by_referrer
from referral.booking.models import Booking
from reserved_pools.models import PoolKind
from tests.cast_loop import Loop, fresh


class WaysOut:
    """Bookings to move, to release, to send again; a cancellation and a visit to take back; a visit another one follows."""

    def __init__(self, held: Loop, coordinator: Acting) -> None:
        self.loop, self.by = held, coordinator
        self.moving, self.releasing, self.resending = (self.ahead(days) for days in (6, 7, 8))
        self.place = held.world.place(9)
        self.cancelled = self.ahead(10)
        cancel_by_referrer(self.cancelled.public_id, expected_version=1, reason="mistake", by=held.doctor)
        self.cancelled = fresh(self.cancelled)
        self.seen, self.visit = held.attended(), held.attended()
        self.direct = held.world.place(9, kind=PoolKind.RESIDENT_DIRECT)
        self.tail = self.resending.patient.identifiers.get().tail

    def ahead(self, days: int) -> Booking:
        referral, place = self.loop.world.referral(), self.loop.world.place(days)
        made = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=self.loop.doctor)
        return fresh(Booking.objects.get(public_id=made))
