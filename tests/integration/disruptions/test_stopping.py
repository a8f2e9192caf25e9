"""Stopping a clinic: session and places in one transaction, who is affected, the second person, and every no (R124-R128, R161)."""

import pytest
from django.db.models import Sum

from clinics.models import ClinicSession, ClinicStop, PolicyRow, ScheduleChange
from referral.booking.models import Booking
from referral.disruptions import decide
from referral.disruptions.affected import affected_by, affected_by_stop, lines_of
from referral.disruptions.stop import preview, stop_clinic, stop_session
from reserved_pools.models import PlaceEvent, PoolSlot
from reserved_pools.queries import CellState, Wanted, half_days
from tests.cast_clinics import a_grant
from tests.cast_referral import today
from tests.cast_stops import Scene, day, scene
from vault.models import AuditEntry, Event, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def held() -> Scene:
    return scene()


def totals(session: ClinicSession) -> dict[str, int]:
    names = ("published", "claimed", "held", "cooling", "returned")
    return PoolSlot.objects.filter(slot__session=session).aggregate(**{name: Sum(name) for name in names})


def nothing_stopped() -> bool:
    return (
        not ClinicStop.objects.exists()
        and not ClinicSession.objects.filter(status="stopped").exists()
        and not ScheduleChange.objects.exists()
    )


def test_stopping_closes_the_session_and_its_places_and_keeps_every_booking(held: Scene) -> None:
    booked, messages = held.booked(), Message.objects.count()
    places = totals(held.session)["published"]

    outcome = stop_clinic(held.wanted(), by=held.coordinator)

    stop = ClinicStop.objects.get()
    assert outcome.is_new
    assert (stop.status, stop.is_special, stop.asked_by, list(stop.sessions.all())) == (
        "in_force",
        False,
        held.coordinator.user,
        [held.session],
    )
    assert held.session.status == "stopped"
    assert outcome.withdrawn == places - 1
    assert totals(held.session) == {"published": 1, "claimed": 1, "held": 0, "cooling": 0, "returned": 0}
    assert not PoolSlot.objects.filter(slot__session=held.session, closed_at=None).exists()
    assert PlaceEvent.objects.filter(move="withdrawn", about=stop.public_id).aggregate(n=Sum("places"))["n"] == places - 1
    booked.refresh_from_db()
    assert booked.status == "booked"  # R124: nothing is cancelled
    assert Message.objects.count() == messages  # and no message goes
    assert [line.name for line in lines_of(affected_by_stop(stop), held.coordinator)] == ["陈*兰"]
    change = ScheduleChange.objects.get()
    assert (change.kind, change.in_frozen_week, change.changed_by) == ("stopped", True, held.coordinator.user)
    assert change.reason not in ("", "leave")
    entry = AuditEntry.objects.get(verb="stop_clinic")
    assert (entry.details["sessions"], entry.details["bookings"], entry.details["places"]) == (1, 1, places - 1)


def test_a_preview_says_the_same_and_changes_nothing(held: Scene) -> None:
    held.booked()

    found = preview(held.wanted(), by=held.coordinator)

    assert ([one.pk for one in found.sessions], found.bookings, found.judgement.is_special) == ([held.session.pk], 1, False)
    assert nothing_stopped()


def test_the_second_click_changes_nothing(held: Scene) -> None:
    first = stop_clinic(held.wanted(), by=held.coordinator)
    events = Event.objects.count(), PlaceEvent.objects.count(), AuditEntry.objects.count()

    again = stop_clinic(held.wanted(), by=held.coordinator)

    assert (again.stop, again.is_new) == (first.stop, False)
    assert (Event.objects.count(), PlaceEvent.objects.count(), AuditEntry.objects.count()) == events


def test_a_stop_said_later_than_the_notice_is_special_and_one_in_time_is_not(held: Scene) -> None:
    held.morning(1, afternoon=True)

    nobody = stop_clinic(held.wanted(0), by=held.coordinator).stop
    special = stop_clinic(held.wanted(1), by=held.coordinator).stop

    assert special.is_special
    assert not nobody.is_special  # no session of that day did not take place
    assert not stop_clinic(held.wanted(3), by=held.coordinator).stop.is_special


def test_only_the_half_day_asked_for_is_stopped(held: Scene) -> None:
    (afternoon, *_rest) = held.morning(3, afternoon=True)

    stop_clinic(held.wanted(half_day="pm"), by=held.coordinator)

    assert held.session.status == "planned"
    assert ClinicSession.objects.get(slots=afternoon.slot).status == "stopped"


def test_stopping_one_session_takes_the_version_that_was_seen(held: Scene) -> None:
    session = held.session
    stop_session(session.public_id, reason="illness", until=None, expected_version=session.version, by=held.coordinator)

    with pytest.raises(Refusal, match="stale_state"):
        stop_session(session.public_id, reason="illness", until=None, expected_version=session.version, by=held.coordinator)

    stop = ClinicStop.objects.get()
    assert (stop.first_day, stop.last_day, stop.half_day) == (session.date, session.date, "am")


def test_stopping_a_session_until_a_day_takes_the_same_half_day_with_it(held: Scene) -> None:
    held.morning(4)
    held.morning(4, afternoon=True)
    session = held.session

    stop_session(session.public_id, reason="leave", until=day(4), expected_version=session.version, by=held.coordinator)

    found = ClinicSession.objects.filter(status="stopped").values_list("date", "half_day")
    assert sorted(found) == [(day(3), "am"), (day(4), "am")]


