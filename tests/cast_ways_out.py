"""The cast of every way out of a booking: the loop with a coordinator who runs the hospital's places, and a booking ahead."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.db import transaction

from clinics import mirror
from clinics.models import PolicyRow
from clinics.models.policy import PolicyStatus
from permissions.acting import Acting
from permissions.roles import Role
from referral.booking.accounts import wrong_claims
from referral.booking.book import book
from referral.booking.models import Booking
from reserved_pools.accounts import wrong_pool_slots
from reserved_pools.models import PoolKind, PoolSlot
from tests.cast_loop import Loop, fresh, loop, working
from tests.cast_referral import today

__all__ = ["Out", "a_key", "fresh", "out", "unbalanced"]


@dataclass
class Out:
    """Everybody on both sides, and what is booked ahead."""

    loop: Loop
    coordinator: Acting

    @property
    def world(self) -> Any:
        return self.loop.world

    @property
    def doctor(self) -> Acting:
        return self.loop.doctor

    @property
    def colleague(self) -> Acting:
        return self.loop.colleague

    @property
    def cardiologist(self) -> Acting:
        return self.loop.cardiologist

    def ahead(self, days: int = 5, **fields: Any) -> Booking:
        """A booking so many days ahead, as it was made."""
        referral, place = self.world.referral(), self.world.place(days)
        made = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=a_key(), by=self.doctor)
        if fields:
            Booking.objects.filter(public_id=made).update(**fields)
        return fresh(Booking.objects.get(public_id=made))

    def place(self, days: int = 6, **fields: Any) -> PoolSlot:
        """Another time of cardiology."""
        return self.world.place(days, **fields)  # type: ignore[no-any-return]

    def let_residents_move(self) -> None:
        """The hospital's policy lets residents move their bookings themselves (R200)."""
        PolicyRow.objects.create(
            parameter="resident_may_move", institution=self.world.hospital, value="yes", valid_from=today(), source="院内规则",
            status=PolicyStatus.IN_FORCE, entered_by=self.world.admin, approved_by=self.world.zhou.user,
        )  # fmt: skip

    def direct(self, days: int = 6, *, title: str = "", **fields: Any) -> PoolSlot:
        """A time kept for residents."""
        place = self.world.place(days, kind=PoolKind.RESIDENT_DIRECT, **fields)
        if title:
            place.service.title = title
            place.service.save()
        return place  # type: ignore[no-any-return]


def out() -> Out:
    held = loop()
    coordinator = working("郭协调", held.world.hospital, Role.COORDINATOR)
    with transaction.atomic():
        mirror.mirror([coordinator.user.pk, held.world.zhou.user_id, held.world.shen.user_id])
    return Out(held, coordinator)


def unbalanced() -> list[str]:
    """The columns of places that differ from their moves or bookings; the cast publishes without a move."""
    return [wrong.column for wrong in (*wrong_claims(), *wrong_pool_slots()) if wrong.column != "published"]


def a_key() -> str:
    return str(uuid4())
