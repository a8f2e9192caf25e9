"""The window on real PostgreSQL: what opens a booking, what does not, on which day, and how long it can be taken back."""

from datetime import timedelta
from typing import Any

import pytest

from clinics.models import PolicyRow
from permissions.identity.documents import parse_document
from referral.booking.arrival import arrive, recognise, undo_arrival, undo_deadlines
from referral.booking.expected import expected_on
from referral.booking.models import Booking
from referral.booking.proof import Proof, by_code, by_document, read_proof
from referral.patients.models import Guardian, PatientIdentifier
from tests.cast_loop import Loop, fresh, loop
from tests.cast_referral import today
from tests.database import as_owner
from vault.crypto import keyed_hash
from vault.models import AuditEntry, Event
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Loop:
    return loop()


def received(cast: Loop, booking: Booking, proof: Proof | None = None, **changes: Any) -> Booking:
    wanted = {"expected_version": booking.version, "by": cast.clerk}
    return arrive(booking.public_id, proof or by_code(booking.confirmation_code), **(wanted | changes))


def refused(code: str, act: Any, *args: Any, **kwargs: Any) -> Refusal:
    before = AuditEntry.objects.count(), Event.objects.count()
    with pytest.raises(Refusal) as told:
        act(*args, **kwargs)
    assert told.value.code == code
    assert (AuditEntry.objects.count(), Event.objects.count()) == before
    return told.value


def test_a_confirmation_code_receives_the_patient_once_and_leaves_event_and_audit(cast: Loop) -> None:
    booking = cast.booked()

    received(cast, booking)

    arrived = fresh(booking)
    assert (arrived.status, arrived.version, arrived.referral.status) == ("arrived", booking.version + 1, "booked")
    event = Event.objects.get(object_id=booking.public_id, target="arrived")
    assert (event.actor_id, event.post_id) == (cast.clerk.user.public_id, cast.clerk.actor.post_id)
    entry = AuditEntry.objects.get(verb="arrive", object_id=booking.public_id)
    assert entry.details == {"proof": "code"}
    told = refused("booking_over", received, cast, arrived)
    assert str(told.message) != ""


def test_the_window_reads_code_slip_and_document_from_one_field(cast: Loop) -> None:
    booking = cast.booked()
    code, number = booking.confirmation_code, PatientIdentifier.objects.get(patient=booking.patient).number

    typed = [f"{code[:4].lower()} {code[4:]}", booking.slip_token, f"https://a.example/slips/{booking.slip_token}/", number, f" {number} "]

    for text in typed:
        assert recognise(read_proof(text), by=cast.clerk) == [booking]


def test_another_hospital_learns_nothing_from_a_code_that_is_good_elsewhere(cast: Loop) -> None:
    booking = cast.booked()
    good, unknown = by_code(booking.confirmation_code), by_document("resident_id", "110105199007123366")

    elsewhere = refused("no_such_booking", recognise, good, by=cast.other_clerk)
    nowhere = refused("no_such_booking", recognise, unknown, by=cast.other_clerk)
    by_id = refused("not_found", received, cast, booking, by=cast.other_clerk)

    assert str(elsewhere.message) == str(nowhere.message)
    assert (by_id.current, elsewhere.current) == ({}, {})
    assert fresh(booking).status == "booked"


def test_the_code_of_one_booking_does_not_open_another(cast: Loop) -> None:
    mine, hers = cast.booked(), cast.booked()

    refused("proof_mismatch", received, cast, mine, by_code(hers.confirmation_code))

    assert (fresh(mine).status, fresh(hers).status) == ("booked", "booked")


