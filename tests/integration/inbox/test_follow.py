"""What rooms without an inbox do is told after its commit, once; and what the clock brings."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from clinics.models import ImportJob, PolicyRow, Post
from permissions import rights
from permissions.models import ReferralRight
from permissions.right_states import RightReason
from permissions.roles import Role
from referral.inbox.tell import tell
from referral.models import Notice
from referral.news import due, follow
from tests.cast import acting_as, an_admin
from tests.cast_referral import World, person, world
from tests.database import as_owner
from vault.actor import SYSTEM
from vault.states import advance, created

pytestmark = [pytest.mark.horizon, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def held() -> World:
    return world()


def told() -> set[tuple[str, str]]:
    """Each notice: what, and to whom."""
    return set(Notice.objects.values_list("kind", "user__name"))


def suspended(held: World) -> ReferralRight:
    assert held.zhou.right is not None
    with transaction.atomic():
        return rights.suspend(held.zhou.right, by=held.district_admin, reason=RightReason.LEAVE)


def test_a_suspended_right_is_told_to_the_doctor_and_her_managers_once(held: World) -> None:
    Post.objects.create(user=person("何静", held.district), institution=held.centre, kind=Role.MANAGER, valid_from=timezone.now())
    suspended(held)

    assert follow.tell_people() == 1
    assert follow.tell_people() == 0

    assert told() == {("right_suspended", "周晓岚"), ("right_suspended", "何静")}
    assert set(Notice.objects.values_list("params", flat=True).distinct()[:1][0].items()) == {("reason", "leave")}


def test_a_reader_that_dies_before_its_commit_loses_nothing_and_tells_nothing_twice(held: World, monkeypatch: Any) -> None:
    suspended(held)
    with monkeypatch.context() as broken:
        broken.setattr(follow, "_tell", _die)
        with pytest.raises(RuntimeError):
            follow.tell_people()
    assert Notice.objects.count() == 0

    assert follow.tell_people() == 1
    assert Notice.objects.count() == 1


def _die(steps: object) -> int:
    raise RuntimeError("killed")


def test_a_notice_the_act_left_itself_is_not_left_again(held: World) -> None:
    assert held.zhou.right is not None
    with transaction.atomic():
        right = rights.suspend(held.zhou.right, by=held.district_admin, reason=RightReason.LEAVE)
        tell([held.shen.user], "right_suspended", about=right.public_id, version=99, params={"reason": "leave"})

    assert follow.tell_people() == 0
    assert told() == {("right_suspended", "沈佳")}


def test_what_happened_long_before_it_was_first_read_is_no_news(held: World) -> None:
    right = suspended(held)
    with as_owner():
        _age_events(right)

    assert follow.tell_people() == 0
    assert Notice.objects.count() == 0


def _age_events(right: ReferralRight) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE vault_event DISABLE TRIGGER ALL")
        cursor.execute("UPDATE vault_event SET at = at - interval '15 days' WHERE object_id = %s", [right.public_id])
        cursor.execute("ALTER TABLE vault_event ENABLE TRIGGER ALL")


def test_a_value_that_waits_is_told_to_the_other_administrators_and_the_decision_to_who_entered_it(held: World) -> None:
    other = an_admin("赵建国", district=held.district)
    row = PolicyRow.objects.create(
        parameter="reminder_time", district=held.district, value="17:00", valid_from=date(2030, 1, 1), source="区办", entered_by=held.admin
    )
    with transaction.atomic():
        created(row, by=acting_as(held.admin).actor)
    follow.tell_people()
    assert told() == {("policy_waiting", "赵建国")}

    with transaction.atomic():
        advance(row, "rejected", by=acting_as(other).actor, reason="不合适")
    follow.tell_people()
    assert told() == {("policy_waiting", "赵建国"), ("policy_rejected", "李敏")}


def test_who_brought_a_list_in_hears_what_became_of_it(held: World) -> None:
    job = ImportJob.objects.create(
        kind="staff", file_name="人员.xlsx", file_size=1, digest="0" * 64, by_user=held.admin, part=held.admin.public_id,
        district=held.district,
    )  # fmt: skip
    for status in ("checking", "checked"):
        with transaction.atomic():
            advance(job, status, by=SYSTEM)

    follow.tell_people()

    assert told() == {("import_ready", "李敏")}


def test_a_right_that_runs_out_soon_is_told_once(held: World) -> None:
    with as_owner():
        ReferralRight.objects.filter(pk=held.zhou.right_id).update(valid_to=timezone.now() + timedelta(days=20))

    for _again in range(2):
        due.tell_of_expiring(timezone.now())

    assert told() == {("right_expiring", "周晓岚")}
