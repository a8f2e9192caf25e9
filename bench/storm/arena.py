"""The place of a storm: few slots and residents for many doctors, with traps that nobody may ever book."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

DOCTORS, RESIDENTS, REFERRALS, MISSED = 5, 12, 5, 3
DAYS = (2, 3, 4, 5, 6, 8, 9, 11)
PLACES = 2
BEYOND = 20  # days ahead, outside the horizon
PAST = (-2, -9, -17)  # days of the visits nobody came to


@dataclass(frozen=True, slots=True)
class Arena:
    """Who and what there is, as keys that any process reads; `traps` say why something is never booked."""

    doctors: tuple[int, ...]  # posts
    coordinators: tuple[int, ...]
    clerks: tuple[int, ...]
    admin: int
    alliance: int
    referrals: tuple[UUID, ...]
    slots: tuple[UUID, ...]
    trap_referrals: dict[UUID, str]
    trap_slots: dict[UUID, str]
    restricted: tuple[int, int]  # resident and hospital
    bookings: tuple[UUID, ...]  # that stood before


def built() -> Arena:
    """The arena in the database at hand, as the product's own casts build theirs."""
    from bench.people import doctors
    from tests.cast_referral import world

    cast = world()
    ruled(cast)
    team = [cast.zhou, cast.shen, *(doctor.post for doctor, _header in doctors(cast, DOCTORS - 2))]
    slots = [one for hospital in (cast.hospital, cast.other_hospital) for one in timetable(cast, hospital)]
    coordinators, clerks = hospital_people(cast)
    residents = [cast.patient(f"居民{serial}") for serial in range(RESIDENTS)]
    referrals = [cast.referral(one) for one in residents for _serial in range(REFERRALS)]
    stood = [one for resident in residents[:MISSED] for one in missed(cast, resident)] + late(cast, residents[-1])
    alliance = cast.zhou.right.target_grants.get().alliance
    trap_slots, trap_referrals = traps_of_places(cast, alliance), traps_of_residents(cast)
    return Arena(
        tuple(post.pk for post in team), coordinators, clerks, cast.admin.pk, alliance.pk,
        tuple(one.public_id for one in referrals), tuple(one.public_id for one in sorted(slots, key=day_of)), trap_referrals, trap_slots,
        restricted(cast, residents[1]), tuple(stood),
    )  # fmt: skip


def ruled(cast: Any) -> None:
    """Residents move by themselves, and missed visits count for life, whatever the day of the year."""
    from clinics.models import PolicyRow
    from tests.cast_referral import today

    rows = [("resident_may_move", "yes", one) for one in (cast.hospital, cast.other_hospital)]
    PolicyRow.objects.bulk_create(
        PolicyRow(parameter=key, value=value, institution=at, valid_from=today() - timedelta(days=400), source="规定", status="in_force")
        for key, value, at in (*rows, ("no_show_window", "lifetime", None))
    )


def timetable(cast: Any, hospital: Any) -> list[Any]:
    """Two departments on some days of the next two weeks, a session each; the residents' own part beside every second one."""
    from tests.cast_referral import HEART, SUGAR

    slots = [cast.place(ahead, institution=hospital, code=code, places=PLACES) for ahead in DAYS for code in (HEART, SUGAR)]
    for nth, slot in enumerate(slots):
        published(slot)
        if nth % 2:
            published(beside(slot))
    return slots


def day_of(slot: Any) -> Any:
    """By which the places are put in order: those of one day beside each other."""
    return slot.visit_date, slot.pk


def published(slot: Any) -> Any:
    """The move that brought its places, which the cast leaves out."""
    from reserved_pools.models import PlaceEvent

    PlaceEvent.objects.create(pool_slot=slot, move="published", places=slot.published)
    return slot


def beside(slot: Any) -> Any:
    """The places of the same band for contracted residents, so that two kinds grow into one band."""
    from reserved_pools.models import PoolKind, PoolSlot

    twin = PoolSlot.objects.get(pk=slot.pk)
    twin.pk, twin.public_id, twin.kind = None, uuid4(), PoolKind.RESIDENT_DIRECT
    twin.save(force_insert=True)
    return twin


