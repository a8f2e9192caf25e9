"""Who is served first shows a proof with an end; what ended is listed to be verified again and not shown any more (R188, R201)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone

from permissions.acting import Acting
from referral.patients.control_models import PriorityProof
from referral.patients.correct import Correction, correct_registration
from referral.patients.models import Patient
from referral.patients.priority import Shown, clear_expired, end_priority, set_priority
from referral.patients.priority_queries import in_group, priorities_of
from referral.patients.priority_shown import shown_group
from tests.cast import a_user, acting_as
from tests.cast_clinics import a_post
from tests.cast_referral import institution
from tests.integration.persons.scene import Persons, persons, today
from vault.changes import Change
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
HALF_A_YEAR = today() + timedelta(days=180)


@pytest.fixture
def cast() -> Persons:
    return persons()


def proved(cast: Persons, patient: Patient, until: date = HALF_A_YEAR, group: str = "disabled", by: Acting | None = None) -> PriorityProof:
    return set_priority(patient.public_id, Shown(group, "残疾人证 0123", until), by=by or cast.manager, today=today())


def refused(deed: Callable[[], object]) -> Refusal:
    before = PriorityProof.objects.count(), Change.objects.count(), AuditEntry.objects.count()
    with pytest.raises(Refusal) as said:
        deed()
    assert before == (PriorityProof.objects.count(), Change.objects.count(), AuditEntry.objects.count())
    return said.value


def standings(cast: Persons) -> dict[str, str]:
    return {one.name: one.priority_standing for one in priorities_of(cast.manager, today())}  # type: ignore[attr-defined]


@pytest.mark.parametrize("who", ["manager", "doctor"])
def test_a_proof_sets_the_group_and_stands_alone(cast: Persons, who: str) -> None:
    patient = cast.world.patient()
    by = cast.manager if who == "manager" else cast.world.doctor

    first = proved(cast, patient, by=by)
    second = proved(cast, patient, group="elderly", by=by)

    patient.refresh_from_db()
    first.refresh_from_db()
    assert (patient.priority_group, first.ended_by, second.ended_at) == ("elderly", by.user, None)
    groups = Change.objects.filter(object_id=patient.public_id).order_by("id")
    assert [(one.field, one.old, one.new) for one in groups] == [
        ("priority_group", "", "disabled"), ("priority_group", "disabled", "elderly"),
    ]  # fmt: skip


def test_every_field_is_told_and_a_proof_lasts_a_year_at_most(cast: Persons) -> None:
    patient = cast.world.patient()
    ask = lambda shown: refused(lambda: set_priority(patient.public_id, shown, by=cast.manager, today=today()))  # noqa: E731

    assert [one.field for one in ask(Shown("", " ", None)).violations] == ["group", "proof", "valid_to"]
    for day in (today(), today() + timedelta(days=367)):
        assert [one.field for one in ask(Shown("elderly", "身份证", day)).violations] == ["valid_to"]


def test_only_the_centre_that_keeps_the_registration_verifies(cast: Persons) -> None:
    other = institution(cast.world.district, "什刹海社区卫生服务中心", "什刹海", kind="centre", level="9")
    post = a_post(a_user("石经理"), other, "manager")

    assert refused(lambda: proved(cast, cast.world.patient(), by=acting_as(post.user, post))).code == "not_found"
    assert refused(lambda: proved(cast, cast.world.patient(), by=cast.first)).code == "not_allowed"


def test_the_list_shows_over_missing_and_ending_proofs_first(cast: Persons) -> None:
    listed = cast.world.patient("名单来", priority_group="elderly")
    for name, days in (("已核实", 180), ("快到期", 10), ("已过期", 1)):
        proved(cast, cast.world.patient(name), today() + timedelta(days=days))
    PriorityProof.objects.filter(patient__name="已过期").update(valid_from=today() - timedelta(days=9), valid_to=today())

    assert list(standings(cast).items()) == [
        ("已过期", "expired"), ("名单来", "without_proof"), ("快到期", "expiring"), ("已核实", "proved"),
    ]  # fmt: skip
    assert list(in_group(priorities_of(cast.manager, today()), "elderly")) == [listed]


def test_a_priority_past_its_end_is_not_shown_and_is_cleared_at_night_once(cast: Persons) -> None:
    patient = cast.world.patient()
    proved(cast, patient, today() + timedelta(days=5))
    patient.refresh_from_db()
    last = today() + timedelta(days=5)

    before, after = shown_group(patient, last - timedelta(days=1)), shown_group(patient, last)
    cleared, again = clear_expired(last), clear_expired(last)

    patient.refresh_from_db()
    assert (before, after, cleared, again, patient.priority_group) == ("disabled", "", 1, 0, "")
    assert [one.priority_standing for one in priorities_of(cast.manager, last)] == ["expired"]  # type: ignore[attr-defined]
    renewed = set_priority(patient.public_id, Shown("disabled", "残疾人证 0123", HALF_A_YEAR), by=cast.manager, today=last)
    assert (standings(cast), renewed.group) == ({"陈秀兰": "proved"}, "disabled")


def test_a_listed_group_is_shown_only_while_a_proof_of_it_stands(cast: Persons) -> None:
    patient = cast.world.patient("名单来", priority_group="elderly")

    listed, standing = shown_group(patient, today()), standings(cast)
    proof = proved(cast, patient, group="elderly")
    shown = shown_group(patient, today())
    PriorityProof.objects.filter(pk=proof.pk).update(ended_at=timezone.now(), ended_by=cast.manager.user)

    assert (listed, standing, shown, shown_group(patient, today())) == ("", {"名单来": "without_proof"}, "elderly", "")


def test_a_correction_of_the_group_ends_the_proof_of_another(cast: Persons) -> None:
    patient = cast.world.patient()
    proof = proved(cast, patient)

    correct_registration(patient.public_id, Correction(priority_group="elderly"), by=cast.manager, today=today())

    proof.refresh_from_db()
    assert (proof.ended_by, standings(cast)) == (cast.manager.user, {"陈秀兰": "without_proof"})


def test_a_resident_leaves_her_group(cast: Persons) -> None:
    patient = cast.world.patient()
    proved(cast, patient)

    end_priority(patient.public_id, by=cast.manager, today=today())

    patient.refresh_from_db()
    assert (patient.priority_group, standings(cast)) == ("", {})
    assert refused(lambda: end_priority(patient.public_id, by=cast.manager, today=today())).code == "stale_state"
