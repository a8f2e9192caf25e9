"""A hospital's system reads its bookings without losing one, says what it has, takes places over and reports who came."""

import threading
import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from referral.booking.cancel import cancel_by_referrer
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.exchange import bookings as feed
from referral.exchange.models import BookingReceipt, FeedRecord
from reserved_pools.models import PlacesTaken, PoolSlot
from reserved_pools.release import close_due
from tests.cast_referral import today
from tests.cast_stops import Scene
from tests.integration.exchange.scene import PATIENCE, a_key, a_system, asked, pushed, told
from vault.models import AccessEntry, AuditEntry
from vault.outbox.budgets import Allowance
from vault.outbox.webhooks import endpoints

pytestmark = pytest.mark.django_db
COMMITTED = pytest.mark.django_db(transaction=True)  # what other transactions read
HORIZON = pytest.mark.horizon


@pytest.fixture
def system() -> tuple[Scene, str]:
    return a_system()


@pytest.fixture(autouse=True)
def patient_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for the horizon asks more often than a hospital's system may."""
    monkeypatch.setattr("referral.exchange.hospital.OFTEN", (Allowance(100_000, timedelta(minutes=1)),))


def read(key: str, since: str = "") -> tuple[list[dict[str, Any]], str]:
    """Everything there is to read, page by page, and the cursor to go on from."""
    found: list[dict[str, Any]] = []
    while True:
        answer = asked(key, f"bookings?since={since}")
        assert answer.status_code == 200, answer.content
        body = answer.json()
        found, since = found + body["results"], body["cursor"]
        if not body["more"]:
            return found, since


def read_until(key: str, since: str, count: int, *, but: str = "") -> tuple[list[dict[str, Any]], str]:
    """The same, waiting for the horizon until so many stand otherwise than as the status named."""
    end = timezone.now() + timedelta(seconds=PATIENCE)
    found: list[dict[str, Any]] = []
    while sum(one["status"] != but for one in found) < count and timezone.now() < end:
        more, since = read(key, since)
        found += more
        time.sleep(0.2)
    return found, since


def cancelled(cast: Scene, booking: Booking) -> None:
    cancel_by_referrer(booking.public_id, expected_version=booking.version, reason="patient", by=cast.doctor)


@HORIZON
@COMMITTED
def test_first_everything_then_what_changed_and_nobody_by_name_or_document(system: tuple[Scene, str]) -> None:
    cast, key = system
    first, second = cast.booked(), cast.booked(cast.slots[1], "王建国")
    whole, cursor = read(key)
    cancelled(cast, first)
    changed, cursor = read_until(key, cursor, 1, but="booked")

    assert {one["id"] for one in whole} == {str(first.public_id), str(second.public_id)}
    assert [(one["id"], one["status"], one["version"]) for one in changed if one["status"] != "booked"] == [
        (str(first.public_id), "cancelled", 2)
    ]
    assert {one["name"] for one in whole} == {"陈*兰", "王*国"} or all("*" in one["name"] for one in whole)
    assert not {"phone", "document", "confirmation_code", "reason"} & set(whole[0])
    assert AccessEntry.objects.filter(purpose="feed", object_id=first.public_id).count() >= 2
    assert read(key, cursor)[0] == []


@HORIZON
@COMMITTED
def test_what_commits_late_is_not_skipped(system: tuple[Scene, str]) -> None:
    cast, key = system
    slow, fast = cast.booked(), cast.booked(cast.slots[1], "王建国")
    _whole, cursor = read_until(key, "", 2)
    _rest, cursor = read(key, cursor)
    held, go = threading.Event(), threading.Event()

    def late() -> None:
        with transaction.atomic(), connection.cursor() as database:
            database.execute("SELECT pg_current_xact_id()")
            database.execute(
                "SELECT vault_event('booking', %s, 'booking.changed', 'booked', 'booked', 'system', NULL, NULL, '')", [slow.public_id]
            )
            held.set()
            go.wait(20)
        connections.close_all()

    thread = threading.Thread(target=late)
    thread.start()
    try:
        assert held.wait(10)
        cancelled(cast, fast)
        seen, cursor = read(key, cursor)
    finally:
        go.set()
        thread.join()
    rest, _cursor = read_until(key, cursor, 2 - len(seen))

    assert sorted(one["id"] for one in seen + rest) == sorted([str(slow.public_id), str(fast.public_id)])


@HORIZON
@COMMITTED
def test_pages_follow_each_other_without_a_gap(system: tuple[Scene, str], monkeypatch: pytest.MonkeyPatch) -> None:
    cast, key = system
    made = [cast.booked(slot, "甲一") for slot in cast.slots[:4]]
    monkeypatch.setattr(feed, "MOST", 1)
    monkeypatch.setattr(feed, "MOST_EVENTS", 3)

    whole, cursor = read(key)
    for one in made[:3]:
        cancelled(cast, one)
    changed, _cursor = read_until(key, cursor, 3)

    assert sorted(one["id"] for one in whole) == sorted(str(one.public_id) for one in made)
    assert {str(one.public_id) for one in made[:3]} <= {one["id"] for one in changed}


