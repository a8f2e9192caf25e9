"""The second person twice, a withdrawal against a grant, one booker for many residents: real threads on real PostgreSQL."""

from datetime import timedelta

import pytest

from referral.booking import overrides
from referral.booking.override_models import RuleOverride
from referral.cases.booker import Booker
from referral.cases.models import Referral
from referral.cases.write import Record, write_referral
from referral.patients import control
from referral.patients.control_models import ControlledIdentity
from referral.patients.priority import Shown, set_priority
from tests.cast import acting_as, an_admin
from tests.integration.persons.scene import ASKED, Persons, a_proposal, persons, today
from tests.racing import at_once, deadlocks, race
from vault.models import Event

pytestmark = pytest.mark.django_db(transaction=True)
TOMORROW = today() + timedelta(days=1)


@pytest.fixture
def cast(transactional_db: None) -> Persons:
    return persons()


def asked(cast: Persons) -> RuleOverride:
    referral, place = cast.crowded()
    (made,) = overrides.ask(referral.public_id, place.public_id, ASKED, by=cast.world.doctor)
    return made


def test_two_second_persons_decide_once(cast: Persons) -> None:
    third = acting_as(an_admin("韩卫东"))
    held = control.propose(a_proposal(), by=cast.first, today=today())

    said = at_once(
        lambda: control.approve(held.public_id, expected_version=1, by=cast.second),
        lambda: control.reject(held.public_id, "证据不足", expected_version=1, by=third),
        lambda: control.withdraw(held.public_id, expected_version=1, by=cast.first),
    )

    assert said == ["done", "stale_state", "stale_state"]
    assert Event.objects.filter(object_id=held.public_id).count() == 2


def test_one_document_proposed_twice_at_once_is_one_entry(cast: Persons) -> None:
    said = at_once(
        lambda: control.propose(a_proposal(), by=cast.first, today=today()),
        lambda: control.propose(a_proposal(), by=cast.second, today=today()),
    )

    assert (said, ControlledIdentity.objects.count()) == (["already_exists", "done"], 1)


def test_a_grant_and_a_withdrawal_leave_one_of_the_two(cast: Persons) -> None:
    for _round in range(4):
        held = asked(cast)
        said = at_once(
            lambda held=held: overrides.grant(held.public_id, TOMORROW, "", expected_version=1, by=cast.first),  # type: ignore[misc]
            lambda held=held: overrides.withdraw(held.public_id, expected_version=1, by=cast.world.doctor),  # type: ignore[misc]
        )
        held.refresh_from_db()
        assert said == ["done", "stale_state"]
        assert (held.status, held.version, held.decided_by is None) in (("granted", 2, False), ("withdrawn", 2, True))


def test_a_granted_exception_is_used_by_one_of_two_bookings_or_taken_back_before(cast: Persons) -> None:
    before = deadlocks()
    for _round in range(3):
        held = asked(cast)
        overrides.grant(held.public_id, TOMORROW, "", expected_version=1, by=cast.first)
        referral, place = held.referral, held.pool_slot
        assert place
        said = race([
            lambda referral=referral, place=place: cast.booked(referral, place).status,
            lambda referral=referral, place=place: cast.booked(referral, place).status,
            lambda held=held: overrides.withdraw(held.public_id, expected_version=2, by=cast.world.colleague).status,
        ])  # fmt: skip
        held.refresh_from_db()
        assert said[:2].count("booked") == (held.status == "used")
        assert said[2] == "withdrawn" if held.status == "withdrawn" else said[2] == "stale_state"
    assert deadlocks() == before


def test_one_booker_asks_for_three_of_five_residents_at_once(cast: Persons) -> None:
    visits = [cast.world.encounter(cast.world.patient(f"居民{number}")) for number in "甲乙丙丁戊"]
    written, booker = Record("血压控制不佳", "高血压病3级", "四周未达标"), Booker("陈建国", "儿子", "13900065000")

    said = at_once(*(
        lambda one=one: write_referral(one.public_id, written, truth_accepted=True, by=cast.world.doctor, booker=booker) for one in visits
    ))  # fmt: skip

    assert (said, Referral.objects.count()) == (["done"] * 3 + ["limit_reached"] * 2, 3)


def test_two_proofs_noted_at_once_leave_one_standing(cast: Persons) -> None:
    patient, until = cast.world.patient(), today() + timedelta(days=90)

    said = at_once(*(
        lambda group=group: set_priority(patient.public_id, Shown(group, "证件", until), by=cast.manager, today=today())
        for group in ("elderly", "disabled", "veteran")
    ))  # fmt: skip

    patient.refresh_from_db()
    assert said == ["done"] * 3
    assert patient.priority_proofs.get(ended_at=None).group == patient.priority_group
