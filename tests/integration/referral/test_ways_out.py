"""Cancelling by everybody who may, with coded reasons; taking it back; sending again (R020-R022, R058, R151)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from clinics.models import Institution
from referral.booking.cancel import cancel_by_hospital, cancel_by_referrer, cancel_by_resident
from referral.booking.corrections import undo_cancel, undo_cancel_by_resident
from referral.booking.end_case import cancel_referral
from referral.booking.fulfilment import fulfil, undo_fulfilment
from referral.booking.models import Booking
from referral.booking.nobody_receives import cancel_homeless
from referral.booking.resend import resend
from referral.cases.models import Referral
from referral.cases.visit import report
from referral.inbox.models import Notice
from referral.patients.models import Patient
from reserved_pools.models import CoolingPlace
from tests.cast_loop import REPORT
from tests.cast_ways_out import Out, fresh, out, unbalanced
from tests.database import as_owner
from vault.crypto import keyed_hash
from vault.models import AuditEntry, Budget, Event, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Out:
    return out()


def templates(booking: Booking) -> list[str]:
    return list(Message.objects.filter(about=booking.public_id).order_by("id").values_list("template", flat=True))


def age(booking: Booking, target: str, minutes: int) -> None:
    """Make a step older, as if so many minutes had passed; the data move, not the clock."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE vault_event DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE vault_event SET at = at - %s WHERE object_id = %s AND target = %s",
            [timedelta(minutes=minutes), booking.public_id, target],
        )
        cursor.execute("ALTER TABLE vault_event ENABLE TRIGGER USER")


def test_a_hospital_releases_by_its_own_decision_even_after_the_cut_off(cast: Out) -> None:
    booking = cast.ahead(cancel_until=timezone.now())

    released = cancel_by_hospital(booking.public_id, expected_version=1, reason="doctor_away", note="援外", by=cast.coordinator)

    booking.refresh_from_db()
    assert (booking.status, booking.cancel_cause, booking.cancel_reason, booking.cancel_note) == (
        "cancelled", "by_hospital", "doctor_away", "援外",
    )  # fmt: skip
    assert (released.referral.status, booking.pool_slot.claimed, booking.pool_slot.cooling) == ("draft", 0, 1)
    assert templates(booking) == ["referral_booked", "referral_cancelled_by_hospital"]
    notice = Notice.objects.get(kind="booking_cancelled")
    assert (notice.user, notice.params) == (cast.world.zhou.user, {"cause": "by_hospital"})


@pytest.mark.parametrize(
    ("reason", "note", "field"), [("", "", "reason"), ("recovered", "", "reason"), ("other", " ", "note"), ("twice", "长" * 201, "note")]
)
def test_a_release_needs_a_reason_of_the_hospitals_list(cast: Out, reason: str, note: str, field: str) -> None:
    booking = cast.ahead()

    with pytest.raises(Refusal, match="invalid_input") as told:
        cancel_by_hospital(booking.public_id, expected_version=1, reason=reason, note=note, by=cast.coordinator)

    assert [violation.field for violation in told.value.violations] == [field]
    assert templates(booking) == ["referral_booked"]


