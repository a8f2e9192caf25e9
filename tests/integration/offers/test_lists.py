"""Lists of doctors and services: previewed, applied once, faults with their row, and only for one's own hospital."""

import pytest

from clinics.imports.jobs import importer_for
from clinics.imports.progress import first_faults
from clinics.models import Practitioner, Service
from tests.cast_clinics import a_plan, a_referrer, in_days, published
from tests.cast_imports import a_text, applied, checked, counts
from tests.integration.offers.cast_offers import House, a_house
from vault.changes import changes_of
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
DOCTORS = ("staff_number", "name", "department", "title", "licence", "phone", "skills", "left_on")
SERVICES = (
    "name", "kind", "department", "slot_class", "title", "code", "fee", "items", "preparation", "eligibility", "team", "places_per_day",
)  # fmt: skip


@pytest.fixture
def house() -> House:
    return a_house()


def people(house: House) -> list[tuple[str, ...]]:
    room = house.heart.name
    return [
        ("D1", "欧阳文澜", room, "主任医师", "110110102000123", "13900001234", "冠心病", ""),
        ("D2", "司徒明远", room, "attending", "", "", "", ""),
    ]


def offers(house: House) -> list[tuple[str, ...]]:
    room = house.heart.name
    return [
        ("专家门诊", "clinic", room, "expert_chief", "", "", "100", "", "", "", "", ""),
        ("入职体检", "check_up", room, "", "", "TJ01", "380", "血常规:XCG:20; 胸片:XP:80", "空腹", "", "", ""),
        ("入职体检", "check_up", room, "", "", "", "", "心电图:XD:30", "", "", "", ""),
        ("冠脉造影", "day_surgery", room, "", "", "", "8600", "", "", "无急性心梗", "D1；D2", "4"),
    ]


def test_doctors_come_from_one_list_and_the_same_list_changes_nothing(house: House) -> None:
    file = a_text([DOCTORS, *people(house)])

    job = applied(file, house.coordinator, "practitioners")

    first = Practitioner.objects.get(staff_number="D1")
    assert (job.created, job.left_out) == (2, 0)
    assert (first.name, first.licence, first.phone, first.institution) == ("欧阳文澜", "110110102000123", "13900001234", house.hospital)
    assert counts(checked(file, house.coordinator, "practitioners")) == (0, 0, 2, 0)


def test_what_differs_is_corrected_and_empty_cells_say_nothing(house: House) -> None:
    applied(a_text([DOCTORS, *people(house)]), house.coordinator, "practitioners")

    job = applied(a_text([DOCTORS, ("D1", "", "", "", "", "", "心力衰竭", "2026/5/1")]), house.manager, "practitioners")

    one = Practitioner.objects.get(staff_number="D1")
    assert (job.updated, one.skills, one.licence, str(one.left_on), one.version) == (1, "心力衰竭", "110110102000123", "2026-05-01", 2)
    assert {change.field for change in changes_of(one.public_id)} == {"begins", "skills", "left_on"}


def test_faults_of_doctors_name_row_field_and_remedy(house: House) -> None:
    room = house.heart.name
    rows = [
        ("D1", "欧阳文澜", "无此科", "主任医师", "", "", "", ""),
        ("D2", "司徒", room, "教授", "", "", "", ""),
        ("D3", "", room, "主任医师", "", "", "", ""),
        ("D4", "李文", room, "主任医师", "123", "12", "", ""),
        ("D5", "李武", room, "主任医师", "", "", "", ""),
        ("D5", "李六", room, "主任医师", "", "", "", ""),
    ]  # fmt: skip

    found = first_faults(checked(a_text([DOCTORS, *rows]), house.coordinator, "practitioners"))

    assert [(one["row"], one["field"]) for one in found] == [
        (2, "department"), (3, "title"), (4, "name"), (5, "licence"), (5, "phone"), (7, "staff_number"),
    ]  # fmt: skip
    assert all(one["reason"] and one["remedy"] for one in found)
    assert not Practitioner.objects.exists()


def test_services_come_from_one_list_with_items_in_a_cell_and_in_further_rows(house: House) -> None:
    applied(a_text([DOCTORS, *people(house)]), house.coordinator, "practitioners")
    file = a_text([SERVICES, *offers(house)])

    job = applied(file, house.coordinator, "services")

    check_up, surgery = Service.objects.get(code="TJ01"), Service.objects.get(kind="day_surgery")
    assert (job.created, job.updated, job.left_out) == (3, 1, 0)
    assert list(check_up.items.values_list("name", "fee")) == [("血常规", 20), ("胸片", 80), ("心电图", 30)]
    assert Service.objects.get(kind="clinic").title == "chief"
    assert (surgery.places_per_day, set(surgery.team.values_list("staff_number", flat=True))) == (4, {"D1", "D2"})
    assert counts(checked(file, house.coordinator, "services")) == (0, 0, 4, 0)


def test_a_list_changes_neither_a_published_title_nor_a_field_of_another_kind(house: House) -> None:
    room = house.heart.name
    applied(a_text([SERVICES, ("普通门诊", "clinic", room, "general", "attending", *[""] * 7)]), house.coordinator, "services")
    published(a_plan(Service.objects.get(), in_days(3)))
    rows = [
        ("普通门诊", "clinic", room, "general", "chief", *[""] * 7),
        ("血常规", "lab", room, "expert_chief", *[""] * 8),
        ("体检", "check_up", room, "", "", "TJ1", "贵", "", "", "", "", ""),
        ("手术", "day_surgery", room, "", "", "", "9", "", "", "可", "D9", ""),
        ("推拿", "massage", room, *[""] * 9), ("床", "bed", "无此科", *[""] * 9),
    ]  # fmt: skip

    found = first_faults(checked(a_text([SERVICES, *rows]), house.coordinator, "services"))

    assert [(one["row"], one["field"]) for one in found] == [
        (2, "title"), (3, "slot_class"), (3, "title"), (4, "fee"), (4, "items"), (5, "team"), (6, "kind"), (7, "department"),
    ]  # fmt: skip
    assert Service.objects.count() == 1


@pytest.mark.parametrize("kind", ["practitioners", "services"])
def test_another_hospital_is_refused_in_its_row_and_other_roles_at_the_door(house: House, kind: str) -> None:
    columns, rows = (DOCTORS, people(house)) if kind == "practitioners" else (SERVICES, offers(house))
    named = [(*row, house.hospital.name) for row in rows]

    abroad = first_faults(checked(a_text([(*columns, "institution"), *named]), house.neighbour, kind))
    own = counts(checked(a_text([(*columns, "institution"), *named[:1]]), house.district, kind))

    assert {one["field"] for one in abroad} == {"institution"}
    assert own == (1, 0, 0, 0)
    assert not Practitioner.objects.exists() and not Service.objects.exists()
    with pytest.raises(Refusal):
        importer_for(kind, a_referrer(house.hospital))
