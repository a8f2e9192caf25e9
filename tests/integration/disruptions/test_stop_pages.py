"""The pages and the interface of stopped clinics: who opens them, what they say, what they refuse (R124-R128, R161)."""

from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Case, When
from django.test import Client
from django.urls import reverse

from clinics.models import ClinicStop
from permissions.acting import Acting
from referral.disruptions.stop import stop_clinic
from tests.cast import bearer
from tests.cast_stops import Scene, day, scene
from vault.models import AccessEntry, AuditEntry, Message

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def held() -> Scene:
    return scene()


def as_(by: Acting) -> Client:
    return Client(headers=bearer(by.user, by.post))


def asked(held: Scene, first: int = 3, last: int = 3, **changes: str) -> dict[str, str]:
    dates = {"first_day": day(first).isoformat(), "last_day": day(last).isoformat()}
    return {"service": str(held.heart.public_id), "half_day": "", "reason": "leave", "note": "外出学习", **dates} | changes


def text(answer: Any) -> str:
    return answer.content.decode()


def test_the_preview_says_what_would_happen_and_the_dialog_repeats_it(held: Scene) -> None:
    held.booked()
    page = as_(held.coordinator).get(reverse("stop_new"), asked(held) | {"preview": "1"})

    assert page.status_code == 200
    assert (page.context["found"].bookings, len(page.context["found"].sessions)) == (1, 1)
    assert "应至少提前2天更新停诊信息" in text(page)
    assert 'id="confirm"' in text(page)
    assert not ClinicStop.objects.exists()


def test_the_click_stops_once_and_shows_whom_to_call(held: Scene) -> None:
    booked, client, messages = held.booked(), as_(held.coordinator), Message.objects.count()

    first = client.post(reverse("stop_new"), asked(held))
    second = client.post(reverse("stop_new"), asked(held))

    stop = ClinicStop.objects.get()
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"] == reverse("stop", args=[stop.public_id])
    page = client.get(first["Location"])
    assert "陈*兰" in text(page)
    assert "陈秀兰" not in text(page)
    assert f"**{booked.patient.phone_tail}" in text(page)
    assert booked.patient.phone not in text(page)
    assert "周晓岚" in text(page)
    assert Message.objects.count() == messages
    assert AccessEntry.objects.filter(kind="booking", object_id=booked.public_id, purpose="affected list").count() == 1


def test_a_session_leads_to_its_own_stop(held: Scene) -> None:
    page = as_(held.coordinator).get(reverse("stop_new"), {"session": str(held.session.public_id)})

    assert page.context["values"]["service"] == str(held.heart.public_id)
    assert (page.context["values"]["first_day"], page.context["values"]["half_day"]) == (day(3).isoformat(), "am")
    assert as_(held.other).get(reverse("stop_new"), {"session": str(held.session.public_id)}).status_code == 404


def test_a_long_stop_said_too_late_shows_the_rule_and_the_way_out(held: Scene) -> None:
    held.morning(1, afternoon=True)
    page = as_(held.coordinator).get(reverse("stop_new"), asked(held, 1, 12) | {"preview": "1"})

    assert page.status_code == 422
    assert "由科室提前三天上报门诊办" in text(page)
    assert day(3).isoformat() in text(page)
    assert as_(held.coordinator).post(reverse("stop_new"), asked(held, 1, 12)).status_code == 422
    assert not ClinicStop.objects.exists()


def test_the_second_person_agrees_on_the_page_and_the_first_is_told_she_cannot(held: Scene) -> None:
    stop = stop_clinic(held.wanted(3, 12), by=held.coordinator).stop
    address, form = reverse("stop", args=[stop.public_id]), {"act": "approve", "version": str(stop.version)}

    alone = as_(held.coordinator).post(address, form)
    assert alone.status_code == 403 or alone.context["violations"]
    assert held.session.status == "planned"
    assert as_(held.manager).get(reverse("stops")).context["frame"]
    done = as_(held.manager).post(address, form)

    stop.refresh_from_db()
    assert (done.status_code, stop.status, held.session.status) == (302, "in_force", "stopped")
    again = as_(held.manager).post(address, form)
    assert again.status_code in (200, 409)
    assert AuditEntry.objects.filter(verb="approve_stop").count() == 1


