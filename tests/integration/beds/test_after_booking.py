"""What the hospital accepted before, after it is booked: amended, asked about, sent on within the house (R072, R104, R119)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from permissions.acting import Acting
from referral.booking.models import Booking
from referral.cases import ending
from referral.cases.amend import amend
from referral.cases.submission_models import PlaceRequest
from referral.inbox.models import Notice
from referral.review import decide, questions
from referral.review.models import ReviewDecision
from referral.review.queries import Sought, under_review, waiting_count
from referral.review.redirect import Wish, redirect
from referral.review.story import story_of
from referral.views.review import rows_of
from tests.cast import sign_in
from tests.cast_referral import SUGAR, today
from tests.integration.beds.cast_beds import Ward, aged, fresh, ward
from tests.integration.review.scene import WRITTEN
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def held() -> Ward:
    return ward()


def amended(held: Ward, booking: Booking, reason: str = "要求住院调整降压方案") -> None:
    now = fresh(booking.referral)
    written = replace(WRITTEN, reason=reason)
    amend(now.public_id, written, why="补充", expected_version=now.version, truth_accepted=True, by=held.doctor)


def to_review(by: Acting, state: str = "") -> list[Booking]:
    return list(under_review(by, Sought(state)))


def row(held: Ward, state: str) -> dict[str, Any]:
    [one] = rows_of(to_review(held.cardiologist, state), ending._now())
    return one


def test_who_accepted_before_the_booking_reads_an_amendment_and_stands_by_it_once(held: Ward, client: Client) -> None:
    booking = held.booked()
    assert to_review(held.cardiologist) == []

    amended(held, booking)

    assert list(Notice.objects.filter(kind="referral_amended").values_list("post", flat=True)) == [held.cardiologist.post.pk]
    assert (to_review(held.cardiologist), waiting_count(held.coordinator)) == ([booking], 1)
    assert (row(held, "")["word"], row(held, "")["due"]) == ("接收后有修订", None)
    assert [one.number for one in story_of(fresh(booking.referral)).news] == [2]
    sign_in(client, held.cardiologist.user, held.cardiologist.post)
    path, version = reverse("review_case", args=[booking.referral.public_id]), fresh(booking.referral).version
    assert 'value="read"' in client.get(path).content.decode()
    assert client.post(path, {"act": "read", "version": version}).status_code == 302

    assert (fresh(booking.referral).status, ReviewDecision.objects.latest("pk").decision) == ("booked", "amendment_read")
    assert (to_review(held.cardiologist), story_of(fresh(booking.referral)).news) == ([], [])
    again = fresh(booking.referral).version
    with pytest.raises(Refusal) as refused:
        decide.read_amendment(booking.referral.public_id, expected_version=again, by=held.cardiologist)
    assert (refused.value.code, fresh(booking.referral).version, ReviewDecision.objects.count()) == ("stale_state", again, 2)


def test_a_clinic_whose_acceptance_was_taken_back_has_no_amendment_to_stand_by(held: Ward) -> None:
    booking = held.loop.booked(days=3)
    case = booking.referral.public_id
    decide.accept(case, expected_version=fresh(booking.referral).version, by=held.cardiologist)
    decide.undo_accept(case, expected_version=fresh(booking.referral).version, by=held.cardiologist)
    amended(held, booking)
    version = fresh(booking.referral).version

    with pytest.raises(Refusal) as refused:
        decide.read_amendment(booking.referral.public_id, expected_version=version, by=held.cardiologist)

    assert (refused.value.code, fresh(booking.referral).version, ReviewDecision.objects.count()) == ("stale_state", version, 2)


def test_what_was_accepted_before_has_no_clock_and_no_word_of_waiting(held: Ward, client: Client) -> None:
    booking = held.booked()
    Booking.objects.filter(pk=booking.pk).update(created_at=booking.created_at - timedelta(days=30))

    said = row(held, "all")
    sign_in(client, held.cardiologist.user, held.cardiologist.post)
    page = client.get(reverse("review_case", args=[booking.referral.public_id])).content.decode()

    assert (said["due"], said["late"], said["can_tick"], said["word"]) == (None, False, False, "已预约")
    assert ("前审核。" in page, 'value="accept"' in page, 'id="ask"' in page) == (False, False, True)


def test_an_answered_question_is_decided_about_and_so_is_an_acceptance_taken_back(held: Ward) -> None:
    booking = held.booked()
    case = booking.referral.public_id
    questions.ask(case, "有无凝血异常？", expected_version=fresh(booking.referral).version, by=held.cardiologist)
    questions.answer(case, "无。", expected_version=fresh(booking.referral).version, by=held.doctor)

    assert to_review(held.cardiologist) == [booking], "the answer is read by somebody"
    assert (row(held, "")["word"], row(held, "")["can_tick"]) == ("已答复", True)
    decide.accept(case, expected_version=fresh(booking.referral).version, by=held.cardiologist)
    assert to_review(held.cardiologist) == []
    decide.undo_accept(case, expected_version=fresh(booking.referral).version, by=held.cardiologist)
    assert to_review(held.cardiologist) == [booking]


def test_after_a_redirect_the_other_department_reviews_what_it_was_never_asked(held: Ward) -> None:
    booking = held.booked()
    sugar = held.service(held.bed.kind, "内分泌科床位", held.loop.world.department(code=SUGAR))
    wish, version = Wish(held.day(5, sugar).public_id, "心内科满床"), fresh(booking.referral).version

    made = redirect(booking.referral.public_id, wish, expected_version=version, key="redirect-bed", by=held.coordinator)

    assert to_review(held.endocrinologist) == [Booking.objects.get(public_id=made)]
    assert (waiting_count(held.endocrinologist), waiting_count(held.cardiologist)) == (1, 0)


def test_a_redirect_within_what_was_accepted_is_not_reviewed_again(held: Ward) -> None:
    booking = held.booked()
    wish, version = Wish(held.day(6).public_id, "当日检修"), fresh(booking.referral).version

    redirect(booking.referral.public_id, wish, expected_version=version, key="redirect-day", by=held.coordinator)

    assert waiting_count(held.coordinator) == 0


def test_the_night_leaves_a_booked_bed_that_the_hospital_accepted_once_more(held: Ward) -> None:
    """The referral is in the state of one that waits for a day; the booking that lies ahead tells them apart."""
    booking = held.booked()
    case = booking.referral.public_id
    decide.accept(case, expected_version=fresh(booking.referral).version, by=held.cardiologist)
    aged(PlaceRequest.objects.get(), 30)

    assert ending.expire_requests() == 0

    assert (fresh(booking.referral).status, Booking.objects.get().status, PlaceRequest.objects.get().status) == (
        "accepted", "booked", "accepted",
    )  # fmt: skip
    assert PlaceRequest.objects.get().valid_until < today()
