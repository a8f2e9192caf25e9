"""Two people at once about one booked referral: one decision, never an amendment of a visit that began, one message, locks in order."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from referral.booking.arrival import arrive
from referral.booking.cancel import cancel_by_referrer
from referral.booking.models import Booking
from referral.booking.proof import by_code
from referral.cases.amend import amend
from referral.cases.versions import ReferralVersion
from referral.review import decide
from referral.review.advice import Written, acknowledge, return_with_advice, tell_patients
from referral.review.models import Advice, ReviewDecision
from reserved_pools.models import PoolSlot
from tests.integration.review.scene import WRITTEN, Scene, fresh, scene, sent
from tests.racing import locks_of, outcomes

pytestmark = pytest.mark.django_db(transaction=True)
ADVICE = Written("community", "社区调药即可")


@pytest.fixture
def held(transactional_db: None) -> Scene:
    return scene()


def amending(held: Scene, booking: Booking) -> Callable[[], Any]:
    case, version = booking.referral.public_id, booking.referral.version
    return lambda: amend(case, WRITTEN, why="补充", expected_version=version, truth_accepted=True, by=held.doctor)


def test_an_amendment_and_an_arrival_never_both_happen_unseen(held: Scene) -> None:
    booking = held.booked(days=0)
    code, version = by_code(booking.confirmation_code), booking.version

    answers = outcomes([amending(held, booking), lambda: arrive(booking.public_id, code, expected_version=version, by=held.loop.clerk)])

    amended = ReferralVersion.objects.count()
    assert sorted(answers) in (["done", "past_cutoff"], ["done", "stale_state"])
    assert (fresh(booking).status, amended) == (("arrived", 0) if answers[1] == "done" else ("booked", 1))


def test_of_all_decisions_at_once_one_counts(held: Scene) -> None:
    booking = held.booked()
    case, version = booking.referral.public_id, booking.referral.version

    answers = outcomes(
        [
            lambda: decide.accept(case, expected_version=version, by=held.cardiologist),
            lambda: decide.accept(case, expected_version=version, by=held.coordinator),
            lambda: return_with_advice(case, ADVICE, expected_version=version, by=held.cardiologist),
            lambda: cancel_by_referrer(booking.public_id, expected_version=booking.version, reason="patient", by=held.doctor),
        ]
    )

    after, claimed = fresh(booking), PoolSlot.objects.get(pk=booking.pool_slot_id).claimed
    live = after.status == "booked"
    assert (claimed, set(answers) <= {"done", "stale_state", "not_found"}) == (1 if live else 0, True)
    assert ReviewDecision.objects.count() == answers[:3].count("done") <= 1
    assert (Advice.objects.count() == 1) == (after.referral.status == "returned_with_advice")


def test_the_resident_is_told_once_whoever_is_first(held: Scene) -> None:
    booking = held.booked()
    return_with_advice(booking.referral.public_id, ADVICE, expected_version=booking.referral.version, by=held.cardiologist)
    Advice.objects.update(tell_patient_at=timezone.now())
    case = booking.referral.public_id

    outcomes([lambda: acknowledge(case, by=held.doctor), tell_patients, tell_patients, lambda: acknowledge(case, by=held.loop.colleague)])

    assert (len(sent(booking, "review_returned")), Advice.objects.exclude(patient_told_at=None).count()) == (1, 1)


def test_locks_are_taken_in_the_house_s_order(held: Scene) -> None:
    one, two = held.booked(), held.booked()
    returning = locks_of(
        lambda: return_with_advice(one.referral.public_id, ADVICE, expected_version=one.referral.version, by=held.cardiologist)
    )
    changing = locks_of(amending(held, two))

    assert returning[:4] == ["referral_patient", "reserved_pools_poolslot", "referral_referral", "referral_booking"]
    assert changing[:3] == ["permissions_referralright", "referral_referral", "referral_booking"]
