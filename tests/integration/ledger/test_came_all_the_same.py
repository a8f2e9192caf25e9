"""Who came and was not seen, who came too late: a way out that never strikes, a trace the evening reads, and a place in the queue."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from referral.booking.absence import close_day, confirm_proposed, record_call, unseen_at
from referral.booking.arrival import arrive
from referral.booking.expected import database_now, waiting_for
from referral.booking.kiosk import check_in
from referral.booking.models import Booking
from referral.booking.noshow import OF_WHO_CAME, report_noshow, undo_noshow
from referral.booking.proof import by_code
from referral.credit.models import Breach
from referral.models import AbsenceCall
from referral.patients.models import PatientIdentifier
from tests.cast import bearer
from tests.cast_ledger import Ledger, ledger, rule
from tests.cast_loop import fresh
from tests.integration.ledger.test_attendance import received, too_late
from tests.integration.ledger.test_pages import browser_of, device_of, page
from vault.models import AuditEntry, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Ledger:
    return ledger()


def came(cast: Ledger, **when: Any) -> Booking:
    """Received in time; her time is over by now and no doctor has seen her."""
    booking = cast.loop.arrived()
    ends = database_now() - timedelta(minutes=30)
    Booking.objects.filter(pk=booking.pk).update(starts_at=ends - timedelta(hours=1), ends_at=ends, **when)
    return fresh(booking)


@pytest.mark.parametrize("cause", [one.value for one in OF_WHO_CAME if one != "hospital_stop"])
def test_whoever_came_and_was_not_seen_is_booked_again_and_never_struck(cast: Ledger, cause: str) -> None:
    booking = came(cast)
    assert list(unseen_at(cast.clerk, database_now())) == [booking]

    report_noshow(booking.public_id, cause, expected_version=booking.version, by=cast.coordinator)

    missed = fresh(booking)
    assert (missed.status, missed.referral.status) == ("noshow", "not_attended")
    assert (Breach.objects.count(), Message.objects.filter(template="breach_recorded").count()) == (0, 0)
    assert list(unseen_at(cast.clerk, database_now())) == []


@pytest.mark.parametrize("cause", ["no_word", "called_off", "came_late", "excused", "unknown"])
def test_of_whoever_came_nobody_says_that_she_did_not(cast: Ledger, cause: str) -> None:
    booking = came(cast)

    with pytest.raises(Refusal) as told:
        report_noshow(booking.public_id, cause, expected_version=booking.version, by=cast.clerk)

    assert (told.value.code, [one.field for one in told.value.violations]) == ("invalid_input", ["cause"])
    assert (fresh(booking).status, Breach.objects.count()) == ("arrived", 0)


def test_who_is_turned_away_need_not_wait_for_the_end_of_her_time(cast: Ledger) -> None:
    booking = cast.loop.arrived()

    report_noshow(booking.public_id, "emergency", expected_version=booking.version, by=cast.clerk)

    assert fresh(booking).referral.status == "not_attended"


def test_such_a_report_is_taken_back_to_the_arrival(cast: Ledger) -> None:
    booking = came(cast)
    report_noshow(booking.public_id, "doctor_absent", expected_version=booking.version, by=cast.clerk)

    undo_noshow(booking.public_id, expected_version=booking.version + 1, by=cast.clerk)

    assert (fresh(booking).status, fresh(booking).referral.status) == ("arrived", "booked")


def test_page_and_program_lead_from_the_list_to_the_report(cast: Ledger) -> None:
    booking, other, browser = came(cast), came(cast), browser_of(cast.clerk)
    at = reverse("absent_one", args=[booking.public_id])

    listed, shown = page(browser.get(reverse("absent"))), page(browser.get(at))
    wrong = browser.post(reverse("absent_report", args=[booking.public_id]), {"cause": "no_word", "version": booking.version})
    browser.post(reverse("absent_report", args=[booking.public_id]), {"cause": "left_unseen", "version": booking.version})
    headers = bearer(cast.clerk.user) | {"If-Match": f'W/"{other.version}"'}
    sent = browser.post(
        f"/api/v1/bookings/{other.public_id}/no-show", {"cause": "emergency"}, content_type="application/json", headers=headers
    )

    assert "已到院未看诊" in listed and at in listed
    assert 'value="left_unseen"' in shown and 'value="no_word"' not in shown and 'name="outcome"' not in shown
    assert wrong.status_code == 400 and "已经到院" in page(wrong)
    assert [fresh(one).status for one in (booking, other)] == ["noshow", "noshow"] and sent.status_code == 200
    assert "患者已到，未等到看诊即离开" in page(browser.get(at))


@pytest.mark.parametrize(("late", "kind"), [("in_band", None), ("void", None), ("by_hour", None), ("no_show", "late")])
def test_who_was_refused_late_is_not_said_to_have_stayed_away(cast: Ledger, late: str, kind: str | None) -> None:
    rule(cast, late_rule=late, late_by_hour="00:00", no_show_closing="record")
    booking = cast.over()
    too_late(cast, booking)
    too_late(cast, booking)

    noted = AbsenceCall.objects.get(booking=booking)
    assert (noted.outcome, noted.called_by) == ("came_late", cast.clerk.user)
    assert AuditEntry.objects.filter(verb="refuse_late", object_id=booking.public_id).count() == 1
    assert close_day(database_now()) == 1

    assert (fresh(booking).status, [one.kind for one in Breach.objects.all()]) == ("noshow", [kind] if kind else [])
    assert page(browser_of(cast.clerk).get(reverse("absent_one", args=[booking.public_id]))).count("迟到，未能取号") == 1


def test_the_worklist_proposes_that_she_came_late_whatever_she_said_on_the_telephone(cast: Ledger) -> None:
    rule(cast, late_rule="void")
    booking = cast.over()
    record_call(booking.public_id, "will_not_come", note="改天", by=cast.clerk)
    too_late(cast, booking)

    confirm_proposed([booking.public_id], by=cast.clerk)

    assert (fresh(booking).status, Breach.objects.count()) == ("noshow", 0)
    with pytest.raises(Refusal, match="invalid_input"):
        record_call(cast.over().public_id, "came_late", by=cast.clerk)


def test_late_is_counted_from_the_end_of_the_time_booked(cast: Ledger) -> None:
    cast.over(minutes=20)  # its half hour began fifty minutes ago

    shown = page(browser_of(cast.clerk).get(reverse("arrivals")))

    assert "迟 20 分" in shown


def test_who_queues_again_stands_behind_those_who_came_in_time(cast: Ledger) -> None:
    rule(cast, late_rule="requeue")
    first, second = cast.over(minutes=90), cast.over(minutes=40)
    received(cast, second)
    received(cast, first)
    in_time = came(cast)

    assert list(waiting_for(cast.loop.cardiologist)) == [in_time, second, first]
    shown = page(browser_of(cast.loop.cardiologist).get(reverse("visits")))
    assert shown.count("重新排队") == 2


@pytest.mark.parametrize(
    ("late", "said"),
    [
        ("void", "预约作废"),
        ("no_show", "来晚了不能取号"),
        ("by_hour", "已过本院报到时间"),
        ("requeue", "在按时到诊的患者之后候诊"),
        ("received", "请到诊区"),
        ("in_band", "只在预约时段内取号"),
    ],
)  # fmt: skip
def test_the_device_speaks_to_the_resident_not_to_the_clerk(cast: Ledger, late: str, said: str) -> None:
    rule(cast, late_rule=late, late_by_hour="00:00")
    booking = cast.over()
    document = PatientIdentifier.objects.get(patient=booking.patient).number

    told = page(device_of(cast.clerk).post(reverse("kiosk"), {"step": "document", "code": booking.confirmation_code, "document": document}))

    assert said in told and "登记" not in told


def test_a_booking_that_is_over_says_so_to_her(cast: Ledger) -> None:
    booking = cast.missed()
    number = PatientIdentifier.objects.get(patient=booking.patient).number

    with pytest.raises(Refusal) as told:
        check_in(booking.confirmation_code, number, by=cast.clerk)

    assert "时段已过" in str(told.value.message)
    with pytest.raises(Refusal, match="请先撤回登记"):
        arrive(booking.public_id, by_code(booking.confirmation_code), expected_version=booking.version, by=cast.clerk)
