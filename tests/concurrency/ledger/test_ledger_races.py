"""Two people at once: no-show against arrival, an appeal decided twice, a ban against a booking; locks in the house's order."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from permissions.roles import Role
from referral.booking.arrival import arrive
from referral.booking.book import book
from referral.booking.in_error import ask_in_error, decide_in_error
from referral.booking.models import Booking
from referral.booking.noshow import report_noshow, undo_noshow
from referral.booking.proof import by_code
from referral.credit.appeal import appeal, decide
from referral.credit.models import BookingBan, Breach
from referral.credit.papers import attach, detach
from referral.credit.restrict import Wanted, restrict
from referral.credit.verify import verify
from referral.models import WrongEntry
from tests.cast_ledger import Ledger, ledger, rule
from tests.cast_loop import fresh, working
from tests.cast_nominations import a_paper
from tests.cast_referral import today
from tests.racing import locks_of, outcomes

pytestmark = pytest.mark.django_db(transaction=True)
IN_ORDER = ["referral_patient", "reserved_pools_poolslot", "referral_referral", "referral_booking"]


@pytest.fixture
def cast(transactional_db: None) -> Ledger:
    return ledger()


def missing(cast: Ledger, booking: Booking) -> Callable[[], Any]:
    return lambda: report_noshow(booking.public_id, "no_word", expected_version=booking.version, by=cast.clerk)


def test_a_report_and_an_arrival_at_once_end_in_one_of_both(cast: Ledger) -> None:
    for _round in range(4):
        booking = cast.over()
        proof, version = by_code(booking.confirmation_code), booking.version
        arriving = lambda: arrive(booking.public_id, proof, expected_version=version, by=cast.clerk)  # noqa: B023, E731

        answers = outcomes([missing(cast, booking), arriving, missing(cast, booking)])

        ended = fresh(booking)
        assert Counter(answers)["done"] == 1
        assert set(answers) <= {"done", "stale_state", "booking_over"}
        assert Breach.objects.filter(booking=booking).count() == (ended.status == "noshow")
        assert (ended.status, ended.referral.status) in [("noshow", "not_attended"), ("arrived", "booked")]
    assert list(verify()) == []


def test_visits_missed_at_once_make_one_ban(cast: Ledger) -> None:
    rule(cast, no_show_window="lifetime")
    patient = cast.patient()
    visits = [cast.over(patient, days=days) for days in (-1, -9, -18)]

    assert outcomes([missing(cast, booking) for booking in visits]) == ["done"] * 3

    assert BookingBan.objects.filter(patient=patient, status="in_force").count() == 1
    assert BookingBan.objects.filter(patient=patient).count() == 1
    assert list(verify()) == []


def test_an_appeal_is_decided_once(cast: Ledger) -> None:
    breach = cast.breach()
    filed = appeal(breach.public_id, text="当天住院", expected_version=2, by=cast.doctor)
    deciding = [
        lambda by=by, wanted=wanted: decide(filed.public_id, wanted, reason="已核实", expected_version=3, by=by)
        for by, wanted in ((cast.admin, "struck"), (cast.second, "upheld"))
    ]

    answers = outcomes(deciding)

    assert Counter(answers) == {"done": 1, "stale_state": 1}
    breach.refresh_from_db()
    filed.refresh_from_db()
    assert breach.status == ("struck" if answers[0] == "done" else "upheld")
    assert filed.decided_by == (cast.admin if answers[0] == "done" else cast.second).user
    assert list(verify()) == []


def test_files_laid_there_at_once_are_never_more_than_three_and_none_comes_after_the_decision(cast: Ledger) -> None:
    breach = cast.breach()
    filed = appeal(breach.public_id, text="当天住院", papers=[a_paper(), a_paper()], expected_version=breach.version, by=cast.doctor)
    kept = filed.papers.first()
    laying = [partial(attach, breach.public_id, a_paper(), by=cast.doctor) for _ in range(3)]
    deciding = partial(decide, filed.public_id, "struck", reason="属实", expected_version=breach.version + 1, by=cast.second)

    answers = outcomes(laying)
    decided = outcomes([deciding, partial(detach, kept.public_id, by=cast.doctor)])

    assert Counter(answers) == {"done": 1, "invalid_input": 2}
    assert decided in (["done", "done"], ["done", "stale_state"])
    assert filed.papers.present().count() == (2 if decided[1] == "done" else 3)


def test_an_undo_and_an_appeal_at_once_end_in_one_of_both(cast: Ledger) -> None:
    for _round in range(3):
        breach = cast.breach()
        booking = breach.booking
        undoing = lambda: undo_noshow(booking.public_id, expected_version=booking.version, by=cast.clerk)  # noqa: B023, E731
        appealing = lambda: appeal(breach.public_id, text="当天住院", expected_version=2, by=cast.doctor)  # noqa: B023, E731

        answers = outcomes([undoing, appealing])

        breach.refresh_from_db()
        assert (answers, breach.status, fresh(booking).status) in [
            (["done", "stale_state"], "struck", "booked"),
            (["stale_state", "done"], "appealed", "noshow"),
        ]
    assert list(verify()) == []


def test_what_was_entered_wrongly_is_decided_once(cast: Ledger) -> None:
    booking = cast.missed()
    ask_in_error(booking.public_id, "登记错了人", expected_version=booking.version, by=cast.clerk)
    second = working("第二调度", cast.loop.world.hospital, Role.COORDINATOR)
    deciding = [
        partial(decide_in_error, booking.public_id, confirmed=confirmed, expected_version=booking.version, by=by)
        for by, confirmed in ((cast.coordinator, True), (second, False))
    ]

    answers = outcomes(deciding)

    entry = WrongEntry.objects.get()
    assert Counter(answers) == {"done": 1, "stale_state": 1}
    assert entry.confirmed is (answers[0] == "done")
    assert fresh(booking).status == ("entered_in_error" if entry.confirmed else "noshow")
    assert list(verify()) == []


def test_an_undo_and_a_confirmed_error_at_once_end_in_one_of_both(cast: Ledger) -> None:
    for _round in range(3):
        booking = cast.missed()
        ask_in_error(booking.public_id, "登记错了人", expected_version=booking.version, by=cast.clerk)
        undoing = partial(undo_noshow, booking.public_id, expected_version=booking.version, by=cast.clerk)
        confirming = partial(decide_in_error, booking.public_id, confirmed=True, expected_version=booking.version, by=cast.coordinator)

        answers = outcomes([undoing, confirming])

        ended = fresh(booking)
        assert (answers, ended.status, ended.referral.status) in [
            (["done", "stale_state"], "booked", "booked"),
            (["stale_state", "done"], "entered_in_error", "draft"),
        ]
    assert list(verify()) == []


def test_nothing_is_booked_after_the_ban_that_committed_first(cast: Ledger) -> None:
    rule(cast, no_show_window="lifetime", no_show_threshold="1")
    for _round in range(4):
        patient = cast.patient()
        booking = cast.over(patient)
        referral, place = cast.loop.world.referral(patient), cast.loop.world.place(ahead=5)
        key = str(uuid4())
        booking_it = lambda: book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=key, by=cast.doctor)  # noqa: B023, E731

        answers = outcomes([missing(cast, booking), booking_it])

        assert answers[0] == "done" and answers[1] in ("done", "banned")
        ban = BookingBan.objects.get(patient=patient)
        made = Booking.objects.filter(patient=patient, status="booked").first()
        assert (made is None) == (answers[1] == "banned")
        assert made is None or made.created_at < ban.valid_from
    assert list(verify()) == []


def test_one_restriction_stands_however_often_it_is_asked(cast: Ledger) -> None:
    rule(cast, restrict_after="1")
    patient = cast.patient()
    cast.missed(patient)
    wanted = Wanted(patient.public_id, "多次未取号", today())

    answers = outcomes([lambda: restrict(wanted, by=cast.coordinator)] * 3)

    assert Counter(answers) == {"done": 1, "already_exists": 2}


def test_the_locks_come_in_the_houses_order(cast: Ledger) -> None:
    booking = cast.over()

    assert locks_of(missing(cast, booking))[:4] == IN_ORDER

    again = fresh(booking)
    undone = locks_of(lambda: undo_noshow(again.public_id, expected_version=again.version, by=cast.clerk))
    assert undone[:5] == [*IN_ORDER, "referral_breach"]
