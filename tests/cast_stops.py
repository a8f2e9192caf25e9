"""The cast of stopped clinics and day lists: 北大医院 with its coordinators, manager, clerk and doctor, and a morning with bookings.

许调度 runs the hospital's sessions, 田副手 is the second coordinator, 方院长 the manager; 柳调度 runs those of 宣武医院.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import uuid4

from django.db import transaction

from clinics import mirror
from clinics.models import ClinicSession, Institution, PolicyRow, Service
from permissions.acting import Acting
from permissions.roles import Role
from referral.booking.book import book
from referral.booking.models import Booking
from referral.disruptions.stop import Wanted
from reserved_pools.models import PoolSlot
from tests.cast_clinics import a_plan, a_service, published
from tests.cast_loop import working
from tests.cast_referral import HEART, World, today, world


@dataclass
class Scene:
    """The referral world with the people of the supply side."""

    world: World
    coordinator: Acting
    second: Acting
    manager: Acting
    clerk: Acting
    cardiologist: Acting
    other: Acting
    heart: Service
    slots: list[PoolSlot] = field(default_factory=list)

    @property
    def doctor(self) -> Acting:
        return self.world.doctor

    @property
    def session(self) -> ClinicSession:
        return ClinicSession.objects.get(slots__pool_slots=self.slots[0])

    def morning(self, ahead: int = 3, *, service: Service | None = None, capacity: int = 24, afternoon: bool = False) -> list[PoolSlot]:
        """The referrers' places of one more half-day so many days ahead."""
        day = today() + timedelta(days=ahead)
        return published(a_plan(service or self.heart, day, capacity=capacity, afternoon=afternoon))

    def booked(self, slot: PoolSlot | None = None, name: str = "陈秀兰") -> Booking:
        """A booking of one more patient, made by 周晓岚."""
        written = self.world.referral(self.world.patient(name))
        place = slot or self.slots[0]
        made = book(referral=written.public_id, pool_slot=place.public_id, version=written.version, key=str(uuid4()), by=self.doctor)
        return Booking.objects.select_related("referral", "patient", "institution", "department").get(public_id=made)

    def wanted(self, first: int = 3, last: int | None = None, **fields: object) -> Wanted:
        """A stop of the heart clinic from so many days ahead on, because the doctor is on leave."""
        days = day(first), day(first if last is None else last)
        held = {"service": self.heart, "first_day": days[0], "last_day": days[1], "half_day": "", "reason": "leave"}
        return Wanted(**(held | fields))  # type: ignore[arg-type]


def day(ahead: int) -> date:
    return today() + timedelta(days=ahead)


def five_days_of_notice(held: Scene) -> None:
    """What the hospital asks from now on, so that nearer stops are special at every hour."""
    entered = {"source": "医院规定", "status": "in_force", "entered_by": held.world.admin, "valid_from": day(-1)}
    PolicyRow.objects.create(parameter="stop_notice_days", value="5", institution=held.world.hospital, **entered)


def hospital_person(name: str, at: Institution, kind: Role) -> Acting:
    """Somebody of a hospital whom guardian lets do what the post is for."""
    by = working(name, at, kind)
    with transaction.atomic():
        mirror.mirror([by.user.pk])
    return by


def scene() -> Scene:
    """A morning of the heart clinic three days ahead, with 24 places of which referrers have some."""
    held = world()
    answered = {"responsible_department": "门诊部", "responsible_name": "郭主任", "responsible_phone": "010-83570001"}
    for name, value in answered.items():
        setattr(held.hospital, name, value)
    held.hospital.save()
    heart = held.department(code=HEART)
    made = Scene(
        held,
        coordinator=hospital_person("许调度", held.hospital, Role.COORDINATOR),
        second=hospital_person("田副手", held.hospital, Role.COORDINATOR),
        manager=hospital_person("方院长", held.hospital, Role.MANAGER),
        clerk=working("吴窗口", held.hospital, Role.WINDOW_CLERK),
        cardiologist=working("何主任", held.hospital, Role.RECEIVING_DOCTOR, heart),
        other=hospital_person("柳调度", held.other_hospital, Role.COORDINATOR),
        heart=a_service(heart, name="心脏普通门诊"),
    )
    made.slots = made.morning()
    return made
