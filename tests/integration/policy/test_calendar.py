"""The working calendar: the district keeps everybody's days, a hospital its own; official years, imports, history, who may."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinics.imports import jobs, work
from clinics.models import CalendarDay, CalendarYear, ImportJob
from clinics.timetables.calendar import day_kinds, known_until, working_days
from clinics.timetables.calendar_days import DayWords, mark_known, official_days, remove_day, seed_year, set_day
from clinics.timetables.calendar_year import history_of, year_of
from tests.cast import bearer
from tests.cast_clinics import a_coordinator, a_plan, a_service, in_days, published, today
from tests.cast_imports import a_text
from tests.integration.policy.cast_policy import Desk
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
OFF = DayWords(False, None, "校庆", "院办通知")
YEAR = date(2026, 1, 1)


def refused(code: str, act: Any, *args: Any, **more: Any) -> Refusal:
    before = list(CalendarDay.objects.order_by("pk").values())
    with pytest.raises(Refusal) as caught:
        act(*args, **more)
    assert caught.value.code == code
    assert list(CalendarDay.objects.order_by("pk").values()) == before
    return caught.value


def test_the_official_days_of_2026_are_entered_once_and_say_that_the_year_is_known(desk: Desk) -> None:
    assert known_until(YEAR) is None

    first, again = (seed_year(2026, by=desk.first) for _ in range(2))

    assert (first, again) == (len(official_days(2026)), 0)
    days = working_days(date(2026, 9, 28), date(2026, 10, 11))
    assert days == [date(2026, 9, day) for day in (28, 29, 30)] + [date(2026, 10, day) for day in (8, 9, 10)]
    assert (CalendarYear.objects.get().year, known_until(YEAR)) == (2026, date(2026, 12, 31))
    assert AuditEntry.objects.filter(kind="calendar").count() == 2


def test_known_until_stops_at_the_first_gap(desk: Desk) -> None:
    for year in (2026, 2028):
        CalendarYear.objects.create(year=year, source="通知")

    assert (known_until(YEAR), known_until(date(2027, 3, 1)), known_until(date(2028, 3, 1))) == (
        date(2026, 12, 31),
        None,
        date(2028, 12, 31),
    )


def test_a_year_without_an_official_list_is_refused_with_what_to_do(desk: Desk) -> None:
    refusal = refused("invalid_input", seed_year, 2031, by=desk.first)

    assert "名单导入" in str(refusal.violations[0].remedy)
    assert not CalendarYear.objects.exists()


def test_a_day_entered_by_hand_stays_when_the_year_is_seeded(desk: Desk) -> None:
    CalendarDay.objects.create(date=date(2026, 10, 10), is_working=False, note="本区另行安排")

    seed_year(2026, by=desk.first)

    assert CalendarDay.objects.get(date=date(2026, 10, 10)).note == "本区另行安排"


def test_a_hospital_s_own_day_counts_there_and_nowhere_else(desk: Desk) -> None:
    set_day(in_days(9), OFF, institution=desk.hospital, today=today(), by=desk.coordinator)
    set_day(in_days(10), DayWords(True, 1, "调休", "通知"), institution=None, today=today(), by=desk.first)

    kinds = {name: day_kinds(place, in_days(9), in_days(10)) for name, place in {"own": desk.hospital, "other": desk.other}.items()}
    assert [one.runs for one in kinds["own"].values()] == [None, 1]
    assert [one.runs for one in kinds["other"].values()] == [in_days(9).isoweekday(), 1]


def test_a_day_goes_back_to_its_weekday_and_everything_stands_in_the_history(desk: Desk) -> None:
    set_day(in_days(9), OFF, institution=None, today=today(), by=desk.first)
    set_day(in_days(9), DayWords(True, 3, "改为上班", "通知"), institution=None, today=today(), by=desk.second)
    remove_day(in_days(9), institution=None, today=today(), by=desk.first)

    assert not CalendarDay.objects.exists()
    told = history_of(None, in_days(9).year)
    assert [entry.who for entry in told] == ["李敏", "赵建国", "李敏"]
    assert "休 校庆 → 班，按星期三出诊 改为上班" in told[1].text
    refused("not_found", remove_day, in_days(9), institution=None, today=today(), by=desk.first)


def test_whoever_keeps_another_calendar_changes_nothing_here(desk: Desk) -> None:
    stranger = a_coordinator(desk.other)

    refused("not_allowed", set_day, in_days(9), OFF, institution=None, today=today(), by=desk.coordinator)
    refused("not_allowed", set_day, in_days(9), OFF, institution=desk.hospital, today=today(), by=stranger)
    refused("not_allowed", seed_year, 2026, by=desk.coordinator)
    refused("not_allowed", mark_known, 2026, "通知", today=today(), by=desk.coordinator)


@pytest.mark.parametrize(
    ("days", "said", "fields"),
    [
        (-1, OFF, {"day"}),
        (2000, OFF, {"day"}),
        (5, DayWords(False, 3, "国庆", "通知"), {"runs_as_weekday"}),
        (5, DayWords(True, 8, "国庆", "通知"), {"runs_as_weekday"}),
        (5, DayWords(False, None, " ", ""), {"note", "source"}),
        (5, DayWords(False, None, "节" * 61, "字" * 201), {"note", "source"}),
        (-1, DayWords(False, 3, "", ""), {"day", "runs_as_weekday", "note", "source"}),
    ],
)
def test_what_cannot_be_said_of_a_day_is_refused_all_at_once(desk: Desk, days: int, said: DayWords, fields: set[str]) -> None:
    refusal = refused("invalid_input", set_day, in_days(days), said, institution=None, today=today(), by=desk.first)

    assert {violation.field for violation in refusal.violations} == fields


def test_published_sessions_of_a_day_that_becomes_off_are_told(admin: Client, desk: Desk) -> None:
    published(a_plan(a_service(desk.heart), in_days(6)))

    page = admin.post(reverse("calendar"), form(), follow=True).content.decode()

    assert "该日已有 1 场出诊放号" in page
    assert "校庆" in page


def form(**changes: str) -> dict[str, str]:
    held = {
        "act": "set",
        "day": in_days(6).isoformat(),
        "works": "off",
        "runs_as_weekday": "",
        "note": "校庆",
        "source": "通知",
        "institution": "",
    }
    return held | changes


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"day": "soon"}, "day"), ({"works": ""}, "works"), ({"works": "maybe"}, "works"), ({"runs_as_weekday": "9"}, "runs_as_weekday"),
        ({"note": ""}, "note"), ({"note": "甲\0乙"}, "note"), ({"source": ""}, "source"), ({"institution": "x"}, "institution"),
        ({"act": "seed", "year": "2031"}, "year"), ({"act": "seed", "year": "x"}, "year"), ({"act": "known", "year": "2026"}, "source"),
        ({"act": "known", "year": "1999", "source": "通知"}, "year"), ({"act": "dance"}, "act"),
    ],
)  # fmt: skip
def test_a_fault_of_the_form_is_said_and_nothing_is_written(admin: Client, changes: dict[str, str], field: str) -> None:
    data = form(**changes) if changes.get("act") != "known" else changes

    answer = admin.post(reverse("calendar"), data)

    assert answer.status_code == 400
    assert f'href="#f-{field}"' in answer.content.decode()
    assert not CalendarDay.objects.exists()


def test_the_year_shows_its_days_and_a_coordinator_changes_only_her_own(coordinator: Client, desk: Desk) -> None:
    seed_year(2026, by=desk.first)
    address = reverse("calendar")

    page = coordinator.get(address, {"year": "2026"}).content.decode()
    sent = coordinator.post(address, form(institution=str(desk.hospital.public_id)))
    strange = [coordinator.post(address, form(institution=place)).status_code for place in ("", str(desk.other.public_id))]

    assert page.count('class="day off') == sum(not said.is_working for said in official_days(2026).values()) + 1  # the key beside the year
    assert "国庆节调休上班" in page
    assert 'value="seed"' not in page
    assert (sent.status_code, strange) == (302, [400, 400])
    assert CalendarDay.objects.get(institution=desk.hospital).note == "校庆"


def test_the_dialog_of_a_day_opens_with_what_stands_there(admin: Client, desk: Desk) -> None:
    set_day(in_days(6), OFF, institution=None, today=today(), by=desk.first)

    page = admin.get(reverse("calendar"), {"year": str(in_days(6).year), "day": in_days(6).isoformat()}).content.decode()

    assert 'value="校庆"' in page
    assert 'value="remove"' in page
    assert 'name="works"' not in admin.get(reverse("calendar"), {"day": "2026-01-05"}).content.decode()  # over


def test_a_year_not_known_is_said_on_the_pages_that_look_so_far(admin: Client, desk: Desk) -> None:
    before = admin.get(reverse("policy")).content.decode()
    for year in (today().year, today().year + 1):
        CalendarYear.objects.update_or_create(year=year, defaults={"source": "通知"})

    assert "本年节假日尚未按官方安排收录" in before
    assert "本年节假日" not in admin.get(reverse("policy")).content.decode()
    assert "节假日已按官方安排收录至" in admin.get(reverse("calendar"), {"year": str(today().year + 2)}).content.decode()


HEADER = ("日期", "休或班", "按星期几出诊", "名称", "依据通知")


def imported(desk: Desk, *rows: tuple[str, ...]) -> ImportJob:
    job = jobs.receive("calendar", "日历.csv", a_text([HEADER, *rows]), by=desk.first)
    work.work(job.public_id, today=timezone.localdate())
    return ImportJob.objects.get(pk=job.pk)


def test_a_list_of_days_is_checked_and_imported(desk: Desk) -> None:
    CalendarDay.objects.create(date=in_days(8), is_working=False, note="旧", source="通知")
    good = [(in_days(7).isoformat(), "休", "", "元旦", "通知"), (in_days(8).isoformat(), "班", "星期三", "调休", "通知")]
    bad = [
        ("soon", "休", "", "元旦", "通知"),
        (in_days(7).isoformat(), "班", "", "重复", "通知"),
        (in_days(9).isoformat(), "也许", "", "", ""),
    ]

    job = imported(desk, *good, *bad)
    assert job.status == "checked", job.problem
    jobs.confirm(job, leave_out_faulty=True, by=desk.first, expected_version=job.version)
    work.work(job.public_id, today=timezone.localdate())

    rows = CalendarDay.objects.order_by("date").values_list("date", "is_working", "runs_as_weekday", "note")
    assert list(rows) == [(in_days(7), False, None, "元旦"), (in_days(8), True, 3, "调休")]


def test_a_program_reads_sets_and_takes_back_days(client: Client, desk: Desk) -> None:
    head, own = bearer(desk.first.user), bearer(desk.coordinator.user, desk.coordinator.post)
    address = f"/api/v1/calendar/{in_days(6)}"
    body = {"is_working": True, "runs_as_weekday": 5, "note": "调休", "source": "通知"}

    assert client.put(address, body, "application/json", headers=head).json() == {"date": in_days(6).isoformat(), "published_sessions": 0}
    assert client.put(address, body, "application/json", headers=own).status_code == 403
    mine = {"is_working": False, "note": "校庆", "source": "院办通知"}
    for place, code in ((desk.hospital, 200), (desk.other, 404)):
        path = f"/api/v1/institutions/{place.public_id}/calendar/{in_days(6)}"
        assert client.put(path, mine, "application/json", headers=own).status_code == code
    read = client.get(f"/api/v1/calendar?year={in_days(6).year}&institution={desk.hospital.public_id}", headers=own).json()
    assert [(day["note"], day["institution"]) for day in read["days"]] == [("校庆", str(desk.hospital.public_id))]
    strange = client.get(f"/api/v1/calendar?year=2026&institution={desk.other.public_id}", headers=own)
    assert strange.status_code == 404
    assert client.delete(address, headers=own).status_code == 403
    assert client.delete(address, headers=head).status_code == 204
    assert client.delete(address, headers=head).status_code == 404
    assert client.put("/api/v1/calendar/tomorrow", body, "application/json", headers=head).status_code == 404


def test_the_calendar_asks_a_bounded_number_of_questions(admin: Client, desk: Desk, django_assert_max_num_queries) -> None:
    seed_year(2026, by=desk.first)

    with django_assert_max_num_queries(26):
        admin.get(reverse("calendar"), {"year": "2026", "day": in_days(5).isoformat()})
    with django_assert_max_num_queries(3):
        year_of(2026, desk.hospital)
