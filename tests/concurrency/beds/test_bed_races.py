"""Two people at once about one bed that is asked for: one answer, one booking on one acceptance, locks in their order (R072)."""

import pytest

from referral.booking.asking import Wish, submit, withdraw
from referral.booking.models import Booking
from referral.cases import ending
from referral.cases.submission_models import PlaceRequest
from referral.cases.versions import RequestEnding
from referral.review.advice import Written
from referral.review.models import Advice, ReviewDecision
from referral.review.requests import accept_request, return_request
from reserved_pools.models import PoolSlot
from tests.integration.beds.cast_beds import Ward, aged, fresh, ward
from tests.racing import locks_of, outcomes

pytestmark = pytest.mark.django_db(transaction=True)
ADVICE = Written("community", "社区调药即可")


@pytest.fixture
def held(transactional_db: None) -> Ward:
    return ward()


def test_of_two_who_answer_at_once_one_is_heard(held: Ward) -> None:
    made = held.asked()
    case, version = made.referral.public_id, made.referral.version

    answers = outcomes(
        [
            lambda: accept_request(case, expected_version=version, by=held.cardiologist),
            lambda: accept_request(case, expected_version=version, by=held.coordinator),
            lambda: return_request(case, ADVICE, expected_version=version, by=held.cardiologist),
        ]
    )

    assert sorted(answers) == ["done", "stale_state", "stale_state"]
    assert ReviewDecision.objects.count() == 1
    assert (Advice.objects.count() == 1) == (fresh(made.referral).status == "returned_with_advice")


def test_an_acceptance_and_a_withdrawal_never_both_happen(held: Ward) -> None:
    made = held.asked()
    case, version = made.referral.public_id, made.referral.version

    answers = outcomes(
        [
            lambda: accept_request(case, expected_version=version, by=held.cardiologist),
            lambda: withdraw(case, expected_version=version, by=held.doctor),
        ]
    )

    assert answers.count("done") == 1
    assert set(answers) <= {"done", "stale_state", "not_found"}
    request = PlaceRequest.objects.get()
    assert (fresh(made.referral).status, request.status) in (("accepted", "accepted"), ("draft", "withdrawn"))


def test_one_acceptance_is_booked_once(held: Ward) -> None:
    made = held.accepted()
    referral, places = fresh(made.referral), [PoolSlot.objects.get(service=held.bed), held.day(5), held.day(6)]

    answers = outcomes([lambda place=place: held.books(referral, place) for place in places])  # type: ignore[misc]

    assert sorted(answers) == ["done", "stale_state", "stale_state"]
    assert (Booking.objects.count(), sum(PoolSlot.objects.values_list("claimed", flat=True))) == (1, 1)


def test_a_booking_and_a_withdrawal_never_both_happen(held: Ward) -> None:
    made = held.accepted()
    referral, place = fresh(made.referral), PoolSlot.objects.get(service=held.bed)

    answers = outcomes(
        [
            lambda: held.books(referral, place),
            lambda: withdraw(referral.public_id, expected_version=referral.version, by=held.loop.colleague),
        ]
    )

    assert answers.count("done") == 1
    assert (fresh(referral).status, Booking.objects.count()) in (("booked", 1), ("draft", 0))


def test_asked_twice_at_once_is_asked_once_and_the_night_ends_it_once(held: Ward) -> None:
    held.day()
    draft = held.loop.world.referral()

    def ask() -> object:
        return submit(draft.public_id, Wish(held.bed.public_id), expected_version=1, by=held.doctor)

    answers = outcomes([ask, ask])
    made = aged(PlaceRequest.objects.get(), 8)
    nights = outcomes([ending.expire_requests, ending.expire_requests])

    made.refresh_from_db()
    assert sorted(answers) == ["done", "stale_state"]
    assert (nights, RequestEnding.objects.count()) == (["done", "done"], 1)
    assert (fresh(draft).status, made.status) == ("expired", "lapsed")


def test_locks_are_taken_in_the_house_s_order(held: Ward) -> None:
    held.day()
    draft = held.loop.world.referral()
    asking = locks_of(lambda: submit(draft.public_id, Wish(held.bed.public_id), expected_version=1, by=held.doctor))
    version = fresh(draft).version
    answering = locks_of(lambda: accept_request(draft.public_id, expected_version=version, by=held.cardiologist))
    taking_back = locks_of(lambda: withdraw(draft.public_id, expected_version=version + 1, by=held.doctor))

    assert asking == ["referral_referral", "referral_placerequest"], "right and patient are locked by the facts before them"
    assert answering == ["referral_referral", "referral_placerequest"]
    assert taking_back == ["permissions_referralright", "referral_referral", "referral_placerequest"]
