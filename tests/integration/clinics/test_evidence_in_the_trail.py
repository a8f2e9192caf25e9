"""What a decision about a right rests on stands in its sealed row, so that nobody changes it unseen afterwards."""

from datetime import timedelta
from typing import Any

import pytest

from clinics import rights
from clinics.watch import bulk, disputes
from clinics.watch.bulk import Wish
from clinics.watch.disputes import Answer
from permissions.factors import unlock
from permissions.models.evidence import LICENCE
from tests.cast import a_right, a_user, acting_as, an_admin
from tests.cast_clinics import a_centre, a_coordinator, a_grant, a_hospital, a_post, today
from tests.cast_nominations import a_licence, a_nomination
from vault.crypto import keyed_hash
from vault.models import AuditEntry

pytestmark = pytest.mark.django_db


def sealed(verb: str) -> dict[str, Any]:
    return AuditEntry.objects.get(verb=verb).details


def test_the_note_of_a_suspension_and_of_a_revocation_is_sealed() -> None:
    right, by = a_right(), acting_as(an_admin())

    rights.suspend(right, by=by, reason="leave", note="产假")
    rights.revoke(right, by=by, reason="misconduct", note="投诉核查 2026-7")

    assert (sealed("right.suspend")["note"], sealed("right.revoke")["note"]) == ("产假", "投诉核查 2026-7")


def test_a_nomination_seals_its_certificate_without_showing_it_and_a_grant_its_last_moment() -> None:
    by, hospital, licence = acting_as(an_admin()), a_hospital(), a_licence()
    right = a_nomination(licence=licence, wishes=(("institution", hospital.public_id),), note="新签约")

    granted = rights.verify_and_grant(right, targets=[hospital], last_day=today() + timedelta(days=30), by=by)

    said = sealed("right.nominate")
    assert (said["licence"], said["note"]) == (keyed_hash(licence, LICENCE), "新签约")
    assert said["wishes"] == [f"institution {hospital.public_id}"]
    assert licence not in str(said)
    assert sealed("right.grant")["until"] == granted.valid_to.isoformat()


def test_both_sides_of_a_dispute_are_sealed() -> None:
    hospital = a_hospital()
    right = a_right(a_user("周晓岚"))
    a_post(right.user, a_centre(), right=right)
    a_grant(right, hospital)

    held = disputes.dispute(right, hospital, reason="details", note="职称不符", by=a_coordinator(hospital))
    disputes.answer(held, Answer(False, "医师在岗"), by=acting_as(an_admin("宋建华")))

    assert sealed("open_dispute")["note"] == "职称不符"
    assert sealed("answer_dispute")["answer"] == "医师在岗"


def test_the_note_of_a_decision_about_many_is_sealed() -> None:
    right, by = a_right(), acting_as(an_admin())
    a_post(right.user, a_centre(), right=right)

    bulk.decide(Wish("suspend", "leave", "产假"), {right.public_id: right.version}, key="attempt-0001", by=by, now=right.valid_from)

    assert sealed("decide_in_bulk")["note"] == "产假"


def test_how_a_person_proved_herself_is_sealed_as_a_hash() -> None:
    person = a_user("石丢机")

    unlock.issue(person.public_id, ground="in_person", note="本人到场，出示身份证", by=acting_as(an_admin()))

    said = sealed("rescue.do_unlock")
    assert said["note"] == keyed_hash("本人到场，出示身份证", "rescue")
    assert "身份证" not in str(said)