def test_a_manager_sees_how_many_and_not_whom(held: Scene) -> None:
    held.booked()
    stop = stop_clinic(held.wanted(), by=held.coordinator).stop

    page = as_(held.manager).get(reverse("stop", args=[stop.public_id]))

    assert page.context["affected"] == 1
    assert page.context["people"] == []
    assert "陈" not in text(page)


def test_the_district_sees_every_hospitals_stops_and_no_patient(held: Scene) -> None:
    held.booked()
    stop = stop_clinic(held.wanted(), by=held.coordinator).stop
    admin = as_(held.world.district_admin)

    assert held.world.hospital.short_name in text(admin.get(reverse("stops")))
    page = admin.get(reverse("stop", args=[stop.public_id]))
    assert (page.status_code, page.context["people"], page.context["actions"]) == (200, [], [])
    assert admin.post(reverse("stop", args=[stop.public_id]), {"act": "approve", "version": "1"}).status_code == 403


def test_the_districts_board_counts_the_special_stops_and_its_number_opens_them(held: Scene) -> None:
    held.morning(4), held.morning(5)
    for ahead in (3, 4, 5):
        stop_clinic(held.wanted(ahead), by=held.coordinator)
    special = Case(When(first_day=day(3), then=False), default=True)  # the data says it, whatever the hour and the time of the year
    ClinicStop.objects.update(is_special=special, first_day=day(0))
    year = ClinicStop.objects.filter(is_special=True, first_day__year=day(0).year)
    admin = as_(held.world.district_admin)

    tile = admin.get(reverse("district")).context["tiles"][-1]
    rows = admin.get(tile["href"]).context["rows"]

    assert (tile["count"], sum(row.stops for row in rows)) == (year.count(), year.count())
    asked = {"state": "special", "month": f"{rows[0].month:%Y-%m}", "hospital": str(held.world.hospital.public_id)}
    assert len(admin.get(reverse("stops"), asked).context["lines"]) == rows[0].stops
    assert len(admin.get(reverse("stops"), asked | {"month": "1999-01", "hospital": "x"}).context["lines"]) == 2


def test_another_hospitals_stop_is_like_none_and_roles_without_it_are_shut_out(held: Scene) -> None:
    stop = stop_clinic(held.wanted(), by=held.coordinator).stop
    doors = [reverse(name, args=[stop.public_id]) for name in ("stop", "stop_paper")] + [f"/api/v1/stops/{stop.public_id}"]

    other, doctor, clerk = as_(held.other), as_(held.doctor), as_(held.clerk)

    assert [other.get(door).status_code for door in doors] == [404, 404, 404]
    assert [doctor.get(door).status_code for door in doors] == [403, 403, 403]
    assert [clerk.get(door).status_code for door in doors] == [403, 403, 403]
    assert other.post(reverse("stop_export", args=[stop.public_id])).status_code == 404
    assert ClinicStop.objects.count() == 1
    assert str(stop.public_id) not in text(other.get(reverse("stops")))


def test_the_affected_are_printed_and_taken_as_a_file_which_leaves_a_trace(held: Scene) -> None:
    held.booked(name="=陈秀兰")
    stop, client = stop_clinic(held.wanted(), by=held.coordinator).stop, as_(held.coordinator)

    assert "周晓岚" in text(client.get(reverse("stop_paper", args=[stop.public_id])))
    answer = client.post(reverse("stop_export", args=[stop.public_id]), {"as": "csv"})
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]

    assert len(rows) == 2
    assert "'=" in rows[1]
    entry = AuditEntry.objects.get(verb="export")
    assert (entry.details["list"], entry.details["rows"], entry.details["filters"]) == ("affected", 1, {"stop": str(stop.public_id)})


