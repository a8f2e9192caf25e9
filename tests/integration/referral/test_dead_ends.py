"""Every way out says what it leads to: visits of the consulting room, what can be taken back, cases that end, changes that count."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinics.models import PolicyRow, Slot
from permissions.acting import Acting
from referral.booking.book import book
from referral.booking.cancel import cancel_by_hospital, cancel_by_referrer, cancel_by_resident
from referral.booking.corrections import undo_cancel, undo_cancel_by_resident, undo_until
from referral.booking.models import Booking
from referral.booking.move import move, move_by_resident
from referral.booking.next_visit import Wish, book_next
from referral.booking.noshow import report_noshow
from referral.cases.after_miss import open_again
from referral.cases.models import FollowKind, Referral
from referral.cases.queries import steps_open_to
from referral.cases.write import cancel_draft, write_referral
from referral.disruptions.stop import stop_session
from referral.inbox.models import Notice
from referral.news.reading import lines_of
from reserved_pools import release
from reserved_pools.models import PoolSlot
from tests.cast import bearer, sign_in
from tests.cast_referral import today
from tests.cast_ways_out import Out, a_key, fresh, out, unbalanced
from tests.integration.persons.test_bookers import WRITTEN
from tests.nothing_written import refused
from vault.actor import Actor, ActorKind
from vault.models import Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Out:
    return out()


def next_of(cast: Out, visit: Booking | None = None, days: int = 6) -> Booking:
    return next_at(cast, visit or cast.loop.attended(), cast.direct(days))


def next_at(cast: Out, visit: Booking, place: PoolSlot) -> Booking:
    wish = Wish(place.public_id, FollowKind.NEXT, "四周后复查血压")
    return fresh(book_next(visit.public_id, wish, key=a_key(), by=cast.cardiologist))


def browser_of(who: Acting) -> Client:
    client = Client()
    sign_in(client, who.user, who.post)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def page(client: Client, name: str, *args: Any) -> str:
    return str(client.get(reverse(name, args=args)).content.decode())


def texts(booking: Booking) -> list[str]:
    return list(Message.objects.filter(about=booking.public_id).order_by("pk").values_list("template", flat=True))


def closes(booking: Booking, at: Any) -> None:
    PoolSlot.objects.filter(pk=booking.pool_slot_id).update(closes_at=at)


def holds(cast: Out, key: str, value: str) -> None:
    PolicyRow.objects.create(
        parameter=key, district=cast.world.district, value=value, valid_from=today() - timedelta(days=9), source="规定", status="in_force"
    )


def test_a_missed_visit_of_the_consulting_room_is_closed_and_never_booked_again(cast: Out) -> None:
    visit = cast.loop.attended()
    made, now = next_of(cast, visit), timezone.now()
    Booking.objects.filter(pk=visit.pk).update(visit_date=today() - timedelta(days=5))
    Booking.objects.filter(pk=made.pk).update(visit_date=today(), starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1))
    report_noshow(made.public_id, "no_word", expected_version=1, by=cast.loop.clerk)
    missed = fresh(made).referral

    shown = page(browser_of(cast.doctor), "referral", missed.public_id)
    with pytest.raises(Refusal, match="encounter_required") as told:
        open_again(missed.public_id, expected_version=missed.version, by=cast.doctor)

    assert "另开转诊单" in str(told.value.violations[0].remedy)
    assert (reverse("referral_again", args=[missed.public_id]) in shown, "write a new referral" in shown) == (False, True)
    assert "#close-missed" in shown
    assert {step.target for step in steps_open_to(cast.doctor, missed)} == {"closed"}
    missed.refresh_from_db()
    assert missed.status == "not_attended"


def test_what_the_hospital_releases_of_the_consulting_room_promises_nobody_another_time(cast: Out) -> None:
    made = next_of(cast)
    before = page(browser_of(cast.doctor), "booking_cancel", made.public_id)
    with pytest.raises(Refusal, match="not_movable") as why:
        move(made.public_id, pool_slot=cast.place().public_id, expected_version=1, key=a_key(), by=cast.doctor)
    assert why.value.violations[0].rule == "R120"

    cancel_by_hospital(made.public_id, expected_version=1, reason="doctor_away", by=cast.coordinator)

    assert ("The referral ends with it" in before, "may be booked again" in before) == (True, False)
    assert texts(made) == ["referral_booked", "next_cancelled_by_hospital"]
    told = set(Notice.objects.filter(kind="booking_cancelled").values_list("post", flat=True))
    assert told == {cast.world.zhou.pk, cast.cardiologist.post.pk if cast.cardiologist.post else 0}
    browser = browser_of(cast.cardiologist)
    (hers,) = lines_of(cast.cardiologist, Notice.objects.filter(post=cast.cardiologist.post))
    assert hers.href == reverse("booking_release", args=[made.public_id])
    after = page(browser, "booking_release", made.public_id)
    assert "Book another time from the visit before" in after


def test_the_doctor_who_booked_it_hears_when_others_cancel_it_and_when_it_stands_again(cast: Out) -> None:
    made = next_of(cast)

    cancel_by_resident(made)
    undo_cancel_by_resident(fresh(made))

    mine = Notice.objects.filter(post=cast.cardiologist.post).order_by("pk")
    assert list(mine.values_list("kind", flat=True)) == ["booking_cancelled", "booking_corrected"]
    cancel_by_hospital(made.public_id, expected_version=3, reason="mistake", by=cast.cardiologist)
    assert mine.count() == 2  # what she does herself she is not told


def test_the_consulting_room_books_within_its_days_of_the_visit_only(cast: Out) -> None:
    visit, place, late = cast.loop.attended(), cast.direct(), cast.direct(7)
    Booking.objects.filter(pk=visit.pk).update(visit_date=today() - timedelta(days=8))

    told = refused("visit_too_long_ago", lambda: next_at(cast, visit, place))

    assert "诊间预约限就诊后7天内" in str(told)
    browser = browser_of(cast.cardiologist)
    assert reverse("next_visit", args=[visit.public_id]) not in page(browser, "visit", visit.public_id)
    assert browser.get(reverse("next_visit", args=[visit.public_id])).status_code == 422
    Booking.objects.filter(pk=visit.pk).update(visit_date=today() - timedelta(days=7))
    assert next_at(cast, visit, place).status == "booked"
    holds(cast, "next_visit_days", "0")
    refused("visit_too_long_ago", lambda: next_at(cast, visit, late))


def test_a_cancellation_is_offered_back_no_longer_than_booking_is_open(cast: Out) -> None:
    booking, until = cast.ahead(), timezone.now() + timedelta(minutes=5)
    closes(booking, until)
    cancel_by_resident(booking)
    her = Actor(ActorKind.PATIENT, booking.patient.public_id)

    assert undo_until(fresh(booking), her) == until

    closes(booking, timezone.now())
    with pytest.raises(Refusal, match="undo_too_late"):
        undo_cancel_by_resident(fresh(booking))


def test_a_hospitals_release_after_booking_closed_is_final_and_says_so(cast: Out) -> None:
    booking = cast.ahead(cancel_until=timezone.now())
    closes(booking, timezone.now())
    release.close_due()
    browser = browser_of(cast.coordinator)
    asked = page(browser, "booking_release", booking.public_id)

    cancel_by_hospital(booking.public_id, expected_version=1, reason="doctor_away", by=cast.coordinator)

    assert ("cannot be taken back" in asked, "random time" in asked) == (True, False)
    assert undo_until(fresh(booking), cast.coordinator.actor) is None
    assert reverse("booking_undo_cancel", args=[booking.public_id]) not in page(browser, "booking_release", booking.public_id)
    with pytest.raises(Refusal, match="undo_too_late"):
        undo_cancel(booking.public_id, expected_version=2, by=cast.coordinator)
    slot = fresh(booking).pool_slot
    assert (slot.cooling, slot.claimed, slot.returned) == (0, 0, slot.published)


def test_whoever_booked_for_her_hears_that_the_booking_stands_again(cast: Out) -> None:
    booking = cast.ahead()
    referral = booking.referral
    referral.booker_name, referral.booker_relation, referral.booker_phone = "陈建国", "儿子", "13900065000"
    referral.save()
    cancel_by_referrer(booking.public_id, expected_version=1, reason="mistake", by=cast.doctor)

    undo_cancel(booking.public_id, expected_version=2, by=cast.doctor)

    said = [
        (one.template, one.version) for one in Message.objects.filter(about=booking.public_id).order_by("pk") if one.phone == "13900065000"
    ]
    assert said == [("booker_cancelled", 2), ("booker_booked", 3)]


def test_a_case_ended_by_a_wrong_tick_comes_back_with_its_booking(cast: Out) -> None:
    booking, browser = cast.ahead(), browser_of(cast.doctor)
    cancel_by_referrer(booking.public_id, expected_version=1, reason="recovered", ends_case=True, by=cast.doctor)
    offered = page(browser, "referral", booking.referral.public_id)

    undo_cancel(booking.public_id, expected_version=2, by=cast.doctor)

    again = fresh(booking)
    assert reverse("booking_undo_cancel", args=[booking.public_id]) in offered
    assert (again.status, again.referral.status, again.pool_slot.claimed) == ("booked", "booked", 1)
    assert unbalanced() == []


def test_a_case_that_ended_stays_ended_once_its_visit_led_to_another_or_its_draft_was_dropped(cast: Out) -> None:
    ended, dropped = cast.ahead(), cast.ahead(7)
    cancel_by_referrer(ended.public_id, expected_version=1, reason="recovered", ends_case=True, by=cast.doctor)
    write_referral(ended.referral.encounter.public_id, WRITTEN, truth_accepted=True, by=cast.doctor)
    cancel_by_referrer(dropped.public_id, expected_version=1, reason="mistake", by=cast.doctor)
    cancel_draft(dropped.referral.public_id, expected_version=3, reason="mistake", by=cast.doctor)

    for booking, code in ((ended, "already_exists"), (dropped, "stale_state")):
        with pytest.raises(Refusal, match=code):
            undo_cancel(booking.public_id, expected_version=2, by=cast.doctor)
    assert [fresh(one).status for one in (ended, dropped)] == ["cancelled", "cancelled"]


def test_a_draft_dropped_after_a_booking_tells_the_patient_that_it_is_over(cast: Out) -> None:
    never, released, died = cast.world.referral(), cast.ahead(), cast.ahead(7)
    for one in (released, died):
        cancel_by_hospital(one.public_id, expected_version=1, reason="doctor_away", by=cast.coordinator)
    shown = page(browser_of(cast.doctor), "referral", released.referral.public_id)

    for referral, reason in ((never, "mistake"), (fresh(released).referral, "another"), (fresh(died).referral, "died")):
        cancel_draft(referral.public_id, expected_version=referral.version, reason=reason, by=cast.doctor)

    assert "one message says that the request is over" in shown
    assert [one.about for one in Message.objects.filter(template="referral_ended")] == [released.referral.public_id]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "reason"),
        ({"reason": "doctor_away"}, "reason"),
        ({"reason": "other"}, "note"),
        ({"reason": "other", "note": "长" * 201}, "note"),
    ],
)
def test_a_program_gives_a_reason_of_the_doctors_list(cast: Out, body: dict[str, str], field: str) -> None:
    booking, draft, client = cast.ahead(), cast.world.referral(), Client()
    referral = booking.referral
    for path, version in (
        (f"bookings/{booking.public_id}", 1), (f"referrals/{referral.public_id}", 2), (f"referrals/{draft.public_id}", 1),
    ):  # fmt: skip
        headers = bearer(cast.doctor.user, cast.doctor.post) | {"If-Match": f'W/"{version}"'}
        answer = client.post(f"/api/v1/{path}/cancel", body, content_type="application/json", headers=headers)
        assert (answer.status_code, [one["field"] for one in answer.json()["violations"]]) == (400, [field]), (path, answer.json())

    ends = bearer(cast.doctor.user, cast.doctor.post) | {"If-Match": 'W/"2"'}
    said = {"reason": "other", "note": "改看中医"}
    done = client.post(f"/api/v1/referrals/{referral.public_id}/cancel", said, content_type="application/json", headers=ends)
    assert (done.status_code, fresh(booking).cancel_note, Referral.objects.get(pk=draft.pk).status) == (200, "改看中医", "draft")


def test_only_what_the_resident_changed_by_her_own_wish_counts_as_frequent(cast: Out) -> None:
    """R147, R181: not her doctor's move, not a move because the clinic was stopped; her own move does."""
    holds(cast, "churn_applies", "yes")
    holds(cast, "churn_changes", "0")
    cast.let_residents_move()
    by_doctor = cast.ahead(4)
    patient = by_doctor.patient
    ended(cast, move(by_doctor.public_id, pool_slot=cast.place(5).public_id, expected_version=1, key=a_key(), by=cast.doctor))
    stopped = another(cast, patient, 6)
    session = stopped.pool_slot.slot.session
    stop_session(session.public_id, reason="leave", until=None, expected_version=session.version, by=cast.coordinator)
    ended(cast, move_by_resident(fresh(stopped), pool_slot=cast.place(7).public_id, key=a_key()))

    hers = another(cast, patient, 8)
    move_by_resident(hers, pool_slot=cast.place(9).public_id, key=a_key())

    with pytest.raises(Refusal) as told:
        another(cast, patient, 10)
    assert [(one.rule, one.count, one.limit) for one in told.value.violations] == [("R147", 1, 0)]