@pytest.mark.parametrize("since", ["x", "%00", "ZS54LjE", "cy4xLjIwMjYtMTMtMDEuMQ", "甲", "a" * 101, "ZS4xLjE%3D%3D%3D"])
def test_what_is_no_cursor_is_refused_by_its_field(system: tuple[Scene, str], since: str) -> None:
    _cast, key = system

    answer = asked(key, f"bookings?since={since}")

    assert (answer.status_code, answer.json()["violations"][0]["field"]) == (400, "since")


def test_reading_asks_a_bounded_number_of_questions(system: tuple[Scene, str], django_assert_max_num_queries: Any) -> None:
    cast, key = system
    for slot in cast.slots[:3]:
        cast.booked(slot, "甲一")

    for path in ("bookings", "places", "services", "released", "webhooks", "webhooks/deliveries"):
        with django_assert_max_num_queries(14):
            assert asked(key, path).status_code == 200


def test_a_hospital_says_which_versions_it_has_once_and_of_its_own_bookings_only(system: tuple[Scene, str]) -> None:
    cast, key = system
    booking = cast.booked()
    body = {"bookings": [{"id": str(booking.public_id), "version": 1}]}

    first = asked(key, "bookings/acknowledge", "POST", body)
    again = asked(key, "bookings/acknowledge", "POST", body)
    early = asked(key, "bookings/acknowledge", "POST", {"bookings": [{"id": str(booking.public_id), "version": 2}]})
    foreign = asked(a_key(cast.other), "bookings/acknowledge", "POST", body)
    unknown = asked(key, "bookings/acknowledge", "POST", {"bookings": [{"id": str(uuid4()), "version": 1}]})

    assert [first.json(), again.json()] == [{"acknowledged": 1, "new": 1}, {"acknowledged": 1, "new": 0}]
    assert [one.status_code for one in (early, foreign, unknown)] == [400, 400, 400]
    assert BookingReceipt.objects.count() == 1
    assert read(key)[0][0]["acknowledged_version"] == 1


def test_another_hospital_reads_nothing_of_ours(system: tuple[Scene, str]) -> None:
    cast, _key = system
    cast.booked()
    foreign = a_key(cast.other)

    assert read(foreign)[0] == []
    assert asked(foreign, "places").json()["results"] == []


def test_residents_places_and_the_windows_rest_are_offered_band_by_band(system: tuple[Scene, str]) -> None:
    cast, key = system
    booking = cast.booked()

    bands = asked(key, "places").json()["results"]

    totals = {name: sum(one[name] for one in bands) for name in ("capacity", "community_referral", "resident_direct", "window")}
    assert totals == {"capacity": 24, "community_referral": 6, "resident_direct": 14, "window": 4}
    assert {one["session"] for one in bands} == {str(cast.session.public_id)}
    assert booking.starts_at.isoformat()[:16] in {one["starts_at"][:16] for one in bands} or len(bands) == 8
    assert asked(key, f"places?from={today()}&to={today() + timedelta(days=40)}").status_code == 400


def test_places_that_came_back_are_taken_over_once(system: tuple[Scene, str]) -> None:
    cast, key = system
    cast.booked()
    now = timezone.now()
    PoolSlot.objects.update(opens_at=now - timedelta(days=3), closes_at=now - timedelta(minutes=1))
    close_due()

    (day,) = asked(key, "released").json()["results"]
    body = {"visit_date": day["visit_date"], "up_to": day["up_to"]}
    taken = asked(key, "released/acknowledge", "POST", body)
    again = asked(key, "released/acknowledge", "POST", body)
    foreign = asked(a_key(cast.other), "released/acknowledge", "POST", body)

    assert (day["places"], day["waiting"]) == (19, 19)
    assert (taken.status_code, taken.json()["places"], again.json()) == (200, 19, taken.json())
    assert foreign.status_code == 400
    assert PlacesTaken.objects.get().by_program
    assert asked(key, "released").json()["results"][0]["waiting"] == 0


def over(booking: Booking, hours: float = 1) -> Booking:
    """The same booking, its band over by so many hours: the data moves, not the clock."""
    ends = timezone.now() - timedelta(hours=hours)
    Booking.objects.filter(pk=booking.pk).update(visit_date=timezone.localdate(ends), starts_at=ends - timedelta(minutes=30), ends_at=ends)
    return Booking.objects.get(pk=booking.pk)


def a_report(key: str, booking: Booking | None = None, status: str = "arrived", **fields: Any) -> dict[str, Any]:
    at = booking.starts_at if booking else timezone.now()
    named = {"booking": str(booking.public_id)} if booking else {}
    return {"key": key, "status": status, "at": at.isoformat(), **named, **fields}


