"""Of a visit that is off: no old word says come, a booker's lost message calls nobody, and nobody writes to the dead (R126, R151)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinics.models import ClinicSession
from referral.booking.booker import tell_booker_of_booking, words_of
from referral.booking.cancel import cancel_by_hospital, cancel_by_referrer
from referral.booking.corrections import undo_cancel
from referral.booking.models import Booking
from referral.disruptions.stop import stop_clinic
from referral.disruptions.sweep import look_after
from referral.inbox.models import Notice
from referral.news import due
from referral.news.resend import resend
from reserved_pools.models import PoolSlot
from reserved_pools.sessions.band_blocks import block, unblock
from tests.cast import sign_in
from tests.cast_loop import fresh
from tests.cast_stops import Scene, scene
from tests.cast_substitutes import with_booker
from tests.integration.inbox.test_texts import about, lost
from vault.models import Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def held() -> Scene:
    return scene()


def blocked(held: Scene, booked: Booking) -> None:
    band = booked.pool_slot.slot
    band.session.refresh_from_db()
    block(band.session, band.public_id, reason="医生外出", by=held.coordinator, expected_version=band.session.version)


def given_up(booked: Booking) -> None:
    """Booking for its day has closed, so that blocking its band loses no place."""
    past = timezone.now() - timedelta(hours=1)
    PoolSlot.objects.filter(slot=booked.pool_slot.slot).update(opens_at=past - timedelta(days=1), closes_at=past, closed_at=past)


def goes_again(held: Scene, message: Message) -> bool:
    """Whether the district sends it again."""
    before, code = Message.objects.count(), ""
    try:
        resend(message.public_id, by=held.world.district_admin)
    except Refusal as refusal:
        code = refusal.code

    assert (code, Message.objects.count() - before) in (("", 1), ("message_outdated", 0))
    return not code


@pytest.mark.parametrize("template", ["referral_booked", "booker_booked"])
@pytest.mark.parametrize("way", ["stop", "block", "neither"])
def test_place_booked_goes_not_again_for_a_visit_that_does_not_take_place(held: Scene, template: str, way: str) -> None:
    booked = with_booker(held.booked(held.slots[0]))
    if template == "booker_booked":
        with transaction.atomic():
            tell_booker_of_booking(booked.public_id, booked.referral.booker_phone, words_of(booked))
    message = lost(about(booked, template))
    if way == "stop":
        stop_clinic(held.wanted(), by=held.coordinator)
    elif way == "block":
        blocked(held, booked)

    assert goes_again(held, message) is (way == "neither")


def test_that_a_band_is_blocked_goes_again_while_it_is_and_not_once_it_is_open(held: Scene) -> None:
    booked = with_booker(held.booked(held.slots[0]))
    given_up(booked)
    blocked(held, booked)
    look_after()
    messages = [lost(about(booked, key)) for key in ("clinic_band_blocked", "booker_stopped")]

    while_blocked = [goes_again(held, one) for one in messages]
    Message.objects.filter(version__lt=0).delete()
    session = booked.pool_slot.slot.session
    session.refresh_from_db()
    unblock(session, booked.pool_slot.slot.public_id, reason="医生已回", by=held.coordinator, expected_version=session.version)

    assert while_blocked == [True, True]
    assert [goes_again(held, one) for one in messages] == [False, False]


def test_a_message_lost_on_its_way_to_the_booker_sends_nobody_to_call_the_patient(held: Scene) -> None:
    booked = with_booker(held.booked(held.slots[0]))
    blocked(held, booked)
    look_after()
    lost(about(booked, "booker_stopped"))

    told = due.tell_of_lost_messages(timezone.now())

    notices = Notice.objects.filter(kind__in=due.LOST_KINDS).values_list("kind", "about")
    assert (told, list(notices)) == (1, [("booker_not_told", booked.public_id)])


@pytest.mark.parametrize(("reason", "messages"), [("died", 0), ("patient", 2)])
@pytest.mark.parametrize("who", ["doctor", "hospital"])
def test_nobody_writes_to_the_phone_of_a_patient_who_has_died(held: Scene, who: str, reason: str, messages: int) -> None:
    booked = with_booker(held.booked(held.slots[0]))
    before, by = Message.objects.count(), held.doctor if who == "doctor" else held.coordinator

    cancel: Any = cancel_by_referrer if who == "doctor" else cancel_by_hospital
    cancel(booked.public_id, expected_version=booked.version, reason=reason, by=by)

    assert (fresh(booked).status, Message.objects.count() - before) == ("cancelled", messages)
    told = {row.user_id for row in Notice.objects.filter(kind="booking_cancelled", about=booked.public_id)}
    assert told == (set() if who == "doctor" else {held.doctor.user.pk})


@pytest.mark.parametrize("who", ["doctor", "hospital"])
def test_the_page_says_that_nobody_is_written_to(held: Scene, who: str) -> None:
    booked, browser = held.booked(held.slots[0]), Client()
    by, name = (held.doctor, "booking_cancel") if who == "doctor" else (held.coordinator, "booking_release")
    sign_in(browser, by.user, by.post)

    page = browser.post(reverse(name, args=[booked.public_id]), {"version": str(booked.version), "reason": "died"}, follow=True)

    toast = page.content.decode().split('class="toasts"', 1)[1].split("</div>", 1)[0]
    assert "已去世患者的手机" in toast
    assert "将收到" not in toast and "已通知患者" not in toast


def test_block_reopen_cancel_and_undo_are_each_said_and_the_last_word_is_that_it_stands(held: Scene) -> None:
    booked = with_booker(held.booked(held.slots[0]))
    band = booked.pool_slot.slot
    open_as_before = PoolSlot.objects.filter(slot=band).values("pk", "opens_at", "closes_at", "closed_at").get(pk=booked.pool_slot_id)
    given_up(booked)
    blocked(held, booked)
    look_after()
    session = ClinicSession.objects.get(pk=band.session_id)
    unblock(session, band.public_id, reason="医生已回", by=held.coordinator, expected_version=session.version)
    look_after()
    PoolSlot.objects.filter(pk=open_as_before.pop("pk")).update(**open_as_before)
    off = cancel_by_hospital(booked.public_id, expected_version=fresh(booked).version, reason="mistake", by=held.coordinator)

    undo_cancel(booked.public_id, expected_version=off.version, by=held.coordinator)

    to_booker = Message.objects.filter(about=booked.public_id, template__startswith="booker_").order_by("pk")
    assert list(to_booker.values_list("template", flat=True)) == ["booker_stopped", "booker_booked", "booker_cancelled", "booker_booked"]
    numbers = list(to_booker.values_list("version", flat=True))
    assert numbers == sorted(set(numbers))
    told = Notice.objects.filter(about=booked.public_id, user=held.doctor.user).order_by("pk")
    assert list(told.values_list("kind", flat=True)) == ["booking_stopped", "booking_corrected", "booking_cancelled", "booking_corrected"]
