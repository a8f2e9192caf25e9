"""Stopped examinations: messages and pages name the item and never a clinic or a doctor's rank (R056, R126)."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import Service
from referral.disruptions.messages import STAND_IN, stands, text_about
from reserved_pools.models import PoolSlot
from tests.cast import sign_in
from tests.cast_stops import Scene, scene
from tests.cast_substitutes import looked_after, only
from vault.models import Message
from vault.outbox.templates import find

pytestmark = pytest.mark.django_db
ITEM = "心脏彩色多普勒超声"
OF_CLINICS = ("门诊", "医师的号", "级别", "停诊")


@pytest.fixture
def held() -> Scene:
    """The morning of the cast and the afternoon after it, an ultrasound instead of a clinic."""
    made = scene()
    made.slots += made.morning(afternoon=True)
    Service.objects.filter(pk=made.heart.pk).update(kind="ultrasound", name=ITEM, title="", slot_class="general", preparation="")
    made.heart.refresh_from_db()
    return made


def afternoon(held: Scene) -> list[PoolSlot]:
    return [one for one in held.slots if one.slot.session.half_day == "pm"]


def text_of(message: Message) -> str:
    return find(message.template).render(json.loads(message.params))


def test_who_is_offered_another_time_or_called_reads_what_was_stopped(held: Scene) -> None:
    only(afternoon(held), 1)

    looked_after(held, "陈秀兰", "李国强")

    offer = Message.objects.get(template="clinic_stopped_offer_exam")
    call = Message.objects.get(template="clinic_stopped_call_exam")
    for message in (offer, call):
        text = text_of(message)
        assert f"超声检查（{ITEM}）暂停" in text
        assert not [word for word in OF_CLINICS if word in text]
    assert "同一项目的时间" in text_of(offer)
    assert not Message.objects.filter(template__in=("clinic_stopped_offer", "clinic_stopped_call")).exists()


def test_who_keeps_her_time_with_another_doctor_reads_the_item(held: Scene) -> None:
    booking = held.booked()

    text = text_about(STAND_IN, booking)

    assert text.key == "clinic_stand_in_exam"
    assert f"超声检查（{ITEM}）改由其他医师负责" in text.render(text.fill(stands(booking)))


def test_the_pages_name_the_item_and_no_rank(held: Scene) -> None:
    (one,) = looked_after(held, "陈秀兰")
    booking, resident = one.booking, Client()
    resident.post(reverse("resident"), {"number": booking.number, "code": booking.confirmation_code})
    doctor = Client()
    sign_in(doctor, held.world.zhou.user, held.world.zhou)

    pages = [
        resident.get(reverse("resident_stopped")).content.decode(),
        doctor.get(reverse("disruption_of_booking", args=[booking.public_id])).content.decode(),
    ]

    (told,) = doctor.get("/api/v1/disruptions").json()["results"]
    assert told["examination"] == ITEM
    for page in pages:
        body = page.split("<main", 1)[1]
        assert "同一项目" in body
        assert body.count(ITEM) >= 3, "the stopped one, the offer, the other times"
        assert not [word for word in ("普通号", "同级", "门诊停诊") if word in body]
