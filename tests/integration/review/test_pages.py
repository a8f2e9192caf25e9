"""The pages of the review, the amendment and the ended request, and the same for programs."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from permissions.acting import Acting
from permissions.models import Session
from referral.booking.models import Booking
from referral.review import decide
from referral.review.models import Advice, AdviceReason, Question
from tests.cast import bearer, sign_in
from tests.cast_referral import SUGAR
from tests.integration.review.scene import WRITTEN, Scene, fresh, scene

pytestmark = pytest.mark.django_db
FORM = {name: getattr(WRITTEN, name) for name in ("reason", "impression", "present_history", "past_history", "treatment", "priority")}


@pytest.fixture
def held() -> Scene:
    return scene()


def at(client: Client, who: Acting) -> Client:
    sign_in(client, who.user, who.post)
    return client


def text_of(client: Client, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def test_the_list_shows_what_waits_and_accepts_those_ticked(client: Client, held: Scene) -> None:
    one, two, seen = held.booked(), held.booked(days=2), held.booked()
    decide.accept(seen.referral.public_id, expected_version=seen.referral.version, by=held.cardiologist)
    at(client, held.cardiologist)

    listed = text_of(client, "review")
    assert listed.index(str(two.referral.public_id)) < listed.index(str(one.referral.public_id))
    assert (str(seen.referral.public_id) in listed, one.patient.name in listed) == (False, False)
    assert str(one.referral.public_id) in text_of(client, "review", q=one.number)
    assert str(one.referral.public_id) not in text_of(client, "review", priority="urgent")

    ticks = [f"{booking.referral.public_id}.{booking.referral.version}" for booking in (one, two)]
    answer = client.post(reverse("review_accept"), {"referral": [*ticks, f"{seen.referral.public_id}.2"], "back": "state=all"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/review/?state=all")
    shown = client.get(reverse("review"), {"state": "accepted"}).content.decode()
    assert [str(booking.referral.public_id) in shown for booking in (one, two, seen)] == [True] * 3
    assert client.post(reverse("review_export"), {"as": "csv"}).status_code == 200


@pytest.mark.parametrize("many", [1, 6])
def test_the_list_costs_the_same_for_one_and_for_many(client: Client, held: Scene, many: int) -> None:
    for _n in range(many):
        held.booked(held.loop.world.patient("王强"))
    at(client, held.coordinator)
    client.get(reverse("review"))

    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("review"))

    assert len(asked) <= 25, [one["sql"][:200] for one in asked]


def test_one_case_is_asked_answered_amended_and_returned(client: Client, held: Scene) -> None:
    booking = held.booked()
    case, referral = booking.referral.public_id, booking.referral
    at(client, held.cardiologist)
    page = text_of(client, "review_case", case)
    assert (referral.present_history in page, booking.confirmation_code in page) == (True, False)

    assert client.post(reverse("review_case", args=[case]), {"act": "ask", "question": " ", "version": referral.version}).status_code == 400
    asked = client.post(reverse("review_case", args=[case]), {"act": "ask", "question": "肌酐多少？", "version": referral.version})
    assert (asked.status_code, Question.objects.count()) == (302, 1)

    doctor = at(Client(), held.doctor)
    assert reverse("referral_answer", args=[case]) in text_of(doctor, "home")
    assert "肌酐多少？" in text_of(doctor, "referral", case)
    version = held.referral(booking).version
    assert doctor.post(reverse("referral_answer", args=[case]), {"answer": "92", "version": version}).status_code == 302
    bad = doctor.post(reverse("referral_amend", args=[case]), FORM | {"why": "", "version": version + 1})
    assert (bad.status_code, "e-why" in bad.content.decode(), "四药联合" in bad.content.decode()) == (400, True, True)
    done = doctor.post(reverse("referral_amend", args=[case]), FORM | {"why": "补充用药", "truth": "1", "version": version + 1})
    assert done.status_code == 302
    assert "四药联合" in text_of(doctor, "referral_versions", case)

    Session.objects.update(proved_at="2020-01-01T00:00:00Z")
    words = {"reason": AdviceReason.COMMUNITY, "advice": "社区调药即可", "version": held.referral(booking).version}
    old = client.post(reverse("review_return", args=[case]), words)
    assert (old.status_code, "社区调药即可" in old.content.decode(), Advice.objects.count()) == (401, True, 0)
    at(client, held.cardiologist)
    assert client.post(reverse("review_return", args=[case]), words).status_code == 302
    assert "社区调药即可" in text_of(doctor, "referral", case)
    assert doctor.post(reverse("referral_acknowledge", args=[case])).status_code == 302
    assert Advice.objects.get().patient_told_at is not None


def test_the_case_says_when_the_hospital_acts_and_how_long_it_took(client: Client, held: Scene) -> None:
    booking = held.booked()
    decide.accept(booking.referral.public_id, expected_version=booking.referral.version, by=held.cardiologist)

    page = text_of(at(client, held.doctor), "referral", booking.referral.public_id)

    assert ("用时 0 分钟" in page, held.cardiologist.user.name in page) == (True, True)


def test_redirecting_on_the_page_shows_the_rule_that_says_no(client: Client, held: Scene) -> None:
    booking, place = held.booked(), held.loop.world.place(4, code=SUGAR)
    at(client, held.coordinator)
    case = booking.referral.public_id
    assert str(place.public_id) in text_of(client, "review_redirect", case)
    form = {"pool_slot": str(place.public_id), "reason": "", "idempotency_key": str(uuid4()), "version": booking.referral.version}

    assert client.post(reverse("review_redirect", args=[case]), form).status_code == 400
    moved = client.post(reverse("review_redirect", args=[case]), form | {"reason": "以血糖问题为主"})

    assert (moved.status_code, fresh(booking).status) == (302, "moved")
    assert Booking.objects.get(moved_from=booking).department == place.department


def test_a_program_reviews_step_by_step(client: Client, held: Scene) -> None:
    booking = held.booked()
    case, who = f"/api/v1/referrals/{booking.referral.public_id}", bearer(held.cardiologist.user, held.cardiologist.post)
    doctor = bearer(held.doctor.user, held.doctor.post)

    def post(path: str, body: Any, version: int | None, login: dict[str, str], **headers: str) -> Any:
        tag = {"If-Match": f'W/"{version}"'} if version else {}
        return client.post(path, body, "application/json", headers=login | tag | headers)

    listed = client.get("/api/v1/review", headers=who).json()["results"]
    assert [(one["id"], one["status"]) for one in listed] == [(str(booking.referral.public_id), "booked")]
    version = listed[0]["version"]
    assert post(f"{case}/accept", {}, None, who).status_code == 428
    assert post(f"{case}/accept", None, version + 5, who).json()["code"] == "stale_state"
    asked = post(f"{case}/ask", {"question": "肌酐多少？"}, version, who)
    assert (asked.status_code, asked.json()["text"]) == (201, "肌酐多少？")
    assert post(f"{case}/answer", {"answer": "92"}, version + 1, doctor).json()["status"] == "booked"
    rows = {"rows": [{"referral": str(booking.referral.public_id), "version": version + 2}]}
    assert post("/api/v1/review/accept", rows, None, who).json()["results"][0]["accepted"] is True
    body = FORM | {"why": "补充", "truth_accepted": True}
    assert post(f"{case}/amend", body, version + 3, doctor).json()["slip_version"] == 2
    assert post(f"{case}/read-amendment", None, version + 4, who).json()["status"] == "accepted"
    assert post(f"{case}/undo-accept", None, version + 5, who).json()["status"] == "booked"
    returned = post(f"{case}/return-with-advice", {"reason": "community", "advice": "社区调药即可"}, version + 6, who)
    assert (returned.status_code, returned.json()["patient_told_at"]) == (201, None)
    assert post(f"{case}/acknowledge", None, None, doctor).json()["status"] == "returned_with_advice"
    story = client.get(f"{case}/review", headers=doctor).json()
    assert [one["decision"] for one in story["decisions"]] == [
        "asked", "accepted", "amendment_read", "accept_undone", "returned",
    ]  # fmt: skip
    assert (story["slip_version"], story["questions"][0]["answer"], story["advice"]["advice"]) == (2, "92", "社区调药即可")


def test_a_superseded_slip_says_so_on_its_page(client: Client, held: Scene) -> None:
    booking = held.booked()
    doctor = at(client, held.doctor)
    doctor.post(
        reverse("referral_amend", args=[booking.referral.public_id]),
        FORM | {"why": "补充用药", "truth": "1", "version": booking.referral.version},
    )

    old = text_of(Client(), "slip_verify", booking.slip_token)
    new = text_of(Client(), "slip_verify", fresh(booking).slip_token)

    assert ("已由第2版替代" in old, "第2版" in new, "已由第" in new) == (True, True, False)
