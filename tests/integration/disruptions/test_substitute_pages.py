"""A stop with five bookings and one substitute, from the stopping page to the last call; and who may open what (R126-R128)."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import ClinicStop
from permissions.acting import Acting
from referral.booking.models import Booking
from referral.disruptions.models import Disruption
from referral.inbox.models import Notice
from referral.tasks import look_after_stops
from tests.cast import bearer
from tests.cast_stops import Scene, day, scene
from tests.cast_substitutes import books_are_right, looked_after, only
from vault.models import AccessEntry, AuditEntry, Message

pytestmark = pytest.mark.django_db
JSON = "application/json"
FIVE = ("陈秀兰", "李国强", "王桂英", "赵铁柱", "孙小妹")


@pytest.fixture
def held() -> Scene:
    return scene()


def as_(by: Acting) -> Client:
    return Client(headers=bearer(by.user, by.post))


def resident_of(booking: Booking) -> Client:
    """A browser that proved to hold this booking."""
    client = Client()
    opened = client.post(reverse("resident"), {"number": booking.number, "code": booking.confirmation_code})
    assert opened.status_code == 302
    return client


def act(one: Disruption, act: str, **more: str) -> dict[str, str]:
    one.refresh_from_db()
    return {"act": act, "version": str(one.version)} | more


def text(answer: Any) -> str:
    return answer.content.decode()


def test_a_stop_with_five_bookings_and_one_substitute_is_settled_to_the_last(held: Scene) -> None:
    place = only(held.morning(afternoon=True), 1)
    bands = [slot for slot in held.slots for _free in range(slot.published)]
    booked = [held.booked(slot, name) for slot, name in zip(bands, FIVE, strict=False)]
    coordinator, doctor = as_(held.coordinator), as_(held.doctor)
    asked = {"service": str(held.heart.public_id), "first_day": day(3).isoformat(), "last_day": "", "half_day": "am", "reason": "illness"}

    preview = coordinator.get(reverse("stop_new"), asked | {"preview": "1"})
    assert (preview.context["found"].bookings, preview.context["found"].substitutes) == (5, 1)
    stopped = coordinator.post(reverse("stop_new"), asked)
    look_after_stops()

    five = [Disruption.objects.get(booking=one) for one in booked]
    assert [one.pool_slot_id for one in five] == [place.pk, None, None, None, None]
    worklist = coordinator.get(reverse("disruptions"))
    assert {line["one"] for line in worklist.context["lines"]} == set(five[1:])
    assert "0/5" in text(coordinator.get(stopped["Location"]))
    # The first takes the substitute on her own page and finds her new booking there.
    first = resident_of(booked[0])
    assert first.get(reverse("resident"))["Location"] == reverse("resident_stopped")
    assert "预约" in text(first.get(reverse("resident_stopped")))
    assert first.post(reverse("resident_stopped"), act(five[0], "accept")).status_code == 302
    new = Booking.objects.get(moved_from=booked[0])
    assert new.confirmation_code[:4] in text(first.get(reverse("resident")))
    # The second gives up, the third wants to be called, her doctor gives up for the fourth, nobody reaches the fifth.
    assert resident_of(booked[1]).post(reverse("resident_stopped"), act(five[1], "decline")).status_code == 302
    third = resident_of(booked[2])
    assert third.post(reverse("resident_stopped"), act(five[2], "call")).status_code == 302
    page = reverse("disruption_of_booking", args=[booked[3].public_id])
    assert five[3].booking.number[:4] in text(doctor.get(page))
    assert doctor.post(page, act(five[3], "decline")).status_code == 302
    for _call in range(2):
        noted = act(five[4], "note_call", outcome="unreachable")
        assert coordinator.post(reverse("disruption", args=[five[4].public_id]), noted).status_code == 302
    assert coordinator.post(reverse("disruption", args=[five[2].public_id]), act(five[2], "settle", note="本院加号")).status_code == 302
    assert coordinator.post(reverse("disruption", args=[five[4].public_id]), act(five[4], "settle", note="多次未接通")).status_code == 302

    for one in five:
        one.refresh_from_db()
    assert [one.status for one in five] == ["substituted", "declined", "negotiated", "declined", "negotiated"]
    assert [one.chosen_by for one in five] == ["resident", "resident", "hospital", "referrer", "hospital"]
    assert five[4].calls == 2
    assert set(Booking.objects.filter(pk__in=[one.pk for one in booked]).values_list("status", "cancel_cause")) == {
        ("cancelled", "stopped")
    }
    assert "5/5" in text(coordinator.get(stopped["Location"]))
    assert not coordinator.get(reverse("disruptions")).context["lines"]
    assert Notice.objects.filter(kind="booking_stopped").count() == 5
    assert books_are_right()


def test_a_substitute_that_is_gone_is_said_and_the_other_times_are_shown(held: Scene) -> None:
    only(held.morning(afternoon=True), 1)
    later = held.morning(5)
    (one,) = looked_after(held, FIVE[0])
    client, before = resident_of(one.booking), Message.objects.count()

    stale = client.post(reverse("resident_stopped"), {"act": "accept", "version": "1"})
    empty = client.post(reverse("resident_stopped"), act(one, "other"))
    taken = client.post(reverse("resident_stopped"), act(one, "other", pool_slot=str(held.slots[0].public_id)))

    assert (stale.status_code, empty.status_code, taken.status_code) == (409, 400, 409)
    assert Message.objects.count() == before
    times = client.get(reverse("resident_stopped")).context["times"]
    assert {time.visit_date for time in times} == {day(5)}
    moved = client.post(reverse("resident_stopped"), act(one, "other", pool_slot=str(times[0].public_id)))
    assert moved.status_code == 302
    one.refresh_from_db()
    assert (one.status, one.new_booking.pool_slot in later) == ("other_time", True)
    assert books_are_right()


def test_of_another_hospital_or_unit_a_stopped_visit_is_like_none(held: Scene) -> None:
    (one,) = looked_after(held, FIVE[0])
    paths = reverse("disruption", args=[one.public_id]), reverse("api_disruption", args=[one.public_id])

    assert [as_(held.other).get(path).status_code for path in paths] == [404, 404]
    assert [as_(held.clerk).get(path).status_code for path in paths] == [403, 403]
    assert as_(held.coordinator).get(paths[0]).status_code == 200
    assert list(AccessEntry.objects.filter(purpose="phone for a call").values_list("object_id", flat=True)) == [one.booking.public_id]
    assert not as_(held.other).get(reverse("disruptions")).context["lines"]


def test_the_list_is_filtered_searched_and_taken_as_a_file(held: Scene, django_assert_max_num_queries: Any) -> None:
    only(held.morning(afternoon=True), 1)
    made = looked_after(held, *FIVE[:3])
    client = as_(held.coordinator)

    with django_assert_max_num_queries(30):
        listed = client.get(reverse("disruptions"), {"state": "all"})
    assert len(listed.context["lines"]) == 3
    assert [line["one"] for line in client.get(reverse("disruptions"), {"state": "waiting"}).context["lines"]] == made[:1]
    found = client.get(reverse("disruptions"), {"state": "all", "q": "王桂"}).context["lines"]
    assert [line["one"] for line in found] == made[2:]
    assert not client.get(reverse("disruptions"), {"why": "no_mobile"}).context["lines"]
    of_stop = client.get(reverse("disruptions"), {"stop": str(ClinicStop.objects.get().public_id)}).context["lines"]
    assert len(of_stop) == 3
    file = client.post(reverse("disruptions_export") + "?state=all", {"as": "csv"})
    lines = b"".join(file.streaming_content).decode().splitlines()
    assert (len(lines), "王*英" in lines[3]) == (4, True)
    assert AuditEntry.objects.filter(verb="export", details__list="stopped_visits").count() == 1


def test_programs_read_choose_note_calls_and_settle(held: Scene) -> None:
    only(held.morning(afternoon=True), 1)
    first, second, third = looked_after(held, *FIVE[:3])
    doctor, coordinator = as_(held.doctor), as_(held.coordinator)
    at = lambda name, one: reverse(name, args=[one.public_id])  # noqa: E731

    read = doctor.get(at("api_disruption", first))
    assert (read.status_code, read.json()["held"]["id"]) == (200, str(first.pool_slot.public_id))
    tag = {"If-Match": read["ETag"]}
    assert doctor.post(at("api_disruption_choose", first), {"choice": "accept"}, JSON).status_code == 428
    accepted = doctor.post(at("api_disruption_choose", first), {"choice": "accept"}, JSON, headers=tag)
    again = doctor.post(at("api_disruption_choose", first), {"choice": "accept"}, JSON, headers=tag)
    assert (accepted.status_code, accepted.json()["status"], again.status_code) == (200, "substituted", 409)
    noted = coordinator.post(
        at("api_disruption_call", second), {"outcome": "unreachable"}, JSON, headers={"If-Match": f'W/"{second.version}"'}
    )
    assert (noted.json()["calls"], noted.json()["status"]) == (1, "open")
    settled = coordinator.post(at("api_disruption_settle", second), {"note": "本院加号"}, JSON, headers={"If-Match": noted["ETag"]})
    assert settled.json()["status"] == "negotiated"
    missing = coordinator.post(
        at("api_disruption_choose", third), {"choice": "other_time"}, JSON, headers={"If-Match": f'W/"{third.version}"'}
    )
    assert (missing.status_code, missing.json()["violations"][0]["field"]) == (400, "pool_slot")
    assert len(coordinator.get(reverse("api_disruptions"), {"status": "open"}).json()["results"]) == 1
    assert books_are_right()
