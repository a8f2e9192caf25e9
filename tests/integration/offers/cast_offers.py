"""A hospital that keeps its own register, a neighbour of the same district and one of another, and ways to ask their doors."""

from dataclasses import dataclass
from typing import Any

from django.test import Client

from clinics.keeping import place_kept_by
from clinics.models import Department, Institution, Practitioner, Service
from clinics.offers.offers import offer_service
from clinics.offers.practitioner_reading import Doctor
from clinics.offers.practitioners import enter_practitioner
from clinics.offers.reading import Offer
from permissions.acting import Acting
from permissions.roles import Role
from tests.cast import a_district, a_user, acting_as, an_admin, bearer, sign_in
from tests.cast_clinics import a_department, a_hospital, a_post

LICENCE = "110110102000123"
NAME = "欧阳文澜"


@dataclass(frozen=True)
class House:
    """北大医院 with its coordinator 韩协调 and its manager 钱院长; 人民医院 next door; 朝阳医院 in another district."""

    hospital: Institution
    heart: Department
    coordinator: Acting
    manager: Acting
    neighbour: Acting
    district: Acting
    stranger: Acting


def a_house() -> House:
    hospital, beside = a_hospital(), a_hospital("人民医院")
    heart = a_department(hospital)
    a_department(beside)
    abroad = a_district("110105", "朝阳区")
    people = {
        name: a_post(a_user(name), place, kind)
        for name, place, kind in (
            ("韩协调", hospital, Role.COORDINATOR), ("钱院长", hospital, Role.MANAGER), ("邻协调", beside, Role.COORDINATOR),
        )
    }  # fmt: skip
    held = {name: acting_as(post.user, post) for name, post in people.items()}
    admins = acting_as(an_admin("宋建华")), acting_as(an_admin("外区", district=abroad))
    return House(hospital, heart, held["韩协调"], held["钱院长"], held["邻协调"], *admins)


def a_doctor(house: House, **fields: Any) -> Practitioner:
    """欧阳文澜, chief physician of the heart department."""
    given: dict[str, Any] = {"name": NAME, "staff_number": "D001", "department": house.heart.public_id, "title": "chief"}
    given |= {"licence": LICENCE, "phone": "13900001234"} | fields
    return enter_practitioner(place_kept_by(house.coordinator, None), Doctor(**given), by=house.coordinator)


def an_offer(house: House, kind: str = "clinic", **fields: Any) -> Service:
    """A service with what its kind must have."""
    musts: dict[str, dict[str, Any]] = {
        "clinic": {"slot_class": "general", "title": "attending"},
        "check_up": {"code": "TJ01", "fee": 800, "items": ()},
        "day_surgery": {"fee": 6000, "eligibility": "无严重心肺疾病"},
        "bed": {"code": "B01", "places_per_day": 3},
    }
    given = {"department": house.heart.public_id, "name": "心内示例项目"} | musts.get(kind, {}) | fields
    return offer_service(house.hospital, Offer(kind=kind, **given), by=house.coordinator)


def browser(who: Acting) -> Client:
    """Somebody at her browser."""
    client = Client()
    sign_in(client, who.user, who.post)
    return client


def program(who: Acting) -> dict[str, str]:
    """Headers of a program of this person."""
    return bearer(who.user, who.post)