def hospital_people(cast: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """A coordinator and a window clerk of either hospital."""
    from permissions.roles import Role
    from tests.cast_stops import hospital_person

    places = (cast.hospital, cast.other_hospital)
    coordinators = tuple(hospital_person(f"调度{one.pk}", one, Role.COORDINATOR).post.pk for one in places)
    return coordinators, tuple(hospital_person(f"窗口{one.pk}", one, Role.WINDOW_CLERK).post.pk for one in places)


def missed(cast: Any, resident: Any) -> list[UUID]:
    """Bookings whose time is over and of which nobody knows yet; the data moves, not the clock."""
    from django.db.models import F

    from referral.booking.models import Booking
    from tests.cast_referral import BONES

    made = []
    for back in PAST:
        booking = booked(cast, resident, cast.place(12, code=BONES, places=1))
        by = timedelta(days=12 - back)
        rows = Booking.objects.filter(public_id=booking)
        rows.update(visit_date=F("visit_date") - by, starts_at=F("starts_at") - by, ends_at=F("ends_at") - by)
        made.append(booking)
    return made


def late(cast: Any, resident: Any) -> list[UUID]:
    """A booking that can be cancelled and moved no more."""
    from django.db.models.functions import Now

    from referral.booking.models import Booking

    booking = booked(cast, resident, cast.place(7, places=1))
    Booking.objects.filter(public_id=booking).update(cancel_until=Now() - timedelta(hours=1))
    return [booking]


def booked(cast: Any, resident: Any, slot: Any) -> UUID:
    """One lawful booking."""
    from referral.booking.book import book

    written = cast.referral(resident)
    return book(referral=written.public_id, pool_slot=published(slot).public_id, version=1, key=str(uuid4()), by=cast.doctor)


def traps_of_places(cast: Any, alliance: Any) -> dict[UUID, str]:
    """Places nobody may book: too far ahead, out of the right's reach, at a suspended hospital, at one that closed its day already."""
    from clinics.models import AllianceMember, PolicyRow
    from referral.booking.facts import SHANGHAI
    from tests.cast_referral import institution, today

    elsewhere = institution(cast.district, "首都医科大学附属北京友谊医院", "友谊医院")
    suspended = institution(cast.district, "北京积水潭医院", "积水潭", is_suspended=True)
    strict = institution(cast.district, "北京市肛肠医院", "肛肠医院")
    AllianceMember.objects.bulk_create(AllianceMember(alliance=alliance, institution=one) for one in (suspended, strict))
    early = {"value": "00:00", "valid_from": today() - timedelta(days=400), "source": "规定", "status": "in_force"}
    PolicyRow.objects.create(parameter="booking_cutoff", institution=strict, **early)
    closes = datetime.combine(today() + timedelta(days=1), time(7), SHANGHAI)  # the place itself would still be given
    places = {
        "beyond the horizon": cast.place(BEYOND, places=50),
        "at a hospital out of reach": cast.place(3, institution=elsewhere, places=50),
        "at a suspended hospital": cast.place(4, institution=suspended, places=50),
        "past the cut-off of its hospital": cast.place(1, institution=strict, places=50, closes_at=closes),
    }
    return {published(place).public_id: why for why, place in places.items()}


def traps_of_residents(cast: Any) -> dict[UUID, str]:
    """Referrals nobody may book: not seen lately, no contract, an emergency, a document on the district's list."""
    from django.utils import timezone

    forgotten, apart = cast.patient("久未就诊"), cast.patient("未签约", contract=False)
    old = cast.encounter(forgotten, seen_at=timezone.now() - timedelta(days=200))
    traps = {
        "seen too long ago": cast.referral(forgotten, encounter=old),
        "without a contract": cast.referral(apart),
        "an emergency": cast.referral(cast.patient("急症"), emergency_sign="胸痛"),
        "a controlled document": cast.referral(controlled(cast)),
    }
    return {one.public_id: why for why, one in traps.items()}


def controlled(cast: Any) -> Any:
    """A resident whose document a district holds on its list."""
    from referral.patients.control_models import ControlledIdentity
    from tests.cast import an_admin

    resident = cast.patient("受控")
    document = resident.identifiers.get()
    second = an_admin("赵建国", district=cast.district)
    ControlledIdentity.objects.create(
        district=cast.district, patient=resident, type=document.type, number_hash=document.number_hash, tail=document.tail,
        reason_code="reselling", evidence="通报", status="in_force", entered_by=cast.admin, approved_by=second,
    )  # fmt: skip
    return resident


def restricted(cast: Any, resident: Any) -> tuple[int, int]:
    """One resident for whom one hospital books nothing for a while (R027)."""
    from django.utils import timezone

    from referral.credit.models import Restriction

    until = timezone.now() + timedelta(days=60)
    Restriction.objects.create(
        patient=resident, institution=cast.other_hospital, reason="未取号", valid_from=timezone.now(), valid_to=until, set_by=cast.admin
    )
    return resident.pk, cast.other_hospital.pk
