"""A wrong arrival, visit or absence noticed later: one person says so, another of the hospital confirms, and it never was."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from permissions.acting import Acting
from permissions.roles import Role
from referral.booking.accounts import wrong_claims
from referral.booking.in_error import ask_in_error, decide_in_error, entries_waiting
from referral.booking.models import Booking
from referral.cases.visit import report
from referral.credit.models import Breach
from referral.inbox.models import Notice
from referral.models import WrongEntry
from tests.cast_ledger import Ledger, ledger
from tests.cast_loop import REPORT, fresh, working
from tests.cast_referral import today
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
    return [cast.loop.arrived(), cast.loop.attended(), cast.missed()]


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
    assert wrong_claims() == []


def test_who_said_so_does_not_decide_and_no_clerk_does(cast: Ledger) -> None:
    booking, other = cast.loop.arrived(), working("严协调", cast.loop.world.hospital, Role.COORDINATOR)
    entry = asked(cast, booking, by=cast.coordinator)

    refused("second_person_required", decided, cast, booking, by=cast.coordinator)
    refused("not_allowed", decided, cast, booking, by=cast.clerk)
    refused("not_found", decided, cast, booking, by=working("外院调度", cast.loop.world.other_hospital, Role.COORDINATOR))
    with pytest.raises(IntegrityError), transaction.atomic():
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
    Booking.objects.filter(pk=old.pk).update(visit_date=today().replace(year=today().year - 1))

    refused("stale_state", asked, cast, ahead)
    refused("stale_state", asked, cast, fresh(seen))
    refused("stale_state", decided, cast, fresh(waiting))
    refused("too_late", asked, cast, old)
    refused("invalid_input", ask_in_error, ahead.public_id, " ", expected_version=1, by=cast.clerk)
    refused("not_found", asked, cast, seen, by=cast.loop.other_clerk)
    refused("not_allowed", asked, cast, seen, by=cast.doctor)


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