def test_who_came_was_seen_or_did_not_come_is_reported_once_for_each_key(system: tuple[Scene, str]) -> None:
    cast, key = system
    came, seen, missed = (over(cast.booked(slot, "甲一")) for slot in cast.slots[:3])
    code = Booking.objects.get(pk=came.pk).confirmation_code
    rows = [
        a_report("1", code=code, at=came.starts_at.isoformat()),
        a_report("2", seen, "fulfilled"),
        a_report("3", missed, "noshow", cause="no_word"),
    ]

    first = pushed(key, "attendance", *rows)
    again = pushed(key, "attendance", *rows)

    assert [one["outcome"] for one in first + again] == ["created"] * 3 + ["unchanged"] * 3
    assert list(Booking.objects.order_by("pk").values_list("status", flat=True)) == ["arrived", "fulfilled", "noshow"]
    assert list(Referral.objects.order_by("pk").values_list("status", flat=True)) == ["booked", "attended", "not_attended"]
    assert sorted(AuditEntry.objects.filter(kind="booking", actor_id=cast.coordinator.user.public_id).values_list("verb", flat=True)) == [
        "arrive", "arrive", "fulfil", "miss",
    ]  # fmt: skip
    later = pushed(key, "attendance", a_report("1", came, "fulfilled"))
    assert [one["outcome"] for one in later] == ["changed"]


def test_what_cannot_be_so_is_refused_row_by_row(system: tuple[Scene, str]) -> None:
    cast, key = system
    ahead, done, gone = cast.booked(), over(cast.booked(cast.slots[1])), cast.booked(cast.slots[2], "王建国")
    cancelled(cast, gone)
    old = over(cast.booked(cast.slots[3], "赵六一"), hours=24 * 8)
    soon = (timezone.now() + timedelta(hours=3)).isoformat()
    rows = [
        (a_report("1", ahead), "invalid_input"),
        (a_report("2", done, "noshow"), "invalid_input"),
        (a_report("3", over(gone)), "booking_over"),
        (a_report("4", old), "invalid_input"),
        (a_report("5", done, at=soon), "invalid_input"),
        (a_report("6", status="arrived"), "invalid_input"),
        (a_report("7", done, code="ABCDEFGH"), "invalid_input"),
        (a_report("8", code="ABCDEFGH"), "invalid_input"),
        (a_report("9", done, "came"), "invalid_input"),
        (a_report("10", done, at="2026-11-22 09:00"), "invalid_input"),
        (a_report("11", booking=None, status="arrived") | {"booking": str(uuid4())}, "not_found"),
        (a_report("12", done, at=(timezone.now() - timedelta(days=3)).isoformat()), "not_today"),
    ]

    results = pushed(key, "attendance", *(row for row, _code in rows))
    foreign = pushed(a_key(cast.other), "attendance", a_report("1", done))

    told_codes = {one["key"]: one["violations"][0]["code"] for one in results}
    assert told_codes == {row["key"]: code for row, code in rows}
    assert foreign[0]["violations"][0]["code"] == "not_found"
    assert FeedRecord.objects.count() == 0
    assert Booking.objects.filter(status="booked").count() == 3


def test_a_no_show_is_not_reported_while_the_band_lasts(system: tuple[Scene, str]) -> None:
    cast, key = system
    booking = over(cast.booked(), hours=-1)

    (result,) = pushed(key, "attendance", a_report("1", booking, "noshow", cause="no_word", at=timezone.now().isoformat()))

    assert result["violations"][0]["code"] in ("too_early", "not_today")
    assert Booking.objects.get().status == "booked"


@HORIZON
@COMMITTED
def test_what_happens_to_bookings_sessions_and_places_is_told_once_without_a_name(system: tuple[Scene, str]) -> None:
    cast, key = system
    everything = ["booking.booked", "booking.cancelled", "booking.changed", "places.returned", "session.stopped"]
    with transaction.atomic():
        endpoints.open_endpoint(cast.world.hospital.public_id, "https://hospital.example/", everything)
    first = cast.booked()
    cancelled(cast, first)
    seen = over(cast.booked(cast.slots[1], "王建国"))
    pushed(key, "attendance", a_report("1", seen))
    pushed(key, "stops", {"key": "T", "session": str(cast.session.public_id), "reason": "illness"})

    made = told(5)

    assert sorted(one.type for one in made) == [
        "booking.booked", "booking.booked", "booking.cancelled", "booking.changed", "session.stopped",
    ]  # fmt: skip
    assert {(one.type, str(one.about)) for one in made} >= {("booking.cancelled", str(first.public_id))}
    assert all("建国" not in one.body and "秀兰" not in one.body for one in made)
    assert '"version":2' in next(one.body for one in made if one.type == "booking.cancelled")
    assert len(told(5)) == 5

    now = timezone.now()
    cast.morning(4)
    PoolSlot.objects.filter(closed_at=None).update(opens_at=now - timedelta(days=3), closes_at=now - timedelta(minutes=1))
    close_due()
    returned = told(6)[5:]
    assert [one.type for one in returned] == ["places.returned"]
    assert len(told(6)) == 6
