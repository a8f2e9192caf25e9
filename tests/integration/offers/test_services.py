"""Services of every kind: entered with the fields of their kind, corrected with their history, ended and brought back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import FactLabel, Service, ServiceKind
from clinics.offers.fields import FIELDS, fields_of
from clinics.offers.offers import correct_service
from clinics.timetables.weekly import end, enter
from reserved_pools.models import PoolSlot
from reserved_pools.queries import Wanted, availability
from reserved_pools.sessions.half_days import half_days
from tests.cast_clinics import a_plan, a_referrer, in_days, moved, published, today
from tests.integration.offers.cast_offers import House, a_doctor, a_house, an_offer, browser, program
from tests.integration.timetables.cast_weeks import wish
from vault.changes import changes_of
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
CHECK_UP = {
    "kind": "check_up", "name": "入职体检套餐", "code": "TJ01", "fee": "380.5", "items": "血常规:XCG01:20.00\n胸部正位片:XP01:80\n内科:NK",
    "indications": "入职前", "preparation": "空腹八小时", "introduction": "半天完成",
}  # fmt: skip


@pytest.fixture
def house() -> House:
    return a_house()


def entered(house: House, form: dict[str, Any]) -> Any:
    return browser(house.coordinator).post(reverse("service_new"), form | {"department": str(house.heart.public_id)})


def test_a_check_up_package_is_entered_with_items_and_fees(house: House) -> None:
    answer = entered(house, CHECK_UP)

    one = Service.objects.get()
    page = browser(house.manager).get(answer["Location"]).content.decode()
    assert (one.kind, one.code, one.fee, one.preparation) == ("check_up", "TJ01", Decimal("380.50"), "空腹八小时")
    assert list(one.items.values_list("position", "name", "code", "fee")) == [
        (1, "血常规", "XCG01", Decimal("20.00")), (2, "胸部正位片", "XP01", Decimal("80.00")), (3, "内科", "NK", None),
    ]  # fmt: skip
    assert all(word in page for word in ("380.50", "胸部正位片", "100.00", "空腹八小时", "半天完成"))


def test_day_surgery_names_its_team_and_a_bed_its_places(house: House, client: Client) -> None:
    one = a_doctor(house)
    surgery = {
        "kind": "day_surgery", "name": "日间冠脉造影", "department": str(house.heart.public_id), "fee": "8600", "eligibility": "无急性心梗",
        "team": [str(one.public_id)], "notes": "家属陪同", "places_per_day": 4,
    }  # fmt: skip
    bed = {"kind": "bed", "name": "心内科普通床", "code": "B01", "department": str(house.heart.public_id), "places_per_day": 2}

    answers = [client.post("/api/v1/services", body, "application/json", headers=program(house.coordinator)) for body in (surgery, bed)]

    assert [answer.status_code for answer in answers] == [201, 201]
    made = answers[0].json()
    assert (made["fee"], made["team"], made["eligibility"], made["places_per_day"]) == ("8600.00", [str(one.public_id)], "无急性心梗", 4)
    assert (answers[1].json()["code"], answers[1].json()["places_per_day"]) == ("B01", 2)


@pytest.mark.parametrize("kind", ServiceKind.values)
def test_the_form_of_a_kind_shows_its_fields_and_no_others(house: House, kind: str) -> None:
    a_doctor(house)

    page = browser(house.coordinator).get(reverse("service_new"), {"kind": kind}).content.decode()

    assert {name for name in FIELDS if f'name="{name}"' in page} == set(fields_of(kind))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"), ({"code": ""}, "code"), ({"fee": "免费"}, "fee"), ({"items": "血常规:A:B:C"}, "items"),
        ({"items": ""}, "items"),
        ({"active_from": "2026-13-01"}, "active_from"), ({"active_from": "2026-12-01", "active_to": "2026-12-01"}, "active_to"),
        ({"eligibility": "任何人"}, "eligibility"), ({"kind": "massage"}, "kind"),
    ],
)  # fmt: skip
def test_a_fault_stands_beside_its_field_with_everything_typed(house: House, change: dict[str, str], field: str) -> None:
    answer = entered(house, CHECK_UP | change)

    text = answer.content.decode()
    assert answer.status_code == 400
    assert f'href="#f-{field}"' in text
    assert "空腹八小时" in text
    assert not Service.objects.exists()


def test_a_correction_is_in_the_history_and_a_second_one_on_the_same_version_is_stale(house: House) -> None:
    entered(house, CHECK_UP)
    one, client = Service.objects.get(), browser(house.manager)
    form = CHECK_UP | {"version": "1", "department": str(house.heart.public_id), "fee": "400", "items": "血常规:XCG01:25.00"}

    sent = [client.post(reverse("service_edit", args=[one.public_id]), form).status_code for _ in "ab"]

    after = Service.objects.get()
    noted = {change.field: (change.old, change.new) for change in changes_of(one.public_id)}
    assert sent == [302, 409]
    assert (after.fee, after.version, after.items.count()) == (Decimal("400.00"), 2, 1)
    assert noted["fee"] == ("380.50", "400.00")
    assert noted["items"][1] == "血常规:XCG01:25.00"
    assert "380.50 → 400.00" in client.get(reverse("service", args=[one.public_id])).content.decode()


def test_name_and_code_are_once(house: House) -> None:
    entered(house, CHECK_UP)

    same_name, same_code = entered(house, CHECK_UP | {"code": "TJ02"}), entered(house, CHECK_UP | {"name": "另一套餐"})

    assert 'href="#f-name"' in same_name.content.decode()
    assert 'href="#f-code"' in same_code.content.decode()
    assert Service.objects.count() == 1


def test_a_service_ends_on_a_day_and_is_brought_back(house: House) -> None:
    one, client = an_offer(house), browser(house.coordinator)
    listed = lambda **query: one.name in client.get(reverse("services"), query).content.decode()  # noqa: E731

    client.post(reverse("service_end", args=[one.public_id]), {"version": "1", "active_to": today().isoformat()})
    gone = listed(), listed(standing="ended"), listed(standing="all")
    client.post(reverse("service_back", args=[one.public_id]), {"version": "2"})

    assert gone == (False, True, True)
    assert listed(standing="now")


def test_what_is_published_stays_within_the_days_and_under_its_title(house: House, client: Client) -> None:
    one = an_offer(house)
    published(a_plan(one, in_days(5)))
    path, mine = f"/api/v1/services/{one.public_id}", program(house.coordinator) | {"If-Match": 'W/"1"'}

    changes = (
        {"active_to": in_days(5).isoformat()},
        {"active_from": in_days(6).isoformat()},
        {"title": "chief"},
        {"slot_class": "specialty"},
    )
    refused = [client.patch(path, body, "application/json", headers=mine) for body in changes]
    fits = client.patch(path, {"active_to": in_days(6).isoformat()}, "application/json", headers=mine)

    assert [sorted(one["field"] for one in answer.json()["violations"]) for answer in refused] == [
        ["active_to"], ["active_from"], ["title"], ["slot_class", "title"],
    ]  # fmt: skip
    assert fits.status_code == 200


def test_outside_its_days_a_service_is_neither_published_nor_searched(house: House) -> None:
    one = an_offer(house)
    made = published(a_plan(one, in_days(3)), a_plan(one, in_days(4)))
    slots = [moved(slot, opens_at=slot.created_at - timedelta(days=1)) for slot in made]
    doctor, wanted = a_referrer(house.hospital), Wanted(today(), in_days(10))

    seen = {row["visit_date"] for row in availability(doctor, wanted, today=today())}
    Service.objects.filter(pk=one.pk).update(active_to=in_days(4))
    one.refresh_from_db()

    assert seen == {in_days(3), in_days(4)}
    assert {row["visit_date"] for row in availability(doctor, wanted, today=today())} == {in_days(3)}
    states = {cell.date: cell.state for cell in half_days(doctor, wanted, today=today()).rows[0].mornings}
    assert (states[in_days(3)], states[in_days(4)]) == ("open", "none")
    with pytest.raises(Refusal):
        published(a_plan(one, in_days(6)))
    assert PoolSlot.objects.referral().count() == len(slots)


def test_the_own_hospital_and_the_district_keep_a_service_and_nobody_else_finds_it(house: House, client: Client) -> None:
    one = an_offer(house)
    path, page = f"/api/v1/services/{one.public_id}", reverse("service", args=[one.public_id])
    place = {"institution": str(house.hospital.public_id), "department": str(house.heart.public_id)}
    body = place | {"kind": "bed", "name": "床", "code": "B1", "places_per_day": 1}

    found = {
        who: (client.get(path, headers=program(acting)).status_code, browser(acting).get(page).status_code)
        for who, acting in vars(house).items()
        if who in ("coordinator", "manager", "district", "neighbour", "stranger")
    }
    added = client.post("/api/v1/services", body, "application/json", headers=program(house.neighbour))

    assert found == dict.fromkeys(("coordinator", "manager", "district"), (200, 200)) | dict.fromkeys(("neighbour", "stranger"), (404, 404))
    assert added.status_code == 404
    assert client.get("/api/v1/services", headers=program(house.neighbour)).json()["results"] == []
    assert Service.objects.count() == 1


def test_further_facts_of_a_service_are_kept_and_those_nobody_asked_for_refused(house: House, client: Client) -> None:
    label = FactLabel.objects.create(district=house.hospital.district, of="service", name="医保类别")
    one = an_offer(house)
    path, mine = f"/api/v1/services/{one.public_id}", program(house.coordinator) | {"If-Match": 'W/"1"'}

    refused = client.patch(path, {"facts": {str(one.public_id): "甲类"}}, "application/json", headers=mine)
    kept = client.patch(path, {"facts": {str(label.public_id): "甲类"}}, "application/json", headers=mine)

    assert (refused.status_code, kept.status_code) == (400, 200)
    assert kept.json()["facts"] == {str(label.public_id): "甲类"}
    assert "甲类" in browser(house.manager).get(reverse("service", args=[one.public_id])).content.decode()


def test_the_list_is_filtered_and_costs_the_same_for_many(house: House, client: Client, django_assert_max_num_queries: Any) -> None:
    an_offer(house, name="普通门诊")
    an_offer(house, slot_class="disease", disease="心力衰竭", name="心衰门诊")
    an_offer(house, "ultrasound", name="心脏超声")
    for number in range(9):
        an_offer(house, "bed", name=f"床位{number}", code=f"B{number}")
    browse, mine = browser(house.coordinator), program(house.coordinator)

    names = [row["name"] for row in client.get("/api/v1/services", {"slot_class": "disease"}, headers=mine).json()["results"]]
    general = [row["name"] for row in client.get("/api/v1/services", {"slot_class": "general"}, headers=mine).json()["results"]]

    assert (names, general) == (["心衰门诊"], ["普通门诊"])
    assert "心衰门诊" in browse.get(reverse("services"), {"q": "心力衰竭"}).content.decode()
    with django_assert_max_num_queries(14):
        browse.get(reverse("services"))
    with django_assert_max_num_queries(12):
        client.get("/api/v1/services", headers=mine)


@pytest.mark.parametrize("weekday", [1, 2])
def test_the_places_a_day_do_not_fall_below_what_the_week_gives_out(house: House, client: Client, weekday: int) -> None:
    bed = an_offer(house, "bed", places_per_day=6)
    for half_day, starts, ends in (("am", "08:00", "12:00"), ("pm", "13:00", "17:00")):
        enter(house.hospital, wish(bed, weekday, half_day=half_day, starts=starts, ends=ends, capacity=2), by=house.coordinator)
    gone = enter(house.hospital, wish(bed, 5, capacity=6), by=house.coordinator)
    end(gone, today(), by=house.coordinator, expected_version=1)
    form = {"version": "1", "department": str(house.heart.public_id), "name": bed.name, "code": bed.code, "places_per_day": "3"}

    shown = browser(house.coordinator).post(reverse("service_edit", args=[bed.public_id]), form)
    told = client.patch(
        f"/api/v1/services/{bed.public_id}", {"places_per_day": 3}, "application/json",
        headers=program(house.coordinator) | {"If-Match": 'W/"1"'},
    )  # fmt: skip

    day = {1: "星期一", 2: "星期二"}[weekday]
    (violation,) = told.json()["violations"]
    assert (violation["field"], violation["message"]) == ("places_per_day", f"{day}的半天每周放出 4 个名额。")
    assert "先减少" in violation["remedy"]
    assert violation["message"] in shown.content.decode()
    bed.refresh_from_db()
    assert (bed.places_per_day, bed.version) == (6, 1)
    assert not changes_of(bed.public_id).filter(field="places_per_day").exists()
    assert correct_service(bed, {"places_per_day": 4}, by=house.coordinator, expected_version=1).places_per_day == 4
