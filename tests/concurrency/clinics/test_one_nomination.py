"""Two people at one nomination: real threads on real PostgreSQL."""

import pytest

from clinics import rights
from clinics.models import TargetGrant
from clinics.nominations.nominate import attach, nominate
from permissions.models import Attachment, Nomination, ReferralRight
from permissions.nominations import MOST_PAPERS
from permissions.right_states import RightStatus
from tests.cast import acting_as, an_admin
from tests.cast_clinics import a_hospital, a_post, in_days
from tests.cast_nominations import a_manager, a_nomination, a_paper, some_evidence
from tests.concurrency.clinics.test_one_right import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_managers_nominate_a_doctor_once() -> None:
    first = a_manager()
    second, doctor = a_manager(first.post.institution, "钱管理"), a_post(institution=first.post.institution)

    answers = at_once(*(lambda by=by: nominate(doctor, some_evidence(), by=by) for by in (first, second)))

    assert answers == ["already_exists", "done"]
    assert (ReferralRight.objects.count(), Nomination.objects.count()) == (1, 1)


def test_granting_and_sending_back_at_once_is_one_of_them() -> None:
    right, hospital = a_nomination(), a_hospital()
    first, second = acting_as(an_admin("宋建华")), acting_as(an_admin("韩卫东"))

    answers = at_once(
        lambda: rights.verify_and_grant(right, targets=[hospital], last_day=in_days(30), by=first, expected_version=1),
        lambda: rights.send_back(right, by=second, reason="post", note="岗位不符", expected_version=1),
    )

    right.refresh_from_db()
    assert answers == ["done", "stale_state"]
    assert right.status in (RightStatus.GRANTED, RightStatus.SENT_BACK)
    assert TargetGrant.objects.count() == (1 if right.status == RightStatus.GRANTED else 0)


def test_papers_handed_in_at_once_are_never_more_than_five() -> None:
    manager = a_manager()
    right = a_nomination(a_post(institution=manager.post.institution), by=manager, papers=MOST_PAPERS - 1)
    papers = [a_paper() for _ in range(4)]

    answers = at_once(*(lambda paper=paper: attach(right, paper, by=manager) for paper in papers))

    assert answers == ["done", "invalid_input", "invalid_input", "invalid_input"]
    assert Attachment.objects.present().count() == MOST_PAPERS
