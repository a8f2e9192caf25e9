"""Two people at once on real PostgreSQL: one arrival, one owner, never an arrival of what is cancelled; and locks in the house's order."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from referral.booking.arrival import arrive
from referral.booking.cancel import cancel_by_referrer
from referral.booking.fulfilment import fulfil
from referral.booking.models import Booking
from referral.booking.proof import by_code
from referral.cases.models import Referral
from referral.returns.answer import accept, decline
from referral.returns.follow_up import close, follow_up
from referral.returns.models import Return
from referral.returns.overdue import mark_overdue
from referral.returns.send import send
from tests.cast_loop import PLAN, Loop, fresh, loop
from tests.cast_referral import today
from tests.racing import locks_of, outcomes
from vault.models import AuditEntry, Event, Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Loop:
    return loop()


def receiving(cast: Loop, booking: Booking) -> Callable[[], Any]:
    proof = by_code(booking.confirmation_code)
    return lambda: arrive(booking.public_id, proof, expected_version=booking.version, by=cast.clerk)


def test_two_windows_receive_a_patient_once(cast: Loop) -> None:
    for _round in range(5):
        booking = cast.booked()

        answers = outcomes([receiving(cast, booking)] * 4)

        assert Counter(answers) == {"done": 1, "booking_over": 3}
        assert fresh(booking).version == 2
        assert Event.objects.filter(object_id=booking.public_id, target="arrived").count() == 1
        assert AuditEntry.objects.filter(object_id=booking.public_id, verb="arrive").count() == 1


def test_arriving_and_cancelling_at_once_end_in_one_of_both(cast: Loop) -> None:
    for _round in range(5):
        booking = cast.booked()
        Booking.objects.filter(pk=booking.pk).update(cancel_until=timezone.now() + timedelta(hours=1))
        cancelling = lambda: cancel_by_referrer(booking.public_id, expected_version=1, reason="patient", by=cast.doctor)  # noqa: B023, E731

        answers = outcomes([receiving(cast, booking), cancelling])

        ended = fresh(booking)
        assert (answers, ended.status, ended.referral.status) in [
            (["done", "stale_state"], "arrived", "booked"),
            (["booking_over", "done"], "cancelled", "draft"),
        ]


def test_two_doctors_take_over_and_one_answers(cast: Loop) -> None:
    for _round in range(5):
        sent_back = cast.sent_back()
        arguments = {"first_follow_up_on": today(), "expected_version": 1}
        people = (cast.doctor, cast.colleague)

        answers = outcomes([lambda by=by: accept(sent_back.public_id, **arguments, by=by) for by in people])  # noqa: B023

        assert Counter(answers) == {"done": 1, "stale_state": 1}
        assert Return.objects.get(pk=sent_back.pk).owner == people[answers.index("done")].post


def test_accepting_declining_and_falling_due_at_once_is_one_step(cast: Loop) -> None:
    for _round in range(5):
        sent_back = cast.sent_back()
        Return.objects.filter(pk=sent_back.pk).update(due_at=timezone.now())

        outcomes([
            lambda: accept(sent_back.public_id, first_follow_up_on=today(), expected_version=1, by=cast.doctor),  # noqa: B023
            lambda: decline(sent_back.public_id, reason="暂无该药", expected_version=1, by=cast.colleague),  # noqa: B023
            mark_overdue,
        ])  # fmt: skip

        assert Return.objects.get(pk=sent_back.pk).version == 2
        assert Event.objects.filter(object_id=sent_back.public_id).count() == 2


def test_a_double_click_sends_back_once(cast: Loop) -> None:
    referral = cast.reported()
    sending = lambda: send(referral.public_id, PLAN, expected_version=referral.version, by=cast.cardiologist)  # noqa: E731

    answers = outcomes([sending] * 3)

    assert Counter(answers) == {"done": 1, "stale_state": 2}
    assert (Return.objects.count(), Message.objects.filter(template="return_patient").count()) == (1, 1)


def test_the_referral_is_locked_before_its_booking_and_before_its_return(cast: Loop) -> None:
    arrived, booked = cast.arrived(), cast.booked()
    sent_back = cast.sent_back()
    accept(sent_back.public_id, first_follow_up_on=today(), expected_version=1, by=cast.doctor)
    follow_up(sent_back.public_id, seen_on=today(), note="平稳", expected_version=2, by=cast.doctor)

    orders = {
        "arrive": locks_of(receiving(cast, booked)),
        "fulfil": locks_of(lambda: fulfil(arrived.public_id, expected_version=2, by=cast.cardiologist)),
        "close": locks_of(lambda: close(sent_back.public_id, outcome="stable", expected_version=3, by=cast.doctor)),
    }

    assert orders == {
        "arrive": ["referral_booking"],
        "fulfil": ["referral_referral", "referral_booking"],
        "close": ["referral_referral", "referral_return"],
    }
    assert Referral.objects.get(pk=sent_back.referral_id).status == "closed"
