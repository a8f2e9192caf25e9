"""A child without a document comes with its guardian's; guardians change with a history, and go when the child has its own (R025)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from permissions.roles import Role
from referral.booking.arrival import arrive
from referral.booking.cancel import cancel_by_referrer
from referral.booking.proof import by_document
from referral.patients.guardians import OwnDocument, children_who_need_one, give_own_document, set_guardian
from referral.patients.models import Guardian, Patient, PatientIdentifier
from referral.patients.person import NewGuardian
from referral.slips.content import up_content
from tests.cast_loop import working
from tests.cast_referral import resident_number
from tests.database import as_owner
from tests.integration.persons.scene import FATHER, MOTHER, Persons, persons, today
from vault.changes import Change
from vault.models import AuditEntry, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
HIS = NewGuardian("陈父", "resident_id", FATHER, "父亲", "13900064100")


@pytest.fixture
def cast() -> Persons:
    return persons()


def refused(deed: Callable[[], object]) -> Refusal:
    tables = (Guardian, PatientIdentifier, Change, AuditEntry)
    before = [table.objects.count() for table in tables]
    with pytest.raises(Refusal) as said:
        deed()
    assert before == [table.objects.count() for table in tables]
    return said.value


def test_a_guardian_is_replaced_and_the_one_before_stays_in_the_history(cast: Persons) -> None:
    child = cast.child()

    held = set_guardian(child.public_id, HIS, "监护人变更，已看身份证", by=cast.manager, today=today())

    assert (held.name, held.relation, held.tail, held.number) == ("陈父", "父亲", FATHER[-4:], FATHER)
    changes = {one.field: (one.old, one.new) for one in Change.objects.filter(object_id=child.public_id)}
    assert changes == {
        "guardian_name": ("陈母", "陈父"), "guardian_document": (MOTHER[-4:], FATHER[-4:]), "guardian_relation": ("母亲", "父亲"),
        "guardian_phone": ("13900064000", "13900064100"),
    }  # fmt: skip
    assert FATHER not in repr(list(AuditEntry.objects.values()))


def test_the_same_guardian_is_corrected_without_her_number(cast: Persons) -> None:
    child = cast.child()

    held = set_guardian(child.public_id, NewGuardian("陈姆", "", "", "母亲", ""), "姓名录错", by=cast.world.doctor, today=today())

    assert (held.name, held.tail, held.phone) == ("陈姆", MOTHER[-4:], "")


def test_a_guardian_is_for_children_without_a_document_only_and_every_field_is_told(cast: Persons) -> None:
    grown, adult = cast.child("陈大满", born=date(2010, 5, 21)), cast.world.patient()
    empty = NewGuardian("", "resident_id", "1", " ", "1")

    for patient in (grown, adult):
        told = refused(lambda patient=patient: set_guardian(patient.public_id, HIS, "变更", by=cast.manager, today=today()))
        assert [one.field for one in told.violations] == ["guardian"]
    told = refused(lambda: set_guardian(grown.public_id, empty, "", by=cast.manager, today=today()))
    assert [one.field for one in told.violations] == [
        "guardian.name", "guardian.document.number", "guardian.relation", "guardian.phone", "reason",
    ]  # fmt: skip
    assert children_who_need_one(cast.manager, today()) == 1


def test_a_child_with_its_own_document_is_taken_off_its_guardian(cast: Persons) -> None:
    child = cast.child()
    number = resident_number(642, born=date(2018, 5, 21))

    wrong = refused(lambda: give_own_document(child.public_id, OwnDocument("resident_id", FATHER), by=cast.manager, today=today()))
    held = give_own_document(child.public_id, OwnDocument("household_register", number), by=cast.manager, today=today())

    child = Patient.objects.get(pk=child.pk)
    assert ([one.field for one in wrong.violations], held.tail, Guardian.objects.count()) == (["document.number"], number[-4:], 0)
    assert refused(lambda: set_guardian(child.public_id, HIS, "变更", by=cast.manager, today=today())).code == "invalid_input"
    twin = cast.child("陈又满")
    assert refused(
        lambda: give_own_document(twin.public_id, OwnDocument("resident_id", number), by=cast.manager, today=today())
    ).code == "already_exists"  # fmt: skip


def test_at_the_window_the_guardians_document_opens_the_childs_booking_until_it_has_its_own(cast: Persons) -> None:
    child = cast.child()
    booking = cast.booked(cast.world.referral(child), cast.world.place())
    clerk = working("吴窗口", cast.world.hospital, Role.WINDOW_CLERK)
    with as_owner():
        type(booking).objects.filter(pk=booking.pk).update(visit_date=today())

    assert refused(lambda: arrive(booking.public_id, by_document("resident_id", FATHER), expected_version=1, by=clerk)).code == (
        "proof_mismatch"
    )
    own = resident_number(642, born=date(2018, 5, 21))
    give_own_document(child.public_id, OwnDocument("resident_id", own), by=cast.manager, today=today())
    assert refused(lambda: arrive(booking.public_id, by_document("resident_id", MOTHER), expected_version=1, by=clerk)).code == (
        "proof_mismatch"
    )
    assert arrive(booking.public_id, by_document("resident_id", own), expected_version=1, by=clerk).status == "arrived"


def test_the_mother_arrives_with_her_child(cast: Persons) -> None:
    booking = cast.booked(cast.world.referral(cast.child()), cast.world.place())
    clerk = working("吴窗口", cast.world.hospital, Role.WINDOW_CLERK)
    with as_owner():
        type(booking).objects.filter(pk=booking.pk).update(visit_date=today())

    assert arrive(booking.public_id, by_document("resident_id", MOTHER), expected_version=1, by=clerk).status == "arrived"


def test_messages_and_slip_speak_to_the_guardian(cast: Persons) -> None:
    child = cast.child()
    booking = cast.booked(cast.world.referral(child), cast.world.place(3))

    slip = up_content(booking)
    cancel_by_referrer(booking.public_id, expected_version=1, reason="patient", by=cast.world.doctor)

    told = list(Message.objects.order_by("id"))
    assert [one.template for one in told] == ["referral_booked", "referral_cancelled"]
    assert [one.phone for one in told] == ["13900064000", "13900064000"]
    assert all("陈*满的监护人" in one.params for one in told)
    assert (slip["patient"]["guardian"], slip["patient"]["document_name"]) == ("陈母（母亲）", "监护人证件")


def test_a_childs_own_number_comes_first(cast: Persons) -> None:
    cast.booked(cast.world.referral(cast.child(phone="13900064999")), cast.world.place(3))

    assert Message.objects.get().phone == "13900064999"


def test_the_age_limit_is_the_fourteenth_birthday(cast: Persons) -> None:
    birthday = date(today().year - 14, today().month, min(today().day, 28))
    young, old = cast.child("未满", born=birthday + timedelta(days=40)), cast.child("已满", born=birthday - timedelta(days=40))

    assert set_guardian(young.public_id, HIS, "变更", by=cast.manager, today=today()).name == "陈父"
    assert refused(lambda: set_guardian(old.public_id, HIS, "变更", by=cast.manager, today=today())).code == "invalid_input"