def test_nobody_else_releases_a_hospitals_booking(cast: Out) -> None:
    booking = cast.ahead()
    other = cast.ahead()
    Booking.objects.filter(pk=other.pk).update(institution=cast.world.other_hospital)

    for by, code in ((cast.doctor, "not_allowed"), (cast.loop.clerk, "not_allowed"), (cast.cardiologist, "not_found")):
        with pytest.raises(Refusal, match=code):
            cancel_by_hospital(booking.public_id, expected_version=1, reason="twice", by=by)
    with pytest.raises(Refusal, match="not_found"):
        cancel_by_hospital(other.public_id, expected_version=1, reason="twice", by=cast.coordinator)
    Booking.objects.filter(pk=booking.pk).update(starts_at=timezone.now() - timedelta(hours=2), ends_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(Refusal, match="visit_over"):
        cancel_by_hospital(booking.public_id, expected_version=1, reason="twice", by=cast.coordinator)

    assert Booking.objects.filter(status="booked").count() == 2


def test_after_the_cut_off_the_sentence_names_the_hospitals_desk(cast: Out) -> None:
    Institution.objects.filter(pk=cast.world.hospital.pk).update(help_desk="门诊楼大厅", phone="010-83572222")
    booking = cast.ahead(cancel_until=timezone.now())

    with pytest.raises(Refusal, match="past_cutoff") as told:
        cancel_by_referrer(booking.public_id, expected_version=1, reason="patient", by=cast.doctor)

    remedy = str(told.value.violations[0].remedy)
    assert "门诊楼大厅" in remedy
    assert "010-83572222" in remedy


def test_a_reason_that_ends_the_case_ends_the_referral_with_the_booking(cast: Out) -> None:
    booking = cast.ahead()

    cancelled = cancel_by_referrer(booking.public_id, expected_version=1, reason="died", note="家属来电", ends_case=True, by=cast.doctor)

    assert (cancelled.cancel_reason, cancelled.cancel_note, cancelled.referral.status) == ("died", "家属来电", "cancelled")
    undo_cancel(booking.public_id, expected_version=2, by=cast.doctor)
    assert (fresh(booking).status, fresh(booking).cancel_reason, fresh(booking).referral.status) == ("booked", "", "booked")


def test_free_words_of_a_program_are_kept_as_another_reason(cast: Out) -> None:
    booking = cast.ahead()

    cancelled = cancel_by_referrer(booking.public_id, expected_version=1, reason="患者改期", by=cast.doctor)

    assert (cancelled.cancel_reason, cancelled.cancel_note) == ("other", "患者改期")
    assert Event.objects.get(object_id=booking.public_id, target="cancelled").reason == "患者改期"


def test_a_referral_is_cancelled_as_a_draft_and_with_its_booking(cast: Out) -> None:
    draft, booking = cast.world.referral(), cast.ahead()
    with pytest.raises(Refusal, match="stale_state"):
        cancel_referral(booking.referral.public_id, expected_version=1, reason="recovered", by=cast.doctor)

    dropped = cancel_referral(draft.public_id, expected_version=1, reason="mistake", by=cast.doctor)
    ended = cancel_referral(booking.referral.public_id, expected_version=2, reason="recovered", by=cast.doctor)

    assert (dropped.status, ended.status, fresh(booking).status, fresh(booking).cancel_reason) == (
        "cancelled", "cancelled", "cancelled", "recovered",
    )  # fmt: skip


def test_the_system_cancels_visits_at_a_hospital_that_has_left_by_then(cast: Out) -> None:
    stays, goes = cast.ahead(5), cast.ahead(7)
    Institution.objects.filter(pk=cast.world.hospital.pk).update(active_to=goes.visit_date)

    assert (cancel_homeless(), cancel_homeless()) == (1, 0)

    goes.refresh_from_db()
    assert (goes.status, goes.cancel_cause, fresh(stays).status) == ("cancelled", "by_system", "booked")
    assert Event.objects.get(object_id=goes.public_id, target="cancelled").actor_kind == "system"
    assert Notice.objects.get(kind="booking_cancelled").params == {"cause": "by_system"}


UNDO: dict[str, Any] = {
    "the doctor": (
        lambda cast, b: cancel_by_referrer(b.public_id, expected_version=1, reason="mistake", by=cast.doctor),
        lambda cast, b: undo_cancel(b.public_id, expected_version=2, by=cast.doctor),
    ),
    "the resident": (lambda _cast, b: cancel_by_resident(b), lambda _cast, b: undo_cancel_by_resident(fresh(b))),
    "the hospital": (
        lambda cast, b: cancel_by_hospital(b.public_id, expected_version=1, reason="mistake", by=cast.coordinator),
        lambda cast, b: undo_cancel(b.public_id, expected_version=2, by=cast.coordinator),
    ),
}


@pytest.mark.parametrize("who", UNDO)
def test_a_cancellation_by_mistake_is_taken_back_by_who_pressed_it(cast: Out, who: str) -> None:
    booking = cast.ahead()
    cancel, undo = UNDO[who]
    cancel(cast, booking)

    undo(cast, booking)

    again = fresh(booking)
    assert (again.status, again.version, again.cancel_cause, again.cancel_reason) == ("booked", 3, "", "")
    assert (again.referral.status, again.pool_slot.claimed, again.pool_slot.cooling) == ("booked", 1, 0)
    assert CoolingPlace.objects.count() == 0
    assert again.confirmation_code == booking.confirmation_code
    assert templates(booking)[-1] == "referral_restored"
    assert AuditEntry.objects.filter(verb="booking.undo_cancel").count() == 1
    assert unbalanced() == []


def test_a_cancellation_stays_when_it_is_not_ones_own_too_old_or_the_place_is_gone(cast: Out) -> None:
    booking = cast.ahead()
    cancel_by_referrer(booking.public_id, expected_version=1, reason="mistake", by=cast.doctor)

    with pytest.raises(Refusal, match="not_allowed"):
        undo_cancel(booking.public_id, expected_version=2, by=cast.colleague)
    with pytest.raises(Refusal, match="stale_state"):
        undo_cancel(booking.public_id, expected_version=1, by=cast.doctor)
    CoolingPlace.objects.all().delete()
    with pytest.raises(Refusal, match="slot_not_available"):
        undo_cancel(booking.public_id, expected_version=2, by=cast.doctor)
    age(booking, "cancelled", 10)
    with pytest.raises(Refusal, match="undo_too_late"):
        undo_cancel(booking.public_id, expected_version=2, by=cast.doctor)

    assert fresh(booking).status == "cancelled"
    assert templates(booking)[-1] == "referral_cancelled"


def test_a_cancellation_is_not_taken_back_against_a_rule(cast: Out) -> None:
    """Meanwhile the resident got another booking of that department and day."""
    booking = cast.ahead()
    cancel_by_referrer(booking.public_id, expected_version=1, reason="mistake", by=cast.doctor)
    other = cast.loop.booked(booking.patient)
    Booking.objects.filter(pk=other.pk).update(visit_date=booking.visit_date)

    with pytest.raises(Refusal, match="limit_reached"):
        undo_cancel(booking.public_id, expected_version=2, by=cast.doctor)

    assert fresh(booking).status == "cancelled"


def test_a_visit_recorded_by_mistake_is_taken_back_until_the_report(cast: Out) -> None:
    seen = cast.loop.attended()

    back = undo_fulfilment(seen.public_id, expected_version=seen.version, by=cast.cardiologist)

    assert (back.status, fresh(seen).referral.status) == ("arrived", "booked")
    fulfil(seen.public_id, expected_version=back.version, by=cast.cardiologist)
    again = fresh(seen)
    report(again.referral.public_id, REPORT, expected_version=again.referral.version, by=cast.cardiologist)
    with pytest.raises(Refusal, match="stale_state"):
        undo_fulfilment(seen.public_id, expected_version=again.version, by=cast.cardiologist)


def test_a_visit_stays_recorded_after_the_minutes_and_for_others(cast: Out) -> None:
    seen = cast.loop.attended()
    with pytest.raises(Refusal, match="not_allowed"):
        undo_fulfilment(seen.public_id, expected_version=seen.version, by=cast.doctor)
    age(seen, "fulfilled", 10)

    with pytest.raises(Refusal, match="undo_too_late"):
        undo_fulfilment(seen.public_id, expected_version=seen.version, by=cast.cardiologist)

    assert fresh(seen).status == "fulfilled"


def test_the_booking_is_sent_again_to_the_phone_on_file_now(cast: Out) -> None:
    booking = cast.ahead()
    tail = booking.patient.identifiers.get().tail
    number = "13900077001"
    Patient.objects.filter(pk=booking.patient_id).update(phone_hash=keyed_hash(number, "phone"), phone_tail=number[-4:])
    patient = Patient.objects.get(pk=booking.patient_id)
    patient.phone = number
    patient.save(update_fields=["phone"])

    for by in (cast.doctor, cast.loop.clerk):
        sent = resend(booking.public_id, name="陈秀兰", document_tail=tail.lower(), by=by)

    assert sent.version == 3
    assert templates(booking) == ["referral_booked", "referral_resent", "referral_resent"]
    assert {message.phone for message in Message.objects.filter(template="referral_resent")} == {number}
    assert Event.objects.filter(object_id=booking.public_id, event="booking.resent").count() == 2


def test_wrong_answers_are_counted_and_send_nothing(cast: Out) -> None:
    booking = cast.ahead()
    tail = booking.patient.identifiers.get().tail
    for name, last in (("王秀兰", tail), ("陈秀兰", "0000"), ("陈秀兰", "000A"), ("王秀兰", "0000"), ("陈", tail)):
        with pytest.raises(Refusal, match="proof_mismatch"):
            resend(booking.public_id, name=name, document_tail=last, by=cast.loop.clerk)

    with pytest.raises(Refusal, match="too_many_requests"):
        resend(booking.public_id, name="陈秀兰", document_tail=tail, by=cast.loop.clerk)
    with pytest.raises(Refusal, match="not_found"):
        resend(booking.public_id, name="陈秀兰", document_tail=tail, by=cast.loop.other_clerk)
    with pytest.raises(Refusal, match="not_allowed"):
        resend(booking.public_id, name="陈秀兰", document_tail=tail, by=cast.coordinator)

    assert templates(booking) == ["referral_booked"]


def test_who_has_a_landline_only_or_no_booking_any_more_is_sent_nothing_and_no_send_is_spent(cast: Out) -> None:
    booking, gone = cast.ahead(), cast.ahead()
    cancel_by_resident(gone)
    landline = {"phone": "", "phone_hash": "", "phone_tail": "", "landline": "010-62010007", "landline_tail": "0007"}
    Patient.objects.filter(pk=booking.patient_id).update(**landline)

    def left() -> tuple[int, ...]:
        versions = [fresh(one).version for one in (booking, gone)]
        return (*versions, Event.objects.count(), Message.objects.count(), AuditEntry.objects.count())

    before = left()
    for one, code in ((booking, "no_phone"), (gone, "booking_over")):
        with pytest.raises(Refusal, match=code):
            resend(one.public_id, name="陈秀兰", document_tail=one.patient.identifiers.get().tail, by=cast.doctor)

    assert left() == before
    assert not Budget.objects.filter(cls="resend").exists()


def test_a_booking_is_sent_three_times_a_day_at_most_and_only_while_it_holds(cast: Out) -> None:
    booking, gone = cast.ahead(), cast.ahead()
    tail = booking.patient.identifiers.get().tail
    for _time in range(3):
        resend(booking.public_id, name="陈秀兰", document_tail=tail, by=cast.doctor)
    cancel_by_resident(gone)

    with pytest.raises(Refusal, match="too_many_requests"):
        resend(booking.public_id, name="陈秀兰", document_tail=tail, by=cast.doctor)
    with pytest.raises(Refusal, match="booking_over"):
        resend(gone.public_id, name="陈秀兰", document_tail=gone.patient.identifiers.get().tail, by=cast.doctor)

    assert Message.objects.filter(template="referral_resent").count() == 3
    assert Referral.objects.get(pk=gone.referral_id).status == "draft"
