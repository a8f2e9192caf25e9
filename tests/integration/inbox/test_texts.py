"""Every text for residents is on the district's page, counted once, sent again to nobody's old number, and when lost known to a doctor."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import config.urls  # noqa: F401 - whatever declares a text is loaded with the doors
from clinics.models import Service
from clinics.timetables.exam_days import next_exam_day
from permissions.roles import Role
from referral.booking.book import book
from referral.booking.cancel import cancel_by_hospital, cancel_by_referrer
from referral.booking.models import Booking
from referral.cases import ending
from referral.credit.models import Restriction
from referral.credit.notices import tell_restricted
from referral.evaluation.month import evaluate
from referral.evaluation.scope import Month
from referral.models import Notice
from referral.news import due
from referral.news.resend import resend
from referral.news.sms_words import TITLES
from referral.patients.models import Patient
from tests.cast import sign_in
from tests.cast_referral import World, today, world
from tests.cast_stops import hospital_person
from tests.database import as_owner
from vault.crypto import keyed_hash
from vault.ids import uuid7
from vault.models import Delivery, Message
from vault.outbox import templates
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
TO_STAFF = {
    "attestation_due", "attestation_unmanaged", "conduct_due", "dispute_answered", "factor_changed", "handover_colleague", "login_code",
    "nomination_sent_back", "phone_changed", "right_granted", "right_reinstated", "right_rests", "right_revoked", "right_suspended",
}  # fmt: skip
NEW_PHONE = "13700005555"


@pytest.fixture
def held() -> World:
    return world()


def booked(held: World, *, exam: bool = False, **fields: Any) -> Booking:
    """A booking some working days ahead, of a clinic or of an ultrasound."""
    place = held.place(ahead=(next_exam_day(today() + timedelta(days=2)) - today()).days)
    if exam:
        Service.objects.filter(pk=place.service_id).update(kind="ultrasound", name="腹部彩色多普勒超声", title="", preparation="空腹")
    referral = held.referral(held.patient(), **fields)
    made = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=f"key-{uuid7()}", by=held.doctor)
    return Booking.objects.select_related("referral__patient", "patient").get(public_id=made)


def lost(message: Message) -> Message:
    """The provider could not bring it to the phone."""
    now = timezone.now()
    Message.objects.filter(pk=message.pk).update(state="failed", settled_at=now, attempts=1)
    Delivery.objects.create(message=message, attempt=1, gateway="file", outcome="refused", started_at=now, ended_at=now)
    return message


def about(one: Any, template: str) -> Message:
    return Message.objects.get(about=one.public_id, template=template)


def moved_to(patient: Patient, phone: str) -> None:
    patient.phone, patient.phone_hash, patient.phone_tail = phone, keyed_hash(phone, "phone") if phone else "", phone[-4:]
    patient.landline, patient.landline_tail = "010-66001122", "1122"
    patient.save()


def listed(held: World, **asked: str) -> Any:
    client = Client()
    sign_in(client, held.admin)
    return client.get("/api/v1/messages", asked).json()


def test_every_text_is_on_the_page_or_speaks_to_staff() -> None:
    keys = {one.key for one in templates.declared() if not one.key.startswith("v_")}  # the vault's tests have texts of their own

    assert keys == set(TITLES) | TO_STAFF


def test_a_lost_message_about_an_examination_is_one_on_the_page_one_in_the_evaluation_and_goes_again_only_before_the_visit(
    held: World,
) -> None:
    booking = booked(held, exam=True)
    message = lost(about(booking, "referral_booked_exam"))

    page = listed(held, number=booking.number)
    counts = evaluate(held.district_admin, Month(today().replace(day=1))).whole.counts
    again = resend(message.public_id, by=held.district_admin)

    assert [(one["id"], one["state"], one["may_resend"]) for one in page["results"]] == [(str(message.public_id), "failed", True)]
    assert (page["counts"]["failed"], counts.messages, counts.messages_failed) == (1, 1, 1)
    assert again.template == "referral_booked_exam"

    lost(again)
    with as_owner():
        Booking.objects.filter(pk=booking.pk).update(starts_at=timezone.now())
    with pytest.raises(Refusal, match="message_outdated"):
        resend(again.public_id, by=held.district_admin)


def test_who_knew_of_an_examination_is_told_when_the_request_comes_to_nothing_and_who_got_no_message_is_not(held: World) -> None:
    booking, silent = booked(held, exam=True), booked(held)
    Message.objects.filter(about=silent.public_id).update(state="withheld", settled_at=timezone.now())
    for one in (booking, silent):
        cancel_by_referrer(one.public_id, expected_version=one.version, reason="patient", by=held.doctor)

    for one in (booking, silent):
        one.referral.refresh_from_db()
        with transaction.atomic():
            ending.end_without_place(one.referral, ending.ENDS_AS["draft"], by=held.doctor.actor)

    rows = Message.objects.filter(about__in=[booking.referral.public_id, silent.referral.public_id])
    assert list(rows.values_list("about", "template")) == [(booking.referral.public_id, "referral_ended")]


def test_what_a_restriction_says_is_on_the_page_but_under_no_booking_number(held: World) -> None:
    patient, now = held.patient(), timezone.now()
    with transaction.atomic():
        one = Restriction.objects.create(
            patient=patient, institution=held.hospital, reason="多次未取号", valid_from=now, valid_to=now + timedelta(days=9),
            set_by=held.admin,
        )  # fmt: skip
        tell_restricted(one)
    message = lost(about(one, "hospital_restricted"))

    (row,) = listed(held)["results"]

    assert (row["id"], row["booking_number"], row["hospital"]) == (str(message.public_id), "", held.hospital.short_name)
    assert listed(held, number="1" * 16)["results"] == []


@pytest.mark.parametrize(("template", "whose"), [("referral_booked", "resident"), ("booker_booked", "booker")])
def test_nothing_goes_again_to_a_number_that_was_corrected(held: World, template: str, whose: str) -> None:
    son: dict[str, Any] = {"booker_name": "陈志强", "booker_relation": "child", "booker_phone": "13900065000", "booker_phone_tail": "5000"}
    booking = booked(held, **son, booker_phone_hash=keyed_hash("13900065000", "phone"))
    message, messages = lost(about(booking, template)), Message.objects.count()
    if whose == "resident":
        moved_to(booking.patient, NEW_PHONE)
    else:
        type(booking.referral).objects.filter(pk=booking.referral_id).update(booker_phone=NEW_PHONE)

    with pytest.raises(Refusal, match="message_outdated") as refused:
        resend(message.public_id, by=held.district_admin)
    client = Client()
    sign_in(client, held.admin)
    page = client.post(f"/messages/{message.public_id}/resend/")

    assert ("窗口" in str(refused.value.violations[0].remedy)) is (whose == "resident")
    assert (page.status_code, "手机号此后已更改" in page.content.decode(), Message.objects.count()) == (422, True, messages)


def test_a_lost_cancellation_and_a_lost_ending_reach_the_doctor_once_and_none_waits_behind_others(
    held: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "AT_ONCE", 2)
    coordinator = hospital_person("田调度", held.hospital, Role.COORDINATOR)
    bookings = [booked(held) for _one in range(3)]
    for one in bookings:
        lost(about(one, "referral_booked"))
        cancel_by_hospital(one.public_id, expected_version=one.version, reason="doctor_away", by=coordinator)
        lost(about(one, "referral_cancelled_by_hospital"))
    draft = bookings[0].referral
    draft.refresh_from_db()
    with transaction.atomic():
        ending.end_without_place(draft, ending.ENDS_AS["draft"], by=coordinator.actor)
    lost(about(draft, "referral_ended"))

    told = [due.tell_of_lost_messages(timezone.now()) for _turn in range(2)]

    found = Notice.objects.filter(kind__in=due.LOST_KINDS).values_list("kind", "about", "post")
    expected = [("message_failed", one.public_id, held.zhou.pk) for one in bookings] + [("ending_not_told", draft.public_id, held.zhou.pk)]
    assert (told, sorted(found, key=str)) == ([4, 0], sorted(expected, key=str))


def test_no_page_claims_a_message_to_somebody_without_a_mobile_number(held: World) -> None:
    cancelled, released = booked(held), booked(held)
    coordinator = hospital_person("田调度", held.hospital, Role.COORDINATOR)
    for one in (cancelled, released):
        moved_to(one.patient, "")
    doctor, desk = Client(), Client()
    sign_in(doctor, held.zhou.user, held.zhou)
    sign_in(desk, coordinator.user, coordinator.post)

    pages = [
        doctor.post(reverse("booking_cancel", args=[cancelled.public_id]), {"version": "1", "reason": "patient"}, follow=True),
        desk.post(reverse("booking_release", args=[released.public_id]), {"version": "1", "reason": "doctor_away"}, follow=True),
    ]

    for page in pages:
        toast = page.content.decode().split('class="toasts"', 1)[1].split("</div>", 1)[0]
        assert "患者没有手机号，不会收到短信，请电话告知" in toast
    assert (
        not Message.objects.filter(about__in=[cancelled.public_id, released.public_id])
        .exclude(template="referral_booked")
        .exclude(state="withheld")
    )