def test_the_list_filters_searches_and_asks_a_bounded_number_of_questions(held: Scene, django_assert_max_num_queries: Any) -> None:
    for ahead in (3, 4, 5, 6):
        stop_clinic(held.wanted(ahead), by=held.coordinator)
    waiting = stop_clinic(held.wanted(20, 30), by=held.coordinator).stop
    client = as_(held.coordinator)

    with django_assert_max_num_queries(22):
        page = client.get(reverse("stops"))
    assert page.context["lines"][0][0] == waiting
    stop_clinic(held.wanted(40, 50), by=held.second)
    with django_assert_max_num_queries(14):
        listed = client.get("/api/v1/stops").json()["results"]
    assert [one["actions"] for one in listed[:2]] == [["approve", "decline"], ["withdraw"]]
    assert len(client.get(reverse("stops"), {"state": "ahead"}).context["lines"]) == 4
    assert len(client.get(reverse("stops"), {"state": "proposed", "q": "心脏"}).context["lines"]) == 2
    assert len(client.get(reverse("stops"), {"q": "骨科"}).context["lines"]) == 0
    assert client.get(reverse("stops"), {"state": "'", "department": "x", "page": "-1"}).status_code == 200


def test_the_interface_stops_a_session_with_the_version_seen(held: Scene) -> None:
    booked, session, client = held.booked(), held.session, as_(held.coordinator)
    path, seen = f"/api/v1/clinic-sessions/{session.public_id}/stop", {"If-Match": f'W/"{session.version}"'}

    assert client.post(path, {"reason": "leave"}, JSON).status_code == 428
    answer = client.post(path, {"reason": "leave"}, JSON, headers=seen)
    stale = client.post(path, {"reason": "leave"}, JSON, headers=seen)

    body = answer.json()
    assert (answer.status_code, body["status"], body["is_special"], body["affected"]) == (201, "in_force", False, 1)
    assert [one["booking"] for one in body["bookings"]] == [str(booked.public_id)]
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_state")
    assert client.get(f"/api/v1/stops/{body['id']}")["ETag"] == answer["ETag"]
    assert [one["id"] for one in client.get("/api/v1/stops", {"status": "in_force"}).json()["results"]] == [body["id"]]


def test_the_interface_proposes_agrees_and_declines(held: Scene) -> None:
    client, second = as_(held.coordinator), as_(held.second)
    given = {key: value for key, value in asked(held, 3, 12).items() if value}

    made = client.post("/api/v1/stops", given, JSON)
    same = client.post("/api/v1/stops", given, JSON)
    path, seen = f"/api/v1/stops/{made.json()['id']}", {"If-Match": made["ETag"]}

    assert (made.status_code, same.status_code, made.json()["id"]) == (201, 200, same.json()["id"])
    assert made.json()["actions"] == ["withdraw"]
    assert second.get(path).json()["actions"] == ["approve", "decline"]
    alone = client.post(f"{path}/approve", headers=seen)
    assert alone.json()["code"] == "second_person_required"
    assert second.post(f"{path}/decline", {"why": "请先安排替诊"}, JSON, headers=seen).json()["status"] == "declined"
    assert client.post(f"{path}/withdraw", headers=seen).status_code == 409
    assert as_(held.other).post(f"{path}/approve", headers=seen).status_code == 404


BAD = (
    {"service": str(uuid4())},
    {"reason": "whim"},
    {"first_day": "2026-13-01"},
    {"last_day": "2000-01-01"},
    {"half_day": "noon"},
    {"reason": "other", "note": ""},
)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: next(iter(bad)))
def test_what_is_wrong_is_said_at_its_field_and_writes_nothing(held: Scene, bad: dict[str, str]) -> None:
    client = as_(held.coordinator)
    page = client.post(reverse("stop_new"), asked(held) | bad)
    by_program = client.post("/api/v1/stops", {key: value for key, value in (asked(held) | bad).items() if value}, JSON)

    assert 400 <= page.status_code < 500
    assert page.context["errors"].keys() & (bad.keys() | {"note"})
    assert 400 <= by_program.status_code < 500
    assert not ClinicStop.objects.exists()


def test_a_proposed_stop_says_whom_it_would_affect_before_anybody_agrees(held: Scene) -> None:
    held.booked()
    held.booked(held.morning(5, afternoon=True)[0], "王桂英")
    stop = stop_clinic(held.wanted(3, 12, half_day="pm"), by=held.coordinator).stop

    (line, _tag) = as_(held.second).get(reverse("stops")).context["lines"][0]
    page = as_(held.second).get(reverse("stop", args=[stop.public_id]))

    assert (line.affected, line.sessions_count) == (1, 1)
    assert [one.name for one in page.context["people"]] == ["王*英"]
