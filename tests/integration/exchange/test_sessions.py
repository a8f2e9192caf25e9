"""Sessions and stops pushed by a hospital's own system: row by row, once for each key, as far as a timetable may change."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Sum
from django.db.models.functions import Now

from clinics.models import ClinicSession, ClinicStop, Institution, Post, Practitioner, ScheduleChange
from referral.exchange.models import FeedRecord
from reserved_pools.models import PoolSlot
from tests.cast_referral import today
from tests.cast_stops import Scene
from tests.integration.exchange.scene import a_key, a_row, a_system, answerable, asked, pushed
from vault.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def system() -> tuple[Scene, str]:
    return a_system()


def outcomes(results: list[dict[str, Any]]) -> list[str]:
    return [one["outcome"] for one in results]


def fields(result: dict[str, Any]) -> list[str]:
    return [one["field"] for one in result["violations"]]


def test_a_batch_is_published_with_its_shares_and_sent_again_it_changes_nothing(system: tuple[Scene, str]) -> None:
    _cast, key = system
    rows = [a_row("S1", 10), a_row("S2", 11, half_day="am", starts="08:00", ends="11:30", capacity=30)]

    first = pushed(key, "sessions", *rows)
    again = pushed(key, "sessions", *rows)

    assert (outcomes(first), outcomes(again)) == (["created", "created"], ["unchanged", "unchanged"])
    assert [one["id"] for one in first] == [one["id"] for one in again]
    made = ClinicSession.objects.filter(public_id__in=[one["id"] for one in first])
    assert sorted(made.values_list("capacity", flat=True)) == [24, 30]
    shares = PoolSlot.objects.filter(slot__session__in=made).values("slot__session__capacity", "kind").annotate(places=Sum("published"))
    assert {(one["slot__session__capacity"], one["kind"]): one["places"] for one in shares} == {
        (24, "community_referral"): 6, (24, "resident_direct"): 14, (30, "community_referral"): 8, (30, "resident_direct"): 16,
    }  # fmt: skip
    assert AuditEntry.objects.filter(verb="feed.sessions").count() == 1


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("no such service", {"service": "XX"}, "service"),
    ("no day", {"date": "2026-02-30"}, "date"),
    ("a number for a day", {"date": 5}, "date"),
    ("yesterday", {"date": (today() - timedelta(days=1)).isoformat()}, "date"),
    ("a year ahead", {"date": (today() + timedelta(days=365)).isoformat()}, "date"),
    ("no half-day", {"half_day": "noon"}, "half_day"),
    ("ends before it starts", {"ends": "13:00"}, "ends"),
    ("a night clinic", {"ends": "23:30"}, "ends"),
    ("no time", {"starts": "１３:30"}, "starts"),
    ("no place", {"capacity": 0}, "capacity"),
    ("too many places", {"capacity": 501}, "capacity"),
    ("text for a number", {"capacity": "24"}, "capacity"),
    ("nobody", {"practitioner": "0000"}, "practitioner"),
    ("unknown field", {"is_staff": True}, "is_staff"),
    ("the frozen week without a reason", {"date": (today() + timedelta(days=4)).isoformat()}, "reason"),
    ("text for yes", {"uncapped": "yes"}, "uncapped"),
    ("the other department", {"department": "99"}, "department"),
]


def test_one_bad_row_never_spoils_the_others(system: tuple[Scene, str]) -> None:
    _cast, key = system
    bad = [a_row(f"B{number}", 12) | given for number, (_what, given, _field) in enumerate(BAD)]

    results = pushed(key, "sessions", *bad[:5], a_row("GOOD"), *bad[5:], "no object", a_row(""), a_row("GOOD"))

    good = results.pop(5)
    assert good["outcome"] == "created"
    told = {what: (one["outcome"], fields(one)) for (what, _given, _field), one in zip(BAD, results, strict=False)}
    assert told == {what: ("refused", [field]) for what, _given, field in BAD}
    assert outcomes(results[len(BAD) :]) == ["refused"] * 3
    assert FeedRecord.objects.values_list("key", flat=True).get() == "GOOD"
    assert ClinicSession.objects.filter(date__gt=today() + timedelta(days=5)).count() == 1


def test_a_changed_row_changes_what_may_change_and_says_why_the_rest_does_not(system: tuple[Scene, str]) -> None:
    cast, key = system
    doctor = Practitioner.objects.create(
        institution=cast.world.hospital, department=cast.heart.department, name="甲", staff_number="D7", title="attending"
    )
    pushed(key, "sessions", a_row())

    more = pushed(key, "sessions", a_row(capacity=30))
    other = pushed(key, "sessions", a_row(capacity=30, practitioner="D7"))
    fewer = pushed(key, "sessions", a_row(capacity=20, practitioner="D7"))
    moved = pushed(key, "sessions", a_row(capacity=30, practitioner="D7", starts="14:00"))

    assert [outcomes(one) for one in (more, other, fewer, moved)] == [["changed"], ["changed"], ["refused"], ["refused"]]
    assert (fields(fewer[0]), fields(moved[0])) == (["capacity"], ["starts"])
    session = ClinicSession.objects.get(public_id=more[0]["id"])
    assert (session.capacity, session.practitioner) == (30, doctor)
    assert list(ScheduleChange.objects.order_by("pk").values_list("kind", flat=True)) == ["added_places", "doctor"]
    assert pushed(key, "sessions", a_row(capacity=30, practitioner="D7"))[0]["outcome"] == "unchanged"


def test_a_session_that_stands_already_is_taken_over_by_its_first_key_and_two_clinics_do_not_overlap(system: tuple[Scene, str]) -> None:
    _cast, key = system
    first = pushed(key, "sessions", a_row("S1"))

    other = pushed(key, "sessions", a_row("S9"))
    clash = pushed(key, "sessions", a_row("A", 11), a_row("B", 11, half_day="am", starts="12:00", ends="14:00"))

    assert (other[0]["outcome"], other[0]["id"]) == ("unchanged", first[0]["id"])
    assert outcomes(clash) == ["created", "refused"]
    assert fields(clash[1]) == ["starts"]


def test_an_extra_session_in_the_frozen_week_gives_its_reason_and_is_announced(system: tuple[Scene, str]) -> None:
    _cast, key = system

    (made,) = pushed(key, "sessions", a_row(ahead=4, reason="增加门诊"))

    assert made["outcome"] == "created"
    change = ScheduleChange.objects.get()
    assert (change.kind, change.reason, change.in_frozen_week) == ("added_session", "增加门诊", True)


def test_a_hospital_for_which_nobody_answers_publishes_nothing(system: tuple[Scene, str]) -> None:
    cast, key = system
    Institution.objects.filter(pk=cast.world.hospital.pk).update(responsible_name="")
    before = ClinicSession.objects.count()

    results = pushed(key, "sessions", a_row("S1"), a_row("S2", 11))

    assert outcomes(results) == ["refused", "refused"]
    assert (ClinicSession.objects.count(), FeedRecord.objects.count()) == (before, 0)


def test_the_name_of_an_attempt_goes_with_one_body(system: tuple[Scene, str]) -> None:
    _cast, key = system

    pushed(key, "sessions", a_row(), Idempotency_Key="batch-0001")
    same = pushed(key, "sessions", a_row(), Idempotency_Key="batch-0001")
    other = asked(key, "sessions", "PUT", {"sessions": [a_row("S2", 11)]}, Idempotency_Key="batch-0001")

    assert outcomes(same) == ["unchanged"]
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert FeedRecord.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400), ([], 400), ({"sessions": {}}, 400), ({"sessions": []}, 400), ({"sessions": [{}] * 501}, 400),
        ({"sessions": [{}], "x": 1}, 400), ({"sessions": [{"key": "甲" * 400_000}]}, 413),
    ],
    ids=["nothing", "list", "no list", "empty", "too many", "another field", "too long"],
)  # fmt: skip
def test_what_is_no_batch_is_refused_whole(system: tuple[Scene, str], body: Any, status: int) -> None:
    _cast, key = system

    answer = asked(key, "sessions", "PUT", body)

    assert (answer.status_code, FeedRecord.objects.count()) == (status, 0)


def test_a_full_batch_asks_a_bounded_number_of_questions(system: tuple[Scene, str], django_assert_max_num_queries: Any) -> None:
    _cast, key = system
    days = range(8, 68)
    rows = [
        a_row(f"{day}{half}", day, half_day=half, starts=starts, ends=ends)
        for day in days
        for half, starts, ends in (("am", "08:00", "11:30"), ("pm", "13:30", "16:30"))
    ]

    with django_assert_max_num_queries(100):
        results = pushed(key, "sessions", *rows)

    assert set(outcomes(results)) == {"created"}


def test_stops_are_said_by_key_or_by_days_and_once(system: tuple[Scene, str]) -> None:
    _cast, key = system
    pushed(key, "sessions", a_row("S1"), a_row("S2", 11), a_row("S3", 12))
    days = {"from": (today() + timedelta(days=11)).isoformat(), "to": (today() + timedelta(days=12)).isoformat()}
    rows = [
        {"key": "T1", "session": "S1", "reason": "leave"},
        {"key": "T2", "service": "XN01", **days, "reason": "equipment"},
        {"key": "T3", "session": "nobody", "reason": "leave"},
        {"key": "T4", "reason": "leave"},
        {"key": "T5", "session": "S1", "reason": "bored"},
        {"key": "T6", "service": "XN01", "from": days["to"], "to": days["from"], "reason": "leave"},
    ]

    first = pushed(key, "stops", *rows)
    again = pushed(key, "stops", *rows[:2])

    assert outcomes(first) == ["created", "created", "refused", "refused", "refused", "refused"]
    assert [fields(one) for one in first[2:]] == [["session"], ["service"], ["reason"], ["to"]]
    assert (outcomes(again), [one["status"] for one in again]) == (["unchanged"] * 2, ["in_force"] * 2)
    assert ClinicStop.objects.count() == 2
    assert ClinicSession.objects.filter(status="stopped").count() == 3
    stopped = pushed(key, "sessions", a_row("S1"))
    assert (stopped[0]["outcome"], stopped[0]["status"]) == ("unchanged", "stopped")
    assert outcomes(pushed(key, "sessions", a_row("S1", capacity=25))) == ["refused"]


def test_a_key_for_something_else_opens_nothing_and_one_whose_post_ended_neither(system: tuple[Scene, str]) -> None:
    cast, key = system
    narrow = a_key(cast.coordinator, "see_bookings")
    body = {"sessions": [a_row()]}

    assert asked(narrow, "sessions", "PUT", body).status_code == 403
    assert asked("rk_nobody", "sessions", "PUT", body).status_code == 401
    Post.objects.filter(pk=cast.coordinator.post.pk).update(valid_to=Now())
    assert asked(key, "sessions", "PUT", body).status_code == 403
    assert FeedRecord.objects.count() == 0


def test_another_hospital_neither_sees_nor_touches_what_is_ours(system: tuple[Scene, str]) -> None:
    cast, key = system
    answerable(cast.world.other_hospital)
    (mine,) = pushed(key, "sessions", a_row())
    foreign = a_key(cast.other)

    pushed_there = pushed(foreign, "sessions", a_row())
    stopped_there = pushed(foreign, "stops", {"key": "T", "session": mine["id"], "reason": "leave"})

    assert (outcomes(pushed_there), fields(pushed_there[0])) == (["refused"], ["service"])
    assert (outcomes(stopped_there), fields(stopped_there[0])) == (["refused"], ["session"])
    assert asked(foreign, "services").json()["results"] == []
    assert ClinicSession.objects.get(public_id=mine["id"]).status == "planned"
