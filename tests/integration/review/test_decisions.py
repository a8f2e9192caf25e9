"""The hospital's review: accepted and taken back, asked and answered, redirected, each by who may, each told once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from referral.booking.cancel import cancel_by_referrer
from referral.booking.models import Booking
from referral.inbox.models import Notice
from referral.inbox.queries import inbox_of
from referral.news import reading
from referral.review import decide, questions
from referral.review.models import Decision, Question, ReviewDecision
from referral.review.queries import Sought, under_review
from referral.review.redirect import Wish, redirect
from reserved_pools.models import PoolSlot
from tests.integration.review.scene import SUGAR, Scene, fresh, scene, sent, value_of
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def held() -> Scene:
    return scene()


def numbers(rows: "list[Booking] | object") -> list[str]:
    return [booking.number for booking in rows]  # type: ignore[attr-defined]


def test_the_hospital_accepts_and_takes_it_back_within_minutes(held: Scene) -> None:
    booking = held.booked()

    accepted = decide.accept(booking.referral.public_id, expected_version=booking.referral.version, by=held.cardiologist)
    assert (accepted.status, numbers(under_review(held.cardiologist, Sought()))) == ("accepted", [])
    assert Notice.objects.get(kind="referral_accepted").post == held.doctor.post
    made = ReviewDecision.objects.get()
    assert (made.decision, made.post, made.waiting_since) == (Decision.ACCEPTED, held.cardiologist.post, booking.created_at)

    back = decide.undo_accept(accepted.public_id, expected_version=accepted.version, by=held.coordinator)
    assert (back.status, numbers(under_review(held.cardiologist, Sought()))) == ("booked", [booking.number])

    again = decide.accept(back.public_id, expected_version=back.version, by=held.cardiologist)
    value_of(held, "review_undo_minutes", "0")
    with pytest.raises(Refusal) as late:
        decide.undo_accept(again.public_id, expected_version=again.version, by=held.cardiologist)
    assert late.value.code == "undo_too_late"
    assert held.referral(booking).status == "accepted"


def test_many_are_accepted_each_by_itself(held: Scene) -> None:
    fine, stale, theirs = held.booked(), held.booked(), held.booked(held.loop.world.patient("王强"))
    elsewhere = held.loop.world.place(institution=held.loop.world.other_hospital)
    Booking.objects.filter(pk=theirs.pk).update(institution=elsewhere.institution, department=elsewhere.department)
    chosen = [(one.referral.public_id, held.referral(one).version) for one in (fine, theirs)]

    results = decide.accept_many([*chosen, (stale.referral.public_id, 1)], by=held.coordinator)

    assert [one.refusal and one.refusal.code for one in results] == [None, "not_found", "stale_state"]
    assert [held.referral(one).status for one in (fine, theirs, stale)] == ["accepted", "booked", "booked"]
    assert ReviewDecision.objects.count() == 1


def test_a_receiving_doctor_reviews_her_department_and_nobody_reviews_another_hospital(held: Scene) -> None:
    booking = held.booked()

    for who, code in ((held.endocrinologist, "not_found"), (held.loop.clerk, "not_allowed"), (held.doctor, "not_allowed")):
        with pytest.raises(Refusal) as refused:
            decide.accept(booking.referral.public_id, expected_version=booking.referral.version, by=who)
        assert refused.value.code == code
    assert numbers(under_review(held.endocrinologist, Sought(state="all"))) == []
    assert numbers(under_review(held.coordinator, Sought(text=booking.number[-4:]))) == [booking.number]
    assert not ReviewDecision.objects.exists()


def test_a_question_is_answered_before_its_clock_runs_out(held: Scene) -> None:
    booking = held.booked()
    referral = booking.referral

    asked = questions.ask(referral.public_id, "肌酐多少？", expected_version=referral.version, by=held.cardiologist)
    assert asked.answer_by <= min(timezone.now() + timedelta(hours=24), booking.starts_at)
    assert Notice.objects.get(kind="referral_asked").post == held.doctor.post
    with pytest.raises(Refusal):
        questions.ask(referral.public_id, "再问", expected_version=held.referral(booking).version, by=held.cardiologist)

    answered = questions.answer(referral.public_id, "92 μmol/L", expected_version=held.referral(booking).version, by=held.loop.colleague)
    one = Question.objects.get()
    assert (answered.status, one.answer, one.answered_by) == ("booked", "92 μmol/L", held.loop.colleague.post)
    row = under_review(held.cardiologist, Sought()).get()
    assert (row.was_answered, row.waiting_since) == (True, one.answered_at)
    assert Notice.objects.get(kind="referral_answered").post == held.cardiologist.post


def test_the_hospital_goes_on_without_an_answer_and_a_late_one_changes_nothing(held: Scene) -> None:
    booking = held.booked()
    questions.ask(booking.referral.public_id, "肌酐多少？", expected_version=booking.referral.version, by=held.cardiologist)
    asked = held.referral(booking)

    back = questions.withdraw(asked.public_id, expected_version=asked.version, by=held.coordinator)
    with pytest.raises(Refusal) as late:
        questions.answer(asked.public_id, "92 μmol/L", expected_version=asked.version, by=held.doctor)

    assert (back.status, late.value.code, Question.objects.get().answer) == ("booked", "stale_state", "")


def test_redirecting_gives_another_place_of_the_hospital_and_one_message(held: Scene) -> None:
    booking = held.booked()
    other, key = held.loop.world.place(4, code=SUGAR), str(uuid4())
    wish = Wish(other.public_id, "以血糖问题为主")

    made = redirect(booking.referral.public_id, wish, expected_version=booking.referral.version, key=key, by=held.cardiologist)
    again = redirect(booking.referral.public_id, wish, expected_version=booking.referral.version, key=key, by=held.cardiologist)

    new, old = Booking.objects.get(public_id=made), fresh(booking)
    assert (again, new.moved_from_id, old.status, new.status, new.department) == (made, old.pk, "moved", "booked", other.department)
    assert (held.referral(booking).status, new.post, new.slip_token == old.slip_token) == ("booked", booking.post, False)
    assert [PoolSlot.objects.get(pk=one).claimed for one in (old.pool_slot_id, other.pk)] == [0, 1]
    assert len(sent(new, "referral_changed")) == 1
    assert numbers(under_review(held.endocrinologist, Sought())) == [new.number]
    assert ReviewDecision.objects.get().decision == Decision.REDIRECTED
    assert Notice.objects.get(kind="referral_redirected").post == held.doctor.post


def test_a_notice_keeps_the_words_of_the_booking_that_was_decided_about(held: Scene) -> None:
    """Afterwards the same referral is booked at another hospital; a notice of before names the referral and shows that one."""
    booking = held.booked()
    case, here = booking.referral.public_id, booking.institution.display_short_name
    other = held.loop.world.place(4, code=SUGAR)
    asked = questions.ask(case, "肌酐多少？", expected_version=booking.referral.version, by=held.cardiologist).referral
    back = questions.answer(case, "92", expected_version=asked.version, by=held.doctor)
    made = redirect(case, Wish(other.public_id, "以血糖问题为主"), expected_version=back.version, key=str(uuid4()), by=held.cardiologist)
    decide.accept(case, expected_version=held.referral(booking).version, by=held.endocrinologist)
    cancel_by_referrer(made, reason="patient_declined", expected_version=Booking.objects.get(public_id=made).version, by=held.doctor)
    later = held.loop.booked(days=5, referral=held.referral(booking))
    Booking.objects.filter(pk=later.pk).update(institution=held.loop.world.other_hospital)

    said = {line.kind: (line.text, line.href) for line in reading.lines_of(held.doctor, inbox_of(held.doctor))}

    for kind in ("referral_asked", "referral_redirected", "referral_accepted"):
        assert (here in said[kind][0], said[kind][1]) == (True, reverse("referral", args=[case])), kind
    assert other.department.name in said["referral_redirected"][0]
    Notice.objects.filter(kind="referral_accepted").update(about=case)
    [old] = [one for one in reading.lines_of(held.doctor, inbox_of(held.doctor)) if one.kind == "referral_accepted"]
    assert (held.loop.world.other_hospital.display_short_name in old.text, old.href) == (True, said["referral_asked"][1])


def test_redirecting_breaks_no_limit_and_leaves_no_hospital(held: Scene) -> None:
    booking = held.booked(held.loop.world.patient("王强"))
    for _n in range(2):
        held.loop.booked(booking.patient, days=4, code=f"03.1{_n}")
    full, away = held.loop.world.place(4, code=SUGAR), held.loop.world.place(5, institution=held.loop.world.other_hospital)

    for place, code in ((full, "limit_reached"), (away, "invalid_input")):
        with pytest.raises(Refusal) as refused:
            redirect(
                booking.referral.public_id, Wish(place.public_id, "换科"), expected_version=booking.referral.version, key=str(uuid4()),
                by=held.cardiologist,
            )  # fmt: skip
        assert refused.value.code == code
    assert (fresh(booking).status, PoolSlot.objects.get(pk=full.pk).claimed) == ("booked", 0)
    assert not ReviewDecision.objects.exists()
