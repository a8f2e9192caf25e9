"""A bed asked for, accepted or returned, and booked: on the pages of both sides and by program (R072)."""

import json
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from permissions.acting import Acting
from permissions.models import Session
from referral.booking import overrides
from referral.booking.models import Booking
from referral.booking.override_models import RuleOverride
from referral.cases.models import Referral
from referral.cases.number import in_fours
from referral.cases.submission_models import PlaceRequest
from referral.review.models import Advice
from referral.views import review
from reserved_pools.models import PoolSlot
from tests.cast import bearer, sign_in
from tests.cast_referral import acting_as, today
from tests.integration.beds.cast_beds import BED, NOTE, Ward, fresh, ward
from vault.models import AccessEntry

WORD_JOINER = "\u2060"
pytestmark = pytest.mark.django_db


@pytest.fixture
def held() -> Ward:
    return ward()


def at(client: Client, who: Acting) -> Client:
    sign_in(client, who.user, who.post)
    return client


def text_of(client: Client, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def ask_api(client: Client, by: Acting, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
    named = bearer(by.user, by.post) | {name.replace("_", "-"): value for name, value in headers.items()}
    answer = client.generic(method, f"/api/v1{path}", b"" if body is None else json.dumps(body).encode(), "application/json", headers=named)
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def cell_of(held: Ward, place: PoolSlot) -> dict[str, str]:
    return {"kind": "bed", "of": "", "cell": f"{held.bed.public_id}.{place.visit_date.isoformat()}.am"}


def test_the_calendar_asks_first_and_books_once_the_hospital_has_accepted(client: Client, held: Ward) -> None:
    place, referral = held.day(), held.loop.world.referral()
    at(client, held.doctor)
    path, cell = reverse("book", args=[referral.public_id]), cell_of(held, place)

    unasked = text_of(client, "book", referral.public_id, **cell, slot=str(place.public_id))
    dialog = text_of(client, "book", referral.public_id, **cell, ask="1")
    written = {"act": "ask", "service": str(held.bed.public_id), "version": "1", "note": "长" * 201}
    long = client.post(f"{path}?{urlencode(cell | {'ask': '1'})}", written)
    answer = client.post(path, {"act": "ask", "service": str(held.bed.public_id), "version": "1", "note": NOTE})
    case = text_of(client, "referral", referral.public_id)
    home = text_of(client, "home")

    assert ("向医院申请" in unasked, 'id="confirm"' in unasked, 'class="band" href' in unasked) == (True, False, False)
    assert BED in dialog[dialog.index('id="ask"') :]
    assert (long.status_code, "最多 200 个字" in long.content.decode(), "长" * 201 in long.content.decode()) == (400, True, True)
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("referral", args=[referral.public_id]))
    for words in ("向医院的申请", BED, NOTE, "撤回申请", "最晚答复"):
        assert words in case
    assert ("等待医院答复" in home, "北大医院" in home) == (True, True)
    assert client.get(path).status_code == 302, "nothing is chosen while the hospital is asked"

    held_request = PlaceRequest.objects.get()
    ask_api(Client(), held.coordinator, "POST", f"/referrals/{referral.public_id}/accept", None, 200, If_Match='W/"2"')
    home = text_of(client, "home")
    case = text_of(client, "referral", referral.public_id)
    calendar = text_of(client, "book", referral.public_id, **cell, slot=str(place.public_id))
    booked = client.post(path, {"pool_slot": str(place.public_id), "version": "3", "idempotency_key": str(uuid4())})

    assert ("选择日期" in home, "最晚预约" in case) == (True, True)
    assert "同意接收该患者" in calendar
    assert 'id="confirm"' in calendar
    assert booked.status_code == 302
    assert Booking.objects.get().pool_slot.service == held_request.service


def test_the_form_says_where_to_report_and_what_to_bring(client: Client, held: Ward) -> None:
    booking = held.booked()
    at(client, held.doctor)

    paper = client.get(reverse("slip_paper", args=[booking.public_id])).content.decode().replace(WORD_JOINER, "")

    for words in ("住院预约单", "住院资源", BED, "报　　到", "凭此码报到", "请带身份证、医保卡", "入院准备"):
        assert words in paper
    assert "取号" not in paper.split("请带：本单")[1]


def test_the_hospital_reads_answers_and_signs_on_its_page(client: Client, held: Ward) -> None:
    one, two = held.asked(), held.asked()
    first, second = one.referral.public_id, two.referral.public_id
    at(client, held.cardiologist)

    listed = text_of(client, "review")
    shown = text_of(client, "review_request", first)
    accepted = client.post(reverse("review_request", args=[first]), {"act": "accept", "version": "2"})
    empty = client.post(reverse("review_request", args=[second]), {"act": "return", "version": "2", "reason": "", "advice": " "})
    unknown = client.post(reverse("review_request", args=[second]), {"act": "dance", "version": "2"})
    prove(held.cardiologist)
    signed = {"act": "return", "version": "2", "reason": "community", "advice": "社区调药即可"}
    returned = client.post(reverse("review_request", args=[second]), signed)

    assert ("预约前的申请" in listed, listed.index(str(first)) < listed.index(str(second))) == (True, True)
    for words in (BED, NOTE, "血压控制不佳", "接收"):
        assert words in shown
    assert one.referral.patient.name not in listed
    assert (accepted.status_code, fresh(one.referral).status) == (302, "accepted")
    assert (empty.status_code, unknown.status_code) == (400, 400)
    assert (returned.status_code, fresh(two.referral).status, Advice.objects.get().text) == (302, "returned_with_advice", "社区调药即可")
    assert "社区调药即可" in text_of(client, "review_request", second)
    assert client.get(reverse("review_request", args=[held.loop.world.referral().public_id])).status_code == 404

    at(client, held.doctor)
    case = text_of(client, "referral", second)
    assert ("社区调药即可" in case, "没有预约" in case) == (True, True)


def test_the_doctor_takes_it_back_on_the_page_and_the_hospital_sees_it_no_more(client: Client, held: Ward) -> None:
    made = held.asked()
    at(client, held.doctor)

    answer = client.post(reverse("referral_withdraw", args=[made.referral.public_id]), {"version": "2"})
    stale = client.post(reverse("referral_withdraw", args=[made.referral.public_id]), {"version": "2"})

    assert (answer.status_code, stale.status_code, fresh(made.referral).status) == (302, 409, "draft")
    at(client, held.cardiologist)
    assert client.get(reverse("review_request", args=[made.referral.public_id])).status_code == 404
    assert "撤回了一份申请" in text_of(client, "notices")


def test_every_step_by_program(client: Client, held: Ward) -> None:
    place, referral = held.day(), held.loop.world.referral()
    path, choice = f"/referrals/{referral.public_id}", {"pool_slot": str(place.public_id)}

    found = ask_api(client, held.doctor, "GET", "/availability?kind=bed")["results"]
    body = {"service": found[0]["service"]["id"], "note": NOTE}
    refused = ask_api(client, held.doctor, "POST", f"{path}/bookings", choice, 422, If_Match='W/"1"', Idempotency_Key="early-one")
    asked = ask_api(client, held.doctor, "POST", f"{path}/submit", body, 201, If_Match='W/"1"')
    ask_api(client, held.doctor, "POST", f"{path}/submit", body, 409, If_Match='W/"1"')
    waiting = ask_api(client, held.cardiologist, "GET", "/review/requests")["results"]
    ask_api(client, held.endocrinologist, "POST", f"{path}/accept", None, 404, If_Match='W/"2"')
    accepted = ask_api(client, held.cardiologist, "POST", f"{path}/accept", None, 200, If_Match='W/"2"')
    read = ask_api(client, held.doctor, "GET", path)
    made = ask_api(client, held.doctor, "POST", f"{path}/bookings", choice, 201, If_Match='W/"3"', Idempotency_Key="then-one")

    assert (refused["code"], [one["rule"] for one in refused["violations"]]) == ("acceptance_required", ["R072"])
    assert (asked["status"], asked["place_request"]["status"], asked["place_request"]["last_day"] is None) == ("submitted", "asked", False)
    assert [(one["id"], one["place_request"]["note"]) for one in waiting] == [(str(referral.public_id), NOTE)]
    assert referral.patient.name not in str(waiting)
    assert (accepted["status"], read["place_request"]["status"]) == ("accepted", "accepted")
    assert (made["status"], Referral.objects.get(pk=referral.pk).status) == ("booked", "booked")


def test_the_lists_ask_as_much_of_the_database_for_one_as_for_many(client: Client, held: Ward) -> None:
    def counted() -> list[int]:
        found = []
        for who, name in ((held.cardiologist, "review"), (held.doctor, "home")):
            at(client, who)
            text_of(client, name)
            with CaptureQueriesContext(connection) as queries:
                text_of(client, name)
            found.append(len(queries))
        return found

    held.asked()
    for_one = counted()
    for _turn in range(3):
        held.asked()

    assert counted() == for_one


def test_what_a_hospital_is_asked_is_paged_beside_its_bookings_and_stands_in_the_file(
    client: Client, held: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "PER_PAGE", 2)
    made = [held.asked(held.loop.world.referral(held.loop.world.patient(f"陈秀{mark}"))) for mark in "甲乙丙"]
    booked = held.loop.booked(days=2)
    at(client, held.cardiologist)

    def asked_on(**query: str) -> list[int]:
        page = client.get(reverse("review"), query)
        assert str(booked.referral.public_id) in page.content.decode()
        return [row["request"].pk for row in page.context["asked"]]

    first = client.get(reverse("review"), {"q": ""}).content.decode()
    file = b"".join(client.post(reverse("review_export"), {"as": "csv"})).decode()

    assert (asked_on(), asked_on(asked="2"), asked_on(page="2")) == ([made[0].pk, made[1].pk], [made[2].pk], [made[0].pk, made[1].pk])
    assert "?q=&amp;asked=2" in first
    lines = [line for line in file.splitlines() if BED in line]
    assert [str(in_fours(one.referral.number)) in line for one, line in zip(made, lines, strict=True)] == [True] * 3
    assert in_fours(booked.number) in file
    looks = AccessEntry.objects.filter(purpose="review list file", kind="referral").values_list("object_id", flat=True)
    assert set(looks) == {one.referral.public_id for one in made}


def prove(who: Acting) -> None:
    """The browser's session has a fresh proof."""
    Session.objects.filter(user=who.user).update(proved_at=timezone.now())


def test_an_exception_from_the_contract_is_asked_for_about_a_bed_and_the_hospital_is_asked_with_it(client: Client, held: Ward) -> None:
    world = held.loop.world
    referral, place = world.referral(world.patient(contract=False)), held.day(4)
    address, asked = reverse("book", args=[referral.public_id]), {"act": "ask", "service": str(held.bed.public_id), "version": "1"}
    at(client, held.doctor)

    page = client.post(address, asked)
    form = client.get(page.context["ask_exception"])
    said = {"pool_slot": str(place.public_id), "rules": "R118", "reason": "病情需要", "evidence": "会诊意见"}
    sent = client.post(reverse("exception_new", args=[referral.public_id]), said)
    exception = RuleOverride.objects.get()
    overrides.grant(exception.public_id, today(), "同意", expected_version=1, by=acting_as(world.admin))
    again = client.post(address, asked)

    assert (page.status_code, [one.rule for one in page.context["refusal"].violations]) == (422, ["R118"])
    assert ([one.rule for one, _ticked in form.context["askable"]], form.context["others"]) == (["R118"], [])
    assert (sent.status_code, exception.rule, exception.pool_slot) == (302, "R118", place)
    assert (again.status_code, PlaceRequest.objects.get().service) == (302, held.bed)
