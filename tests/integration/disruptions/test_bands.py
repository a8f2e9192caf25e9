"""A band is blocked while its session takes place: who is booked in it is told, not reminded, and never struck (R126)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinics.models import Slot
from referral.booking.messages import still_comes
from referral.booking.models import Booking
from referral.booking.noshow import report_noshow
from referral.booking.remind import remind
from referral.credit.models import Breach
from referral.disruptions.models import Disruption
from referral.disruptions.stop import stop_clinic
from referral.disruptions.sweep import look_after
from referral.inbox.models import Notice
from referral.news.sms_words import TITLES
from reserved_pools.models import PoolSlot
from reserved_pools.sessions.band_blocks import block, unblock
from tests.cast import bearer
from tests.cast_loop import fresh
from tests.cast_stops import Scene, scene
from tests.cast_substitutes import books_are_right, with_booker
from vault.models import Message
from vault.outbox.templates import find

pytestmark = pytest.mark.django_db


@pytest.fixture
def held() -> Scene:
    return scene()


def blocked(held: Scene, booked: Booking) -> Slot:
    """The band of this booking, blocked by the coordinator because its doctor is away."""
    band = booked.pool_slot.slot
    block(band.session, band.public_id, reason="医生外出", by=held.coordinator, expected_version=band.session.version)
    return Slot.objects.get(pk=band.pk)


def said(booked: Booking) -> list[str]:
    """Everything written about a booking after the first messages, in order."""
    rows = Message.objects.filter(about=booked.public_id).exclude(template="referral_booked")
    return list(rows.order_by("pk").values_list("template", flat=True))


def test_who_is_booked_in_a_blocked_band_is_told_once_and_her_booking_stays(held: Scene) -> None:
    booked, other = with_booker(held.booked(held.slots[0])), held.booked(held.slots[1], "李国强")
    blocked(held, booked)

    look_after()
    look_after()

    booked.refresh_from_db()
    assert (said(booked), said(other), booked.status) == (["clinic_band_blocked", "booker_stopped"], [], "booked")
    assert set(said(booked)) <= set(TITLES)
    assert Notice.objects.filter(kind="booking_stopped", about=booked.public_id).count() == 1
    assert not Disruption.objects.exists()
    client = Client()
    client.post(reverse("resident"), {"number": booked.number, "code": booked.confirmation_code})
    assert client.get(reverse("resident")).context["is_blocked"] is True
    coordinator = Client(headers=bearer(held.coordinator.user, held.coordinator.post))
    affected = reverse("session_affected", args=[held.session.public_id])
    assert len(coordinator.get(affected).context["people"]) == 1
    assert reverse("disruptions") + "?stop=" not in coordinator.get(affected).content.decode()
    stop = stop_clinic(held.wanted(half_day="am"), by=held.coordinator).stop
    assert f"{reverse('disruptions')}?stop={stop.public_id}" in coordinator.get(affected).content.decode()
    assert books_are_right()


def test_no_reminder_says_come_to_a_blocked_band(held: Scene) -> None:
    booked, other = held.booked(held.slots[0]), held.booked(held.slots[1], "李国强")
    blocked(held, booked)

    remind(booked.public_id)
    remind(other.public_id)

    assert (len(said(booked)), len(said(other))) == (0, 1)
    assert still_comes(booked.public_id, {"when": ""}) is None
    before_send = find("clinic_stand_in").before_send
    assert before_send is not None
    assert (before_send(booked.public_id, {}), before_send(other.public_id, {})) == (None, {})


def test_nobody_is_struck_for_a_band_that_was_blocked(held: Scene) -> None:
    booked, other = held.booked(held.slots[0]), held.booked(held.slots[1], "李国强")
    blocked(held, booked)
    over = timezone.now() - timedelta(days=1)
    ended = {"starts_at": over, "ends_at": over + timedelta(minutes=30), "visit_date": over.date()}
    Booking.objects.filter(pk__in=[booked.pk, other.pk]).update(**ended)

    for one in (booked, other):
        one.refresh_from_db()
        report_noshow(one.public_id, "no_word", expected_version=one.version, by=held.coordinator)

    assert [breach.booking_id for breach in Breach.objects.all()] == [other.pk]


def test_when_the_band_is_open_again_all_are_told_that_the_visit_stands(held: Scene) -> None:
    booked = with_booker(held.booked(held.slots[0]))
    past = timezone.now() - timedelta(hours=1)  # its cut-off is over, so that blocking it loses no place
    PoolSlot.objects.filter(slot=booked.pool_slot.slot).update(opens_at=past - timedelta(days=1), closes_at=past, closed_at=past)
    band = blocked(held, booked)
    look_after()
    unblock(band.session, band.public_id, reason="医生已回", by=held.coordinator, expected_version=band.session.version)

    look_after()
    look_after()

    assert said(booked) == ["clinic_band_blocked", "booker_stopped", "clinic_band_opened", "booker_booked"]
    stale = find("clinic_band_blocked").before_send
    assert stale is not None
    assert stale(booked.public_id, {}) is None
    blocked(held, Booking.objects.get(pk=booked.pk))
    look_after()
    assert said(booked)[4:] == ["clinic_band_blocked", "booker_stopped"]


def at(booked: Booking) -> str:
    return reverse("booking_release", args=[booked.public_id])


def past_cutoff(booked: Booking) -> Booking:
    """The same booking, too late for anybody but the hospital."""
    Booking.objects.filter(pk=booked.pk).update(cancel_until=timezone.now() - timedelta(hours=1))
    return Booking.objects.get(pk=booked.pk)


def test_from_the_list_the_coordinator_calls_and_moves_after_the_cut_off(held: Scene) -> None:
    booked, free = held.booked(held.slots[0]), held.morning(5)[0]
    patient = booked.patient
    blocked(held, booked)
    booked, browser = past_cutoff(booked), Client(headers=bearer(held.coordinator.user, held.coordinator.post))

    listed = browser.get(reverse("session_affected", args=[held.session.public_id])).content.decode()
    page = browser.get(at(booked))
    told = {"act": "move_band", "pool_slot": str(free.public_id), "version": str(booked.version)}
    moved = browser.post(at(booked), told)
    again = browser.post(at(booked), told)

    assert at(booked) in listed
    assert f"tel:{patient.phone}" in page.content.decode()
    assert free in page.context["times"]
    new = Booking.objects.get(moved_from=booked)
    assert (moved["Location"], again.status_code, Booking.objects.filter(moved_from=booked).count()) == (at(new), 409, 1)
    booked.refresh_from_db()
    assert (booked.status, booked.cancel_cause, new.status, new.pool_slot) == ("cancelled", "stopped", "booked", free)
    assert Message.objects.filter(about=new.public_id, template="referral_changed").count() == 1
    assert Notice.objects.filter(kind="booking_moved", about=new.public_id).count() == 1
    assert not Breach.objects.exists()
    assert books_are_right()


def test_what_was_agreed_otherwise_ends_the_booking_with_its_note_and_needs_one(held: Scene) -> None:
    booked = held.booked(held.slots[0])
    blocked(held, booked)
    browser, said_before = Client(headers=bearer(held.coordinator.user, held.coordinator.post)), Message.objects.count()
    told = {"act": "end_band", "version": str(booked.version)}

    without = browser.post(at(booked), told)
    nothing = (without.status_code, fresh(booked).status, Message.objects.count() - said_before)
    browser.post(at(booked), told | {"note": "改到本院周四门诊"})

    ended = fresh(booked)
    assert nothing == (400, "booked", 0)
    assert (ended.status, ended.cancel_cause, ended.cancel_note) == ("cancelled", "stopped", "改到本院周四门诊")
    assert (ended.referral.status, Message.objects.count() - said_before) == ("draft", 0)
    assert Notice.objects.filter(kind="booking_cancelled", about=booked.public_id).count() == 1
    assert books_are_right()


@pytest.mark.parametrize("way", ["open band", "another hospital"])
def test_nothing_is_moved_or_ended_this_way_in_a_band_that_takes_place_or_by_another_hospital(held: Scene, way: str) -> None:
    booked, free = held.booked(held.slots[0]), held.morning(5)[0]
    if way == "another hospital":
        blocked(held, booked)
    by = held.other if way == "another hospital" else held.coordinator
    browser, events = Client(headers=bearer(by.user, by.post)), Message.objects.count()

    acts: list[dict[str, str]] = [{"act": "move_band", "pool_slot": str(free.public_id)}, {"act": "end_band", "note": "改期"}]
    answers = [browser.post(at(booked), act | {"version": str(booked.version)}).status_code for act in acts]

    assert answers == ([404, 404] if way == "another hospital" else [409, 409])
    assert (fresh(booked).status, PoolSlot.objects.get(pk=free.pk).claimed, Message.objects.count()) == ("booked", 0, events)
    assert "tel:" not in browser.get(at(booked)).content.decode()


def test_the_doctors_case_says_that_the_band_was_blocked_and_promises_no_reminder(held: Scene) -> None:
    booked, other = held.booked(held.slots[0]), held.booked(held.slots[1], "李国强")
    blocked(held, booked)
    browser = Client(headers=bearer(held.doctor.user, held.doctor.post))

    pages = [browser.get(reverse("referral", args=[one.referral.public_id])) for one in (booked, other)]
    bodies = [browser.get(f"/api/v1/referrals/{one.referral.public_id}").json()["booking"] for one in (booked, other)]

    assert [page.context["blocked"] for page in pages] == [True, False]
    reminders = [[words for words, _link, _who in page.context["next"] if "SMS" in words or "短信" in words] for page in pages]
    assert [len(found) for found in reminders] == [0, 1]
    assert [body["takes_place"] for body in bodies] == [False, True]
