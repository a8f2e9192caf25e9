"""A referral returned with signed advice: no strike, the place cools, the doctor hears first, then the resident, once."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from permissions.acting import Acting
from referral.booking.models import Booking
from referral.booking.remind import due
from referral.inbox.models import Notice
from referral.patients.models import Patient
from referral.review.advice import Written, acknowledge, return_with_advice, tell_patients
from referral.review.models import Advice, AdviceReason
from referral.slips.proof import Proof, verify
from referral.worklist.queries import open_of
from reserved_pools.models import PoolSlot
from tests.cast import sign_in
from tests.cast_referral import today
from tests.integration.review.scene import Scene, fresh, long_proved, scene, sent
from vault.outbox.models import Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
ADVICE = Written(AdviceReason.EXAMINATIONS_MISSING, "请先查动态血压和肾功能，结果异常再转诊。")


@pytest.fixture
def held() -> Scene:
    return scene()


def returned(held: Scene, referral: UUID, version: int, by: Acting | None = None, written: Written = ADVICE) -> Advice:
    return return_with_advice(referral, written, expected_version=version, by=by or held.cardiologist)


def test_the_doctor_reads_the_advice_first_and_then_the_resident_is_told_once(held: Scene) -> None:
    booking = held.booked()
    messages = Message.objects.count()

    made = returned(held, booking.referral.public_id, booking.referral.version)

    after, place = fresh(booking), PoolSlot.objects.get(pk=booking.pool_slot_id)
    assert (after.status, after.cancel_cause, after.referral.status) == ("cancelled", "by_hospital", "returned_with_advice")
    assert (place.claimed, place.cooling) == (0, 1)
    assert (made.signed_by, made.proved_at) == (held.cardiologist.post, held.cardiologist.session.proved_at)
    assert Notice.objects.get(kind="referral_returned").post == held.doctor.post
    assert [one.pk for one in open_of(held.doctor, today())] == [booking.referral_id]
    assert (tell_patients(), Message.objects.count()) == (0, messages)

    acknowledge(booking.referral.public_id, by=held.doctor)
    again = acknowledge(booking.referral.public_id, by=held.loop.colleague)

    assert (again.seen_by, len(sent(booking, "review_returned")), tell_patients()) == (held.doctor.post, 1, 0)
    assert list(open_of(held.doctor, today())) == []
    assert due(timezone.now() + timedelta(days=2)) == []


def test_the_resident_is_told_in_time_when_no_doctor_reads(held: Scene) -> None:
    soon, later = held.booked(days=1), held.booked(days=6)
    for booking in (soon, later):
        returned(held, booking.referral.public_id, booking.referral.version)
    first, second = Advice.objects.get(booking=soon), Advice.objects.get(booking=later)

    assert first.tell_patient_at <= max(first.created_at + timedelta(seconds=5), soon.starts_at - timedelta(hours=5))
    assert second.tell_patient_at - second.created_at == pytest.approx(timedelta(hours=24), abs=timedelta(minutes=1))

    Advice.objects.filter(pk=second.pk).update(tell_patient_at=timezone.now())
    Advice.objects.filter(pk=first.pk).update(patient_told_at=timezone.now())
    assert (tell_patients(), tell_patients(), len(sent(later, "review_returned"))) == (1, 0, 1)
    assert Advice.objects.get(pk=second.pk).seen_at is None


@pytest.mark.parametrize(
    ("who", "written", "code"),
    [
        ("coordinator", ADVICE, "not_allowed"),
        ("endocrinologist", ADVICE, "not_found"),
        ("long_proved", ADVICE, "second_factor_required"),
        ("cardiologist", Written("because", " "), "invalid_input"),
    ],
)
def test_advice_that_nobody_may_sign_changes_nothing(held: Scene, who: str, written: Written, code: str) -> None:
    booking = held.booked()
    by = long_proved(held.cardiologist) if who == "long_proved" else getattr(held, who)

    with pytest.raises(Refusal) as refused:
        returned(held, booking.referral.public_id, booking.referral.version, by, written)

    assert refused.value.code == code
    if code == "invalid_input":
        assert [violation.field for violation in refused.value.violations] == ["reason", "advice"]
    assert (fresh(booking).status, PoolSlot.objects.get(pk=booking.pool_slot_id).claimed, Advice.objects.count()) == ("booked", 1, 0)


def test_only_the_unit_that_referred_says_that_it_has_read(held: Scene) -> None:
    booking = held.booked()
    returned(held, booking.referral.public_id, booking.referral.version)

    for who, code in ((held.cardiologist, "not_allowed"), (held.loop.manager, "not_allowed")):
        with pytest.raises(Refusal) as refused:
            acknowledge(booking.referral.public_id, by=who)
        assert refused.value.code == code
    assert (sent(booking, "review_returned"), Advice.objects.get().seen_at) == ([], None)


def test_her_page_and_her_slip_hold_the_news_back_until_she_is_told_or_the_hour_has_come(held: Scene, client: Client) -> None:
    first, second = held.booked(days=6), held.booked(days=6)
    for booking in (first, second):
        returned(held, booking.referral.public_id, booking.referral.version)

    waiting = her_page(client, first)
    assert "请先不要前往医院" in waiting
    assert "已取消" not in waiting
    assert first.confirmation_code not in waiting
    assert verify(first.slip_token).status == Proof.ASK

    acknowledge(first.referral.public_id, by=held.doctor)
    Advice.objects.filter(booking=second).update(tell_patient_at=timezone.now())
    for booking in (first, second):
        assert "已取消" in her_page(client, booking)
        assert verify(booking.slip_token).status == Proof.VOID


def her_page(client: Client, booking: Booking) -> str:
    client.post(reverse("resident"), {"number": booking.number, "code": booking.confirmation_code})
    return client.get(reverse("resident")).content.decode()


def test_who_has_no_mobile_is_not_said_to_be_told_and_somebody_is_asked_to_call(held: Scene, client: Client) -> None:
    read, unread = held.booked(days=6), held.booked(days=6)
    for booking in (read, unread):
        returned(held, booking.referral.public_id, booking.referral.version)
        Patient.objects.filter(pk=booking.patient_id).update(
            phone="", phone_hash="", phone_tail="", landline="010-66001122", landline_tail="1122"
        )
    sign_in(client, held.doctor.user, held.doctor.post)

    said = client.post(reverse("referral_acknowledge", args=[read.referral.public_id]), follow=True).content.decode()
    Advice.objects.filter(booking=unread).update(tell_patient_at=timezone.now())
    assert (tell_patients(), tell_patients()) == (1, 0)

    assert "患者没有手机号，不会收到短信，请电话告知不要前往" in said
    for booking in (read, unread):
        page = client.get(reverse("referral", args=[booking.referral.public_id])).content.decode()
        told = client.get(f"/api/v1/referrals/{booking.referral.public_id}/review").json()["advice"]
        assert "没有手机号，未发短信，请电话告知" in page
        assert (told["patient_told_at"], told["patient_to_call"], sent(booking, "review_returned")) == (None, True, [])
    told = set(Notice.objects.filter(kind="patient_to_call").values_list("about", "post"))
    assert told == {(unread.public_id, who.post.pk) for who in (held.doctor, held.loop.manager) if who.post}