def test_the_calendar_says_stopped_and_the_places_are_gone_from_the_search(held: Scene) -> None:
    a_grant(held.world.zhou.right, held.world.hospital)
    stop_clinic(held.wanted(), by=held.coordinator)

    calendar = half_days(held.doctor, Wanted(first=day(0), last=day(6)), today=today())

    (row,) = [row for row in calendar.rows if row.service == held.heart.public_id]
    assert row.mornings[3].state is CellState.STOPPED
    assert not PoolSlot.objects.bookable().filter(service=held.heart).exists()


def test_booking_into_a_stopped_session_is_refused_and_writes_nothing(held: Scene) -> None:
    stop_clinic(held.wanted(), by=held.coordinator)

    with pytest.raises(Refusal, match="slot_not_available"):
        held.booked()

    assert not Booking.objects.exists()


def test_a_stopped_half_day_can_be_published_afresh_and_stopped_again(held: Scene) -> None:
    first = stop_clinic(held.wanted(), by=held.coordinator).stop
    fresh = held.morning()

    second = stop_clinic(held.wanted(), by=held.coordinator)

    assert second.is_new
    assert second.stop != first
    assert ClinicSession.objects.get(slots=fresh[0].slot).status == "stopped"


def test_a_long_stop_waits_for_a_second_person_and_closes_nothing_until_then(held: Scene) -> None:
    booked = held.booked()

    outcome = stop_clinic(held.wanted(3, 12), by=held.coordinator)

    assert outcome.stop.status == "proposed"
    assert held.session.status == "planned"
    assert stop_clinic(held.wanted(3, 12), by=held.coordinator).stop == outcome.stop
    with pytest.raises(Refusal, match="second_person_required"):
        decide.approve(outcome.stop.public_id, expected_version=outcome.stop.version, by=held.coordinator)
    assert held.session.status == "planned"

    done = decide.approve(outcome.stop.public_id, expected_version=outcome.stop.version, by=held.manager)

    assert (done.stop.status, done.stop.decided_by, held.session.status) == ("in_force", held.manager.user, "stopped")
    assert list(affected_by([held.session])) == [booked]
    assert {row.verb for row in AuditEntry.objects.filter(object_id=done.stop.public_id)} == {"propose_stop", "approve_stop"}


def test_a_proposal_is_declined_with_a_reason_or_taken_back_by_who_asked(held: Scene) -> None:
    one = stop_clinic(held.wanted(3, 12), by=held.coordinator).stop
    with pytest.raises(Refusal, match="invalid_input"):
        decide.decline(one.public_id, why=" ", expected_version=one.version, by=held.second)
    decide.decline(one.public_id, why="请先安排替诊", expected_version=one.version, by=held.second)

    other = stop_clinic(held.wanted(3, 13), by=held.coordinator).stop
    with pytest.raises(Refusal, match="not_allowed"):
        decide.take_back(other.public_id, expected_version=other.version, by=held.second)
    decide.take_back(other.public_id, expected_version=other.version, by=held.coordinator)

    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.status, other.status, held.session.status) == ("declined", "withdrawn", "planned")
    with pytest.raises(Refusal, match="stale_state"):
        decide.approve(one.public_id, expected_version=one.version, by=held.second)


def test_a_long_stop_with_too_little_notice_is_refused_and_writes_nothing(held: Scene) -> None:
    held.morning(1, afternoon=True)

    with pytest.raises(Refusal, match="notice_too_short"):
        stop_clinic(held.wanted(1, 12), by=held.coordinator)

    assert nothing_stopped()


def test_a_long_absence_cut_in_two_needs_the_second_person(held: Scene) -> None:
    stop_clinic(held.wanted(3, 9), by=held.coordinator)

    assert stop_clinic(held.wanted(10, 10), by=held.coordinator).stop.status == "proposed"


@pytest.mark.parametrize("has_session", [True, False])
def test_a_proposal_that_waited_too_long_becomes_special_when_it_is_agreed(held: Scene, has_session: bool) -> None:
    if has_session:
        held.morning(1, afternoon=True)
    stop = stop_clinic(held.wanted(3, 12, half_day="pm"), by=held.coordinator).stop
    ClinicStop.objects.filter(pk=stop.pk).update(first_day=day(1))  # the data moves, not the clock

    decide.approve(stop.public_id, expected_version=stop.version, by=held.second)

    stop.refresh_from_db()
    assert stop.is_special is has_session


@pytest.mark.parametrize(
    ("parameter", "value", "special", "status"), [("stop_notice_days", "5", True, "in_force"), ("long_stop_days", "1", False, "proposed")]
)
def test_the_hospitals_own_values_hold(held: Scene, parameter: str, value: str, special: bool, status: str) -> None:
    entered = {"source": "医院规定", "status": "in_force", "entered_by": held.world.admin, "valid_from": day(-1)}
    PolicyRow.objects.create(parameter=parameter, value=value, institution=held.world.hospital, **entered)

    stop = stop_clinic(held.wanted(3, 4), by=held.coordinator).stop

    assert (stop.is_special, stop.status) == (special, status)


def test_who_does_not_run_the_hospital_stops_nothing(held: Scene) -> None:
    for by in (held.other, held.manager, held.clerk, held.cardiologist, held.doctor):
        with pytest.raises(Refusal) as caught:
            stop_clinic(held.wanted(), by=by)
        assert caught.value.code in ("no_grant_on_target", "not_allowed")

    assert nothing_stopped()


def test_every_fault_of_a_stop_is_told_at_once(held: Scene) -> None:
    with pytest.raises(Refusal) as caught:
        stop_clinic(held.wanted(-1, half_day="noon", reason="whim", note="长" * 201), by=held.coordinator)

    assert {one.field for one in caught.value.violations} == {"first_day", "half_day", "reason", "note"}
    assert nothing_stopped()