@pytest.mark.parametrize(("days", "part"), [(2, "in 2 days"), (-1, "can no longer be used")])
def test_another_day_is_refused_with_the_right_one(cast: Loop, days: int, part: str, settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"
    booking = cast.booked(days=days)

    by_search = refused("not_today", recognise, by_code(booking.confirmation_code), by=cast.clerk)
    by_id = refused("not_today", received, cast, booking)

    assert part in str(by_search.message)
    assert booking.visit_date.isoformat() in str(by_id.message)
    assert by_id.current == {"booking": str(booking.public_id), "visit_date": booking.visit_date.isoformat()}


def test_a_hospital_that_receives_early_does_so_up_to_its_day_and_shows_it_on_the_list(cast: Loop) -> None:
    tomorrow, later = cast.booked(days=1), cast.booked(days=2)
    PolicyRow.objects.create(
        parameter="arrival_early_days",
        institution=cast.world.hospital,
        value="1",
        valid_from=today(),
        source="医院规定",
        status="in_force",
    )

    assert recognise(by_code(tomorrow.confirmation_code), by=cast.clerk) == [tomorrow]
    refused("not_today", received, cast, later)
    received(cast, tomorrow)

    assert list(expected_on(cast.clerk, today())) == [tomorrow]
    assert (fresh(tomorrow).status, fresh(later).status) == ("arrived", "booked")


def test_the_document_used_for_booking_opens_it_and_a_second_one_does_not(cast: Loop) -> None:
    booking = cast.booked()
    first = PatientIdentifier.objects.get(patient=booking.patient)
    passport = parse_document("chinese_passport", "EA1234567")
    PatientIdentifier.objects.create(
        patient=booking.patient, type=passport.type, number=passport.number, lookup=passport.key,
        number_hash=keyed_hash(passport.key, "identity"), tail=passport.tail, is_primary=False,
    )  # fmt: skip

    refused("no_such_booking", recognise, by_document("chinese_passport", "EA1234567"), by=cast.clerk)
    received(cast, booking, by_document(first.type, first.number))

    assert fresh(booking).status == "arrived"


def test_a_child_without_a_document_comes_with_the_guardians(cast: Loop) -> None:
    child, grown = cast.world.patient("小满"), cast.world.patient("大满")
    with as_owner():
        PatientIdentifier.objects.filter(patient=child).delete()
    mothers = parse_document("resident_id", "110102195803150026")
    for patient in (child, grown):
        Guardian.objects.create(
            patient=patient, name="满妈", document_type=mothers.type, number=mothers.number, lookup=mothers.key,
            number_hash=keyed_hash(mothers.key, "identity"), tail=mothers.tail, relation="母亲",
        )  # fmt: skip
    of_child, of_grown = cast.booked(child), cast.booked(grown)
    proof = by_document("resident_id", "110102195803150026")

    assert recognise(proof, by=cast.clerk) == [of_child]
    refused("proof_mismatch", received, cast, of_grown, proof)
    received(cast, of_child, proof)

    assert (fresh(of_child).status, fresh(of_grown).status) == ("arrived", "booked")


def test_an_arrival_can_be_taken_back_within_the_minutes_of_the_policy(cast: Loop) -> None:
    early, late = cast.arrived(), cast.arrived()
    arrived_at = Event.objects.get(object_id=late.public_id, target="arrived").at

    undo_arrival(early.public_id, expected_version=early.version, by=cast.clerk)

    assert undo_deadlines([late], by=cast.clerk) == {late.public_id: arrived_at + timedelta(minutes=10)}
    assert fresh(early).status == "booked"
    assert AuditEntry.objects.filter(verb="undo_arrival", object_id=early.public_id).count() == 1
    PolicyRow.objects.create(
        parameter="arrival_undo_minutes",
        institution=cast.world.hospital,
        value="0",
        valid_from=today(),
        source="医院规定",
        status="in_force",
    )
    refused("undo_too_late", undo_arrival, late.public_id, expected_version=late.version, by=cast.clerk)
    assert fresh(late).status == "arrived"


def test_a_stale_version_and_a_wrong_role_are_refused(cast: Loop) -> None:
    booking = cast.booked()

    refused("stale_state", received, cast, booking, expected_version=booking.version + 1)
    refused("not_allowed", received, cast, booking, by=cast.cardiologist)
    refused("stale_state", undo_arrival, booking.public_id, expected_version=booking.version, by=cast.clerk)

    assert fresh(booking).status == "booked"


def test_a_cancelled_booking_says_so_to_whoever_holds_its_code(cast: Loop) -> None:
    booking = cast.booked()
    Booking.objects.filter(pk=booking.pk).update(status="cancelled", cancel_cause="by_referrer", version=2)

    refused("booking_over", received, cast, booking, expected_version=2)


def test_a_window_cannot_be_used_to_try_documents_without_end(cast: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("referral.booking.arrival.TRIES", ((2, timedelta(minutes=10)),))
    booking = cast.booked()
    proof = by_code(booking.confirmation_code)

    recognise(proof, by=cast.clerk)
    recognise(proof, by=cast.clerk)

    told = refused("too_many_requests", recognise, proof, by=cast.clerk)
    assert told.retry_after == 600
