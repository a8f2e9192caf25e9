"""Registering a resident by page: it ends like by program, every fault is told at once, and strangers learn nothing."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinics.models import Post
from permissions.roles import Role
from referral.patients.models import CareTeam, FamilyDoctorContract, Guardian, Patient, PatientIdentifier
from tests.cast import a_user, bearer, sign_in
from tests.cast_referral import World, institution, referring_post, resident_number, today, world
from vault.models import AuditEntry

pytestmark = pytest.mark.django_db
NUMBER, RECORD = "110102195803150026", "11010200700200123"
RESIDENT = {
    "name": "陈秀兰", "document.type": "resident_id", "document.number": NUMBER, "sex": "", "birth_date": "", "priority_group": "elderly",
    "mobile": "138 0000 5678", "landline": "", "address": "德胜门外大街甲10号",
}  # fmt: skip
NO_GUARDIAN = {"guardian.name": "", "guardian.document.type": "resident_id", "guardian.document.number": "", "guardian.relation": ""}
CHILD = {"name": "李小明", "document.number": "", "sex": "1", "birth_date": "2020-05-04", "priority_group": "child"}
MOTHER = {"guardian.name": "李娜", "guardian.document.number": NUMBER, "guardian.relation": "母亲", "guardian.phone": "010-82001234"}
WRITTEN = (Patient, PatientIdentifier, Guardian, FamilyDoctorContract, AuditEntry)


@pytest.fixture
def cast(client) -> World:
    """德胜 with 周晓岚 logged in."""
    made = world()
    sign_in(client, made.zhou.user, made.zhou)
    return made


def form(cast: World, **changes: str) -> dict[str, str]:
    """The form as the page sends it for 陈秀兰; keyword `contract__to` is the field contract.to."""
    last = today() + timedelta(days=364)
    contract = {
        "contract.care_team": str(cast.team.public_id), "contract.health_record_number": RECORD,
        "contract.from": today().isoformat(), "contract.to": last.isoformat(),
    }  # fmt: skip
    return RESIDENT | NO_GUARDIAN | contract | {name.replace("__", "."): value for name, value in changes.items()}


def send(client, cast: World, **changes: str):
    return client.post(reverse("patient_new"), form(cast, **changes))


def nothing_was_written() -> bool:
    return not any(table.objects.exists() for table in WRITTEN)


def text_of(answer) -> str:
    return answer.content.decode()


def kept(patient: Patient) -> list[object]:
    """Everything a registration leaves behind, without ids and instants."""
    contract = patient.contracts.get()
    plain = [getattr(patient, name) for name in ("name", "name_pinyin", "grams", "sex", "birth_date", "phone", "address", "priority_group")]
    documents = list(patient.identifiers.values_list("type", "tail", "is_primary"))
    term = [contract.care_team, contract.doctor, contract.institution, contract.valid_from, contract.valid_to]
    return [*plain, patient.registered_at, documents, *term, list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))]


def test_a_registration_by_page_ends_like_one_by_program(client, cast):
    answer = client.post(reverse("patient_new"), form(cast), follow=True)
    by_page = Patient.objects.get()
    page, kept_by_page = text_of(answer), kept(by_page)
    assert answer.redirect_chain == [(reverse("patient", args=[by_page.public_id]), 302)]
    assert "已建档签约" in page
    assert kept_by_page[3:6] == ["2", date(1958, 3, 15), "13800005678"]

    body = {
        "name": "陈秀兰", "document": {"type": "resident_id", "number": resident_number(4)}, "mobile": "13800005678",
        "address": "德胜门外大街甲10号", "priority_group": "elderly",
        "contract": {
            "care_team": str(cast.team.public_id), "health_record_number": RECORD[:-1] + "9",
            "from": today().isoformat(), "to": (today() + timedelta(days=365)).isoformat(),
        },
    }  # fmt: skip
    made = client.post("/api/v1/patients", body, content_type="application/json", headers=bearer(cast.zhou.user, cast.zhou))
    assert made.status_code == 201, made.content
    by_program = kept(Patient.objects.exclude(pk=by_page.pk).get())
    tail = resident_number(4)[-4:]
    assert by_program[:9] == kept_by_page[:9]
    assert by_program[9] == [("resident_id", tail, True)]
    assert by_program[10:-1] == kept_by_page[10:-1]
    assert by_program[-1] == kept_by_page[-1] * 2


def test_a_child_is_registered_with_its_guardian(client, cast):
    answer = send(client, cast, **CHILD, **MOTHER)

    child = Patient.objects.get()
    assert answer.status_code == 302
    assert (child.name, child.sex, child.birth_date) == ("李小明", "1", date(2020, 5, 4))
    assert (child.guardian.name, child.guardian.number, child.guardian.relation) == ("李娜", NUMBER, "母亲")
    assert child.guardian.phone == "010-82001234"


BAD = [
    ({"name": ""}, "name", "请填写姓名"),
    ({"name": "陈3"}, "name", "不属于姓名的字符"),
    ({"document__number": "110102195803150027"}, "document.number", "校验位不符，号码中有一位填错。"),
    ({"document__number": "110102580315002"}, "document.number", "15 位"),
    ({"document__number": ""}, "document.number", "请填写证件号码。"),
    ({"document__type": "driver"}, "document.number", "证件"),
    ({"birth_date": "1958-03-16"}, "birth_date", "出生日期与证件号码不一致。"),
    ({"birth_date": "1958-02-30"}, "birth_date", "2026-11-26"),
    ({"sex": "1"}, "sex", "性别与证件号码不一致"),
    ({"sex": "7"}, "sex", "没有"),
    ({"mobile": ""}, "mobile", "请填写手机号或座机号，以便联系。"),
    ({"mobile": "12345"}, "mobile", "手机号"),
    ({"landline": "12"}, "landline", "电话"),
    ({"address": "街" * 201}, "address", "最多 200 字，现在 201 字。"),
    ({"address": "街\0道"}, "address", "无法保存或显示"),
    ({"priority_group": "vip"}, "priority_group", "没有"),
    ({"contract__care_team": ""}, "contract.care_team", "请从"),
    ({"contract__care_team": "x"}, "contract.care_team", "请从"),
    ({"contract__health_record_number": RECORD[1:]}, "contract.health_record_number", "17"),
    ({"contract__from": ""}, "contract.from", "2026-11-26"),
    ({"contract__to": "never"}, "contract.to", "2026-11-26"),
    ({"contract__from": "2099-01-02"}, "contract.to", "签约结束日期须晚于开始日期。"),
    ({"contract__to": "2020-01-01", "contract__from": "2019-01-01"}, "contract.to", "按此日期签约已经到期。"),
    ({"contract__to": "2199-12-31"}, "contract.to", "五年"),
    (CHILD, "guardian.name", "须登记监护人"),
    (CHILD | {"guardian__name": "李娜", "guardian__relation": "母亲"}, "guardian.document.number", "17 位"),
    (CHILD | MOTHER | {"guardian.relation": ""}, "guardian.relation", "请填写监护人与儿童的关系。"),
    (CHILD | MOTHER | {"guardian.relation": "亲" * 21}, "guardian.relation", "最多 20 字"),
    (CHILD | MOTHER | {"guardian.phone": "1"}, "guardian.phone", "电话"),
    (CHILD | MOTHER | {"birth_date": "2001-05-04"}, "document.number", "年满 14 周岁须使用本人证件。"),
]


@pytest.mark.parametrize(("changes", "field", "sentence"), BAD)
def test_a_bad_field_says_its_sentence_beside_itself_and_writes_nothing(client, cast, changes, field, sentence):
    answer = send(client, cast, **changes)

    page = text_of(answer)
    assert answer.status_code == 400
    assert "有 1 处要改" in page
    assert f'href="#f-{field}"' in page
    assert sentence in page.partition(f'id="e-{field}"')[2].partition("</span>")[0]
    assert nothing_was_written()


def test_all_faults_are_told_at_once_and_what_was_typed_stays(client, cast):
    wrong = {"name": "陈 9", "sex": "1", "birth_date": "1958-03-16", "mobile": "138", "landline": "12", "address": "街" * 201}
    wrong |= {"contract__health_record_number": "17", "contract__to": "soon", "contract__care_team": ""}

    page = text_of(send(client, cast, **wrong))

    assert "有 9 处要改" in page
    assert page.count('class="err"') == 9
    assert all(f'value="{value}"' in page for value in ("陈 9", NUMBER, "138", "街" * 201, "17", "soon"))
    assert nothing_was_written()


def test_a_number_nobody_can_read_is_one_fault_not_three(client, cast):
    page = text_of(send(client, cast, document__number="110102195803150027"))

    assert "有 1 处要改" in page


def test_a_resident_of_ones_own_is_found_again_with_a_link(client, cast):
    send(client, cast)
    known = Patient.objects.get()

    answer = send(client, cast, contract__health_record_number=RECORD)

    page = text_of(answer)
    assert answer.status_code == 409
    assert "该居民已经登记。" in page
    assert reverse("patient", args=[known.public_id]) in page
    assert Patient.objects.count() == 1


def test_a_resident_of_another_centre_is_refused_with_the_remedy_and_nothing_about_her(client, cast):
    send(client, cast)
    elsewhere = institution(cast.district, "月坛社区卫生服务中心", "月坛", kind="centre", level="9")
    stranger = referring_post("王芳", elsewhere, cast.admin, cast.zhou.right.target_grants.get().alliance)
    team = CareTeam.objects.create(institution=elsewhere, name="月坛第一团队")
    team.doctors.add(stranger.user)
    sign_in(client, stranger.user, stranger)
    typed = {"name": "陈某", "address": "", "priority_group": "", "mobile": "13911112222", "contract__care_team": str(team.public_id)}

    answer = send(client, cast, **typed)

    page = text_of(answer)
    assert answer.status_code == 409
    assert "该证件的居民已建档，可由本中心管理员办理签约转入。" in page
    assert not [word for word in ("陈秀兰", "德胜", "13800005678", str(Patient.objects.get().public_id)) if word in page]
    assert Patient.objects.count() == 1


def test_another_units_care_team_is_neither_offered_nor_taken(client, cast):
    elsewhere = institution(cast.district, "月坛社区卫生服务中心", "月坛", kind="centre", level="9")
    station = institution(cast.district, "德胜站", "德胜站", kind="station", level="9", parent=cast.centre)
    strange = CareTeam.objects.create(institution=elsewhere, name="月坛第一团队")
    CareTeam.objects.create(institution=station, name="德胜站团队")

    page = text_of(client.get(reverse("patient_new")))
    answer = send(client, cast, contract__care_team=str(strange.public_id))

    assert ("德胜站团队" in page, "德胜第一团队" in page, "月坛第一团队" in page) == (True, True, False)
    assert answer.status_code == 400
    assert nothing_was_written()


def test_the_fourth_person_on_one_mobile_reads_the_remedy(client, cast):
    for serial in range(3):
        send(client, cast, document__number=resident_number(100 + serial * 2), contract__health_record_number=RECORD[:-1] + str(serial))

    answer = send(client, cast, contract__health_record_number=RECORD[:-1] + "9")

    assert answer.status_code == 422
    assert 'href="#f-mobile"' in text_of(answer)
    assert "座机" in text_of(answer)
    assert Patient.objects.count() == 3


def test_a_regional_specialist_may_register_without_a_contract(client, cast):
    post = referring_post("王芳", cast.hospital, cast.admin, cast.zhou.right.target_grants.get().alliance, kind="regional_specialist")
    sign_in(client, post.user, post)

    half = send(client, cast, contract__care_team="")
    whole = send(client, cast, contract__care_team="", contract__health_record_number="")

    assert (half.status_code, whole.status_code) == (400, 302)
    assert (Patient.objects.count(), FamilyDoctorContract.objects.count()) == (1, 0)


@pytest.mark.parametrize("role", [Role.WINDOW_CLERK, Role.RECEIVING_DOCTOR, Role.MANAGER])
def test_whoever_may_not_see_patients_is_refused(client, cast, role):
    post = Post.objects.create(user=a_user("钱进"), institution=cast.centre, kind=role, valid_from=timezone.now())
    sign_in(client, post.user, post)

    assert client.get(reverse("patient_new")).status_code == 403
    assert send(client, cast).status_code == 403
    assert nothing_was_written()


def test_a_stranger_is_led_to_the_login(client, cast):
    client.cookies.clear()

    assert client.get(reverse("patient_new")).status_code == 302
    assert send(client, cast).status_code in (302, 401)
    assert nothing_was_written()


def test_the_list_of_patients_leads_here_once_from_its_head_and_once_from_an_empty_search(client, cast):
    cast.patient("陈秀兰")
    link = f'href="{reverse("patient_new")}"'

    found, empty = (text_of(client.get(reverse("patients"), {"q": text})) for text in ("陈秀兰", "zzzz"))

    assert (found.count(link), empty.count(link)) == (1, 2)
    assert (found.count("btn primary"), empty.count("btn primary")) == (1, 1)


def test_form_and_registration_cost_a_fixed_number_of_queries(client, cast):
    few = queries_of(lambda: client.get(reverse("patient_new")))
    for number in range(12):
        CareTeam.objects.create(institution=cast.centre, name=f"德胜第{number}团队").doctors.add(cast.shen.user)
        cast.patient(f"王{number}")
    many = queries_of(lambda: client.get(reverse("patient_new")))
    sent = queries_of(lambda: send(client, cast))

    assert len(many) == len(few) <= 11, "\n".join(many)
    assert len(sent) <= 29, "\n".join(sent)


def queries_of(act) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        assert act().status_code in (200, 302)
    return [query["sql"] for query in queries]
