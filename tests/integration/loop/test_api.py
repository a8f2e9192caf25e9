"""The loop over REST: versions, what each role gets, what a bad body hears, and that nobody else's object exists."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from permissions.acting import Acting
from referral.patients.models import PatientIdentifier
from referral.returns.models import Return
from tests.cast import bearer
from tests.cast_loop import PLAN, REPORT, Loop, fresh, loop
from tests.cast_referral import today
from vault.models import AccessEntry

pytestmark = pytest.mark.django_db
PLAN_BODY = {
    "diagnosis": PLAN.diagnosis,
    "treatment_summary": PLAN.treatment_summary,
    "follow_up_plan": PLAN.follow_up_plan,
    "rehabilitation_plan": PLAN.rehabilitation_plan,
    "drugs": [{"name": "缬沙坦胶囊", "usage": "80 mg，每日1次", "supply": "yes"}],
}
REPORT_BODY = {"diagnosis": REPORT.diagnosis, "findings": REPORT.findings, "treatment": REPORT.treatment}


@pytest.fixture
def cast(db: None) -> Loop:
    return loop()


def call(who: Acting, method: str, path: str, body: Any = None, version: int | None = None) -> Any:
    headers = bearer(who.user, who.post) | ({"If-Match": f'W/"{version}"'} if version is not None else {})
    return Client().generic(method, f"/api/v1{path}", body if isinstance(body, str) else as_json(body), "application/json", headers=headers)


def as_json(body: Any) -> str:
    import json

    return "" if body is None else json.dumps(body, ensure_ascii=False)


def test_the_window_lists_finds_receives_and_undoes(cast: Loop) -> None:
    booking = cast.booked()

    listed = call(cast.clerk, "GET", "/arrivals").json()
    found = call(cast.clerk, "POST", "/arrivals/find", {"code": booking.confirmation_code}).json()
    arrived = call(cast.clerk, "POST", f"/bookings/{booking.public_id}/arrive", {"code": booking.confirmation_code}, version=1)
    undone = call(cast.clerk, "POST", f"/bookings/{booking.public_id}/undo", version=2)

    assert listed == found
    (row,) = listed["results"]
    assert (row["id"], row["name"], row["status"], row["version"], row["undo_until"]) == (
        str(booking.public_id),
        "陈*兰",
        "booked",
        1,
        None,
    )
    assert not {"reason", "impression", "confirmation_code"} & set(row)
    assert (arrived.status_code, arrived["ETag"], arrived.json()["status"]) == (200, 'W/"2"', "arrived")
    assert arrived.json()["undo_until"] is not None
    assert (undone.status_code, undone["ETag"], undone.json()["status"]) == (200, 'W/"3"', "booked")


def test_the_document_on_the_counter_receives_too(cast: Loop) -> None:
    booking = cast.booked()
    number = PatientIdentifier.objects.get(patient=booking.patient).number

    answer = call(
        cast.clerk, "POST", f"/bookings/{booking.public_id}/arrive", {"document": {"type": "resident_id", "number": number}}, version=1
    )

    assert (answer.status_code, fresh(booking).status) == (200, "arrived")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "code"),
        ({"code": "7K3M 9QXX"}, "code"),
        ({"code": "7K3M", "document": {"type": "resident_id", "number": "110102195803150026"}}, "code"),
        ({"document": {"type": "licence", "number": "1"}}, "document.type"),
        ({"document": {"type": "resident_id", "number": "110102195803150027"}}, "document.number"),
        ({"code": "7K3M9Q\u200bXH"}, "code"),
        ({"code": 7}, "code"),
        ({"code": "x" * 21}, "code"),
        ({"status": "arrived"}, "status"),
    ],
)
def test_a_bad_proof_is_a_sentence_at_its_field(cast: Loop, body: dict[str, Any], field: str) -> None:
    booking = cast.booked()

    answer = call(cast.clerk, "POST", f"/bookings/{booking.public_id}/arrive", body, version=1)

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert field in [violation["field"] for violation in answer.json()["violations"]]
    assert fresh(booking).status == "booked"


def test_without_a_version_nothing_moves_and_with_an_old_one_the_caller_sees_the_new_state(cast: Loop) -> None:
    booking = cast.booked()
    address, proof = f"/bookings/{booking.public_id}/arrive", {"code": booking.confirmation_code}

    missing, old = call(cast.clerk, "POST", address, proof), call(cast.clerk, "POST", address, proof, version=9)

    assert (missing.status_code, missing.json()["code"]) == (428, "if_match_required")
    assert (old.status_code, old.json()["code"], old.json()["current"]) == (409, "stale_state", {"status": "booked", "version": 1})


def test_the_whole_way_from_visit_to_closing(cast: Loop) -> None:
    booking = cast.arrived()

    waiting = call(cast.cardiologist, "GET", "/visits").json()["results"]
    seen = call(cast.cardiologist, "POST", f"/bookings/{booking.public_id}/fulfil", version=2).json()
    referral = seen["referral"]
    written = call(cast.cardiologist, "POST", f"/referrals/{referral['id']}/report", REPORT_BODY, version=referral["version"])
    sent = call(cast.cardiologist, "POST", f"/referrals/{referral['id']}/returns", PLAN_BODY, version=written.json()["referral"]["version"])
    address = f"/returns/{sent.json()['id']}"
    inbox = call(cast.doctor, "GET", "/returns").json()["results"]
    opened = call(cast.doctor, "GET", address)
    accepted = call(cast.doctor, "POST", f"{address}/accept", {"first_follow_up_on": str(today())}, version=1)
    followed = call(cast.doctor, "POST", f"{address}/follow-up", {"seen_on": str(today()), "note": "平稳"}, version=2)
    closed = call(cast.doctor, "POST", f"{address}/close", {"outcome": "stable"}, version=3)

    assert [(row["id"], row["name"]) for row in waiting] == [(str(booking.public_id), "陈*兰")]
    assert (seen["status"], referral["status"]) == ("fulfilled", "attended")
    assert (written.status_code, written.json()["referral"]["status"], sent.status_code) == (201, "reported", 201)
    assert [(row["name"], row["actions"]) for row in inbox] == [("陈*兰", ["return.accepted", "return.declined"])]
    assert opened.json()["drugs"][0]["supply"] == "yes"
    assert opened.json()["treatment_summary"] == PLAN.treatment_summary
    assert [step.json()["status"] for step in (accepted, followed, closed)] == ["accepted", "followed_up", "closed"]
    assert AccessEntry.objects.filter(kind="return", actor_id=cast.doctor.user.public_id, purpose="api").count() == 1


def test_a_declined_return_is_given_to_another_owner_by_the_manager_who_reads_no_medical_word(cast: Loop) -> None:
    sent_back = cast.sent_back()
    address = f"/returns/{sent_back.public_id}"

    declined = call(cast.doctor, "POST", f"{address}/decline", {"reason": "本中心暂无该药"}, version=1)
    read = call(cast.manager, "GET", address)
    assigned = call(cast.manager, "POST", f"{address}/assign", {"owner": str(cast.world.shen.public_id)}, version=2)
    not_mine = call(cast.doctor, "POST", f"{address}/accept", {"first_follow_up_on": str(today())}, version=3)

    assert (declined.json()["status"], declined.json()["decline_reason"]) == ("declined", "本中心暂无该药")
    assert not {"diagnosis", "treatment_summary", "drugs", "follow_up_note"} & set(read.json())
    assert PLAN.diagnosis not in read.content.decode()
    assert (assigned.json()["status"], assigned.json()["owner"]) == ("sent", "沈佳")
    assert (not_mine.status_code, not_mine.json()["code"]) == (403, "not_allowed")
    assert Return.objects.get(pk=sent_back.pk).status == "sent"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"follow_up_plan": ""}, "follow_up_plan"),
        ({"diagnosis": "诊" * 201}, "diagnosis"),
        ({"treatment_summary": "a\u202eb"}, "treatment_summary"),
        ({"drugs": [{"name": "药", "usage": "一日一次", "supply": "maybe"}]}, "drugs.0.supply"),
        ({"drugs": [{"name": "药", "usage": "一日一次", "supply": "substitute"}]}, "drugs.0.substitute"),
        ({"drugs": [{"name": "药", "usage": "一日一次", "supply": "yes"}] * 31}, "drugs"),
        ({"status": "closed"}, "status"),
        ({"owner": "1"}, "owner"),
    ],
)
def test_a_bad_plan_is_refused_whole(cast: Loop, change: dict[str, Any], field: str) -> None:
    referral = cast.reported()

    answer = call(cast.cardiologist, "POST", f"/referrals/{referral.public_id}/returns", PLAN_BODY | change, version=referral.version)

    assert answer.status_code == 400
    assert field in {violation["field"].split(".non_field")[0] for violation in answer.json()["violations"]}
    assert Return.objects.count() == 0


def test_what_is_not_yours_is_not_there(cast: Loop) -> None:
    booking, sent_back = cast.booked(), cast.sent_back()
    asks = [
        (cast.other_clerk, "POST", f"/bookings/{booking.public_id}/arrive", {"code": booking.confirmation_code}),
        (cast.other_clerk, "POST", f"/bookings/{uuid4()}/arrive", {"code": booking.confirmation_code}),
        (cast.cardiologist, "POST", f"/referrals/{booking.referral.public_id}/report", REPORT_BODY),
        (cast.cardiologist, "GET", f"/returns/{uuid4()}", None),
    ]

    answers = [call(who, method, path, body, version=1) for who, method, path, body in asks]
    roles = [
        call(cast.doctor, "GET", "/arrivals"),
        call(cast.clerk, "GET", "/returns"),
        call(cast.clerk, "GET", f"/returns/{sent_back.public_id}"),
        call(cast.clerk, "GET", "/visits"),
        call(cast.cardiologist, "POST", f"/returns/{sent_back.public_id}/accept", {"first_follow_up_on": str(today())}, version=1),
    ]

    assert {(answer.status_code, answer.json()["detail"]) for answer in answers} == {(404, answers[0].json()["detail"])}
    assert {(answer.status_code, answer.json()["code"]) for answer in roles} == {(403, "not_allowed")}
