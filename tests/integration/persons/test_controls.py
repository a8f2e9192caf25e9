"""A controlled document needs two persons to be put on the list and two to come off it; the number is shown to nobody (R014, R026)."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from permissions.acting import Acting
from referral.booking.controlled import bookings_under
from referral.patients import control
from referral.patients.control_models import ControlledIdentity
from referral.patients.control_queries import controls_of, searched_controls, waiting_controls
from tests.integration.persons.scene import MOTHER, Persons, a_proposal, document_of, persons, today
from vault.events import history
from vault.models import AuditEntry, Event
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Persons:
    return persons()


def proposed(cast: Persons, number: str = MOTHER) -> ControlledIdentity:
    return control.propose(a_proposal(number), by=cast.first, today=today())


def in_force(cast: Persons, number: str = MOTHER) -> ControlledIdentity:
    return control.approve(proposed(cast, number).public_id, expected_version=1, by=cast.second)


def refused(deed: Callable[[], object]) -> str:
    before = Event.objects.count(), AuditEntry.objects.count(), list(ControlledIdentity.objects.values_list("status", "version"))
    with pytest.raises(Refusal) as said:
        deed()
    assert before == (Event.objects.count(), AuditEntry.objects.count(), list(ControlledIdentity.objects.values_list("status", "version")))
    return said.value.code


def test_a_document_is_controlled_by_two_persons_and_lifted_by_two(cast: Persons) -> None:
    held = in_force(cast)
    asked = control.ask_to_lift(held.public_id, "号码已更换", expected_version=2, by=cast.second)
    lifted = control.lift(asked.public_id, expected_version=3, by=cast.first)

    lifted.refresh_from_db()
    assert (lifted.status, lifted.version, lifted.valid_to) == ("lifted", 4, today())
    assert [(step.event, step.reason) for step in history(lifted.public_id)] == [
        ("control.proposed", "leaked"), ("control.approved", ""), ("control.lift_asked", "号码已更换"), ("control.lifted", ""),
    ]  # fmt: skip
    trail = AuditEntry.objects.filter(kind="controlled_identity").order_by("id")
    assert list(trail.values_list("verb", flat=True)) == ["control.propose", "control.approve", "control.ask_lift", "control.lift"]
    assert MOTHER not in repr(list(trail.values()))


def test_nobody_decides_alone(cast: Persons) -> None:
    held = proposed(cast)

    assert refused(lambda: control.approve(held.public_id, expected_version=1, by=cast.first)) == "second_person_required"
    assert refused(lambda: control.reject(held.public_id, "无依据", expected_version=1, by=cast.first)) == "second_person_required"
    assert refused(lambda: control.withdraw(held.public_id, expected_version=1, by=cast.second)) == "not_allowed"
    control.approve(held.public_id, expected_version=1, by=cast.second)
    control.ask_to_lift(held.public_id, "误报", expected_version=2, by=cast.first)
    assert refused(lambda: control.lift(held.public_id, expected_version=3, by=cast.first)) == "second_person_required"


def test_the_database_too_refuses_one_person_twice(cast: Persons) -> None:
    held = proposed(cast)

    with pytest.raises(IntegrityError, match="control_is_approved_by_another"), transaction.atomic():
        ControlledIdentity.objects.filter(pk=held.pk).update(approved_by=cast.first.user)


def test_what_was_not_lifted_stays_and_a_rejected_proposal_changes_nothing(cast: Persons) -> None:
    held = in_force(cast)
    control.ask_to_lift(held.public_id, "误报", expected_version=2, by=cast.first)
    kept = control.keep(held.public_id, "仍在核查", expected_version=3, by=cast.second)
    second = proposed(cast, document_of(cast.world.patient()).number)
    other = control.reject(second.public_id, "证据不足", expected_version=1, by=cast.second)

    assert (kept.status, kept.lift_asked_by, other.status) == ("in_force", None, "rejected")


def test_every_field_of_a_proposal_is_told_at_once_and_one_document_is_controlled_once(cast: Persons) -> None:
    with pytest.raises(Refusal) as said:
        control.propose(a_proposal("123", reason="?", evidence=" "), by=cast.first, today=today())

    assert [one.field for one in said.value.violations] == ["document.number", "reason", "evidence"]
    proposed(cast)
    assert refused(lambda: proposed(cast)) == "already_exists"
    assert refused(lambda: control.propose(a_proposal(), by=cast.world.doctor, today=today())) == "not_allowed"


def test_who_proposes_what_another_district_has_learns_which_and_what_to_do(cast: Persons) -> None:
    held = proposed(cast)
    said = []
    for by in (cast.second, cast.stranger):
        with pytest.raises(Refusal) as told, translation.override("zh-hans"):
            control.propose(a_proposal(), by=by, today=today())
        said.append(told.value.violations[0])
    control.approve(held.public_id, expected_version=1, by=cast.second)
    with pytest.raises(Refusal) as told, translation.override("zh-hans"):
        control.propose(a_proposal(), by=cast.stranger, today=today())

    own, elsewhere = said
    assert (own.field, held.tail in own.remedy, "该区管理员" in elsewhere.remedy) == ("document.number", True, True)
    assert "西城区" in elsewhere.message
    assert (told.value.message, "该区管理员" in told.value.violations[0].remedy) == ("西城区已管制该证件，在本区也不能用它预约。", True)


def test_the_list_is_the_districts_own_and_found_by_the_last_four(cast: Persons) -> None:
    held = in_force(cast)

    assert (list(controls_of(cast.first)), list(controls_of(cast.stranger)), list(controls_of(cast.world.doctor))) == ([held], [], [])
    assert list(searched_controls(controls_of(cast.second), MOTHER[-4:])) == [held]
    assert list(searched_controls(controls_of(cast.second), "0000")) == []
    assert refused(lambda: control.ask_to_lift(held.public_id, "?", expected_version=2, by=cast.stranger)) == "not_found"


def test_what_waits_is_counted_for_the_other_person(cast: Persons) -> None:
    proposed(cast)

    assert (waiting_controls(cast.first), waiting_controls(cast.second), waiting_controls(cast.stranger)) == (0, 1, 0)


def test_the_patient_behind_a_document_is_found_and_what_is_booked_stands_there(cast: Persons) -> None:
    patient = cast.world.patient()
    booking = cast.booked(cast.world.referral(patient), cast.world.place())
    child = cast.booked(cast.world.referral(cast.child()), cast.world.place(4))

    own, mothers = in_force(cast, document_of(patient).number), in_force(cast)

    assert (own.patient, list(bookings_under(own))) == (patient, [booking])
    assert (mothers.patient, list(bookings_under(mothers))) == (None, [child])


@pytest.mark.parametrize("who", ["first", "second"])
def test_a_booking_with_a_controlled_document_is_refused(cast: Persons, who: str) -> None:
    patient = cast.world.patient()
    referral, place = cast.world.referral(patient), cast.world.place()
    held = in_force(cast, document_of(patient).number)

    with pytest.raises(Refusal) as said:
        cast.booked(referral, place)
    by: Acting = getattr(cast, who)
    control.ask_to_lift(held.public_id, "误报", expected_version=2, by=by)
    with pytest.raises(Refusal):
        cast.booked(referral, place)
    control.lift(held.public_id, expected_version=3, by=cast.second if by is cast.first else cast.first)

    assert [one.rule for one in said.value.violations] == ["R014"]
    assert cast.booked(referral, place).status == "booked"
