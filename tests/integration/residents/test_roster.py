"""The list of residents row by row: every damage explained, nothing twice, one statement for many rows."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from clinics.imports.kinds import Checked, Row
from permissions.identity.resident_number import check_character
from referral.patients.contract_life import Ending, end_contract
from referral.patients.correct import Correction, correct_registration
from referral.patients.models import FamilyDoctorContract, Guardian, Patient, PatientIdentifier, RegistrationEdit
from referral.patients.queries import contract_on
from referral.patients.residents import residents_of
from referral.patients.roster.importer import Residents
from tests.cast_referral import resident_number, today
from tests.integration.residents.scene import YEAR, Centres, centres
from vault.changes import Change
from vault.models import AuditEntry

pytestmark = pytest.mark.django_db
LAST, BORN = today() + YEAR, date(1948, 3, 15)
WRITTEN = (Patient, PatientIdentifier, Guardian, FamilyDoctorContract, RegistrationEdit, Change, AuditEntry)


@pytest.fixture
def cast() -> Centres:
    return centres()


def line(serial: int = 1, **cells: str) -> dict[str, str]:
    """A right row; an own document, mobile and contract with 周晓岚 for each serial."""
    return {
        "name": "陈秀兰", "document_number": resident_number(serial * 2, BORN), "mobile": f"1380001{serial:04d}",
        "address": f"德胜门外大街{serial}号",
        "care_team": "德胜第一团队", "doctor": "周晓岚", "contract_from": today().isoformat(), "contract_to": LAST.isoformat(),
        "health_record_number": f"1101020070020{serial:04d}",
    } | cells  # fmt: skip


def rows(*lines: dict[str, str]) -> list[Row]:
    return [Row(number, cells) for number, cells in enumerate(lines, start=2)]


def checked(cast: Centres, *lines: dict[str, str], by: Any = None) -> list[Checked]:
    importer = Residents()
    return importer.check(rows(*lines), importer.context(by or cast.manager, today()))


@transaction.atomic
def applied(cast: Centres, *lines: dict[str, str], by: Any = None) -> list[Checked]:
    importer, acting = Residents(), by or cast.manager
    return importer.apply(rows(*lines), importer.context(acting, today()), acting)


def outcomes(found: list[Checked]) -> list[str]:
    return [str(one.outcome) for one in found]


def faults(found: Checked) -> list[tuple[str, str]]:
    return [(fault.field, str(fault.reason)) for fault in found.faults]


def counts() -> list[int]:
    return [table.objects.count() for table in WRITTEN]


def test_a_row_becomes_a_resident_with_document_and_contract_like_one_registered_by_page(cast: Centres) -> None:
    assert outcomes(applied(cast, line(priority_group="老年人"))) == ["create"]

    patient = Patient.objects.get()
    assert (patient.name, patient.sex, patient.birth_date) == ("陈秀兰", "2", BORN)
    assert (patient.phone, patient.phone_tail, patient.address) == ("13800010001", "0001", "德胜门外大街1号")
    assert (patient.priority_group, patient.registered_at) == ("elderly", cast.world.centre)
    assert patient.identifiers.get().number == resident_number(2, BORN)
    contract = contract_on(patient, LAST)
    assert contract is not None
    assert (contract.doctor, contract.care_team, contract.valid_to) == (cast.world.zhou.user, cast.world.team, LAST + timedelta(days=1))
    assert list(AuditEntry.objects.order_by("id").values_list("verb", "object_id")) == [
        ("patient.register", patient.public_id), ("patient.sign_contract", patient.public_id),
    ]  # fmt: skip
    assert set(residents_of(cast.manager)) == {patient}


def test_checking_writes_nothing_and_applying_twice_changes_nothing(cast: Centres) -> None:
    lines = [line(serial) for serial in range(1, 6)]
    before = counts()
    assert outcomes(checked(cast, *lines)) == ["create"] * 5
    assert counts() == before

    applied(cast, *lines)
    after = counts()

    assert outcomes(checked(cast, *lines)) == ["unchanged"] * 5
    assert outcomes(applied(cast, *lines)) == ["unchanged"] * 5
    assert counts() == after


def test_many_rows_need_no_more_statements_than_few(cast: Centres) -> None:
    def statements(first: int, number: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            found = applied(cast, *[line(serial) for serial in range(first, first + number)])
        assert outcomes(found) == ["create"] * number
        return len(queries)

    assert statements(1, 3) == statements(101, 40) <= 45


def test_a_child_comes_with_its_guardian_and_is_known_again(cast: Centres) -> None:
    child = line(
        name="李小明", document_number="", sex="男", birth_date="2020/5/4", guardian_name="李娜", guardian_relation="母亲",
        guardian_document_number=resident_number(8),
    )  # fmt: skip
    twin = child | {"name": "李小红", "sex": "女", "health_record_number": "11010200700299999"}

    assert outcomes(applied(cast, child, twin)) == ["create", "create"]

    assert outcomes(checked(cast, child, twin)) == ["unchanged", "unchanged"]
    assert Guardian.objects.filter(name="李娜", relation="母亲").count() == 2


DAMAGED = {
    "scientific form": ({"document_number": "1.10102E+17"}, "document_number", "电子表格把这个号码变成了 1.10102E+17"),
    "scientific form written out": ({"document_number": "1.10102195803150E+17"}, "document_number", "电子表格把这个号码变成了"),
    "fifteen digits kept": ({"document_number": "110102195803150000"}, "document_number", "末三位变成了 000"),
    "an amount": ({"document_number": "110102195803150026.00"}, "document_number", "当作金额"),
    "an error": ({"document_number": "#REF!"}, "document_number", "显示的是错误"),
    "a wrong check character": ({"document_number": "110102195803150027"}, "document_number", "校验位不符"),
    "fifteen digits of old": ({"document_number": "110102580315002"}, "document_number", "15 位"),
    "seventeen digits": ({"document_number": "11010219580315002"}, "document_number", "位"),
    "no number": ({"document_number": ""}, "document_number", "请填写证件号码"),
    "an unknown document": ({"document_type": "驾驶证"}, "document_type", "不认识"),
    "no name": ({"name": ""}, "name", "请填写姓名"),
    "a digit in the name": ({"name": "陈3"}, "name", "不属于姓名的字符"),
    "an unknown sex": ({"sex": "是"}, "sex", "不认识"),
    "the other sex": ({"sex": "男"}, "sex", "性别与证件号码不一致"),
    "another birth date": ({"birth_date": "1958-03-16"}, "birth_date", "出生日期与证件号码不一致"),
    "no such day": ({"birth_date": "1958-02-30"}, "birth_date", "没有这一天"),
    "days counted by Excel": ({"birth_date": "21259"}, "birth_date", "日期格式"),
    "nothing to be reached by": ({"mobile": ""}, "mobile", "以便联系"),
    "a mobile in scientific form": ({"mobile": "1.38E+10"}, "mobile", "电子表格把这个号码变成了 1.38E+10"),
    "a short mobile": ({"mobile": "1380001"}, "mobile", "手机号"),
    "a landline without area": ({"landline": "6201"}, "landline", "电话"),
    "an unknown group": ({"priority_group": "贵宾"}, "priority_group", "不认识"),
    "a team of nobody": ({"care_team": "东城团队"}, "care_team", "没有这个名称"),
    "a doctor of no team": ({"doctor": "王五"}, "doctor", "没有叫这个名字"),
    "half a contract": ({"contract_to": ""}, "contract_to", "签约信息不完整"),
    "an end before the beginning": ({"contract_to": "2020-01-01"}, "contract_to", "晚于开始日期"),
    "a contract that is over": ({"contract_from": "2019-01-01", "contract_to": "2019-12-31"}, "contract_to", "已经到期"),
    "six years": ({"contract_to": "2199-01-01"}, "contract_to", "五年"),
    "a record number in scientific form": ({"health_record_number": "1.1010200700E+16"}, "health_record_number", "电子表格把这个号码"),
    "a short record number": ({"health_record_number": "1101020070020"}, "health_record_number", "17"),
    "a hidden character": ({"address": "德胜\u202e门"}, "address", "无法保存或显示"),
    "an endless address": ({"address": "街" * 201}, "address", "最多 200 字"),
}


@pytest.mark.parametrize("case", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_cell_is_explained_with_its_remedy_and_nothing_is_written(cast: Centres, case: tuple[dict[str, str], str, str]) -> None:
    cells, field, sentence = case
    before = counts()

    (found,) = applied(cast, line(**cells))

    assert str(found.outcome) == "faulty"
    ((column, reason),) = faults(found)
    assert column == field
    assert sentence in reason
    assert str(found.faults[0].remedy)
    assert counts() == before


SMALL_X = next(f"{body}x" for serial in range(200) if check_character(body := f"11010219480229{serial:03d}") == "X")


@pytest.mark.parametrize(
    "spelling",
    ["１１０１０２１９５８０３１５００２６", "110102 19580315 0026", "110102195803150026 ", SMALL_X],
    ids=["full width", "in groups", "a blank behind", "a small x"],
)
def test_a_number_that_is_only_written_otherwise_is_read(cast: Centres, spelling: str) -> None:
    number = spelling.upper() if spelling.endswith("x") else "110102195803150026"

    assert outcomes(applied(cast, line(document_number=spelling))) == ["create"]
    assert PatientIdentifier.objects.get().number == number


def test_a_right_number_that_ends_in_zeros_is_taken_unless_others_of_the_list_were_shortened(cast: Centres) -> None:
    fitting = next(number for serial in range(1, 60) if (number := _zeros(serial)))
    right, cut = line(document_number=fitting), line(2, document_number="110102195803150000")

    doubted = applied(cast, right, cut)
    assert outcomes(doubted) == ["faulty", "faulty"]
    assert "其他号码的末三位" in faults(doubted[0])[0][1]
    assert not PatientIdentifier.objects.exists()

    assert outcomes(applied(cast, right, line(2))) == ["create", "create"]
    assert outcomes(checked(cast, right, cut)) == ["unchanged", "faulty"]


def _zeros(serial: int) -> str:
    """A right number that ends in 000, when this birthday has one."""
    body = f"110102{date(1958, 1, 1) + timedelta(days=serial):%Y%m%d}200"
    return body + "0" if check_character(body) == "0" else ""


def test_rows_are_compared_with_each_other_and_with_everybody_registered(cast: Centres) -> None:
    for _ in range(2):
        cast.world.patient(phone="13900009999", contract=False)
    crowded = {"mobile": "13900009999"}

    same_record = {"health_record_number": line(1)["health_record_number"]}

    found = checked(cast, line(1), line(1, name="陈秀英"), line(2, **crowded), line(3, **crowded), line(4, **same_record))

    assert outcomes(found) == ["create", "faulty", "create", "faulty", "faulty"]
    assert [faults(one) for one in found if one.faults] == [
        [("document_number", "该居民已在第 2 行。")],
        [("mobile", "这个手机号已关联 3 人，最多 3 人。")],
        [("health_record_number", "该健康档案编号已在第 2 行，属于另一位居民。")],
    ]


def test_whom_another_centre_has_is_not_taken_by_a_list(cast: Centres) -> None:
    applied(cast, line())
    before = counts()

    (found,) = applied(cast, line(care_team="什刹海团队", doctor="白医生"), by=cast.other_manager)

    assert faults(found) == [("document_number", "该居民与其他中心有签约。")]
    assert "转入签约" in str(found.faults[0].remedy)
    assert counts() == before


def test_a_name_that_differs_is_refused_as_identity_never_changes(cast: Centres) -> None:
    applied(cast, line())

    (found,) = checked(cast, line(name="陈秀英"))

    assert faults(found) == [("name", "该证件登记的姓名是 陈*兰；名单不能修改姓名。")]


def test_other_contact_data_are_one_edit_of_the_month(cast: Centres) -> None:
    applied(cast, line())
    patient = Patient.objects.get()

    assert outcomes(applied(cast, line(mobile="13911112222", address=""))) == ["update"]

    patient.refresh_from_db()
    assert (patient.phone, patient.phone_tail, patient.address) == ("13911112222", "2222", "德胜门外大街1号")
    assert patient.edits.count() == 1
    assert Change.objects.filter(kind="patient").values_list("field", flat=True).get() == "mobile"
    (again,) = applied(cast, line(mobile="13911113333"))
    assert [field for field, _reason in faults(again)] == ["mobile"]
    patient.refresh_from_db()
    assert patient.phone == "13911112222"


def test_an_edit_by_page_counts_against_the_list(cast: Centres) -> None:
    applied(cast, line())
    patient = Patient.objects.get()
    correct_registration(patient.public_id, Correction(address="安德路1号"), by=cast.manager, today=today())

    (found,) = checked(cast, line())

    assert [field for field, _reason in faults(found)] == ["address"]


def test_the_next_years_list_signs_the_next_contracts_and_another_doctor_is_a_change(cast: Centres) -> None:
    applied(cast, line())
    next_year = {"contract_from": (LAST + timedelta(days=1)).isoformat(), "contract_to": (LAST + YEAR).isoformat()}

    assert outcomes(applied(cast, line(doctor="沈佳"))) == ["update"]
    assert outcomes(applied(cast, line(**next_year))) == ["update"]

    first, second = FamilyDoctorContract.objects.order_by("valid_from")
    assert (first.doctor, second.doctor) == (cast.world.shen.user, cast.world.zhou.user)
    assert first.valid_to == second.valid_from
    assert list(Change.objects.filter(object_id=first.public_id).order_by("id").values_list("field", flat=True)) == ["valid_to", "doctor"]


def test_days_that_overlap_and_a_contract_that_was_ended_are_refused(cast: Centres) -> None:
    applied(cast, line())
    (overlapping,) = checked(cast, line(contract_to=(LAST + timedelta(days=9)).isoformat()))
    end_contract(FamilyDoctorContract.objects.get().public_id, Ending("resident", today()), by=cast.manager, today=today())
    (ended,) = checked(cast, line())

    assert [field for field, _reason in faults(overlapping)] == ["contract_from"]
    assert "已有" in faults(overlapping)[0][1]
    assert "居民提出终止" in faults(ended)[0][1]


def test_the_run_goes_on_where_it_was_cut_off_as_if_it_had_not_been(cast: Centres) -> None:
    lines = [line(serial, mobile="13800000000") for serial in range(1, 6)]
    applied(cast, *lines[:2])

    importer = Residents()
    context = importer.context(cast.manager, today())
    importer.check(rows(*lines)[:2], context)
    with transaction.atomic():
        rest = importer.apply(rows(*lines)[2:], context, cast.manager)

    assert outcomes(rest) == ["create", "faulty", "faulty"]
    assert Patient.objects.count() == 3
