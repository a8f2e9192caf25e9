"""A doctor's day for page tests: patients of every state, a fortnight of places, one doctor logged in."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction

from clinics import mirror
from clinics.models import ClinicSession, HalfDay, Service, Slot
from referral.cases.models import Referral
from referral.patients.models import Patient
from reserved_pools.models import PoolSlot, ReservedPool
from tests.cast_referral import BONES, HEART, SHANGHAI, SUGAR, World, today, world

BANDS = 2
BEGINS = (time(8), time(13, 30))
HALVES = [(ahead, number) for ahead in range(1, 15) for number in range(2)]


@dataclass
class Scene:
    """The world, and who is in it for these tests."""

    world: World
    chen: Patient
    draft: Referral


def scene() -> Scene:
    """德胜 on an ordinary day: 陈秀兰 was seen and her referral written; 北大医院 and 宣武医院 have places for two weeks."""
    held = world()
    with transaction.atomic():
        mirror.mirror([held.zhou.user_id, held.shen.user_id])
    chen = held.patient("陈秀兰")
    draft = held.referral(chen)
    fortnight(held)
    return Scene(held, chen, draft)


def fortnight(held: World) -> None:
    """Sessions of five services, mornings and afternoons, with places that are free, few, gone or stopped."""
    rows = [
        (held.hospital, HEART, "general", "attending", 3),
        (held.hospital, HEART, "expert_associate", "associate_chief", 1),
        (held.other_hospital, HEART, "expert_chief", "chief", 2),
        (held.other_hospital, SUGAR, "general", "attending", 2),
        (held.hospital, BONES, "general", "attending", 2),
    ]
    for institution, code, slot_class, title, places in rows:
        department = held.department(institution, code)
        service = Service.objects.create(
            institution=institution, department=department, slot_class=slot_class, title=title, name=slot_class + code
        )
        pool = ReservedPool.objects.create(service=service, share="0.300", valid_from=today() - timedelta(days=30))
        published(pool, [half for half in HALVES if (half[0] + half[1] + places) % 4], places)


def published(pool: ReservedPool, halves: list[tuple[int, int]], places: int) -> None:
    """Two bands for each half-day of one service, in three statements."""
    sessions = ClinicSession.objects.bulk_create(session(pool.service, ahead, number) for ahead, number in halves)
    slots = Slot.objects.bulk_create(slot(held, band) for held in sessions for band in range(BANDS))
    PoolSlot.objects.bulk_create(pool_slot(pool, held, number % BANDS, places) for number, held in enumerate(slots))


def session(service: Service, ahead: int, number: int) -> ClinicSession:
    begin = datetime.combine(today() + timedelta(days=ahead), BEGINS[number], SHANGHAI)
    status = "stopped" if (ahead, number) == (5, 1) else "planned"
    half = (HalfDay.MORNING, HalfDay.AFTERNOON)[number]
    return ClinicSession(
        service=service, date=begin.date(), half_day=half, starts_at=begin, ends_at=begin + timedelta(hours=1), capacity=40, status=status
    )


def slot(held: ClinicSession, band: int) -> Slot:
    starts = held.starts_at + timedelta(minutes=30 * band)
    return Slot(session=held, starts_at=starts, ends_at=starts + timedelta(minutes=30), capacity=10)


def pool_slot(pool: ReservedPool, held: Slot, band: int, places: int) -> PoolSlot:
    """On the first and sixth day nothing is left, on the third one place."""
    service, day = pool.service, held.session.date
    left = {1: 0, 3: 1 if band == 0 else 0, 6: 0}.get((day - today()).days, places)
    closes = datetime.combine(day - timedelta(days=1), time(15), SHANGHAI)
    return PoolSlot(
        pool=pool, slot=held, institution=service.institution, department=service.department, service=service,
        standard_code=service.department.standard_code, slot_class=service.slot_class, visit_date=day, starts_at=held.starts_at,
        ends_at=held.ends_at, published=places, claimed=places - left, opens_at=closes - timedelta(days=20), closes_at=closes,
    )  # fmt: skip
