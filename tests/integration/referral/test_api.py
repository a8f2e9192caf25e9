"""The main job by program, up to the booking and its cancellation: headers, bodies, refusals as problem+json."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from clinics import rights
from clinics.mirror import mirror
from referral.booking.models import Booking
from tests.cast import bearer
from tests.cast_referral import World, today, world
from vault.models import AccessEntry

pytestmark = pytest.mark.django_db
FIRST = {"If-Match": 'W/"1"', "Idempotency-Key": "attempt-1"}


@pytest.fixture
def cast(db: None) -> World:
    made = world()
    with transaction.atomic():
        mirror([made.zhou.user_id, made.shen.user_id])
    return made


@pytest.fixture
def zhou(cast: World) -> Client:
    return Client(headers=bearer(cast.zhou.user))


def patient_body(cast: World, **changes: Any) -> dict[str, Any]:
    return {
        "name": "陈秀兰",
        "document": {"type": "resident_id", "number": "110102195803150026"},
        "mobile": "13800005678",
        "contract": {
            "care_team": str(cast.team.public_id),
            "health_record_number": "11010200700200123",
            "from": today().isoformat(),
            "to": (today() + timedelta(days=365)).isoformat(),
        },
    } | changes


def send(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)


def a_draft(client: Client, cast: World) -> dict[str, Any]:
    patient = send(client, "/patients", patient_body(cast)).json()
    seen_at = (timezone.now() - timedelta(hours=1)).isoformat()
    encounter = send(client, "/encounters", {"patient": patient["id"], "seen_at": seen_at}).json()
    body = {
        "patient": patient["id"], "encounter": encounter["id"], "reason": "血压控制不佳", "impression": "高血压病3级",
        "present_history": "三药联合四周未达标", "truth_accepted": True,
    }  # fmt: skip
    answer = send(client, "/referrals", body)
    assert answer.status_code == 201, answer.content
    return answer.json() | {"etag": answer["ETag"]}


def test_from_a_stranger_to_a_booking_and_back(cast: World, zhou: Client) -> None:
    place = cast.place()
    draft = a_draft(zhou, cast)
    assert draft["etag"] == 'W/"1"'
    assert draft["actions"] == ["booked", "cancelled", "submitted", "waiting"]

    booked = send(zhou, f"/referrals/{draft['id']}/bookings", {"pool_slot": str(place.public_id)}, **FIRST)

    assert booked.status_code == 201
    body = booked.json()
    assert (body["number"], body["status"], body["version"], len(body["confirmation_code"])) == (draft["number"], "booked", 1, 8)

    case = zhou.get(f"/api/v1/referrals/{draft['id']}").json()
    assert (case["status"], case["version"], case["booking"]["id"]) == ("booked", 2, body["id"])
    assert [entry["event"] for entry in case["timeline"]] == ["referral.written", "referral.booked", "booking.booked"]
    assert AccessEntry.objects.filter(kind="referral", purpose="api").count() == 1

    told = send(zhou, f"/bookings/{body['id']}/told", {"told": ["when", "where", "cancelling", "not_coming"]})
    assert told.json()["told_at"]
    cancelled = send(zhou, f"/bookings/{body['id']}/cancel", {"reason": "patient"}, **{"If-Match": booked["ETag"]})
    assert (cancelled.status_code, cancelled.json()["status"], cancelled["ETag"]) == (200, "cancelled", 'W/"2"')


def test_a_repeated_request_gets_the_same_booking_and_a_revoked_doctor_none(cast: World, zhou: Client) -> None:
    draft, place = a_draft(zhou, cast), cast.place()
    headers = FIRST
    path, body = f"/referrals/{draft['id']}/bookings", {"pool_slot": str(place.public_id)}

    first, second = send(zhou, path, body, **headers), send(zhou, path, body, **headers)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    other = send(zhou, path, {"pool_slot": str(cast.place(5).public_id)}, **headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    rights.revoke(cast.zhou.right, by=cast.district_admin, reason="misconduct", note="投诉核查")
    late = send(zhou, path, body, **headers)
    assert (late.status_code, late.json()["code"]) == (403, "right_not_in_force")
    assert Booking.objects.count() == 1


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Idempotency-Key": "attempt-1"}, 428, "if_match_required"),
        ({"If-Match": 'W/"1"'}, 400, "idempotency_key_required"),
        ({"If-Match": 'W/"7"', "Idempotency-Key": "attempt-1"}, 409, "stale_state"),
        ({"If-Match": "*", "Idempotency-Key": "attempt-1"}, 400, "invalid_input"),
    ],
)
def test_the_headers_of_safe_writing_are_asked_for(cast: World, zhou: Client, headers: dict[str, str], status: int, code: str) -> None:
    draft, place = a_draft(zhou, cast), cast.place()

    answer = send(zhou, f"/referrals/{draft['id']}/bookings", {"pool_slot": str(place.public_id)}, **headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert not Booking.objects.exists()


def test_a_refusal_shows_rule_quote_count_and_what_could_be_booked(cast: World, zhou: Client) -> None:
    draft, full, other = a_draft(zhou, cast), cast.place(places=1, claimed=1), cast.place(5)

    answer = send(zhou, f"/referrals/{draft['id']}/bookings", {"pool_slot": str(full.public_id)}, **FIRST)

    body = answer.json()
    assert (answer.status_code, body["code"]) == (409, "slot_not_available")
    assert body["violations"][0]["rule"] == "R019"
    assert body["violations"][0]["quote"] == "在提交资料的同时,号源已被其他用户先预约了"
    assert [row["id"] for row in body["current"]["alternatives"]] == [str(other.public_id)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"surprise": 1}, "surprise"),
        ({"name": 7}, "name"),
        ({"name": "陈\u0000"}, ""),
        ({"name": "陈\u202e秀兰"}, "name"),
        ({"mobile": 13800005678}, "mobile"),
        ({"birth_date": "1958-02-30"}, "birth_date"),
        ({"birth_date": "0001-01-01T00:00:00Z"}, "birth_date"),
        ({"document": {"type": "driving_licence", "number": "1"}}, "document.type"),
        ({"document": {"type": "resident_id", "number": "110102195803150026", "country": "CN"}}, "document.country"),
        ({"sex": "female"}, "sex"),
        ({"contract": None}, "contract"),
        ({"address": "路" * 201}, "address"),
    ],
)
def test_bad_input_is_a_400_that_names_the_field(cast: World, zhou: Client, change: dict[str, Any], field: str) -> None:
    from referral.patients.models import Patient

    answer = send(zhou, "/patients", patient_body(cast, **change))

    assert answer.status_code == 400, answer.content
    named = [violation.get("field", "") for violation in answer.json()["violations"]] or [""]
    assert field in named
    assert not Patient.objects.exists()


def test_lists_are_masked_and_searched(cast: World, zhou: Client) -> None:
    send(zhou, "/patients", patient_body(cast))

    found = zhou.get("/api/v1/patients?q=cxl").json()

    assert found["next"] is None
    (row,) = found["results"]
    assert (row["name"], row["phone"], row["document"]) == ("陈*兰", "138****5678", "110***********0026")
    assert zhou.get("/api/v1/patients?q=%00").status_code == 400
    assert zhou.get("/api/v1/patients?page=0").status_code == 400
    assert zhou.get("/api/v1/referrals?status=nonsense").status_code == 400


def test_another_units_referral_looks_like_none(cast: World, zhou: Client) -> None:
    draft = cast.referral(institution=cast.hospital)

    for answer in (
        zhou.get(f"/api/v1/referrals/{draft.public_id}"),
        zhou.get(f"/api/v1/referrals/{uuid4()}"),
        send(zhou, f"/bookings/{uuid4()}/cancel", {"reason": "patient"}, **{"If-Match": 'W/"1"'}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_stranger_gets_nothing(cast: World) -> None:
    for path in ("/patients", "/referrals", f"/referrals/{uuid4()}"):
        assert Client().get(f"/api/v1{path}").status_code == 401


def test_the_answer_to_a_booking_is_what_reading_the_case_shows(cast: World, zhou: Client) -> None:
    draft, place = a_draft(zhou, cast), cast.place()

    booked = send(zhou, f"/referrals/{draft['id']}/bookings", {"pool_slot": str(place.public_id)}, **FIRST).json()

    assert zhou.get(f"/api/v1/referrals/{draft['id']}").json()["booking"] == booked
