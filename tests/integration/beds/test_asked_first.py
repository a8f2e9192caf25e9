"""A bed or day surgery from the request to the visit: asked, accepted or returned, booked in time, taken back, over (R072, R094, R095)."""

from datetime import datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinics.models import PolicyRow
from referral.booking import remind
from referral.booking.asking import Wish, submit, withdraw
from referral.booking.cancel import cancel_by_referrer
from referral.booking.end_case import cancel_referral
from referral.booking.models import Booking
from referral.booking.move import move
from referral.booking.overrides import standing_against
from referral.cases import ending
from referral.cases.models import Referral
from referral.cases.submission_models import PlaceRequest
from referral.disruptions.candidates import substitutes
from referral.inbox.models import Notice
from referral.patients.models import Encounter
from referral.review.advice import Written, acknowledge, tell_patients
from referral.review.decide import accept
from referral.review.models import Advice, ReviewDecision
from referral.review.queries import Sought, under_review, waiting_count
from referral.review.requests import accept_request, return_request
from referral.views.exceptions import where_to_choose
from referral.views.todo import things_to_do
from reserved_pools.models import PoolSlot
from tests.cast_referral import SHANGHAI, SUGAR, today
from tests.integration.beds.cast_beds import NOTE, Ward, aged, fresh, ward
from tests.integration.review.scene import long_proved
from vault.models import Event, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
ADVICE = Written("examinations_missing", "请先查动态血压和肾功能，结果异常再转诊。")


@pytest.fixture
def held() -> Ward:
    return ward()


def refused(act: object) -> Refusal:
    with pytest.raises(Refusal) as error:
        act()  # type: ignore[operator]
    return error.value


def test_asked_accepted_and_booked(held: Ward) -> None:
    made = held.asked()
    referral = made.referral

    assert (referral.status, made.status, made.note, made.valid_until) == ("submitted", "asked", NOTE, None)
    told = set(Notice.objects.filter(kind="place_asked").values_list("post", flat=True))
    assert told == {held.coordinator.post.pk, held.cardiologist.post.pk}, "the endocrinologist is not asked"
    assert [waiting_count(one) for one in (held.coordinator, held.cardiologist, held.endocrinologist)] == [1, 1, 0]
    assert [row.group for row in things_to_do(held.doctor, today(), 3)] == ["asked"]

    answered = accept_request(referral.public_id, expected_version=referral.version, by=held.coordinator)

    assert (answered.status, answered.valid_until) == ("accepted", today() + timedelta(days=14))
    assert Notice.objects.get(kind="place_accepted").params == {"day": answered.valid_until.isoformat()}
    assert ReviewDecision.objects.get().booking_id is None
    assert [str(row.what) for row in things_to_do(held.doctor, today(), 3)] == ["已同意接收，待选日期"]

    booking = held.booked(answered)

    assert (fresh(referral).status, booking.pool_slot.service) == ("booked", held.bed)
    assert things_to_do(held.doctor, today(), 3) == []
    assert Message.objects.get(about=booking.public_id).template == "referral_booked_stay"
    assert waiting_count(held.coordinator) == 0, "what was accepted before is not reviewed again"
    assert list(under_review(held.coordinator, Sought(state="all"))) == [booking]
    steps = Event.objects.filter(object_id=referral.public_id).order_by("pk").values_list("event", flat=True)
    assert list(steps) == ["referral.submitted", "referral.accepted", "referral.booked"]


def test_nothing_is_booked_without_an_acceptance_in_force_for_this_very_service(held: Ward) -> None:
    place = held.day()
    other = held.service(name="心血管内科监护床")
    draft = held.loop.world.referral()

    never = refused(lambda: held.books(draft, place))
    accepted = held.accepted()
    elsewhere = refused(lambda: held.books(fresh(accepted.referral), held.day(4, other)))
    aged(accepted, 15)
    late = refused(lambda: held.books(fresh(accepted.referral), place))

    for refusal in (never, elsewhere, late):
        assert [(one.code, one.rule) for one in refusal.violations] == [("acceptance_required", "R072")]
        assert "alternatives" not in refusal.current
    assert "请先向医院申请" in str(never.violations[0].remedy)
    assert (today() - timedelta(days=1)).isoformat() in str(late.violations[0].message)
    assert (Booking.objects.count(), PoolSlot.objects.get(pk=place.pk).claimed) == (0, 0)


