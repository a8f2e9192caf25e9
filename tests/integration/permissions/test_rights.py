"""A right on the real database: walked, refused, recorded, and walled in."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from permissions import rights
from permissions.models import ReferralRight
from permissions.queries import rights_of
from permissions.right_states import RightReason, RightStatus
from permissions.roles import Role
from tests import cast
from vault.actor import SYSTEM
from vault.models import AuditEntry, Event
from vault.refusal import Refusal
from vault.states import history

pytestmark = pytest.mark.django_db
S = RightStatus
DAY = timedelta(days=1)


def stepped(step: Callable[..., ReferralRight], *args: Any, **kwargs: Any) -> ReferralRight:
    """A step in a transaction of its own, as a use case of clinics would call it."""
    with transaction.atomic():
        return step(*args, **kwargs)


def admin() -> Any:
    return cast.acting_as(cast.an_admin())


def refused(step: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """The code of the refusal; nothing was written, no event, no audit row."""
    before = (list(ReferralRight.objects.order_by("pk").values()), Event.objects.count(), AuditEntry.objects.count())
    with pytest.raises(Refusal) as refusal:
        stepped(step, *args, **kwargs)
    assert (list(ReferralRight.objects.order_by("pk").values()), Event.objects.count(), AuditEntry.objects.count()) == before
    return refusal.value.code


def steps_of(right: ReferralRight) -> list[tuple[str, str, str]]:
    return [(event.source, event.target, event.event) for event in history(right.public_id)]


def test_a_districts_own_entry_walks_the_whole_table_in_one_transaction() -> None:
    doctor, by = cast.a_user(), admin()

    right = stepped(rights.enter, doctor, doctor.district, by=by, valid_from=timezone.now(), valid_to=timezone.now() + 365 * DAY)

    right.refresh_from_db()
    doctor.refresh_from_db()
    assert right.status == S.GRANTED
    assert right.granted_by == by.user
    assert steps_of(right) == [("", "nominated", "nominate"), ("nominated", "verified", "verify"), ("verified", "granted", "grant")]
    assert [entry.verb for entry in AuditEntry.objects.filter(object_id=right.public_id).order_by("id")] == [
        "right.nominate",
        "right.grant",
    ]
    assert doctor.epoch == 2
    assert right in ReferralRight.objects.in_force()


def test_suspending_and_reinstating_keep_reason_event_and_audit() -> None:
    right, by = cast.a_right(), admin()

    stepped(rights.suspend, right, by=by, reason="leave", note="产假")
    held = ReferralRight.objects.get(pk=right.pk)
    assert (held.status, held.reason_code, held.note, held.version) == ("suspended", "leave", "产假", 2)
    assert right not in ReferralRight.objects.in_force()

    stepped(rights.reinstate, right, by=by)
    held.refresh_from_db()
    assert (held.status, held.reason_code, held.version) == ("granted", "", 3)
    assert steps_of(right) == [("granted", "suspended", "suspend"), ("suspended", "granted", "reinstate")]
    assert history(right.public_id)[0].reason == "leave"
    assert history(right.public_id)[0].actor_id == by.user.public_id


def test_a_revoked_right_is_over_for_good() -> None:
    right, by = cast.a_right(), admin()

    stepped(rights.revoke, right, by=by, reason="moved")

    assert refused(rights.reinstate, right, by=by) == "stale_state"
    assert refused(rights.suspend, right, by=by, reason="leave") == "stale_state"
    assert refused(rights.revoke, right, by=by, reason="moved") == "stale_state"
    assert refused(rights.end, right, by=by) == "stale_state"


def test_after_misconduct_two_persons_of_the_district_must_agree() -> None:
    right, first, second = cast.a_right(), cast.acting_as(cast.an_admin("李敏")), cast.acting_as(cast.an_admin("赵建国"))
    stepped(rights.suspend, right, by=first, reason="misconduct")

    asked = stepped(rights.reinstate, right, by=first)
    assert asked.status == S.SUSPENDED
    assert asked.reinstatement_asked_by == first.user
    assert refused(rights.reinstate, right, by=first) == "second_person_required"

    agreed = stepped(rights.reinstate, right, by=second)
    assert (agreed.status, agreed.reinstatement_asked_by) == (S.GRANTED, None)


@pytest.mark.parametrize("reason", ["moved", "", "because", "left"])
def test_only_the_listed_reasons_suspend(reason: str) -> None:
    assert refused(rights.suspend, cast.a_right(), by=admin(), reason=reason) == "invalid_input"


@pytest.mark.parametrize("reason", ["leave", "", "dormant"])
def test_only_the_listed_reasons_revoke(reason: str) -> None:
    assert refused(rights.revoke, cast.a_right(), by=admin(), reason=reason) == "invalid_input"


def test_a_version_the_caller_did_not_see_is_stale_and_the_current_one_is_told() -> None:
    right, by = cast.a_right(), admin()
    stepped(rights.suspend, right, by=by, reason="leave", expected_version=1)

    with pytest.raises(Refusal) as refusal:
        stepped(rights.revoke, right, by=by, reason="moved", expected_version=1)

    assert refusal.value.code == "stale_state"
    assert refusal.value.current == {"status": "suspended", "version": 2}


def test_another_district_may_not_touch_it() -> None:
    right = cast.a_right()
    elsewhere = cast.acting_as(cast.an_admin(district=cast.a_district("110108", "海淀区")))

    for step, reason in ((rights.suspend, "leave"), (rights.revoke, "moved")):
        assert refused(step, right, by=elsewhere, reason=reason) == "not_allowed"


@pytest.mark.parametrize("role", [role for role in Role if role != Role.DISTRICT_ADMIN] + [None])
def test_nobody_but_the_district_suspends_reinstates_or_revokes(role: Role | None) -> None:
    by = cast.acting_as(cast.a_user(), role=role)

    assert refused(rights.suspend, cast.a_right(), by=by, reason="leave") == "not_allowed"
    assert refused(rights.reinstate, cast.a_right(status=S.SUSPENDED), by=by) == "not_allowed"
    assert refused(rights.revoke, cast.a_right(), by=by, reason="moved") == "not_allowed"


def test_the_system_suspends_a_dormant_right_but_revokes_none() -> None:
    assert stepped(rights.suspend, cast.a_right(), by=SYSTEM, reason="dormant").status == S.SUSPENDED
    assert refused(rights.revoke, cast.a_right(), by=SYSTEM, reason="moved") == "not_allowed"


@pytest.mark.parametrize("status", [S.NOMINATED, S.VERIFIED, S.SENT_BACK, S.GRANTED, S.SUSPENDED])
def test_a_right_ends_with_its_post_whatever_it_is_waiting_for(status: RightStatus) -> None:
    right = cast.a_right(status=status)

    assert stepped(rights.end, right, by=cast.acting_as(cast.a_user(), role=Role.MANAGER), reason="left").status == S.ENDED


def test_the_expiry_task_marks_what_is_past_and_nothing_else() -> None:
    past = [cast.a_right(status=status, **ended()) for status in (S.GRANTED, S.SUSPENDED)]
    kept = [cast.a_right(), cast.a_right(status=S.REVOKED, **ended())]

    assert rights.expire_overdue() == 2
    assert rights.expire_overdue() == 0

    assert [ReferralRight.objects.get(pk=right.pk).status for right in past] == [S.EXPIRED] * 2
    assert [ReferralRight.objects.get(pk=right.pk).status for right in kept] == [S.GRANTED, S.REVOKED]
    assert history(past[0].public_id)[0].actor_kind == "system"


def ended() -> dict[str, datetime]:
    return {"valid_from": timezone.now() - 2 * DAY, "valid_to": timezone.now() - DAY}


def test_a_step_outside_a_transaction_is_a_mistake() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        rights.suspend(cast.a_right(), by=admin(), reason="leave")


def lock_and_read(right: ReferralRight) -> tuple[Any, ...]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT status, user_id, in_force FROM right_lock(%s)", [right.pk])
        return tuple(cursor.fetchone())


@pytest.mark.parametrize("status", RightStatus.values)
def test_the_lock_of_a_booking_says_in_force_only_of_a_granted_right(status: str) -> None:
    right = cast.a_right(status=RightStatus(status))

    assert lock_and_read(right) == (status, right.user_id, status == "granted")


@pytest.mark.parametrize(("start", "end", "in_force"), [(-1, 1, True), (1, 2, False), (-2, -1, False)])
def test_the_lock_judges_the_dates_by_the_databases_clock(start: int, end: int, in_force: bool) -> None:
    right = cast.a_right(valid_from=timezone.now() + start * DAY, valid_to=timezone.now() + end * DAY)

    assert lock_and_read(right)[2] is in_force
    assert ReferralRight.objects.in_force().filter(pk=right.pk).exists() is in_force


def test_there_is_nothing_to_lock_of_a_right_that_does_not_exist() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM right_lock(0)")
        assert cursor.fetchall() == []


def test_the_database_refuses_a_step_the_table_lacks() -> None:
    right = cast.a_right(status=S.REVOKED)

    with pytest.raises(DatabaseError, match="status"), transaction.atomic():
        ReferralRight.objects.filter(pk=right.pk).update(status=S.GRANTED)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "granted", "valid_from": None, "valid_to": None}, "right_once_granted_has_dates_and_a_granter"),
        ({"status": "suspended", "reason_code": ""}, "right_taken_away_has_a_reason"),
        ({"status": "forgotten"}, "right_status_is_known"),
        ({"valid_to": timezone.now() - 10 * DAY}, "right_ends_after_it_starts"),
    ],
)
def test_the_database_refuses_half_a_right(fields: dict[str, Any], constraint: str) -> None:
    doctor, granter = cast.a_user(), cast.an_admin()
    whole = {"status": "granted", "valid_from": Now(), "valid_to": timezone.now() + DAY, "granted_by": granter}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ReferralRight.objects.create(user=doctor, district=doctor.district, **(whole | fields))


def test_one_sees_the_rights_of_ones_district_or_only_ones_own() -> None:
    here, elsewhere = cast.a_right(), cast.a_right(cast.a_user(district=cast.a_district("110108", "海淀区")))

    assert set(rights_of(admin())) == {here}
    assert set(rights_of(cast.acting_as(elsewhere.user, role=Role.FAMILY_DOCTOR))) == {elsewhere}


def test_every_reason_is_good_for_something() -> None:
    assert set(RightReason) == rights.SUSPEND_REASONS | rights.REVOKE_REASONS