def test_a_cancellation_taken_back_and_one_of_a_blocked_band_are_no_changes_of_hers(cast: Out) -> None:
    """R147, R151: pressed by mistake it never was; and who gives up a band the hospital blocked changed nothing by her own wish."""
    holds(cast, "churn_applies", "yes")
    holds(cast, "churn_changes", "0")
    pressed = cast.ahead(4)
    cancel_by_resident(pressed)
    assert undo_cancel_by_resident(fresh(pressed)).status == "booked"
    lost = another(cast, pressed.patient, 6)
    Slot.objects.filter(pk=lost.pool_slot.slot_id).update(is_blocked=True)
    cancel_by_resident(lost)

    assert another(cast, pressed.patient, 8).status == "booked"

    Slot.objects.filter(pk=lost.pool_slot.slot_id).update(is_blocked=False)
    with pytest.raises(Refusal) as told:
        another(cast, pressed.patient, 10)
    assert [(one.rule, one.count, one.limit) for one in told.value.violations] == [("R147", 1, 0)]


def ended(cast: Out, booking: UUID) -> None:
    """Cancelled by the doctor, so that no other limit is reached."""
    cancel_by_referrer(booking, expected_version=1, reason="condition", by=cast.doctor)


def another(cast: Out, patient: Any, days: int) -> Booking:
    referral, place = cast.world.referral(patient), cast.world.place(days)
    made = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=a_key(), by=cast.doctor)
    return fresh(Booking.objects.get(public_id=made))
