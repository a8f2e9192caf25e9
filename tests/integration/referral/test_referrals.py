"""Writing a referral: from a visit, with a number, its truth accepted; drafts change and go, each seen by the right people."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from clinics import rights
from referral.cases.models import Referral
from referral.cases.number import in_fours
from referral.cases.queries import referrals_of, steps_open_to
from referral.cases.write import Record, cancel_draft, edit_draft, write_referral
from tests.cast_referral import World, acting_as, institution, referring_post, today, world
from vault.models import AuditEntry, Event
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
WORDS = Record("血压控制不佳", "高血压病3级", "三药联合四周未达标", "糖尿病6年", "缬沙坦160mg", "urgent")


@pytest.fixture
def cast(db: None) -> World:
    return world()


def written(cast: World, words: Record = WORDS, **changes: Any) -> Referral:
    encounter = changes.pop("encounter", None) or cast.encounter(cast.patient())
    return write_referral(encounter.public_id, words, **({"truth_accepted": True, "by": cast.doctor} | changes))


def test_a_referral_is_written_from_a_visit_with_the_next_number_of_the_day(cast: World) -> None:
    first, second = written(cast), written(cast)

    assert (first.status, first.version, first.priority, first.post) == ("draft", 1, "urgent", cast.zhou)
    prefix = f"110102{today():%y%m%d}"
    assert [first.number, second.number] == [f"{prefix}0001", f"{prefix}0002"]
    assert in_fours(first.number) == f"{prefix[:4]} {prefix[4:8]} {prefix[8:]} 0001"
    assert Event.objects.filter(kind="referral", event="referral.written").count() == 2
    assert AuditEntry.objects.filter(verb="referral.write", details__truth_accepted=True).count() == 2


def test_every_fault_of_the_text_is_told_at_once(cast: World) -> None:
    words = replace(WORDS, reason="长" * 101, impression=" ", treatment="长" * 2001, priority="at once")

    with pytest.raises(Refusal, match="invalid_input") as told:
        written(cast, words, truth_accepted=False)

    assert [v.field for v in told.value.violations] == ["reason", "impression", "treatment", "priority", "truth_accepted"]
    assert not Referral.objects.exists()


def test_a_hundred_and_two_thousand_characters_fit(cast: World) -> None:
    words = replace(WORDS, reason="𬱖" * 100, present_history="㛃" * 2000)

    assert written(cast, words).reason == "𬱖" * 100


def test_a_visit_leads_to_one_referral_until_it_is_dropped(cast: World) -> None:
    visit = cast.encounter(cast.patient())
    first = written(cast, encounter=visit)

    with pytest.raises(Refusal, match="already_exists") as told:
        written(cast, encounter=visit)
    assert told.value.current == {"id": str(first.public_id), "number": first.number}

    cancel_draft(first.public_id, expected_version=1, reason="mistake", by=cast.doctor)
    assert written(cast, encounter=visit).status == "draft"


def test_another_units_visit_and_another_patients_name_are_no_visit(cast: World) -> None:
    elsewhere = institution(cast.district, "月坛社区卫生服务中心", "月坛", kind="centre", level="9")
    stranger = referring_post("王芳", elsewhere, cast.admin, cast.zhou.right.target_grants.get().alliance)
    visit = cast.encounter(cast.patient())

    with pytest.raises(Refusal, match="encounter_required"):
        written(cast, encounter=visit, by=acting_as(stranger.user, stranger))
    with pytest.raises(Refusal, match="encounter_required"):
        written(cast, encounter=visit, patient=uuid4())


def test_without_a_right_in_force_nothing_is_written(cast: World) -> None:
    rights.suspend(cast.zhou.right, by=cast.district_admin, reason="leave")

    with pytest.raises(Refusal, match="right_not_in_force"):
        written(cast)

    assert not Referral.objects.exists()


def test_a_draft_is_changed_at_the_version_seen(cast: World) -> None:
    draft = written(cast)

    edited = edit_draft(draft.public_id, replace(WORDS, reason="复查"), expected_version=1, truth_accepted=True, by=cast.colleague)

    assert (edited.reason, edited.version, edited.status) == ("复查", 2, "draft")
    assert edited.truth_accepted_at > draft.truth_accepted_at - timedelta(seconds=1)
    with pytest.raises(Refusal, match="stale_state") as told:
        edit_draft(draft.public_id, WORDS, expected_version=1, truth_accepted=True, by=cast.doctor)
    assert told.value.current == {"status": "draft", "version": 2}


def test_a_booked_referral_is_no_draft(cast: World) -> None:
    draft = written(cast)
    Referral.objects.filter(pk=draft.pk).update(status="booked", version=2)

    for act in (
        lambda: edit_draft(draft.public_id, WORDS, expected_version=2, truth_accepted=True, by=cast.doctor),
        lambda: cancel_draft(draft.public_id, expected_version=2, by=cast.doctor),
    ):
        with pytest.raises(Refusal, match="stale_state"):
            act()


def test_the_database_refuses_a_step_the_table_does_not_have(cast: World) -> None:
    from django.db import DatabaseError, transaction

    draft = written(cast)

    with pytest.raises(DatabaseError, match="transition"), transaction.atomic():
        Referral.objects.filter(pk=draft.pk).update(status="reported")


def test_who_sees_a_referral(cast: World) -> None:
    draft = written(cast)
    elsewhere = institution(cast.district, "月坛社区卫生服务中心", "月坛", kind="centre", level="9")
    stranger = referring_post("王芳", elsewhere, cast.admin, cast.zhou.right.target_grants.get().alliance)

    assert list(referrals_of(cast.colleague)) == [draft]
    assert list(referrals_of(acting_as(stranger.user, stranger))) == []
    assert list(referrals_of(cast.district_admin)) == []


def test_the_actions_of_a_draft_are_those_of_the_table(cast: World) -> None:
    draft = written(cast)

    assert [step.event for step in steps_open_to(cast.doctor, draft)] == [
        "referral.booked", "referral.waiting", "referral.submitted", "referral.cancelled",
    ]  # fmt: skip
    assert list(steps_open_to(cast.district_admin, draft)) == []


def test_an_old_visit_may_be_written_from_and_is_judged_when_booking(cast: World) -> None:
    visit = cast.encounter(cast.patient(), seen_at=timezone.now() - timedelta(days=6))

    assert written(cast, encounter=visit).status == "draft"
