"""The timetable by program: entered, previewed, published once, changed; and who reads what was changed."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import CalendarDay, ClinicSession, ClinicStop, Publication, ScheduleChange, SessionTemplate
from permissions.roles import Role
from reserved_pools.models import PoolSlot
from tests.cast import a_user, bearer
from tests.cast_clinics import a_post, a_referrer, in_days
from tests.integration.timetables.cast_weeks import Hospital, a_week_hospital, monday, whole

pytestmark = pytest.mark.django_db


class Program:
    """A program of somebody's, sending and reading JSON."""

    def __init__(self, by: Any) -> None:
        self.client, self.headers = Client(), bearer(by.user, by.post)

    def ask(self, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        named = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.generic(
            method, f"/api/v1{path}", *([] if body is None else [json.dumps(body).encode(), "application/json"]), headers=named
        )
        assert answer.status_code == status, answer.content.decode()
        return answer.json()


@pytest.fixture
def program(hospital: Hospital) -> Program:
    return Program(hospital.by)


def half_day(hospital: Hospital, **fields: Any) -> dict[str, Any]:
    held = {"service": str(hospital.general.public_id), "weekday": 1, "half_day": "am", "starts": "08:00", "ends": "12:00", "capacity": 24}
    return held | fields


def week(**fields: Any) -> dict[str, str]:
    return {"from": monday().isoformat(), "to": (monday() + timedelta(days=6)).isoformat()} | fields


def test_a_template_is_entered_corrected_and_ended(hospital: Hospital, program: Program) -> None:
    made = program.ask("POST", "/session-templates", half_day(hospital), 201)
    path = f"/session-templates/{made['id']}"
    again = program.ask("POST", "/session-templates", half_day(hospital), 400)
    changed = program.ask("PATCH", path, {"capacity": 30, "release": "limited"}, If_Match='W/"1"')
    stale = program.ask("PATCH", path, {"capacity": 31}, 409, If_Match='W/"1"')
    ended = program.ask("POST", f"{path}/end", {"last_day": in_days(6).isoformat()}, If_Match='W/"2"')

    assert (made["release"], made["valid_from"], made["version"]) == ("unlimited", in_days(0).isoformat(), 1)
    assert [one["field"] for one in again["violations"]] == ["half_day"]
    assert (changed["capacity"], changed["starts"], changed["release"]) == (30, "08:00", "limited")
    assert stale["code"] == "stale_state"
    assert ended["valid_to"] == in_days(7).isoformat()
    assert [one["id"] for one in program.ask("GET", "/session-templates")["results"]] == [made["id"]]
    assert SessionTemplate.objects.count() == 1


def test_every_fault_of_a_half_day_is_told_at_once(hospital: Hospital, program: Program) -> None:
    junior = hospital.doctor("王住院", "resident")
    wrong = half_day(
        hospital, service=str(hospital.chief.public_id), starts="12:00", ends="08:00", release="unlimited",
        practitioner=str(junior.public_id), valid_from=in_days(-1).isoformat(),
    )  # fmt: skip

    refused = program.ask("POST", "/session-templates", wrong, 400)

    assert {one["field"] for one in refused["violations"]} == {"ends", "release", "practitioner", "valid_from"}
    assert SessionTemplate.objects.count() == 0


def test_a_week_is_previewed_and_published_once_whatever_is_sent_again(hospital: Hospital, program: Program) -> None:
    hospital.template()
    hospital.template(hospital.chief, weekday=2, capacity=8)
    CalendarDay.objects.create(date=monday() + timedelta(days=1), is_working=False, note="院庆", institution=hospital.institution)

    seen = program.ask("POST", "/timetables/preview", week())
    assert ClinicSession.objects.count() == 0
    done = program.ask("POST", "/timetables/publish", week(), 201, Idempotency_Key="attempt-0001")
    replay = program.ask("POST", "/timetables/publish", week(), 201, Idempotency_Key="attempt-0001")
    other = program.ask("POST", "/timetables/publish", week(reason="x"), 422, Idempotency_Key="attempt-0001")
    program.ask("POST", "/timetables/publish", week(), 400)

    assert [(one["referral"], one["direct"], one["window"]) for one in seen["made"]] == [(6, 14, 4)]
    assert [one["why"] for one in seen["left_out"]] == ["day_off"]
    assert (done["sessions"], done["places"], done["reserved"]) == (1, 24, 6)
    assert replay == done
    assert other["code"] == "idempotency_mismatch"
    assert (ClinicSession.objects.count(), Publication.objects.count()) == (1, 1)


def test_a_hospitals_own_calendar_wins_over_everybodys(hospital: Hospital, program: Program) -> None:
    hospital.template()
    CalendarDay.objects.create(date=monday(), is_working=False, note="元旦")
    CalendarDay.objects.create(date=monday(), is_working=True, institution=hospital.institution)

    assert len(program.ask("POST", "/timetables/preview", week())["made"]) == 1


def test_a_day_worked_instead_without_its_weekday_is_pointed_out(hospital: Hospital, desk: Client) -> None:
    hospital.template()
    sunday = monday() + timedelta(days=6)
    CalendarDay.objects.create(date=sunday, is_working=True, note="调休上班")

    asked = {"from": monday().isoformat(), "to": sunday.isoformat()}
    shown = desk.get(reverse("week_publish"), asked).content.decode()
    CalendarDay.objects.filter(date=sunday).update(runs_as_weekday=1)
    named = desk.get(reverse("week_publish"), asked).content.decode()

    assert "上班，但没有排班" in shown
    assert "上班，但没有排班" not in named
    assert "发布 2 个班次" in named


def test_a_stopped_half_day_is_not_published_again(hospital: Hospital, program: Program) -> None:
    hospital.template()
    hospital.template(weekday=2)
    first = hospital.publish(monday(), monday())[0]
    ClinicSession.objects.filter(pk=first.pk).update(status="stopped")
    ClinicStop.objects.create(
        service=hospital.general, first_day=monday() + timedelta(days=1), last_day=monday() + timedelta(days=3), reason_code="leave",
        status="in_force", asked_by=hospital.by.user,
    )  # fmt: skip

    seen = program.ask("POST", "/timetables/preview", week())

    assert (seen["made"], [one["why"] for one in seen["left_out"]]) == ([], ["stopped", "stopped"])


def test_nothing_is_published_beyond_three_months_nor_by_somebody_else(hospital: Hospital, program: Program) -> None:
    hospital.template()
    far = {"from": in_days(100).isoformat(), "to": in_days(101).isoformat()}
    elsewhere = Program(a_week_hospital("宣武医院").by)

    beyond = program.ask("POST", "/timetables/publish", far, 400, Idempotency_Key="attempt-0001")
    mine = {"institution": str(hospital.institution.public_id)}
    elsewhere.ask("POST", "/timetables/publish", week(**mine), 404, Idempotency_Key="attempt-0001")

    assert [one["field"] for one in beyond["violations"]] == ["to"]
    assert (ClinicSession.objects.count(), Publication.objects.count()) == (0, 0)


def test_a_session_is_read_and_changed(hospital: Hospital, program: Program) -> None:
    session = hospital.session()
    path = f"/clinic-sessions/{session.public_id}"
    listed = program.ask("GET", f"/clinic-sessions?from={monday()}&to={monday()}")["results"]
    bands = listed[0]["bands"]

    more = program.ask("POST", f"{path}/places", {"band": bands[0]["id"], "places": 6}, If_Match='W/"1"')
    longer = program.ask("POST", f"{path}/bands", {"where": "end", "places": 3}, If_Match='W/"2"')
    blocked = program.ask("POST", f"{path}/block", {"band": bands[2]["id"]}, If_Match='W/"3"')
    lost = program.ask("POST", f"{path}/unblock", {"band": bands[2]["id"]}, 422, If_Match='W/"4"')
    nobody = program.ask("POST", f"{path}/doctor", {"practitioner": bands[0]["id"]}, 400, If_Match='W/"4"')

    assert (len(bands), bands[0]["capacity"], bands[0]["referral"]) == (8, 3, 1)
    assert (more["capacity"], more["version"]) == (30, 2)
    assert (longer["capacity"], len(longer["bands"])) == (33, 9)
    assert (blocked["booked"], blocked["session"]["bands"][2]["is_blocked"]) == (0, True)
    assert (lost["code"], nobody["code"]) == ("places_withdrawn", "invalid_input")
    assert whole(session).version == 4


def test_changes_are_read_where_one_may_refer_and_nowhere_else(hospital: Hospital, program: Program) -> None:
    body = {"service": str(hospital.general.public_id), "date": monday().isoformat(), "half_day": "am", "starts": "08:00", "ends": "12:00"}
    program.ask("POST", "/clinic-sessions", body | {"capacity": 24, "reason": "陈立新加班"}, 201)
    doctor = Program(a_referrer(hospital.institution))
    stranger = Program(a_referrer(a_week_hospital("宣武医院").institution))
    clerk = a_post(a_user("窗口"), hospital.institution, Role.WINDOW_CLERK)

    read = doctor.ask("GET", "/schedule-changes")["results"]

    assert [(one["kind"], one["places"]) for one in read] == [("added_session", 24)]
    assert "reason" not in read[0]
    assert stranger.ask("GET", "/schedule-changes")["results"] == []
    assert len(program.ask("GET", f"/schedule-changes?from={in_days(0)}&institution={hospital.institution.public_id}")["results"]) == 1
    assert Client().get("/api/v1/schedule-changes", headers=bearer(clerk.user, clerk)).status_code == 403
    assert (ScheduleChange.objects.count(), PoolSlot.objects.referral().count()) == (1, 6)


@pytest.mark.parametrize("path", ["/session-templates", "/clinic-sessions"])
def test_a_referrer_manages_no_timetable(hospital: Hospital, path: str) -> None:
    Program(a_referrer(hospital.institution)).ask("GET", path, status=403)
