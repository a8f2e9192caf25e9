"""The pages of residents: found and filtered, corrected, signed, ended and moved; every fault told, nobody else's person seen."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from referral.patients.contract_life import ShownDocument, move_contract
from referral.patients.models import CareTeam, FamilyDoctorContract, Patient, RegistrationEdit
from tests.cast import bearer, sign_in
from tests.cast_clinics import a_post
from tests.cast_referral import today
from tests.integration.residents.scene import RECORD, YEAR, Centres, a_contract, centres
from vault.models import AccessEntry

pytestmark = pytest.mark.django_db
LAST = (today() + YEAR).isoformat()


@pytest.fixture
def cast(client: Client) -> Centres:
    made = centres()
    sign_in(client, made.manager.user, made.manager.post)
    return made


def page(client: Client, name: str, *ids: Any, query: str = "") -> str:
    answer = client.get(reverse(name, args=ids) + query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def terms(team: CareTeam, doctor: Any, **changes: str) -> dict[str, str]:
    return {
        "contract.care_team": str(team.public_id), "contract.doctor": str(doctor.public_id),
        "contract.health_record_number": RECORD, "contract.from": today().isoformat(), "contract.to": LAST,
    } | changes  # fmt: skip


def test_the_list_shows_every_standing_and_filters_by_it(client: Client, cast: Centres) -> None:
    cast.world.patient("钱有约")
    cast.world.contract(cast.world.patient("孙将尽", contract=False), valid_to=today() + timedelta(days=10))
    cast.world.contract(cast.world.patient("李将来", contract=False), valid_from=today() + timedelta(days=5), valid_to=today() + YEAR)
    elsewhere = {"institution": cast.other_team.institution, "care_team": cast.other_team, "doctor": cast.other_doctor}
    cast.world.contract(cast.world.patient("周他处", contract=False), **elsewhere)
    cast.world.patient("吴未签", contract=False)

    shown = {
        standing: sorted(name for name in ("钱*约", "孙*尽", "李*来", "周*处", "吴*签") if name in page(client, "residents", query=query))
        for standing in ("", "in_force", "ending", "coming", "elsewhere", "none")
        if (query := f"?standing={standing}") is not None
    }

    assert shown == {
        "": ["吴*签", "周*处", "孙*尽", "李*来", "钱*约"], "in_force": ["钱*约"], "ending": ["孙*尽"], "coming": ["李*来"],
        "elsewhere": ["周*处"], "none": ["吴*签"],
    }  # fmt: skip


def test_the_list_is_searched_and_filtered_by_team_and_doctor(client: Client, cast: Centres) -> None:
    second = CareTeam.objects.create(institution=cast.world.centre, name="德胜第二团队")
    second.doctors.add(cast.world.shen.user)
    cast.world.patient("陈一")
    cast.world.contract(cast.world.patient("陈二", contract=False), care_team=second, doctor=cast.world.shen.user)

    assert "陈*" in page(client, "residents", query="?q=陈二")
    for query in (f"?team={second.public_id}", f"?doctor={cast.world.shen.user.public_id}"):
        text = page(client, "residents", query=query)
        assert (text.count("陈*"), "共 1 " in text) == (1, True)
    assert "没有" in page(client, "residents", query="?q=zzz")


def test_the_list_asks_as_many_questions_for_many_as_for_few(client: Client, cast: Centres, django_assert_max_num_queries: Any) -> None:
    for _ in range(12):
        cast.world.patient()

    with django_assert_max_num_queries(18):
        page(client, "residents")


def test_a_residents_page_shows_registration_contracts_and_history_and_is_logged(client: Client, cast: Centres) -> None:
    patient = cast.world.patient(address="北京市西城区德胜门外大街甲10号")

    text = page(client, "resident_page", patient.public_id)

    for word in (
        "陈秀兰",
        "甲10号",
        "签约有效" if "签约有效" in text else "有效",
        "德胜第一团队",
        "周晓岚",
        "更正登记信息",
        "续签",
        "提前终止",
    ):
        assert word in text
    assert patient.phone not in text
    assert AccessEntry.objects.values_list("object_id", "purpose").get() == (patient.public_id, "resident page")


def test_nothing_of_a_referral_or_visit_reaches_the_manager(client: Client, cast: Centres) -> None:
    referral = cast.world.referral(reason="金丝雀理由", impression="金丝雀印象")
    cast.world.encounter(referral.patient, note="金丝雀就诊")

    text = page(client, "resident_page", referral.patient.public_id) + page(client, "residents")

    assert "金丝雀" not in text
    assert referral.number not in text
    assert client.get(reverse("patient", args=[referral.patient.public_id])).status_code == 403
    assert client.get(reverse("referral", args=[referral.public_id])).status_code in (403, 404)


def test_somebody_elses_resident_is_nobody(client: Client, cast: Centres) -> None:
    patient = cast.world.patient()
    contract = patient.contracts.get()
    sign_in(client, cast.other_manager.user, cast.other_manager.post)
    addresses = [
        ("resident_page", patient),
        ("resident_correct", patient),
        ("contract_new", patient),
        ("contract_renew", contract),
        ("contract_end", contract),
    ]

    answers = [client.get(reverse(name, args=[one.public_id])) for name, one in addresses]

    assert {answer.status_code for answer in answers} == {404}
    assert all("陈秀兰" not in answer.content.decode() for answer in answers)
    assert "陈*兰" not in page(client, "residents")


def test_a_correction_by_page_counts_and_the_second_one_keeps_what_was_typed(client: Client, cast: Centres) -> None:
    patient = cast.world.patient()
    address = reverse("resident_correct", args=[patient.public_id])
    typed = {"mobile": "13911112222", "landline": "", "address": "安德路1号", "priority_group": "elderly"}

    first = client.post(address, typed, follow=True)
    second = client.post(address, typed | {"address": "新康街2号"})

    assert "已更正" in first.content.decode()
    assert second.status_code == 422
    text = second.content.decode()
    assert "本月已修改" in text
    assert "新康街2号" in text
    patient.refresh_from_db()
    assert (patient.phone, patient.address, patient.edits.count()) == ("13911112222", "安德路1号", 1)


def test_bad_corrections_stand_beside_their_fields(client: Client, cast: Centres) -> None:
    patient = cast.world.patient()
    bad = {"mobile": "123", "landline": "9", "address": "街" * 201, "priority_group": "vip"}

    answer = client.post(reverse("resident_correct", args=[patient.public_id]), bad)

    text = answer.content.decode()
    assert answer.status_code == 400
    assert [f'id="e-{field}"' in text for field in bad] == [True] * 4
    assert not RegistrationEdit.objects.exists()


def test_a_contract_is_signed_renewed_and_ended_by_page(client: Client, cast: Centres) -> None:
    patient = cast.world.patient(contract=False)
    assert "签约地点" in page(client, "resident_page", patient.public_id)
    signed = client.post(reverse("contract_new", args=[patient.public_id]), terms(cast.world.team, cast.world.shen.user))
    assert signed.status_code == 302
    contract = patient.contracts.get()
    assert (contract.doctor, contract.valid_to) == (cast.world.shen.user, today() + YEAR + timedelta(days=1))

    page(client, "contract_renew", contract.public_id)
    later = (contract.valid_to + YEAR).isoformat()
    care = {name: value for name, value in terms(cast.world.team, cast.world.zhou.user).items() if name.endswith(("team", "doctor"))}
    assert client.post(reverse("contract_renew", args=[contract.public_id]), care | {"contract.to": later}).status_code == 302
    assert patient.contracts.count() == 2

    page(client, "contract_end", contract.public_id)
    ending = {"reason": "resident", "on": today().isoformat(), "note": "本人要求"}
    ended = client.post(reverse("contract_end", args=[contract.public_id]), ending, follow=True)
    text = ended.content.decode()
    assert "居民提出终止" in text
    assert "本人要求" in text
    contract.refresh_from_db()
    assert contract.ending == "resident"
    assert client.post(reverse("contract_end", args=[contract.public_id]), ending).status_code == 409


@pytest.mark.parametrize(
    ("name", "changes", "field"),
    [
        ("contract_new", {"contract.care_team": "x"}, "contract.care_team"),
        ("contract_new", {"contract.doctor": "x"}, "contract.doctor"),
        ("contract_new", {"contract.health_record_number": "1"}, "contract.health_record_number"),
        ("contract_new", {"contract.from": "never"}, "contract.from"),
        ("contract_new", {"contract.to": "2020-01-01"}, "contract.to"),
        ("contract_renew", {"contract.to": "soon"}, "contract.to"),
        ("contract_renew", {"contract.doctor": "x"}, "contract.doctor"),
        ("contract_end", {"reason": ""}, "reason"),
        ("contract_end", {"on": "2020-01-01"}, "on"),
        ("contract_end", {"on": "x"}, "on"),
        ("contract_end", {"note": "长" * 201}, "note"),
    ],
)
def test_a_bad_field_of_a_contract_is_told_beside_it(client: Client, cast: Centres, name: str, changes: dict[str, str], field: str) -> None:
    patient = cast.world.patient()
    one = patient if name == "contract_new" else patient.contracts.get()
    right = (
        {"reason": "resident", "on": today().isoformat(), "note": ""}
        if name == "contract_end"
        else terms(cast.world.team, cast.world.zhou.user)
    )

    answer = client.post(reverse(name, args=[one.public_id]), right | changes)

    assert answer.status_code == 400
    assert f'id="e-{field}"' in answer.content.decode()
    assert FamilyDoctorContract.objects.get().ended_at is None


def test_a_contract_moves_by_page_with_the_document(client: Client, cast: Centres) -> None:
    patient = cast.world.patient()
    document = patient.identifiers.get()
    sign_in(client, cast.other_manager.user, cast.other_manager.post)
    shown = {"document.type": document.type, "document.number": document.number, "name": "陈秀兰"}

    unknown = client.post(reverse("resident_move"), shown | {"name": "陈秀"})
    found = client.post(reverse("resident_move"), shown)
    moved = client.post(reverse("resident_move"), shown | {"move": "1"} | terms(cast.other_team, cast.other_doctor), follow=True)

    assert (unknown.status_code, "没有登记此证件和姓名的居民" in unknown.content.decode()) == (400, True)
    assert "与德胜社区卫生服务中心的签约" in found.content.decode()
    assert "陈*兰" in found.content.decode()
    assert AccessEntry.objects.filter(object_id=patient.public_id, purpose="document shown for a move").count() == 2
    assert "签约已转入本中心" in moved.content.decode()
    sign_in(client, cast.manager.user, cast.manager.post)
    assert "现与什刹海签约" in page(client, "resident_page", patient.public_id)
    assert "近 30 天有 1 份签约转到其他中心" in page(client, "residents")
    assert client.get(reverse("resident_correct", args=[patient.public_id])).status_code == 403


def test_teams_are_formed_and_changed_and_no_resident_stays_without_a_doctor(client: Client, cast: Centres) -> None:
    newcomer = a_post(institution=cast.world.centre).user
    patient = cast.world.patient()
    formed = client.post(reverse("care_teams"), {"name": "德胜第二团队", "doctors": [str(newcomer.public_id)]})
    assert formed.status_code == 302
    address = reverse("care_team", args=[cast.world.team.public_id])
    without_zhou = {"name": "德胜一队", "doctors": [str(cast.world.shen.user.public_id)], "successor": ""}

    refused = client.post(address, without_zhou)
    changed = client.post(address, without_zhou | {"successor": str(cast.world.shen.user.public_id)})

    assert (refused.status_code, 'id="e-successor"' in refused.content.decode()) == (400, True)
    assert changed.status_code == 302
    cast.world.team.refresh_from_db()
    assert cast.world.team.name == "德胜一队"
    assert patient.contracts.get().doctor == cast.world.shen.user
    assert list(cast.world.team.doctors.all()) == [cast.world.shen.user]
    text = page(client, "care_teams")
    assert "德胜一队" in text
    assert "德胜第二团队" in text


@pytest.mark.parametrize(
    "form", [{"name": ""}, {"name": "甲" * 71}, {"name": "德胜第一团队"}, {"name": "乙", "doctors": []}, {"name": "乙", "doctors": ["x"]}]
)
def test_a_team_that_cannot_be_is_not_formed(client: Client, cast: Centres, form: dict[str, Any]) -> None:
    given = {"doctors": [str(cast.world.zhou.user.public_id)]} | form

    answer = client.post(reverse("care_teams"), given)

    assert 400 <= answer.status_code < 500
    assert CareTeam.objects.filter(institution=cast.world.centre).count() == 1


def test_a_doctor_corrects_and_renews_from_her_patients_page(client: Client, cast: Centres) -> None:
    patient = cast.world.patient()
    contract = patient.contracts.get()
    sign_in(client, cast.world.zhou.user, cast.world.zhou)
    text = page(client, "patient", patient.public_id)
    assert all(reverse(name, args=[one.public_id]) in text for name, one in (("resident_correct", patient), ("contract_renew", contract)))

    answer = client.post(reverse("resident_correct", args=[patient.public_id]), {"mobile": "13911112222"})

    assert answer.headers["Location"] == reverse("patient", args=[patient.public_id])
    assert client.get(reverse("residents")).status_code == 403
    assert "签约地点" in page(client, "patient", cast.world.patient(contract=False).public_id)


def test_programs_do_the_same(client: Client, cast: Centres) -> None:
    patient = cast.world.patient()
    contract = patient.contracts.get()
    login = bearer(cast.manager.user, cast.manager.post)
    api = {"content_type": "application/json", "headers": login}
    base = f"/api/v1/residents/{patient.public_id}"

    listed = client.get("/api/v1/residents?standing=in_force", headers=login).json()
    corrected = client.patch(base, {"address": "安德路1号"}, **api)
    again = client.patch(base, {"address": "新康街2号"}, **api)
    renewed = client.post(f"/api/v1/contracts/{contract.public_id}/renew", {"to": (contract.valid_to + YEAR).isoformat()}, **api)
    ended = client.post(f"/api/v1/contracts/{contract.public_id}/end", {"reason": "died", "on": today().isoformat()}, **api)
    teams = client.get("/api/v1/care-teams", headers=login).json()

    assert [row["standing"] for row in listed["results"]] == ["in_force"]
    assert (corrected.status_code, corrected.json()["edits_left"]) == (200, 0)
    assert (again.status_code, again.json()["violations"][0]["rule"]) == (422, "R012")
    assert renewed.json()["from"] == contract.valid_to.isoformat()
    assert (ended.status_code, ended.json()["ending"], ended.json()["to"]) == (200, "died", today().isoformat())
    assert [row["name"] for row in teams["results"]] == ["德胜第一团队"]
    other = bearer(cast.other_manager.user, cast.other_manager.post)
    document = patient.identifiers.get()
    body = {
        "name": "陈秀兰", "document": {"type": document.type, "number": document.number},
        "contract": {
            "care_team": str(cast.other_team.public_id), "health_record_number": RECORD, "from": today().isoformat(),
            "to": (today() + YEAR).isoformat(),
        },
    }  # fmt: skip
    assert client.get(base, headers=other).status_code == 404
    moved = client.post("/api/v1/residents/move", body, content_type="application/json", headers=other)
    assert (moved.status_code, moved.json()["institution"]) == (201, "什刹海")
    assert [row["ending"] for row in client.get(base, headers=other).json()["contracts"]].count("moved") == 1
    assert Patient.objects.count() == 1


def test_the_former_doctor_of_a_moved_resident_learns_where_she_went_and_corrects_nothing(client: Client, cast: Centres) -> None:
    patient = cast.world.patient(address="北京市西城区德胜门外大街甲10号")
    document = patient.identifiers.get()
    shown = ShownDocument(document.type, document.number, patient.name)
    sign_in(client, cast.world.zhou.user, cast.world.zhou)
    before = page(client, "patient", patient.public_id)
    move_contract(shown, a_contract(cast.other_team), by=cast.other_manager, today=today())

    after = page(client, "patient", patient.public_id)

    correct = reverse("resident_correct", args=[patient.public_id])
    assert [(correct in text, "甲10号" in text, "在其他中心签约" in text) for text in (before, after)] == [
        (True, True, False), (False, False, True),
    ]  # fmt: skip
    assert "什刹海" in after
    assert client.get(correct).status_code == 403
