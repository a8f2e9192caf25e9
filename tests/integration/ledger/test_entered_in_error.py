"""A wrong arrival, visit or absence noticed later: one person says so, another of the hospital confirms, and it never was."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from permissions.acting import Acting
from permissions.roles import Role
from referral.booking.accounts import wrong_claims
from referral.booking.arrival import arrive, undo_arrival
from referral.booking.expected import database_now
from referral.booking.in_error import ask_in_error, decide_in_error, entries_waiting, errors_to_decide, withdraw_in_error
from referral.booking.models import Booking
from referral.booking.next_visit import Wish, book_next
from referral.booking.noshow import report_noshow
from referral.booking.proof import by_code
from referral.cases.after_miss import open_again
from referral.cases.models import FollowKind
from referral.cases.visit import report
from referral.credit.models import Breach
from referral.inbox.models import Notice
from referral.models import WrongEntry
from tests.cast import bearer
from tests.cast_ledger import Ledger, ledger
from tests.cast_loop import REPORT, fresh, working
from tests.cast_referral import today
from tests.cast_substitutes import BOOKER, with_booker
from tests.cast_ways_out import Out
from tests.integration.ledger.test_came_all_the_same import came
from tests.integration.ledger.test_pages import browser_of, page
from vault.models import AuditEntry, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
WHY = "登记错了人，是同名的另一位"


@pytest.fixture
def cast(db: None) -> Ledger:
    return ledger()


def asked(cast: Ledger, booking: Booking, by: Acting | None = None) -> WrongEntry:
    return ask_in_error(booking.public_id, WHY, expected_version=booking.version, by=by or cast.clerk)


def decided(cast: Ledger, booking: Booking, *, confirmed: bool = True, by: Acting | None = None) -> Booking:
    decide_in_error(booking.public_id, confirmed=confirmed, expected_version=booking.version, by=by or cast.coordinator)
    return fresh(booking)


def refused(code: str, act: Any, *args: Any, **named: Any) -> None:
    before = list(Booking.objects.order_by("pk").values("status", "version")), list(WrongEntry.objects.order_by("pk").values())
    with pytest.raises(Refusal) as told:
        act(*args, **named)
    assert told.value.code == code
    assert (list(Booking.objects.order_by("pk").values("status", "version")), list(WrongEntry.objects.order_by("pk").values())) == before


def the_three(cast: Ledger) -> list[Booking]:
    return [came(cast), cast.loop.attended(), cast.missed()]


@pytest.mark.parametrize("which", [0, 1, 2])
def test_confirmed_by_another_it_is_void_and_the_referral_can_be_booked_again(cast: Ledger, which: int) -> None:
    booking = the_three(cast)[which]
    entry = asked(cast, booking)
    assert fresh(booking).status == booking.status
    assert list(entries_waiting(cast.coordinator)) == [entry]

    void = decided(cast, booking)

    assert (void.status, void.referral.status) == ("entered_in_error", "draft")
    assert list(entries_waiting(cast.coordinator)) == []
    assert Notice.objects.filter(kind="booking_in_error", about=booking.public_id).count() == 1
    verbs = AuditEntry.objects.filter(object_id=booking.public_id, verb__endswith="in_error").order_by("pk")
    assert [(one.verb, one.reason) for one in verbs] == [("ask_in_error", WHY), ("enter_in_error", WHY)]
    assert [one.status for one in Breach.objects.filter(booking=booking)] == (["struck"] if which == 2 else [])
    assert Message.objects.filter(template="breach_struck").count() == (1 if which == 2 else 0)
    assert Message.objects.filter(template="referral_cancelled_by_hospital").count() == (0 if which == 2 else 1)
    assert wrong_claims() == []


def test_who_said_so_does_not_decide_and_no_clerk_does(cast: Ledger) -> None:
    booking, other = came(cast), working("严协调", cast.loop.world.hospital, Role.COORDINATOR)
    entry = asked(cast, booking, by=cast.coordinator)

    refused("second_person_required", decided, cast, booking, by=cast.coordinator)
    refused("not_allowed", decided, cast, booking, by=cast.clerk)
    refused("not_found", decided, cast, booking, by=working("外院调度", cast.loop.world.other_hospital, Role.COORDINATOR))
    with pytest.raises(IntegrityError, match="wrong_entry_is_decided_by_another"), transaction.atomic():
        WrongEntry.objects.filter(pk=entry.pk).update(confirmed=True, decided_by=cast.coordinator.user, decided_at=entry.created_at)

    assert decided(cast, booking, by=other).status == "entered_in_error"


def test_left_as_it_is_it_stands_and_may_be_asked_again(cast: Ledger) -> None:
    booking = cast.missed()
    asked(cast, booking)
    refused("already_exists", asked, cast, booking)

    decided(cast, booking, confirmed=False)

    assert (fresh(booking).status, Breach.objects.get().status) == ("noshow", "notified")
    refused("stale_state", decided, cast, booking)
    asked(cast, booking)


def test_what_was_built_on_or_is_old_or_still_ahead_stands(cast: Ledger) -> None:
    ahead, seen, old = cast.loop.booked(), cast.loop.attended(), cast.loop.arrived()
    waiting = cast.loop.attended()
    asked(cast, waiting)
    for one in (seen, waiting):
        report(one.referral.public_id, REPORT, expected_version=one.referral.version, by=cast.loop.cardiologist)
    last = cast.loop.arrived()
    Booking.objects.filter(pk=last.pk).update(visit_date=today() - timedelta(days=31))
    Booking.objects.filter(pk=old.pk).update(visit_date=today() - timedelta(days=32))

    refused("stale_state", asked, cast, ahead)
    refused("stale_state", asked, cast, fresh(seen))
    refused("stale_state", decided, cast, fresh(waiting))
    refused("too_late", asked, cast, old)
    assert asked(cast, last).booking == last
    refused("invalid_input", ask_in_error, ahead.public_id, " ", expected_version=1, by=cast.clerk)
    refused("not_found", asked, cast, seen, by=cast.loop.other_clerk)
    refused("not_allowed", asked, cast, seen, by=cast.doctor)


def test_a_visit_that_is_still_to_come_is_only_taken_back(cast: Ledger) -> None:
    """Her namesake was received as her in the morning; her own visit is in the afternoon."""
    hers = cast.loop.arrived()
    told = Message.objects.count()
    asked(cast, hers)

    stands = decided(cast, hers)

    assert (stands.status, stands.referral.status) == ("booked", "booked")
    assert (Message.objects.count(), Notice.objects.filter(kind__startswith="booking_in_error").count()) == (told, 0)
    proof = by_code(stands.confirmation_code)
    assert arrive(stands.public_id, proof, expected_version=stands.version, by=cast.clerk).status == "arrived"


def test_a_void_visit_is_told_to_the_resident_and_to_whoever_booked_for_her(cast: Ledger) -> None:
    visit = with_booker(came(cast))
    resident, booker = visit.patient.phone, Message.objects.filter(about=visit.public_id)
    asked(cast, visit)
    before = booker.count()

    decided(cast, visit)

    written = list(booker.order_by("pk"))[before:]
    assert {(one.template, one.phone) for one in written} == {
        ("referral_cancelled_by_hospital", resident),
        ("booker_cancelled", BOOKER),
    }


def test_a_visit_of_the_consulting_room_ends_with_its_referral(cast: Ledger) -> None:
    held = Out(cast.loop, cast.coordinator)
    seen, missed = (next_visit(held) for _one in range(2))
    coming = arrive(seen.public_id, by_code(seen.confirmation_code), expected_version=seen.version, by=held.loop.clerk)
    for one in (seen, missed):
        ends = database_now() - timedelta(minutes=5)
        Booking.objects.filter(pk=one.pk).update(starts_at=ends - timedelta(minutes=30), ends_at=ends)
    report_noshow(missed.public_id, "no_word", expected_version=missed.version, by=held.coordinator)
    second = working("第二调度", held.world.hospital, Role.COORDINATOR)

    for one in (coming, fresh(missed)):
        ask_in_error(one.public_id, WHY, expected_version=one.version, by=held.coordinator)
        decide_in_error(one.public_id, confirmed=True, expected_version=one.version, by=second)

    assert [(fresh(one).status, fresh(one).referral.status) for one in (seen, missed)] == [
        ("entered_in_error", "cancelled"),
        ("entered_in_error", "closed"),
    ]
    kinds = set(Notice.objects.filter(about__in=[seen.public_id, missed.public_id]).values_list("kind", flat=True))
    assert "booking_in_error_ended" in kinds and "booking_in_error" not in kinds


def next_visit(held: Out) -> Booking:
    """Booked in the consulting room and, by the data, of today."""
    first = held.loop.attended()
    made = book_next(first.public_id, Wish(held.direct().public_id, FollowKind.NEXT, "复查"), key=str(uuid4()), by=held.cardiologist)
    starts = database_now() + timedelta(minutes=5)
    Booking.objects.filter(pk=first.pk).update(visit_date=today() - timedelta(days=1))
    Booking.objects.filter(pk=made.pk).update(visit_date=today(), starts_at=starts, ends_at=starts + timedelta(minutes=30))
    return fresh(made)


def test_who_said_so_takes_it_back_and_those_who_decide_hear_that_it_waits(cast: Ledger) -> None:
    booking, other = cast.missed(), working("钱窗口", cast.loop.world.hospital, Role.WINDOW_CLERK)
    asked(cast, booking)
    assert [one.user for one in Notice.objects.filter(kind="error_waiting")] == [cast.coordinator.user]
    assert [errors_to_decide(by) for by in (cast.coordinator, cast.clerk)] == [1, 0]

    refused("not_allowed", taken_back, booking, other)
    refused("stale_state", withdraw_in_error, booking.public_id, expected_version=booking.version + 1, by=cast.clerk)
    taken_back(booking, cast.clerk)

    assert (fresh(booking).status, errors_to_decide(cast.coordinator)) == ("noshow", 0)
    refused("stale_state", decided, cast, booking)
    refused("stale_state", taken_back, booking, cast.clerk)
    asked(cast, booking)


def taken_back(booking: Booking, by: Acting) -> None:
    withdraw_in_error(booking.public_id, expected_version=booking.version, by=by)


def test_what_happened_since_overtakes_what_was_said(cast: Ledger) -> None:
    """Said of a wrong arrival, which was undone; later she truly came: nobody voids that."""
    wrong = cast.loop.arrived()
    asked(cast, wrong)
    undone = undo_arrival(wrong.public_id, expected_version=wrong.version, by=cast.clerk)
    truly = arrive(wrong.public_id, by_code(undone.confirmation_code), expected_version=undone.version, by=cast.clerk)

    assert list(entries_waiting(cast.coordinator)) == []
    refused("stale_state", decided, cast, truly)
    assert fresh(wrong).status == "arrived"
    asked(cast, truly)
    assert [one.ended_at is None for one in WrongEntry.objects.order_by("pk")] == [False, True]


def test_a_visit_with_a_next_one_and_a_missed_one_that_was_rebooked_stand(cast: Ledger) -> None:
    held = Out(cast.loop, cast.coordinator)
    followed, missed = cast.loop.attended(), cast.missed()
    book_next(followed.public_id, Wish(held.direct().public_id, FollowKind.NEXT, "复查"), key=str(uuid4()), by=held.cardiologist)
    open_again(missed.referral.public_id, expected_version=missed.referral.version, by=cast.doctor)

    refused("stale_state", ask_in_error, followed.public_id, WHY, expected_version=followed.version, by=held.coordinator)
    refused("stale_state", asked, cast, fresh(missed))


def test_taken_back_by_page_and_by_program(cast: Ledger) -> None:
    paged, sent, browser = cast.missed(), cast.missed(), browser_of(cast.clerk)
    for one in (paged, sent):
        asked(cast, one)

    shown = page(browser.get(reverse("absent_one", args=[paged.public_id])))
    browser.post(reverse("error_ask", args=[paged.public_id]), {"withdraw": "1", "version": paged.version})
    headers = bearer(cast.clerk.user) | {"If-Match": f'W/"{sent.version}"'}
    answer = browser.delete(f"/api/v1/bookings/{sent.public_id}/error", headers=headers)

    assert 'name="withdraw"' in shown and answer.status_code == 200
    assert WrongEntry.objects.filter(ended_at=None).count() == 0


def test_from_the_worklist_to_the_second_person_by_page(cast: Ledger) -> None:
    booking, clerk, coordinator = cast.missed(days=-3), browser_of(cast.clerk), browser_of(cast.coordinator)
    at, decide = reverse("absent_one", args=[booking.public_id]), reverse("error_decide", args=[booking.public_id])

    found = page(clerk.get(reverse("absent") + f"?q={booking.number}"))
    clerk.post(reverse("error_ask", args=[booking.public_id]), {"reason": WHY, "version": booking.version})
    waiting = page(coordinator.get(reverse("absent")))
    buttons = [page(browser.get(at)).count('name="decision"') for browser in (clerk, coordinator)]
    clerks = clerk.post(decide, {"decision": "confirmed", "version": booking.version})
    wrong = coordinator.post(decide, {"decision": "perhaps", "version": booking.version})
    done = coordinator.post(decide, {"decision": "confirmed", "version": booking.version})

    assert at in found and at in waiting and WHY in waiting
    assert (buttons, clerks.status_code, wrong.status_code) == ([0, 2], 403, 400)
    assert (done["Location"], fresh(booking).status) == (reverse("absent"), "entered_in_error")
