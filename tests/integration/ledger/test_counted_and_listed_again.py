"""The count a resident reads is that of the visit's window, and a ban that follows from what is left after a strike is told to her."""

from datetime import date

import pytest

from clinics.models import PolicyRow
from referral.booking.models import Booking
from referral.booking.noshow import report_noshow
from referral.credit.models import BookingBan, Breach
from tests.cast_ledger import Ledger, ledger
from tests.cast_referral import today
from tests.integration.ledger.test_ledger import appealed, decided
from tests.letters import params_of
from vault.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Ledger:
    return ledger()


def count_told(breach: Breach) -> str:
    return params_of(Message.objects.get(template="breach_recorded", about=breach.public_id))["count"]


def reported(cast: Ledger, booking: Booking) -> Breach:
    """Booked before she was listed, missed after it."""
    report_noshow(booking.public_id, "no_word", expected_version=booking.version, by=cast.clerk)
    return Breach.objects.get(booking=booking)


def test_a_visit_of_new_years_eve_recorded_in_the_new_year_is_counted_in_its_own_year(cast: Ledger) -> None:
    patient, eve = cast.patient(), date(today().year - 1, 12, 31)
    cast.breach(patient)

    first = cast.breach(patient, days=(eve - today()).days)
    second = cast.breach(patient, days=(eve - today()).days - 1)

    assert (first.visit_date, count_told(first)) == (eve, "第1次（满3次暂停预约）")
    assert count_told(second) == "第2次（满3次暂停预约）"


def test_what_a_ban_used_up_is_counted_no_second_time(cast: Ledger) -> None:
    patient = cast.patient()
    waiting = cast.over(patient, days=-1)
    cast.listed(patient)

    fourth = reported(cast, waiting)

    assert count_told(fourth) == "第1次（满3次暂停预约）"


def test_striking_one_of_four_lifts_one_ban_lists_another_and_says_so(cast: Ledger) -> None:
    patient = cast.patient()
    waiting = cast.over(patient, days=-1)
    first = cast.listed(patient)
    fourth = reported(cast, waiting)
    struck = first.breaches.earliest("created_at")

    decided(cast, appealed(cast, struck), "struck")

    first.refresh_from_db()
    again = BookingBan.objects.get(patient=patient, status="in_force")
    assert (first.status, set(again.breaches.all())) == ("lifted", {*first.breaches.exclude(pk=struck.pk), fourth})
    told = Message.objects.get(template="ban_listed", about=fourth.public_id)
    still = Message.objects.get(about=struck.public_id, template__startswith="breach_struck")
    assert still.template == "breach_struck_still_listed"
    assert params_of(told)["until"] == params_of(still)["until"]


def test_where_nothing_follows_the_message_says_that_the_ban_is_over(cast: Ledger) -> None:
    ban = cast.listed()
    struck = ban.breaches.earliest("created_at")

    decided(cast, appealed(cast, struck), "struck")

    assert Message.objects.get(about=struck.public_id, template__startswith="breach_struck").template == "breach_struck"
    assert Message.objects.filter(template="ban_listed").count() == 1


def test_one_missed_visit_lists_nobody_whatever_a_hospital_says(cast: Ledger) -> None:
    PolicyRow.objects.create(  # as it may stand from before it was refused (R165, R185)
        parameter="no_show_threshold",
        value="1",
        institution=cast.loop.world.hospital,
        valid_from=today(),
        source="医院规定",
        status="in_force",
    )

    breach = cast.breach()

    assert (breach.policy["threshold"], BookingBan.objects.count()) == (3, 0)
