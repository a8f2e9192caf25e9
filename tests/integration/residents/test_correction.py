"""A registration is corrected once a month; who somebody is never changes, and a number serves three people (R011-R013)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clinics.models import PolicyRow
from referral.parameters import REGISTRATION_EDITS_PER_MONTH as EDITS
from referral.patients.contract_life import ShownDocument, move_contract
from referral.patients.correct import Correction, correct_registration, edits_left, next_month
from referral.patients.models import Guardian, Patient, RegistrationEdit
from referral.patients.queries import searched
from tests.cast_referral import resident_number, today
from tests.integration.residents.scene import Centres, a_contract, centres
from vault.changes import Change
from vault.crypto import keyed_hash
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
NEW = Correction(mobile="139 1111 2222", address="安德路1号", priority_group="elderly")


@pytest.fixture
def cast() -> Centres:
    return centres()


def correct(cast: Centres, patient: Patient, correction: Correction = NEW, by: str = "manager", on: date | None = None) -> list[str]:
    return correct_registration(patient.public_id, correction, by=getattr(cast, by), today=on or today())


def nothing_was_written() -> bool:
    return not any(table.objects.exists() for table in (RegistrationEdit, Change, AuditEntry))


def test_a_correction_is_kept_with_its_history_and_counted(cast: Centres) -> None:
    patient = cast.world.patient(phone="13900000001", landline="010-62010007", landline_tail="0007")

    assert correct(cast, patient) == ["address", "mobile", "priority_group"]

    patient.refresh_from_db()
    assert (patient.phone, patient.phone_tail, patient.phone_hash) == ("13911112222", "2222", keyed_hash("13911112222", "phone"))
    assert (patient.address, patient.priority_group, patient.landline) == ("安德路1号", "elderly", "010-62010007")
    changes = {change.field: (change.old, change.new) for change in Change.objects.filter(object_id=patient.public_id)}
    assert changes == {"mobile": ("13900000001", "13911112222"), "address": ("", "安德路1号"), "priority_group": ("", "elderly")}
    assert patient.edits.values_list("month", "number").get() == (today().replace(day=1), 1)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.details) == ("patient.correct", {"fields": ["address", "mobile", "priority_group"]})


def test_the_second_edit_of_a_month_is_refused_with_the_day_it_is_possible_again(cast: Centres) -> None:
    patient = cast.world.patient()
    correct(cast, patient)

    with pytest.raises(Refusal) as refused:
        correct(cast, patient, Correction(address="新康街2号"), by="manager")
    with pytest.raises(Refusal):
        correct_registration(patient.public_id, Correction(address="新康街2号"), by=cast.world.doctor, today=today())

    (violation,) = refused.value.violations
    assert (violation.limit, violation.source, violation.article) == (1, str(EDITS.source), EDITS.article)
    assert (refused.value.code, violation.rule, violation.count, violation.next_date) == ("limit_reached", "R012", 1, next_month(today()))
    assert edits_left(patient, today()) == 0
    patient.refresh_from_db()
    assert patient.address == "安德路1号"
    assert correct(cast, patient, Correction(address="新康街2号"), on=next_month(today())) == ["address"]


def test_a_limit_that_was_lowered_is_named_with_the_decision_that_set_it(cast: Centres) -> None:
    patient, allowed = cast.world.patient(), {"parameter": EDITS.key, "status": "in_force"}
    row = PolicyRow.objects.create(
        **allowed, value="3", valid_from=today() - timedelta(days=9), source="西卫发〔2026〕7号", quote="每月三次"
    )
    for street in ("安德路1号", "安德路2号", "安德路3号"):
        correct(cast, patient, Correction(address=street))
    PolicyRow.objects.filter(pk=row.pk).update(value="2")

    with pytest.raises(Refusal) as refused:
        correct(cast, patient, Correction(address="安德路4号"))

    (violation,) = refused.value.violations
    said = (violation.count, violation.limit, violation.source, violation.article, violation.quote)
    assert said == (3, 2, "西卫发〔2026〕7号", "", "每月三次")
    assert "3 次（每月最多 2 次）" in str(violation.message)
    patient.refresh_from_db()
    assert (patient.address, patient.edits.count()) == ("安德路3号", 3)


@pytest.mark.parametrize(("day", "again"), [(date(2026, 11, 30), date(2026, 12, 1)), (date(2026, 12, 31), date(2027, 1, 1))])
def test_edits_count_by_calendar_month(day: date, again: date) -> None:
    assert next_month(day) == again


def test_what_is_the_same_is_no_edit(cast: Centres) -> None:
    patient = cast.world.patient(phone="13900000001")

    assert correct(cast, patient, Correction(mobile="+86 139-0000-0001", address="", priority_group="")) == []

    assert nothing_was_written()


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"mobile": "12345"}, ["mobile"]),
        ({"mobile": "", "landline": ""}, ["mobile"]),
        ({"landline": "6201", "address": "街" * 201, "priority_group": "vip"}, ["landline", "address", "priority_group"]),
        ({"guardian_relation": " "}, ["guardian.relation"]),
    ],
    ids=["no mobile number", "reachable by nothing", "three at once", "no relation"],
)
def test_every_bad_field_is_told_and_nothing_is_written(cast: Centres, change: dict[str, str], fields: list[str]) -> None:
    patient = cast.world.patient()

    with pytest.raises(Refusal) as refused:
        correct(cast, patient, replace(Correction(), **change))

    assert [violation.field for violation in refused.value.violations] == fields
    assert nothing_was_written()


def test_a_number_of_three_people_takes_no_fourth(cast: Centres) -> None:
    for _ in range(3):
        cast.world.patient(phone="13911112222")
    patient = cast.world.patient()

    with pytest.raises(Refusal) as refused:
        correct(cast, patient)

    assert [(one.rule, one.field) for one in refused.value.violations] == [("R011", "mobile")]
    assert nothing_was_written()


def test_a_misspelt_name_is_corrected_by_the_manager_with_the_document_seen_and_counts_as_the_edit(cast: Centres) -> None:
    patient = cast.world.patient("陈秀栏")
    number = patient.identifiers.get().number

    assert correct(cast, patient, Correction(name="陈秀 兰", reason="身份证原件")) == ["name"]

    patient.refresh_from_db()
    assert (patient.name, patient.name_pinyin) == ("陈秀兰", "cxl")
    assert list(searched(Patient.objects.all(), "秀兰")) == [patient]
    assert Change.objects.values_list("field", "old", "new", "reason").get() == ("name", "陈秀栏", "陈秀兰", "身份证原件")
    assert AuditEntry.objects.values_list("verb", "reason").get() == ("patient.correct", "身份证原件")
    assert edits_left(patient, today()) == 0
    assert patient.identifiers.get().number == number


@pytest.mark.parametrize(
    ("who", "correction", "field"),
    [
        ("manager", Correction(name="陈秀兰"), "reason"),
        ("manager", Correction(name="陈3", reason="身份证原件"), "name"),
        ("doctor", Correction(name="陈秀兰", reason="身份证原件"), "name"),
    ],
    ids=["no document seen", "no name", "a doctor"],
)
def test_a_name_is_not_corrected_without_manager_or_document(cast: Centres, who: str, correction: Correction, field: str) -> None:
    patient = cast.world.patient("陈秀栏")

    with pytest.raises(Refusal) as refused:
        correct_registration(patient.public_id, correction, by=cast.world.doctor if who == "doctor" else cast.manager, today=today())

    assert [violation.field for violation in refused.value.violations] == [field]
    assert Patient.objects.get().name == "陈秀栏"
    assert nothing_was_written()


def test_a_childs_guardian_may_be_reached_otherwise(cast: Centres) -> None:
    child = cast.world.patient("李小明")
    Guardian.objects.create(
        patient=child, name="李娜", document_type="resident_id", number=resident_number(8), lookup="x", number_hash="h", tail="0000",
        relation="母亲",
    )  # fmt: skip

    assert correct(cast, child, Correction(guardian_phone="010-82001234", guardian_relation="姨母")) == [
        "guardian_phone", "guardian_relation",
    ]  # fmt: skip

    assert Guardian.objects.values_list("relation", "name").get() == ("姨母", "李娜")


def test_only_the_centre_that_has_the_contract_corrects(cast: Centres) -> None:
    patient = cast.world.patient()
    document = patient.identifiers.get()
    shown = ShownDocument(document.type, document.number, patient.name)
    move_contract(shown, a_contract(cast.other_team), by=cast.other_manager, today=today())

    with pytest.raises(Refusal) as refused:
        correct(cast, patient)

    assert refused.value.code == "not_found"
    assert not RegistrationEdit.objects.exists()
    assert correct(cast, patient, by="other_manager") != []
