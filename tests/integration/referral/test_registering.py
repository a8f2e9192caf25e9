"""Registering a resident: every document, guardians, three people a phone, the contract as the first relation."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from referral.patients.contracts import NewContract, sign_contract
from referral.patients.encounters import record_encounter
from referral.patients.models import Encounter, FamilyDoctorContract, Guardian, Patient, PatientIdentifier
from referral.patients.person import NewGuardian, NewPatient
from referral.patients.queries import patients_of, searched
from referral.patients.register import register_patient
from tests.cast_referral import World, acting_as, institution, referring_post, resident_number, today, world
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
CHEN = NewPatient("陈秀兰", "resident_id", "110102195803150026", mobile="138 0000 5678", address="德胜门外大街甲10号")
MOTHER = NewGuardian("李娜", "resident_id", "110102195803150026", "母亲", "13800005678")
CHILD = NewPatient("李小明", birth_date=date(2020, 5, 4), sex="1", mobile="13800005678", guardian=MOTHER)


@pytest.fixture
def cast(db: None) -> World:
    return world()


def contract(cast: World, **changes: Any) -> NewContract:
    plain = NewContract(cast.team.public_id, "11010200700200123", today(), today() + timedelta(days=365))
    return replace(plain, **changes)


def register(cast: World, new: NewPatient = CHEN, number: str = "11010200700200123") -> Patient:
    return register_patient(new, contract(cast, health_record_number=number), by=cast.doctor, today=today())


def nothing_was_registered() -> bool:
    tables = (Patient, PatientIdentifier, Guardian, FamilyDoctorContract, AuditEntry)
    return not any(table.objects.exists() for table in tables)


def test_a_resident_is_registered_with_document_and_contract(cast: World) -> None:
    patient = register(cast)

    assert (patient.name, patient.sex, patient.birth_date) == ("陈秀兰", "2", date(1958, 3, 15))
    assert (patient.phone, patient.phone_tail) == ("13800005678", "5678")
    assert patient.identifiers.get().number == "110102195803150026"
    held = patient.contracts.get()
    assert (held.care_team, held.doctor, held.health_record_number) == (cast.team, cast.zhou.user, "11010200700200123")
    assert list(AuditEntry.objects.values_list("verb", flat=True).order_by("id")) == ["patient.register", "patient.sign_contract"]


def test_nothing_of_number_or_phone_lies_readable_in_the_database(cast: World) -> None:
    from django.db import connection

    register(cast)

    with connection.cursor() as cursor:
        cursor.execute("SELECT p::text || i::text FROM referral_patient p JOIN referral_patientidentifier i ON i.patient_id = p.id")
        (row,) = cursor.fetchone()
    assert "13800005678" not in row
    assert "110102195803150026" not in row
    assert "德胜门" not in row


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"document_number": "110102195803150027"}, "document.number"),
        ({"document_number": "110101190002290011"}, "document.number"),
        ({"document_number": "110102580315002"}, "document.number"),
        ({"document_number": ""}, "document.number"),
        ({"birth_date": date(1958, 3, 16)}, "birth_date"),
        ({"sex": "1"}, "sex"),
        ({"sex": "7"}, "sex"),
        ({"mobile": "12345678901"}, "mobile"),
        ({"mobile": ""}, "mobile"),
        ({"mobile": "", "landline": "12"}, "landline"),
        ({"name": "陈\u200b秀兰"}, "name"),
        ({"name": ""}, "name"),
        ({"priority_group": "vip"}, "priority_group"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(cast: World, changes: dict[str, Any], field: str) -> None:
    if changes.get("document_number") == "":
        changes = changes | {"birth_date": date(1958, 3, 15), "sex": "2"}

    with pytest.raises(Refusal, match="invalid_input") as told:
        register(cast, replace(CHEN, **changes))

    assert [violation.field for violation in told.value.violations] == [field]
    assert nothing_was_registered()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"health_record_number": "1101020070020012"}, "contract.health_record_number"),
        ({"health_record_number": "１1010200700200123"}, "contract.health_record_number"),
        ({"health_record_number": "11010200700200123\n"}, "contract.health_record_number"),
        ({"valid_to": today()}, "contract.to"),
        ({"valid_from": today() - timedelta(days=9), "valid_to": today() - timedelta(days=1)}, "contract.to"),
        ({"valid_to": today() + timedelta(days=3000)}, "contract.to"),
    ],
)
def test_a_wrong_contract_leaves_no_patient_behind(cast: World, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal, match="invalid_input") as told:
        register_patient(CHEN, contract(cast, **changes), by=cast.doctor, today=today())

    assert [violation.field for violation in told.value.violations] == [field]
    assert nothing_was_registered()


def test_a_landline_is_enough(cast: World) -> None:
    patient = register(cast, replace(CHEN, mobile="", landline="010-82000001"))

    assert (patient.phone, patient.phone_hash, patient.landline) == ("", "", "010-82000001")


def test_full_width_and_lower_case_numbers_are_the_same_number(cast: World) -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in "110102195803150026")
    register(cast, replace(CHEN, document_number=f" {wide} "))

    with pytest.raises(Refusal, match="already_exists"):
        register(cast, number="11010200700200124")


def test_the_same_number_in_a_household_register_is_the_same_person(cast: World) -> None:
    first = register(cast)

    with pytest.raises(Refusal, match="already_exists") as told:
        register(cast, replace(CHEN, document_type="household_register"), number="11010200700200124")

    assert told.value.current == {"id": str(first.public_id)}
    assert Patient.objects.count() == 1


def test_another_centre_learns_that_somebody_exists_but_not_who(cast: World) -> None:
    register(cast)
    elsewhere = institution(cast.district, "月坛社区卫生服务中心", "月坛", kind="centre", level="9")
    stranger = referring_post("王芳", elsewhere, cast.admin, cast.zhou.right.target_grants.get().alliance)
    stranger.kind = "regional_specialist"

    with pytest.raises(Refusal, match="already_exists") as told:
        register_patient(CHEN, None, by=acting_as(stranger.user, stranger), today=today())

    assert told.value.current == {}


def test_a_family_doctor_needs_a_contract_for_the_relation(cast: World) -> None:
    with pytest.raises(Refusal, match="invalid_input") as told:
        register_patient(CHEN, None, by=cast.doctor, today=today())

    assert [violation.field for violation in told.value.violations] == ["contract"]


def test_the_fourth_person_on_one_mobile_is_refused_with_the_rule(cast: World) -> None:
    for serial in range(3):
        register(cast, replace(CHEN, document_number=resident_number(serial * 2 + 500)), number=f"1101020070020012{serial}")

    with pytest.raises(Refusal, match="limit_reached") as told:
        register(cast, replace(CHEN, document_number=resident_number(600)), number="11010200700200129")

    (violation,) = told.value.violations
    assert (violation.rule, violation.count, violation.limit, violation.field) == ("R011", 3, 3, "mobile")
    assert Patient.objects.count() == 3


def test_a_child_without_a_document_comes_with_its_guardians(cast: World) -> None:
    child = register(cast, CHILD)

    assert not child.identifiers.exists()
    assert (child.guardian.name, child.guardian.number, child.guardian.relation) == ("李娜", "110102195803150026", "母亲")


def test_twins_share_a_guardian_and_are_two_patients(cast: World) -> None:
    register(cast, CHILD)
    register(cast, replace(CHILD, name="李小红", sex="2"), number="11010200700200124")

    with pytest.raises(Refusal, match="already_exists"):
        register(cast, CHILD, number="11010200700200125")

    assert Patient.objects.count() == 2


def test_from_fourteen_on_a_document_of_ones_own_is_needed(cast: World) -> None:
    birthday = today().replace(year=today().year - 14)

    with pytest.raises(Refusal, match="invalid_input") as told:
        register(cast, replace(CHILD, birth_date=birthday))
    assert [violation.field for violation in told.value.violations] == ["document.number"]
    with pytest.raises(Refusal, match="invalid_input") as told:
        register(cast, replace(CHILD, guardian=None))
    assert [violation.field for violation in told.value.violations] == ["guardian"]


def test_a_second_contract_in_the_same_dates_is_refused(cast: World) -> None:
    patient = register(cast)

    with pytest.raises(Refusal, match="already_exists"):
        sign_contract(patient.public_id, contract(cast, valid_from=today() + timedelta(days=364)), by=cast.doctor, today=today())
    renewed = contract(cast, valid_from=today() + timedelta(days=365), valid_to=today() + timedelta(days=730))
    assert sign_contract(patient.public_id, renewed, by=cast.doctor, today=today())


def test_a_health_record_number_is_one_persons(cast: World) -> None:
    register(cast)

    with pytest.raises(Refusal, match="invalid_input"):
        register(cast, replace(CHEN, document_number=resident_number(700), mobile="13900000001"))


def test_only_the_own_unit_finds_a_resident(cast: World) -> None:
    patient = register(cast)
    elsewhere = institution(cast.district, "月坛社区卫生服务中心", "月坛", kind="centre", level="9")
    stranger = referring_post("王芳", elsewhere, cast.admin, cast.zhou.right.target_grants.get().alliance)

    assert list(patients_of(cast.colleague)) == [patient]
    assert list(patients_of(acting_as(stranger.user, stranger))) == []


@pytest.mark.parametrize("text", ["陈秀兰", "秀兰", "陈", "cxl", "CXL", "chenxiulan", "0026", "5678", "13800005678", "110102195803150026"])
def test_a_resident_is_found_by(cast: World, text: str) -> None:
    patient = register(cast)
    register(cast, replace(CHEN, name="王建国", document_number=resident_number(801), sex="", mobile="13911112222"), "11010200700200124")

    assert list(searched(patients_of(cast.doctor), text)) == [patient]


@pytest.mark.parametrize("text", ["陈秀芳", "zzz", "0000", "13800005679", "！", "%", "\\"])
def test_nobody_is_found_by(cast: World, text: str) -> None:
    register(cast)

    assert list(searched(patients_of(cast.doctor), text)) == []


def test_a_visit_needs_a_relation_and_a_time_that_can_be(cast: World) -> None:
    from django.utils import timezone

    patient, now = register(cast), timezone.now()
    elsewhere = institution(cast.district, "月坛社区卫生服务中心", "月坛", kind="centre", level="9")
    stranger = referring_post("王芳", elsewhere, cast.admin, cast.zhou.right.target_grants.get().alliance)

    for seen_at in (now + timedelta(minutes=10), now - timedelta(days=7, minutes=1)):
        with pytest.raises(Refusal, match="invalid_input"):
            record_encounter(patient.public_id, seen_at=seen_at, by=cast.doctor)
    with pytest.raises(Refusal, match="not_found"):
        record_encounter(patient.public_id, seen_at=now, by=acting_as(stranger.user, stranger))
    assert not Encounter.objects.exists()

    made = record_encounter(patient.public_id, seen_at=now - timedelta(days=6), note=" 随访 ", by=cast.doctor)
    assert (made.institution, made.note) == (cast.centre, "随访")
