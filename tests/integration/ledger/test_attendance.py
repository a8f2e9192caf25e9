"""Who did not come on real PostgreSQL: late rules at the window, calls, the report with its cause, taking it back, the evening."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from permissions.identity.documents import parse_document
from referral.booking.absence import absent_at, close_day, confirm_proposed, record_call
from referral.booking.arrival import arrive, received_late
from referral.booking.expected import database_now
from referral.booking.kiosk import check_in
from referral.booking.models import Booking
from referral.booking.noshow import NoShowCause, report_noshow, undo_noshow
from referral.booking.proof import by_code
from referral.credit.models import Breach
from referral.inbox.models import Notice
from referral.models import AbsenceCall
from referral.patients.models import Guardian, PatientIdentifier
from tests.cast_ledger import Ledger, ledger, rule
from tests.cast_loop import fresh
from tests.cast_referral import resident_number, today
from tests.database import as_owner
from vault.crypto import keyed_hash
from vault.models import AuditEntry, Event, Message
from vault.outbox.templates import find as template
from vault.refusal import Refusal
from vault.states import advance

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Ledger:
    return ledger()


def refused(code: str, act: Any, *args: Any, **kwargs: Any) -> Refusal:
    before = AuditEntry.objects.count(), Event.objects.count(), Message.objects.count(), Breach.objects.count(), Notice.objects.count()
    with pytest.raises(Refusal) as told:
        act(*args, **kwargs)
    assert told.value.code == code
    after = AuditEntry.objects.count(), Event.objects.count(), Message.objects.count(), Breach.objects.count(), Notice.objects.count()
    assert after == before
    return told.value


def received(cast: Ledger, booking: Booking) -> Booking:
    return arrive(booking.public_id, by_code(booking.confirmation_code), expected_version=booking.version, by=cast.clerk)


def too_late(cast: Ledger, booking: Booking) -> Refusal:
    """She is not received; that she came is all that is written."""
    before = Event.objects.count(), Message.objects.count(), Breach.objects.count(), Notice.objects.count()
    with pytest.raises(Refusal) as told:
        received(cast, booking)
    assert told.value.code == "too_late"
    assert (Event.objects.count(), Message.objects.count(), Breach.objects.count(), Notice.objects.count()) == before
    return told.value


@pytest.mark.parametrize("late", ["received", "requeue"])
def test_who_comes_late_is_received_with_the_rule_in_event_and_audit(cast: Ledger, late: str) -> None:
    rule(cast, late_rule=late)
    booking = cast.over(minutes=12)

    received(cast, booking)

    arrived = fresh(booking)
    assert arrived.status == "arrived"
    assert received_late([arrived]) == {booking.public_id: late}
    entry = AuditEntry.objects.get(verb="arrive", object_id=booking.public_id)
    assert entry.details == {"proof": "code", "late_rule": late, "late_minutes": 12}


@pytest.mark.parametrize("late", ["in_band", "void", "no_show"])
def test_where_late_is_too_late_the_window_says_what_to_do_and_nothing_moves(cast: Ledger, late: str) -> None:
    rule(cast, late_rule=late)
    booking = cast.over()

    told = too_late(cast, booking)

    assert told.current == {"booking": str(booking.public_id), "late_rule": late}
    assert fresh(booking).status == "booked"


def test_reporting_by_an_hour_holds_whatever_the_band_says(cast: Ledger) -> None:
    rule(cast, late_rule="by_hour", late_by_hour="23:59")
    received(cast, cast.over())

    rule(cast, at=today(), late_by_hour="00:00")

    too_late(cast, cast.over())


def test_a_call_is_written_down_and_decides_nothing(cast: Ledger) -> None:
    booking, coming = cast.over(), cast.loop.booked()

    assert list(absent_at(cast.clerk, database_now())) == [booking]
    record_call(booking.public_id, "not_reached", by=cast.clerk)
    record_call(booking.public_id, "will_not_come", note="家里有事", by=cast.coordinator)

    assert [(call.outcome, call.note) for call in AbsenceCall.objects.order_by("pk")] == [
        ("not_reached", ""),
        ("will_not_come", "家里有事"),
    ]
    assert (fresh(booking).status, Breach.objects.count()) == ("booked", 0)
    refused("invalid_input", record_call, booking.public_id, "will_not_come", by=cast.clerk)
    refused("too_early", record_call, coming.public_id, "not_reached", by=cast.clerk)
    refused("not_found", record_call, booking.public_id, "not_reached", by=cast.loop.other_clerk)
    refused("not_allowed", record_call, booking.public_id, "not_reached", by=cast.doctor)


def test_a_call_is_never_changed(cast: Ledger) -> None:
    call = record_call(cast.over().public_id, "not_reached", by=cast.clerk)

    with as_owner(), pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        AbsenceCall.objects.filter(pk=call.pk).update(outcome="on_the_way")


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        ("no_word", "noshow"), ("called_off", "noshow"), ("excused", None), ("came_late", None), ("turned_away", None),
        ("unknown", None),
    ],
)  # fmt: skip
def test_only_the_residents_own_unexcused_causes_make_a_breach(cast: Ledger, cause: str, kind: str | None) -> None:
    booking = cast.missed(cause=cause)

    assert {one[0] for one in NoShowCause.choices} >= {cause}
    assert (booking.status, booking.referral.status) == ("noshow", "not_attended")
    assert [one.kind for one in Breach.objects.all()] == ([kind] if kind else [])
    assert set(Notice.objects.values_list("kind", flat=True)) == {"booking_noshow"} | ({"breach_recorded"} if kind else set())
    assert Message.objects.filter(template="breach_recorded").count() == (1 if kind else 0)


def test_coming_late_counts_where_the_hospitals_rule_says_so(cast: Ledger) -> None:
    rule(cast, late_rule="no_show")

    booking = cast.missed(cause="came_late")

    breach = Breach.objects.get(booking=booking)
    assert breach.kind == "late"
    said = Message.objects.get(about=breach.public_id)
    assert said.template == "breach_recorded_late" and "未就诊" not in template(said.template).text


def test_a_report_needs_the_end_of_the_band_the_seen_version_and_a_known_cause(cast: Ledger) -> None:
    booking, coming = cast.over(), cast.loop.booked()

    refused("too_early", report_noshow, coming.public_id, "no_word", expected_version=1, by=cast.clerk)
    refused("stale_state", report_noshow, booking.public_id, "no_word", expected_version=7, by=cast.clerk)
    refused("invalid_input", report_noshow, booking.public_id, "lazy", expected_version=1, by=cast.clerk)
    refused("not_found", report_noshow, booking.public_id, "no_word", expected_version=1, by=cast.loop.other_clerk)
    refused("not_allowed", report_noshow, booking.public_id, "no_word", expected_version=1, by=cast.doctor)
    received(cast, booking)
    refused("invalid_input", report_noshow, booking.public_id, "no_word", expected_version=2, by=cast.clerk)


def test_a_report_is_taken_back_on_its_day_with_everything_that_followed(cast: Ledger) -> None:
    ban = cast.listed()
    last = Booking.objects.filter(status="noshow").latest("pk")

    undo_noshow(last.public_id, expected_version=last.version, by=cast.clerk)

    ban.refresh_from_db()
    back = fresh(last)
    assert (back.status, back.referral.status, ban.status) == ("booked", "booked", "lifted")
    assert Breach.objects.get(booking=last).status == "struck"
    assert Message.objects.filter(template="breach_struck").count() == 1
    received(cast, back)
    assert fresh(last).status == "arrived"


def test_from_the_next_day_on_or_once_rebooked_only_an_appeal_helps(cast: Ledger) -> None:
    old, rebooked = cast.missed(), cast.missed()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE vault_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE vault_event SET at = at - interval '1 day' WHERE object_id = %s", [old.public_id])
        cursor.execute("ALTER TABLE vault_event ENABLE TRIGGER USER")
    with transaction.atomic():
        advance(rebooked.referral, "draft", by=cast.doctor.actor)

    refused("undo_too_late", undo_noshow, old.public_id, expected_version=old.version, by=cast.clerk)
    refused("stale_state", undo_noshow, rebooked.public_id, expected_version=rebooked.version, by=cast.clerk)


def test_the_evening_proposes_and_a_person_confirms_several(cast: Ledger) -> None:
    silent, called = cast.over(), cast.over()
    record_call(called.public_id, "will_not_come", note="改天再来", by=cast.clerk)

    assert close_day(database_now()) == 0
    done, failed = confirm_proposed([silent.public_id, called.public_id], by=cast.clerk)

    assert (set(done), failed) == ({silent.public_id, called.public_id}, [])
    assert dict(Breach.objects.values_list("booking__public_id", "cause")) == {silent.public_id: "no_word", called.public_id: "called_off"}


def test_the_evening_records_by_itself_only_where_the_rule_says_so(cast: Ledger) -> None:
    rule(cast, no_show_closing="record")
    booking = cast.over()

    assert close_day(database_now()) == 1

    breach = Breach.objects.get(booking=booking)
    assert (fresh(booking).status, breach.cause, breach.recorded_by) == ("noshow", "no_word", None)
    assert close_day(database_now()) == 0


def test_the_device_needs_code_and_document_of_one_person(cast: Ledger) -> None:
    mine, hers = cast.loop.booked(), cast.loop.booked()
    number = PatientIdentifier.objects.get(patient=mine.patient).number

    refused("not_recognised", check_in, hers.confirmation_code, number, by=cast.clerk)
    refused("not_recognised", check_in, mine.confirmation_code, number, by=cast.loop.other_clerk)
    assert check_in(mine.confirmation_code, number, by=cast.clerk).public_id == mine.public_id

    assert (fresh(mine).status, fresh(hers).status) == ("arrived", "booked")
    assert AuditEntry.objects.get(verb="arrive", object_id=mine.public_id).details == {"proof": "document"}


def test_a_childs_guardian_checks_in_with_her_own_document(cast: Ledger) -> None:
    booking = cast.loop.booked()
    PatientIdentifier.objects.filter(patient=booking.patient).delete()
    document = parse_document("resident_id", resident_number(998))
    Guardian.objects.create(
        patient=booking.patient, name="王芳", relation="母亲", phone="13900007777", document_type=document.type, number=document.number,
        lookup=document.key, number_hash=keyed_hash(document.key, "identity"), tail=document.tail,
    )  # fmt: skip

    check_in(booking.confirmation_code, document.number, by=cast.clerk)

    assert fresh(booking).status == "arrived"


def test_wrong_tries_are_counted_per_code_and_committed(cast: Ledger) -> None:
    booking = cast.loop.booked()
    wrong = "110105199007123366"

    for _try in range(5):
        refused("not_recognised", check_in, booking.confirmation_code, wrong, by=cast.clerk)

    number = PatientIdentifier.objects.get(patient=booking.patient).number
    refused("too_many_requests", check_in, booking.confirmation_code, number, by=cast.clerk)
    assert fresh(booking).status == "booked"
