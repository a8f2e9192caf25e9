"""No page claims a message to a patient without a mobile number, whichever act it was; whoever has one is told (FEATURES 31)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from permissions.acting import Acting
from referral.booking.cancel import cancel_by_hospital
from referral.disruptions.stop import stop_clinic
from referral.disruptions.sweep import look_after
from referral.models import Disruption
from referral.patients.models import Patient
from reserved_pools.sessions.band_blocks import block
from tests.cast import sign_in
from tests.cast_ledger import ledger, rule
from tests.cast_referral import today
from tests.cast_stops import Scene, scene
from tests.cast_ways_out import a_key, out
from vault.crypto import keyed_hash
from vault.models import Message

pytestmark = pytest.mark.django_db
CALLS = ("没有手机号", "未留手机号")


@pytest.fixture
def held() -> Scene:
    return scene()


def posted(by: Acting, name: str, of: Any, data: dict[str, Any]) -> str:
    """What stands on top of the page after the click."""
    browser = Client()
    sign_in(browser, by.user, by.post)
    page = browser.post(reverse(name, args=[of] if of else []), data, follow=True)
    return page.content.decode().split('class="toasts"', 1)[1].split("</div>", 1)[0]


def without_mobile(patient: Patient, has_mobile: bool) -> None:
    phone = patient.phone if has_mobile else ""
    Patient.objects.filter(pk=patient.pk).update(
        phone=phone, phone_hash=keyed_hash(phone, "phone") if phone else "", phone_tail=phone[-4:], landline="010-66001122",
        landline_tail="1122",
    )  # fmt: skip


def book(held: Scene, mobile: bool) -> str:
    written = held.world.referral(held.world.patient())
    without_mobile(written.patient, mobile)
    asked = {"pool_slot": held.slots[0].public_id, "version": "1", "idempotency_key": a_key()}
    return posted(held.doctor, "book", written.public_id, asked)


def move(held: Scene, mobile: bool) -> str:
    booked, place = held.booked(), held.morning(5)[0]
    without_mobile(booked.patient, mobile)
    return posted(held.doctor, "booking_move", booked.public_id, {"pool_slot": place.public_id, "version": "1", "idempotency_key": a_key()})


def undo(held: Scene, mobile: bool) -> str:
    booked = held.booked()
    without_mobile(booked.patient, mobile)
    off = cancel_by_hospital(booked.public_id, expected_version=1, reason="mistake", by=held.coordinator)
    return posted(held.coordinator, "booking_undo_cancel", booked.public_id, {"version": str(off.version)})


def stopped_by(held: Scene, mobile: bool, by: Acting, name: str) -> str:
    booked, place = held.booked(), held.morning(5)[0]
    without_mobile(booked.patient, mobile)
    stop_clinic(held.wanted(), by=held.coordinator)
    look_after()
    found = Disruption.objects.get(booking=booked)
    of = booked.public_id if name == "disruption_of_booking" else found.public_id
    return posted(by, name, of, {"act": "other", "pool_slot": place.public_id, "version": str(found.version)})


def stopped_for_doctor(held: Scene, mobile: bool) -> str:
    return stopped_by(held, mobile, held.doctor, "disruption_of_booking")


def stopped_for_hospital(held: Scene, mobile: bool) -> str:
    return stopped_by(held, mobile, held.coordinator, "disruption")


def from_band(held: Scene, mobile: bool) -> str:
    booked, place = held.booked(), held.morning(5)[0]
    without_mobile(booked.patient, mobile)
    band = booked.pool_slot.slot
    block(band.session, band.public_id, reason="医生外出", by=held.coordinator, expected_version=band.session.version)
    asked = {"act": "move_band", "pool_slot": place.public_id, "version": "1"}
    return posted(held.coordinator, "booking_release", booked.public_id, asked)


WAYS = [book, move, undo, stopped_for_doctor, stopped_for_hospital, from_band]


@pytest.mark.parametrize("mobile", [True, False])
@pytest.mark.parametrize("way", WAYS)
def test_no_page_claims_a_message_to_a_patient_without_a_mobile_number(
    held: Scene, way: Callable[[Scene, bool], str], mobile: bool
) -> None:
    toast = way(held, mobile)

    assert any(word in toast for word in CALLS) is not mobile, toast
    last = Message.objects.order_by("-pk").values_list("state", flat=True).first()
    assert (last != "withheld") is mobile


@pytest.mark.parametrize("mobile", [True, False])
def test_the_consulting_room_does_not_claim_one_either(db: None, mobile: bool) -> None:
    cast = out()
    visit, place = cast.loop.attended(), cast.direct()
    without_mobile(visit.patient, mobile)
    asked = {"pool_slot": place.public_id, "kind": "next", "reason": "四周后复查", "idempotency_key": a_key()}

    toast = posted(cast.cardiologist, "next_visit", visit.public_id, asked)

    assert any(word in toast for word in CALLS) is not mobile, toast


@pytest.mark.parametrize("mobile", [True, False])
def test_nor_does_a_hospital_that_restricts_her(db: None, mobile: bool) -> None:
    cast = ledger()
    rule(cast, restrict_after="1")
    patient = cast.patient()
    cast.missed(patient)
    without_mobile(patient, mobile)
    asked = {"patient": patient.public_id, "reason": "多次未取号", "last_day": today().isoformat()}

    toast = posted(cast.coordinator, "restrictions", None, asked)

    assert any(word in toast for word in CALLS) is not mobile, toast


def test_where_something_else_is_agreed_the_page_says_that_nobody_is_written_to_unasked(held: Scene) -> None:
    stopped, waiting = held.booked(), held.booked(held.morning(5)[0], "李国强")
    band, browser = waiting.pool_slot.slot, Client()
    block(band.session, band.public_id, reason="医生外出", by=held.coordinator, expected_version=band.session.version)
    stop_clinic(held.wanted(), by=held.coordinator)
    look_after()
    sign_in(browser, held.coordinator.user, held.coordinator.post)

    found = Disruption.objects.get(booking=stopped)
    pages = [reverse("disruption", args=[found.public_id]), reverse("booking_release", args=[waiting.public_id])]

    assert ["不勾选则不向患者发送短信" in browser.get(page).content.decode() for page in pages] == [True, True]
