"""The only writer of a status, on a real table with a real wall behind it."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.db.transaction import TransactionManagementError

from tests.integration.vault.stage import DOCTOR, Parcel
from vault.events import Event, history
from vault.refusal import Refusal
from vault.states import advance, created, created_together

pytestmark = pytest.mark.django_db


def test_a_life_leaves_one_event_for_each_step_oldest_first(parcel):
    with transaction.atomic():
        created(parcel, by=DOCTOR)
        advance(parcel, "lost", by=DOCTOR, reason="丢失")
        advance(parcel, "sent", by=DOCTOR)
        advance(parcel, "taken", by=DOCTOR, note="收到", seen_at=Now())

    events = history(parcel.public_id)
    assert [(e.source, e.target, e.event, e.reason) for e in events] == [
        ("", "sent", "parcel.sent", ""),
        ("sent", "lost", "parcel.lost", "丢失"),
        ("lost", "sent", "parcel.sent_again", ""),
        ("sent", "taken", "parcel.taken", ""),
    ]
    assert {(e.kind, e.actor_kind, e.actor_id, e.post_id) for e in events} == {("parcel", "user", DOCTOR.public_id, DOCTOR.post_id)}
    assert len({e.tx for e in events}) == 1
    stored = Parcel.objects.get()
    assert (stored.status, stored.version, stored.note) == ("taken", 4, "收到")
    assert (parcel.status, parcel.version, parcel.note, parcel.seen_at) == ("taken", 4, "收到", stored.seen_at)


@pytest.mark.parametrize(
    ("target", "expected_version"),
    [("sent", None), ("nowhere", None), ("lost", 2), ("lost", 0)],
)
def test_a_step_the_table_lacks_or_a_stale_caller_changes_nothing(parcel, target, expected_version):
    with pytest.raises(Refusal) as caught, transaction.atomic():
        advance(parcel, target, by=DOCTOR, expected_version=expected_version)

    assert caught.value.code == "stale_state"
    assert caught.value.current == {"status": "sent", "version": 1}
    assert Parcel.objects.values_list("status", "version").get() == ("sent", 1)
    assert Event.objects.count() == 0


def test_who_read_before_another_moved_it_is_told_the_present_state(parcel):
    stale = Parcel.objects.get()
    with transaction.atomic():
        advance(parcel, "lost", by=DOCTOR)
        advance(parcel, "sent", by=DOCTOR)

    with pytest.raises(Refusal) as caught, transaction.atomic():
        advance(stale, "taken", by=DOCTOR, note="收到")

    assert caught.value.current == {"status": "sent", "version": 3}
    assert Parcel.objects.get().note == ""


def test_the_wall_refuses_a_status_written_past_the_table(parcel):
    Parcel.objects.update(status="lost")

    with pytest.raises(DatabaseError), transaction.atomic():
        Parcel.objects.update(status="taken", note="绕过")

    assert Parcel.objects.get().status == "lost"


def test_status_and_fields_are_written_together_so_that_checks_between_them_hold(parcel):
    with pytest.raises(IntegrityError, match="a_taken_parcel_has_a_note"), transaction.atomic():
        advance(parcel, "taken", by=DOCTOR)

    assert Event.objects.count() == 0


def test_the_function_for_sql_does_the_same_as_advance(parcel):
    with transaction.atomic(), connection.cursor() as cursor:
        call = "SELECT vault_advance('vault_stage_parcel', %s, %s, %s, 'parcel', %s, 'parcel.lost', 'user', %s, %s, '')"
        who = [parcel.public_id, DOCTOR.public_id, DOCTOR.post_id]
        cursor.execute(call, [parcel.pk, "sent", "lost", *who])
        assert cursor.fetchone() == (2,)
        cursor.execute(call, [parcel.pk, "sent", "lost", *who])
        assert cursor.fetchone() == (0,)

    event = history(parcel.public_id).get()
    assert (event.source, event.target, event.actor_id, event.post_id) == ("sent", "lost", DOCTOR.public_id, DOCTOR.post_id)


def test_steps_are_refused_outside_a_transaction(parcel):
    with pytest.raises(TransactionManagementError):
        advance(parcel, "lost", by=DOCTOR)
    with pytest.raises(TransactionManagementError):
        created(parcel, by=DOCTOR)


def test_a_row_that_begins_elsewhere_than_its_table_is_our_own_error(parcel):
    parcel.status = "lost"
    with pytest.raises(ValueError, match="does not begin"), transaction.atomic():
        created(parcel, by=DOCTOR)


def test_many_rows_leave_the_same_first_events_in_one_statement(parcel, django_assert_num_queries):
    more = Parcel.objects.bulk_create([Parcel(), Parcel()])

    with transaction.atomic(), django_assert_num_queries(1):
        created_together([parcel, *more], by=DOCTOR)
        created_together([], by=DOCTOR)

    said = ("parcel", "parcel.sent", "", "sent", "user", DOCTOR.public_id, DOCTOR.post_id, "")
    columns = ("kind", "event", "source", "target", "actor_kind", "actor_id", "post_id", "reason")
    assert list(Event.objects.order_by("id").values_list("object_id", *columns)) == [(one.public_id, *said) for one in (parcel, *more)]


def test_rows_of_different_states_do_not_begin_together(parcel):
    lost = Parcel.objects.create()
    lost.status = "lost"

    with pytest.raises(ValueError, match="not all"), transaction.atomic():
        created_together([parcel, lost], by=DOCTOR)
    with pytest.raises(TransactionManagementError):
        created_together([parcel], by=DOCTOR)

    assert not Event.objects.exists()
