"""Registers doctors and a choice of services of every kind for two hospitals of the demonstration; what is there stays."""

from collections.abc import Iterator
from itertools import count
from uuid import UUID

from clinics.models import Department, Institution, Post, Practitioner, Service
from clinics.offers.offers import offer_service
from clinics.offers.practitioner_reading import Doctor
from clinics.offers.practitioners import enter_practitioner
from clinics.offers.reading import Offer
from permissions.acting import Acting
from permissions.roles import Role
from referral.demo.offers import GIVEN, OFFERS, SKILLS, SURNAMES, TITLES
from referral.demo.places import HOSPITALS

FIRST_TWO = HOSPITALS[:2]


def load_offers(places: dict[str, Institution]) -> int:
    """Three doctors a department and the services of OFFERS, once; answers how many services were added."""
    return sum(_hospital(places[hospital.name]) for hospital in FIRST_TWO)


def _hospital(hospital: Institution) -> int:
    by = coordinator_of(hospital)
    rooms = {room.standard_code: room for room in hospital.departments.all()}
    _doctors(hospital, by)
    known = set(Service.objects.filter(institution=hospital).values_list("kind", "name"))
    fresh = [one for one in OFFERS if one[0] in rooms and (one[1], one[2]["name"]) not in known]
    for code, kind, fields in fresh:
        room = rooms[code]
        team = tuple(_team(room)) if kind == "day_surgery" else ()
        offer_service(hospital, Offer(kind, room.public_id, team=team, **fields), by=by)
    return len(fresh)


def coordinator_of(hospital: Institution) -> Acting:
    """Who keeps the hospital's offers and timetable."""
    post = Post.objects.live().complete().filter(institution=hospital, kind=Role.COORDINATOR).earliest("pk")
    return Acting(post.user, Role.COORDINATOR, post)


def _doctors(hospital: Institution, by: Acting) -> None:
    known = set(Practitioner.objects.filter(institution=hospital).values_list("staff_number", flat=True))
    for number, given in _invented(hospital):
        if number not in known:
            enter_practitioner(hospital, given, by=by)


def _invented(hospital: Institution) -> Iterator[tuple[str, Doctor]]:
    """Names, numbers and titles that are the same at every start."""
    serial = count(1)
    for room in hospital.departments.order_by("pk"):
        for title in TITLES:
            held = next(serial)
            name = SURNAMES[(held * 7 + hospital.pk) % len(SURNAMES)] + GIVEN[(held * 5 + hospital.pk) % len(GIVEN)]
            number = f"Y{held:04d}"
            skills = SKILLS.get(room.standard_code, "")
            yield number, Doctor(name, number, department=room.public_id, title=title, skills=skills)


def _team(room: Department) -> Iterator[UUID]:
    """The chief and her deputy."""
    yield from room.practitioners.filter(title__in=TITLES[:2]).order_by("name", "pk").values_list("public_id", flat=True)