@pytest.mark.parametrize("kind", ["bed", "day_surgery"])
def test_the_visit_to_the_doctor_has_to_be_fresh_when_the_hospital_is_asked_not_when_it_has_answered(held: Ward, kind: str) -> None:
    """R050: the hospital's answer takes time; whoever was not seen before the asking is still not booked."""
    seen, held.bed = held.loop.world.referral(), held.service(kind, "心血管内科加床")
    made = aged(held.accepted(seen), 9)
    Encounter.objects.filter(pk=seen.encounter_id).update(seen_at=timezone.now() - timedelta(days=10))
    stale = held.loop.world.referral()
    Encounter.objects.filter(pk=stale.encounter_id).update(seen_at=timezone.now() - timedelta(days=10))

    assert held.booked(made).status == "booked"
    assert [one.rule for one in refused(lambda: held.asked(stale)).violations] == ["R050"]
    assert fresh(stale).status == "draft"


def test_asking_is_judged_as_booking_is_and_a_refusal_leaves_nothing(held: Ward) -> None:
    world = held.loop.world
    held.day()
    wish = Wish(held.bed.public_id)
    emergency = world.referral(emergency_sign="stroke")
    uncontracted = world.referral(world.patient(contract=False))
    clinic = world.place().service
    draft = world.referral()

    codes = [
        refused(lambda one=one: submit(one.public_id, wish, expected_version=1, by=held.doctor)).code for one in (emergency, uncontracted)
    ]
    chosen = refused(lambda: submit(draft.public_id, Wish(clinic.public_id, "长" * 201), expected_version=1, by=held.doctor))
    unpublished = refused(lambda: submit(draft.public_id, Wish(held.service(name="无号床").public_id), expected_version=1, by=held.doctor))
    older = refused(lambda: submit(draft.public_id, wish, expected_version=9, by=held.doctor))
    stranger = refused(lambda: submit(draft.public_id, wish, expected_version=1, by=held.cardiologist))

    assert codes == ["emergency_do_not_book", "contract_required"]
    assert [one.field for one in chosen.violations] == ["service", "note"]
    assert (unpublished.code, older.code, stranger.code) == ("invalid_input", "stale_state", "right_not_in_force")
    assert (PlaceRequest.objects.count(), Notice.objects.count(), set(Referral.objects.values_list("status", flat=True))) == (
        0,
        0,
        {"draft"},
    )


def test_taken_back_before_and_after_the_answer(held: Ward) -> None:
    first = held.asked()

    back = withdraw(first.referral.public_id, expected_version=first.referral.version, by=held.loop.colleague)
    again = held.accepted(back)
    back = withdraw(back.public_id, expected_version=fresh(back).version, by=held.doctor)

    assert (fresh(back).status, [one.status for one in PlaceRequest.objects.order_by("pk")]) == ("draft", ["withdrawn", "withdrawn"])
    assert Notice.objects.filter(kind="place_withdrawn").count() == 5  # twice the hospital, once the doctor
    assert refused(lambda: withdraw(back.public_id, expected_version=fresh(back).version, by=held.doctor)).code == "stale_state"
    assert refused(lambda: held.books(fresh(back), PoolSlot.objects.get(service=again.service))).code == "acceptance_required"
    assert (Booking.objects.count(), PoolSlot.objects.get(service=again.service).claimed) == (0, 0)
    assert (fresh(back).status, Notice.objects.filter(kind="place_withdrawn").count()) == ("draft", 5)


def test_a_booked_acceptance_is_not_taken_back_and_a_cancelled_booking_leaves_it_valid(held: Ward) -> None:
    booking = held.booked()
    referral = booking.referral

    assert refused(lambda: withdraw(referral.public_id, expected_version=referral.version, by=held.doctor)).code == "stale_state"
    assert (fresh(referral).status, PlaceRequest.objects.get().status, Notice.objects.filter(kind="place_withdrawn").count()) == (
        "booked", "accepted", 0,
    )  # fmt: skip
    cancel_by_referrer(booking.public_id, expected_version=booking.version, reason="patient", by=held.doctor)

    assert fresh(referral).status == "draft"
    again = held.booked(PlaceRequest.objects.get(), held.day(5))
    assert (again.status, PlaceRequest.objects.get().status) == ("booked", "accepted")


