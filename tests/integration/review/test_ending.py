"""Requests that end without a place: the doctor is told, the resident only if she had been told of a booking, each exactly once (R199)."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from referral.booking.cancel import cancel_by_hospital
from referral.cases import ending
from referral.cases.models import Referral
from referral.cases.versions import RequestEnding
from referral.inbox.models import Notice
from referral.worklist.queries import open_of
from tests.cast import sign_in
from tests.cast_referral import today
from tests.integration.review.scene import Scene, scene, value_of
from vault.models import Event
from vault.outbox.models import Message
from vault.refusal import Refusal
from vault.states import advance

pytestmark = pytest.mark.django_db


@pytest.fixture
def held() -> Scene:
    return scene()


def aged(referral: Referral, days: int) -> Referral:
    """The draft was written so many days ago; it has no events of its own on the stage."""
    Referral.objects.filter(pk=referral.pk).update(created_at=timezone.now() - timedelta(days=days))
    return referral


def messages_to(referral: Referral) -> int:
    return Message.objects.filter(about=referral.public_id, template="referral_ended").count()


def test_a_draft_nobody_booked_ends_after_its_days_and_only_its_doctor_is_told(held: Scene) -> None:
    world = held.loop.world
    old, young = aged(world.referral(), 30), aged(world.referral(), 29)

    assert (ending.expire_drafts(), ending.expire_drafts()) == (1, 0)

    assert [Referral.objects.get(pk=one.pk).status for one in (old, young)] == ["expired", "draft"]
    made = RequestEnding.objects.get()
    assert (made.referral_id, made.patient_told, messages_to(old)) == (old.pk, False, 0)
    assert Notice.objects.get(kind="request_expired").post == held.doctor.post
    assert old.pk in {one.pk for one in open_of(held.doctor, today())}

    first = ending.acknowledge(old.public_id, by=held.doctor).seen_at
    assert ending.acknowledge(old.public_id, by=held.loop.colleague).seen_at == first
    assert old.pk not in {one.pk for one in open_of(held.doctor, today())}


def test_who_had_been_told_of_a_booking_is_told_once_that_it_came_to_nothing(held: Scene) -> None:
    booking = held.booked()
    manages(held)
    cancel_by_hospital(booking.public_id, expected_version=booking.version, reason="doctor_away", by=held.coordinator)
    row = open_of(held.doctor, today()).get(pk=booking.referral_id)
    assert (row.status, row.last_cause) == ("draft", "by_hospital")
    assert ending.expire_drafts() == 0
    draft = ending.drafts_with_age(Referral.objects.filter(pk=row.pk)).get()
    assert draft.draft_since == Event.objects.filter(object_id=draft.public_id, target="draft").latest("pk").at
    assert ending.expires_on(draft, 30) == today() + timedelta(days=30)

    value_of(held, "draft_expires_days", "0")
    assert (ending.expire_drafts(), ending.expire_drafts()) == (1, 0)
    assert (RequestEnding.objects.get().patient_told, messages_to(booking.referral)) == (True, 1)


def test_who_waits_on_standby_ends_as_well_and_who_has_no_mobile_is_called_by_her_doctor(held: Scene, client: Client) -> None:
    booking = held.booked()
    manages(held)
    cancel_by_hospital(booking.public_id, expected_version=booking.version, reason="doctor_away", by=held.coordinator)
    waiting = Referral.objects.get(pk=booking.referral_id)
    with transaction.atomic():
        advance(waiting, "on_standby", by=held.doctor.actor)
    patient = waiting.patient
    patient.phone, patient.phone_hash, patient.phone_tail = "", "", ""
    patient.landline, patient.landline_tail = "010-66001122", "1122"
    patient.save()
    value_of(held, "draft_expires_days", "0")
    sign_in(client, held.doctor.user, held.doctor.post)

    assert ending.ends_on(waiting) == today()
    assert ending.expire_drafts() == 1

    made = RequestEnding.objects.get()
    assert (made.kind, made.patient_told, messages_to(waiting)) == ("standby_expired", False, 0)
    assert "没有手机号，请电话告知" in client.get(reverse("referral", args=[waiting.public_id])).content.decode()
    assert ending.ends_on(waiting) is None


def test_only_the_unit_acknowledges_an_ending(held: Scene) -> None:
    old = aged(held.loop.world.referral(), 31)
    ending.expire_drafts()

    with pytest.raises(Refusal) as refused:
        ending.acknowledge(old.public_id, by=held.cardiologist)
    assert (refused.value.code, RequestEnding.objects.get().seen_at) == ("not_allowed", None)


def manages(held: Scene) -> None:
    """The coordinator's guardian rows, as the mirror writes them."""
    from django.db import transaction

    from clinics import mirror

    with transaction.atomic():
        mirror.mirror([held.coordinator.user.pk])
