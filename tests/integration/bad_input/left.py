"""What the requests of the ways out of a booking are about: one for each way, in the state in which it is lawful."""

from uuid import uuid4

from permissions.acting import Acting
from referral.booking.book import book
from referral.booking.cancel import cancel_by_hospital, cancel_by_referrer
from referral.booking.models import Booking
from referral.booking.next_visit import Wish, book_next
from referral.cases.models import FollowKind
from reserved_pools.models import PoolKind
from tests.cast_loop import Loop, fresh


class WaysOut:
    """Bookings to move, to release, to send again; cancellations and a visit to take back; visits that another one follows."""

    def __init__(self, held: Loop, coordinator: Acting) -> None:
        self.loop, self.by = held, coordinator
        self.moving, self.releasing, self.resending = (self.ahead(days) for days in (6, 7, 8))
        self.place = held.world.place(9)
        self.cancelled = self.ahead(10)
        cancel_by_referrer(self.cancelled.public_id, expected_version=1, reason="mistake", by=held.doctor)
        self.cancelled = fresh(self.cancelled)
        self.seen, self.visit = held.attended(), held.attended()
        self.direct = held.world.place(9, kind=PoolKind.RESIDENT_DIRECT)
        followed, place = held.attended(), held.world.place(9, kind=PoolKind.RESIDENT_DIRECT)
        wish = Wish(place.public_id, FollowKind.NEXT, "四周后复查")
        self.follower = book_next(followed.public_id, wish, key=str(uuid4()), by=held.cardiologist)
        cancel_by_hospital(self.follower.public_id, expected_version=1, reason="mistake", by=held.cardiologist)
        self.follower = fresh(self.follower)
        self.tail = self.resending.patient.identifiers.get().tail

    def ahead(self, days: int) -> Booking:
        referral, place = self.loop.world.referral(), self.loop.world.place(days)
        made = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=self.loop.doctor)
        return fresh(Booking.objects.get(public_id=made))
