"""A bed of cardiology and a day surgery of 北大医院 that a doctor asks for, and the people of the hospital who answer."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from clinics import mirror
from clinics.models import ClinicSession, Department, Service
from permissions.acting import Acting
from permissions.roles import Role
from referral.booking.asking import Wish, submit
from referral.booking.book import book
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.cases.submission_models import PlaceRequest
from referral.review.requests import accept_request
from reserved_pools.models import PoolSlot, ReservedPool
from tests.cast_loop import Loop, loop, working
from tests.cast_referral import SUGAR, today
from tests.integration.review.scene import with_session

BED, NOTE = "心血管内科普通床", "周三以后家属可以陪同。"


@dataclass
class Ward:
    """心血管内科 with its bed, and everybody around it; doctors of the hospital have a session whose proof is fresh."""

    loop: Loop
    room: Department
    bed: Service
    coordinator: Acting
    cardiologist: Acting
    endocrinologist: Acting

    @property
    def doctor(self) -> Acting:
        return self.loop.doctor

    def service(self, kind: str = "bed", name: str = BED, room: Department | None = None, **fields: Any) -> Service:
        room = room or self.room
        held = {"code": f"CW{uuid4().hex[:8]}"} | fields
        return Service.objects.create(institution=room.institution, department=room, kind=kind, name=name, **held)

    def day(self, ahead: int = 3, service: Service | None = None, *, places: int = 2) -> PoolSlot:
        """A day of a service (the bed without one) that is published for referrals."""
        held = service or self.bed
        place = self.loop.world.place(ahead, institution=held.institution, code=held.department.standard_code, places=places)
        pool = ReservedPool.objects.filter(service=held).first()
        if pool is None:
            ReservedPool.objects.filter(pk=place.pool_id).update(service=held)
        ClinicSession.objects.filter(pk=place.slot.session_id).update(service=held)
        PoolSlot.objects.filter(pk=place.pk).update(service=held, pool=pool or place.pool)
        return PoolSlot.objects.get(pk=place.pk)

    def asked(self, referral: Referral | None = None, service: Service | None = None, note: str = NOTE) -> PlaceRequest:
        """The hospital is asked; the bed has a day."""
        written, held = referral or self.loop.world.referral(), service or self.bed
        if not PoolSlot.objects.filter(service=held).exists():
            self.day(service=held)
        return submit(written.public_id, Wish(held.public_id, note), expected_version=written.version, by=self.doctor)

    def accepted(self, referral: Referral | None = None, service: Service | None = None) -> PlaceRequest:
        made = self.asked(referral, service)
        return accept_request(made.referral.public_id, expected_version=made.referral.version, by=self.cardiologist)

    def booked(self, request: PlaceRequest | None = None, place: PoolSlot | None = None) -> Booking:
        """A day of what was accepted."""
        held = request or self.accepted()
        slot = place or PoolSlot.objects.filter(service=held.service).earliest("visit_date")
        return Booking.objects.get(public_id=self.books(fresh(held.referral), slot))

    def books(self, referral: Referral, place: PoolSlot, by: Acting | None = None) -> Any:
        return book(
            referral=referral.public_id, pool_slot=place.public_id, version=referral.version, key=str(uuid4()), by=by or self.doctor
        )


def fresh(referral: Referral) -> Referral:
    """The referral as it is now."""
    return Referral.objects.get(pk=referral.pk)


def aged(request: PlaceRequest, days: int) -> PlaceRequest:
    """The request was made so many days ago, and its last day is as many days nearer."""
    until = request.valid_until - timedelta(days=days) if request.valid_until else None
    PlaceRequest.objects.filter(pk=request.pk).update(created_at=request.created_at - timedelta(days=days), valid_until=until)
    request.refresh_from_db()
    return request


def ward() -> Ward:
    """周晓岚's right reaches 北大医院, whose cardiology has three beds a day."""
    held = loop()
    room = held.world.department()
    people = [
        with_session(working("郭协调", held.world.hospital, Role.COORDINATOR)),
        with_session(held.cardiologist),
        with_session(working("程主任", held.world.hospital, Role.RECEIVING_DOCTOR, held.world.department(code=SUGAR))),
    ]
    with transaction.atomic():
        mirror.mirror([*(one.user.pk for one in people), held.world.zhou.user_id, held.world.shen.user_id])
    made = Ward(held, room, Service(), *people)
    made.bed = made.service(places_per_day=3, notes="转诊患者优先安排")
    return made


__all__ = ["BED", "NOTE", "Ward", "aged", "fresh", "today", "ward"]
