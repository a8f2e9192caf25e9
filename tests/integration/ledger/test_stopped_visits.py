"""A visit of a stopped clinic or a blocked band is nobody's missed visit: it ends as stopped and touches no limit (R126, R134)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from clinics.models import ClinicSession, Slot
from referral.booking.absence import close_day, proposed_cause
from referral.booking.before import days_of
from referral.booking.book import book
from referral.booking.expected import database_now
from referral.booking.kiosk import check_in
from referral.booking.models import COUNTED, Booking
from referral.booking.noshow import report_noshow
from referral.credit.models import Breach
from referral.inbox.models import Notice
from referral.patients.models import PatientIdentifier
from referral.views.kiosk import done
from tests.cast import bearer
from tests.cast_ledger import Ledger, ledger, rule
from tests.cast_loop import fresh
from tests.cast_referral import today
from tests.database import as_owner
from tests.integration.ledger.test_pages import browser_of, page

pytestmark = pytest.mark.django_db
HOWS = ["stopped", "blocked"]


@pytest.fixture
def cast(db: None) -> Ledger:
    return ledger()


def taken_away(booking: Booking, how: str) -> None:
    """Her clinic was stopped, or her band blocked, and nothing came of it before the day was over."""
    with as_owner():
        if how == "blocked":
            Slot.objects.filter(pk=booking.pool_slot.slot_id).update(is_blocked=True)
        else:
            ClinicSession.objects.filter(pk=booking.pool_slot.slot.session_id).update(status="stopped")


def ended_as_stopped(booking: Booking) -> None:
    ended = fresh(booking)
    assert (ended.status, ended.cancel_cause, ended.referral.status) == ("cancelled", "stopped", "draft")
    ended.pool_slot.refresh_from_db()
    assert ended.pool_slot.claimed == 0
    assert Breach.objects.count() == 0
    assert [one.params["cause"] for one in Notice.objects.filter(kind="booking_cancelled", about=booking.public_id)] == ["stopped"]


@pytest.mark.parametrize("how", HOWS)
def test_a_clerk_who_says_not_arrived_touches_no_limit(cast: Ledger, how: str) -> None:
    patient = cast.patient()
    booking = cast.over(patient)
    taken_away(booking, how)

    report_noshow(booking.public_id, "no_word", expected_version=booking.version, by=cast.clerk)

    ended_as_stopped(booking)
    assert list(days_of(patient, today(), today() + timedelta(days=7), COUNTED)) == []


@pytest.mark.parametrize("how", HOWS)
def test_the_evening_that_closes_the_day_touches_no_limit(cast: Ledger, how: str) -> None:
    rule(cast, no_show_closing="record")
    booking = cast.over()
    taken_away(booking, how)

    assert close_day(database_now()) == 1

    ended_as_stopped(booking)


@pytest.mark.parametrize("how", HOWS)
def test_who_came_to_a_stopped_clinic_and_was_not_seen_is_booked_again(cast: Ledger, how: str) -> None:
    booking = cast.loop.arrived()
    taken_away(booking, how)

    report_noshow(booking.public_id, "hospital_stop", expected_version=booking.version, by=cast.clerk)

    ended_as_stopped(booking)


def test_after_three_visits_of_which_one_was_stopped_the_doctor_books_again(cast: Ledger) -> None:
    patient = cast.patient()
    visits = [cast.loop.booked(patient, days=days, code=code) for days, code in ((3, "03.03"), (4, "03.05"), (5, "03.04"))]
    lost = fresh(visits[2])
    ends = database_now() - timedelta(minutes=20)
    Booking.objects.filter(pk=lost.pk).update(visit_date=today(), starts_at=ends - timedelta(minutes=30), ends_at=ends)
    taken_away(lost, "stopped")

    report_noshow(lost.public_id, "no_word", expected_version=lost.version, by=cast.clerk)
    open_again = fresh(lost).referral
    place = cast.loop.world.place(ahead=6)
    made = book(referral=open_again.public_id, pool_slot=place.public_id, version=open_again.version, key=str(uuid4()), by=cast.doctor)

    assert Booking.objects.get(public_id=made).status == "booked"


@pytest.mark.parametrize("how", HOWS)
def test_window_device_and_program_say_that_the_clinic_was_stopped(cast: Ledger, how: str) -> None:
    first, second = cast.loop.booked(), cast.loop.booked()
    browser, headers = browser_of(cast.clerk), bearer(cast.clerk.user)
    number = PatientIdentifier.objects.get(patient=second.patient).number
    before = browser.get("/api/v1/arrivals", headers=headers).json()["results"]
    for one in (first, second):
        taken_away(one, how)

    listed = page(browser.get(reverse("arrivals")))
    rows = browser.get("/api/v1/arrivals", headers=headers).json()["results"]
    toast = page(browser.post(reverse("arrive"), {"proof": first.confirmation_code}, follow=True))
    told = done(check_in(second.confirmation_code, number, by=cast.clerk))

    assert [row["stopped"] for row in before] == [None, None]
    assert ["已停诊" in row["stopped"] for row in rows] == [True, True]
    assert listed.count("门诊停诊") == 2
    assert "无人接诊" in toast and "无人接诊" in told["late"]


def test_of_a_stopped_clinic_its_stop_is_proposed_whatever_was_called(cast: Ledger) -> None:
    booking = cast.over()
    assert proposed_cause([]) == "no_word"
    taken_away(booking, "blocked")

    browser = browser_of(cast.clerk)

    assert "医院停诊" in page(browser.get(reverse("absent")))
    assert '<option value="hospital_stop" selected' in page(browser.get(reverse("absent_one", args=[booking.public_id])))


def test_the_clerk_reads_that_the_clinic_was_stopped(cast: Ledger) -> None:
    booking: Any = cast.over()
    taken_away(booking, "stopped")

    done = browser_of(cast.clerk).post(
        reverse("absent_report", args=[booking.public_id]), {"cause": "no_word", "version": booking.version}, follow=True
    )

    assert "停诊" in page(done)
    ended_as_stopped(booking)