def test_a_booked_referral_that_the_hospital_accepted_after_review_is_not_booked_again(held: Ward) -> None:
    """R114: its status is the same; whether a visit lies ahead tells them apart, before any rule speaks of the resident."""
    booking = held.loop.booked(days=3)
    accept(booking.referral.public_id, expected_version=booking.referral.version, by=held.cardiologist)
    place = held.loop.world.place(3)

    assert refused(lambda: held.books(fresh(booking.referral), place)).code == "stale_state"
    assert refused(lambda: withdraw(booking.referral.public_id, expected_version=3, by=held.doctor)).code == "stale_state"
    assert PoolSlot.objects.get(pk=place.pk).claimed == 0


def test_an_acceptance_for_one_thing_is_given_back_when_another_is_asked_for(held: Ward) -> None:
    booking = held.booked()
    cancel_by_referrer(booking.public_id, expected_version=booking.version, reason="patient", by=held.doctor)
    surgery = held.service("day_surgery", "日间射频消融")

    made = held.asked(fresh(booking.referral), surgery)

    assert list(PlaceRequest.objects.order_by("pk").values_list("status", flat=True)) == ["withdrawn", "asked"]
    assert made.service == surgery


def test_returned_with_signed_advice_the_doctor_hears_and_no_message_goes_out(held: Ward) -> None:
    made = held.asked()
    case, version = made.referral.public_id, made.referral.version

    codes = [
        refused(lambda by=by, words=words: return_request(case, words, expected_version=version, by=by)).code
        for by, words in ((held.coordinator, ADVICE), (held.endocrinologist, ADVICE), (held.cardiologist, Written("because", " ")))
    ]
    advice = return_request(case, ADVICE, expected_version=version, by=held.cardiologist)

    assert codes == ["not_allowed", "not_found", "invalid_input"]
    assert (Advice.objects.count(), ReviewDecision.objects.count(), Notice.objects.filter(kind="referral_returned").count()) == (1, 1, 1)
    assert (fresh(made.referral).status, PlaceRequest.objects.get().status, advice.booking) == ("returned_with_advice", "returned", None)
    assert Notice.objects.get(kind="referral_returned").post == held.doctor.post
    assert [row.group for row in things_to_do(held.doctor, today(), 3)] == ["read"]
    assert acknowledge(case, by=held.doctor).seen_by == held.doctor.post
    assert (tell_patients(), Message.objects.count(), Advice.objects.get().patient_told_at) == (0, 0, None)
    assert things_to_do(held.doctor, today(), 3) == []


def test_an_old_proof_signs_nothing_and_other_hospitals_answer_nothing(held: Ward) -> None:
    made = held.asked()
    case, version = made.referral.public_id, made.referral.version

    assert (
        refused(lambda: return_request(case, ADVICE, expected_version=version, by=long_proved(held.cardiologist))).code
        == "second_factor_required"
    )
    for by, code in ((held.endocrinologist, "not_found"), (held.loop.clerk, "not_allowed"), (held.doctor, "not_allowed")):
        assert refused(lambda by=by: accept_request(case, expected_version=version, by=by)).code == code
    made.refresh_from_db()
    assert (fresh(made.referral).status, made.status, made.valid_until) == ("submitted", "asked", None)
    assert (Advice.objects.count(), ReviewDecision.objects.count(), Notice.objects.exclude(kind="place_asked").count()) == (0, 0, 0)


def test_the_referral_is_cancelled_with_what_was_asked(held: Ward) -> None:
    asked, accepted, booked = held.asked(), held.accepted(), held.booked()

    for made in (asked, accepted):
        cancel_referral(made.referral.public_id, expected_version=fresh(made.referral).version, reason="patient", by=held.doctor)

    assert {fresh(one.referral).status for one in (asked, accepted)} == {"cancelled"}
    assert sorted(PlaceRequest.objects.values_list("status", flat=True)) == ["accepted", "withdrawn", "withdrawn"]
    assert fresh(booked.referral).status == "booked"


