"""The coordinator's week: the timetable entered, a week published from it, the board, a session changed, each by page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import CalendarDay, ClinicSession, Publication, ScheduleChange, SessionTemplate
from permissions.roles import Role
from reserved_pools.models import PoolSlot
from reserved_pools.sessions.doctors import change_doctor
from tests.cast import a_user, sign_in
from tests.cast_clinics import a_pool, a_post, a_referrer, in_days
from tests.integration.timetables.cast_weeks import Hospital, a_week_hospital, monday, whole

pytestmark = pytest.mark.django_db


def opened(client: Client, name: str, *ids: Any, status: int = 200, **query: str) -> str:
    answer = client.get(reverse(name, args=ids), query)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return str(answer.content.decode())


def entered(hospital: Hospital, **fields: Any) -> dict[str, Any]:
    said = {
        "institution": str(hospital.institution.public_id),
        "service": str(hospital.general.public_id),
        "weekday": "1",
        "half_day": "am",
    }
    said |= {"starts": "08:00", "ends": "12:00", "capacity": "24", "release": "", "practitioner": "", "valid_from": in_days(0).isoformat()}
    return said | fields


def span(hospital: Hospital, **fields: Any) -> dict[str, Any]:
    week = {"from": monday().isoformat(), "to": (monday() + timedelta(days=6)).isoformat(), "copied_from": "", "reason": ""}
    return {"institution": str(hospital.institution.public_id)} | week | fields


def test_a_template_becomes_a_published_week_that_a_second_click_does_not_change(desk: Client, hospital: Hospital) -> None:
    made = desk.post(reverse("template_new"), entered(hospital))
    assert made.status_code == 302, made.content.decode()
    assert "普通门诊" in opened(desk, "timetable")

    shown = opened(desk, "week_publish", **{"from": monday().isoformat()})
    assert "发布 1 个班次" in shown
    first = desk.post(reverse("week_publish"), span(hospital))
    again = desk.post(reverse("week_publish"), span(hospital), follow=True)

    assert first.status_code == 302
    session = ClinicSession.objects.get()
    assert (session.date, session.capacity, session.is_uncapped) == (monday(), 24, True)
    assert sum(PoolSlot.objects.referral().values_list("published", flat=True)) == 6
    assert "没有剩下要发布的班次" in again.content.decode()
    assert list(Publication.objects.order_by("id").values_list("sessions", "reserved")) == [(1, 6), (0, 0)]
    board = opened(desk, "week", **{"from": monday().isoformat()})
    assert "普通 24" in board
    assert "留 6，已约 0" in board


def test_the_preview_says_what_is_left_out_and_why(desk: Client, hospital: Hospital) -> None:
    hospital.template(weekday=1)
    hospital.template(weekday=2)
    CalendarDay.objects.create(date=monday() + timedelta(days=1), is_working=False, note="医院停诊日")
    hospital.publish()

    shown = opened(desk, "week_publish", **{"from": monday().isoformat()})

    assert "已发布" in shown
    assert "医院停诊日" in shown
    assert "发布 0 个班次" in shown


def test_days_that_cannot_be_published_say_so_and_make_nothing(desk: Client, hospital: Hospital) -> None:
    hospital.template()
    far = (in_days(0) + timedelta(days=130)).isoformat()
    for wrong in ({"to": far, "from": far}, {"to": in_days(-3).isoformat(), "from": in_days(-9).isoformat()}, {"from": "x"}):
        answer = desk.post(reverse("week_publish"), span(hospital, **wrong))
        assert answer.status_code == 400
    assert opened(desk, "week_publish", status=400, **{"from": far, "to": far})

    assert (ClinicSession.objects.count(), Publication.objects.count()) == (0, 0)


def test_new_sessions_in_the_frozen_week_need_a_reason_and_are_announced(desk: Client, hospital: Hospital) -> None:
    for weekday in range(1, 8):
        hospital.template(weekday=weekday)
    days = {"from": in_days(1).isoformat(), "to": in_days(2).isoformat()}

    refused = desk.post(reverse("week_publish"), span(hospital, **days))
    assert (refused.status_code, ClinicSession.objects.count()) == (400, 0)
    assert "排班已锁定" in refused.content.decode()
    desk.post(reverse("week_publish"), span(hospital, reason="系统切换", **days))

    assert ClinicSession.objects.count() == 2
    assert list(ScheduleChange.objects.values_list("kind", "in_frozen_week", "reason").distinct()) == [("added_session", True, "系统切换")]


def test_a_week_is_copied_with_its_changes(desk: Client, hospital: Hospital) -> None:
    session = hospital.session(capacity=24)
    page = reverse("clinic_session", args=[session.public_id])
    band = {"act": "band", "where": "end", "places": "3", "reason": "", "version": "1"}
    assert desk.post(page, band).status_code == 302

    target = monday(3)
    week = {"from": target.isoformat(), "to": (target + timedelta(days=6)).isoformat(), "copied_from": monday().isoformat()}
    assert desk.post(reverse("week_publish"), span(hospital, **week)).status_code == 302

    copy = ClinicSession.objects.get(date=target)
    assert (copy.capacity, copy.ends_at - copy.starts_at) == (27, timedelta(hours=4, minutes=30))
    assert copy.slots.count() == 9


def test_a_session_is_changed_on_its_page_and_every_change_is_in_its_timeline(desk: Client, hospital: Hospital) -> None:
    session = hospital.session()
    page, bands = reverse("clinic_session", args=[session.public_id]), list(session.slots.order_by("starts_at"))
    common = {"reason": "", "version": "1"}

    assert desk.post(page, common | {"act": "places", "band": str(bands[0].public_id), "places": "2"}).status_code == 302
    assert desk.post(page, common | {"act": "block", "band": str(bands[1].public_id), "version": "2"}).status_code == 302
    stale = desk.post(page, common | {"act": "band", "where": "end", "places": "2", "version": "2"})
    lost = desk.post(page, common | {"act": "unblock", "band": str(bands[1].public_id), "version": "3"})

    assert stale.status_code == 409
    assert lost.status_code == 422
    text = opened(desk, "clinic_session", session.public_id)
    assert "增加 2 个号" in text
    assert "已停约" in text
    assert whole(session).version == 3
    assert list(ScheduleChange.objects.order_by("id").values_list("kind", flat=True)) == ["added_places", "blocked"]


def test_an_extra_session_is_published_on_its_page(desk: Client, hospital: Hospital) -> None:
    fields = entered(hospital, date=monday().isoformat(), reason="")
    del fields["weekday"], fields["valid_from"]

    answer = desk.post(reverse("clinic_session_new"), fields)

    made = ClinicSession.objects.get()
    assert answer.headers["Location"] == reverse("clinic_session", args=[made.public_id])
    assert ScheduleChange.objects.get().kind == "added_session"


def test_a_half_day_is_corrected_and_ended_and_published_sessions_stay(desk: Client, hospital: Hospital) -> None:
    session = hospital.session()
    template = SessionTemplate.objects.get()
    fields = entered(hospital, capacity="30", release="limited", version="1")
    assert desk.post(reverse("template", args=[template.public_id]), fields).status_code == 302
    stale = desk.post(reverse("template", args=[template.public_id]), fields)
    ended = desk.post(reverse("template_end", args=[template.public_id]), {"last_day": in_days(20).isoformat(), "version": "2"})

    template.refresh_from_db()
    assert (stale.status_code, ended.status_code) == (409, 302)
    assert (template.capacity, template.is_uncapped, template.valid_to) == (30, False, in_days(21))
    assert whole(session).capacity == 24
    history = opened(desk, "template", template.public_id)
    assert "最后一次出诊" in history


@pytest.mark.parametrize("change", [{"capacity": "0"}, {"starts": "12:00"}, {"weekday": "8"}, {"service": ""}, {"practitioner": "x"}])
def test_a_half_day_that_cannot_be_opens_the_form_again(desk: Client, hospital: Hospital, change: dict[str, str]) -> None:
    answer = desk.post(reverse("template_new"), entered(hospital, **change))

    assert answer.status_code == 400
    assert "aria-invalid" in answer.content.decode() or "practitioner" in change
    assert SessionTemplate.objects.count() == 0


def test_a_doctor_who_refers_here_reads_the_changes_without_names(client: Client, hospital: Hospital) -> None:
    doctor = a_referrer(hospital.institution)
    stranger = a_referrer(a_week_hospital("宣武医院").institution)
    held = hospital.doctor("陈立新")
    hospital.template(hospital.chief, practitioner=held.public_id)
    session = whole(hospital.publish()[0])
    change_doctor(session, hospital.doctor("钱主任").public_id, reason="陈立新请假", by=hospital.by, expected_version=1)

    sign_in(client, doctor.user, doctor.post)
    read = opened(client, "availability")
    other = Client()
    sign_in(other, stranger.user, stranger.post)
    unread = opened(other, "availability")

    assert "换医生" in read
    assert "陈立新" not in read
    assert "钱主任" not in read
    assert "换医生" not in unread


def test_the_week_of_another_hospital_is_not_there(desk: Client, hospital: Hospital) -> None:
    other = a_week_hospital("宣武医院")
    session, template = other.session(), SessionTemplate.objects.get()

    for name, thing in (("clinic_session", session), ("template", template)):
        assert desk.get(reverse(name, args=[thing.public_id])).status_code == 404
    for name in ("week", "timetable", "week_publish", "clinic_session_new", "template_new"):
        assert desk.get(reverse(name), {"institution": str(other.institution.public_id)}).status_code == 404
    assert desk.post(reverse("week_publish"), span(other)).status_code == 404


@pytest.mark.parametrize("name", ["week", "timetable", "week_publish", "clinic_session_new"])
def test_a_clerk_has_no_week(hospital: Hospital, name: str) -> None:
    clerk, browser = a_post(a_user("窗口"), hospital.institution, Role.WINDOW_CLERK), Client()
    sign_in(browser, clerk.user, clerk)

    assert browser.get(reverse(name)).status_code == 403


def test_the_pages_ask_the_database_as_often_for_many_sessions_as_for_few(
    desk: Client, hospital: Hospital, django_assert_max_num_queries: Any
) -> None:
    for weekday in range(1, 6):
        hospital.template(weekday=weekday)
        hospital.template(hospital.chief, weekday=weekday, half_day="pm", starts="13:30", ends="17:00", capacity=8)
    a_pool(hospital.general)
    sessions = hospital.publish()

    asked = {"from": monday().isoformat()}
    for name, ids, most in (
        ("week", (), 30), ("week_publish", (), 36), ("timetable", (), 22), ("clinic_session", (sessions[0].public_id,), 26)
    ):  # fmt: skip
        with django_assert_max_num_queries(most):
            opened(desk, name, *ids, **asked)


def test_the_week_is_taken_away_as_a_file(desk: Client, hospital: Hospital) -> None:
    hospital.session()

    answer = desk.post(f"{reverse('week_export')}?from={monday().isoformat()}", {"as": "csv"})

    text = b"".join(answer).decode()  # type: ignore[call-overload]
    assert "心血管内科" in text
    assert ",24,6,0,0,14,4,0," in text


def test_home_leads_a_coordinator_to_her_week(desk: Client) -> None:
    assert desk.get("/").headers["Location"] == reverse("week")
