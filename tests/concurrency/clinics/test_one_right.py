"""Two administrators at one post or right: real threads on real PostgreSQL."""

import pytest

from clinics import rights
from clinics.mirror import differences
from clinics.models import TargetGrant
from permissions.models import ReferralRight
from tests.cast import acting_as, an_admin
from tests.cast_clinics import a_hospital, a_post, in_days
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_administrators_give_a_post_one_right() -> None:
    post, hospital = a_post(), a_hospital()
    admins = [acting_as(an_admin("宋建华")), acting_as(an_admin("韩卫东"))]

    answers = at_once(*(lambda by=by: rights.enter(post, targets=[hospital], last_day=in_days(30), by=by) for by in admins))

    assert answers == ["already_exists", "done"]
    assert (ReferralRight.objects.count(), TargetGrant.objects.count()) == (1, 1)
    assert not differences()


def test_a_right_is_revoked_once_and_guardian_agrees() -> None:
    admins = [acting_as(an_admin("宋建华")), acting_as(an_admin("韩卫东"))]
    right = rights.enter(a_post(), targets=[a_hospital()], last_day=in_days(30), by=admins[0])

    answers = at_once(*(lambda by=by: rights.revoke(right, by=by, reason="moved", expected_version=right.version) for by in admins))

    assert answers == ["done", "stale_state"]
    assert TargetGrant.objects.open().count() == 0
    assert not differences()