def test_the_night_ends_what_nobody_answered_and_what_nobody_booked(held: Ward) -> None:
    waiting, young = held.asked(), held.asked()
    accepted, booked = held.accepted(), held.booked()
    aged(waiting, 8), aged(young, 7), aged(accepted, 15)
    aged(PlaceRequest.objects.get(referral=booked.referral), 30)

    assert (ending.expire_requests(), ending.expire_requests()) == (2, 0)

    assert [fresh(one.referral).status for one in (waiting, young, accepted, booked)] == ["expired", "submitted", "expired", "booked"]
    kinds = {fresh(one.referral).ending.kind for one in (waiting, accepted)}
    assert kinds == {"request_expired", "acceptance_expired"}
    assert Notice.objects.filter(kind="request_expired", post=held.doctor.post).count() == 2
    assert sorted(PlaceRequest.objects.values_list("status", flat=True)) == ["accepted", "asked", "lapsed", "lapsed"]


def test_it_moves_and_is_substituted_within_the_service_that_was_accepted(held: Ward) -> None:
    booking = held.booked()
    later, other = held.day(6), held.day(6, held.service(name="心血管内科监护床"))
    there = held.service(room=held.loop.world.department(held.loop.world.other_hospital))
    elsewhere = held.day(6, there)

    for place in (other, elsewhere):
        answer = refused(
            lambda place=place: move(
                booking.public_id, pool_slot=place.public_id, expected_version=booking.version, key="move-it", by=held.doctor
            )
        )
        assert [one.field for one in answer.violations] == ["pool_slot"]
        assert (Booking.objects.get().status, PoolSlot.objects.get(pk=place.pk).claimed) == ("booked", 0)
    assert set(substitutes(booking).values_list("pk", flat=True)) == {booking.pool_slot_id, later.pk}
    aged(PlaceRequest.objects.get(), 30)
    made = move(booking.public_id, pool_slot=later.public_id, expected_version=booking.version, key="move-well", by=held.doctor)
    assert Booking.objects.get(public_id=made).pool_slot == later


def test_a_department_of_its_own_answers_for_itself(held: Ward) -> None:
    sugar = held.service(room=held.loop.world.department(code=SUGAR))
    made = held.asked(service=sugar)

    accepted = accept_request(made.referral.public_id, expected_version=made.referral.version, by=held.endocrinologist)

    assert (accepted.status, waiting_count(held.cardiologist)) == ("accepted", 0)


def test_instead_of_a_full_day_other_days_of_the_very_service_that_was_accepted(held: Ward) -> None:
    accepted = held.accepted()
    full, later = PoolSlot.objects.get(service=held.bed), held.day(6)
    held.day(6, held.service(name="心血管内科监护床")), held.day(4, held.service("day_surgery"))
    held.day(6, held.service(room=held.loop.world.department(held.loop.world.other_hospital)))
    PoolSlot.objects.filter(pk=full.pk).update(claimed=full.published)

    refusal = refused(lambda: held.books(fresh(accepted.referral), full))

    assert [one.rule for one in refusal.violations] == ["R019"]
    assert [row["id"] for row in refusal.current["alternatives"]] == [later.public_id]


def test_an_exception_is_asked_for_a_day_of_what_was_accepted(held: Ward) -> None:
    accepted, place = held.accepted(), held.day(6)
    PolicyRow.objects.create(
        parameter="booking_horizon_days", institution=held.bed.institution, value="5", valid_from=today(), source="院内规则",
        status="in_force",
    )  # fmt: skip

    standing = standing_against(accepted.referral.public_id, place.public_id, by=held.doctor)

    assert [one.rule for one in standing] == ["R106"]
    assert where_to_choose(fresh(accepted.referral)) == reverse("book", args=[accepted.referral.public_id])


def test_who_is_to_report_the_day_after_is_reminded_once(held: Ward) -> None:
    booking = held.booked()
    evening = datetime.combine(booking.visit_date - timedelta(days=1), time(18), SHANGHAI)

    assert remind.due(evening) == [booking.public_id]
    remind.remind(booking.public_id)

    assert remind.due(evening) == []
    assert Message.objects.get(about=booking.public_id, template__in=remind.REMINDERS).template == "reminder_d1_stay"
