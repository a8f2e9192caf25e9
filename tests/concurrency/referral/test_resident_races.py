"""Acts on one resident at the same moment: one edit a month, one contract in force, a list and a page never register twice."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction

from clinics.imports.kinds import Row
from referral.patients.contract_life import Ending, ShownDocument, end_contract, move_contract
from referral.patients.contracts import NewContract
from referral.patients.correct import Correction, correct_registration
from referral.patients.models import FamilyDoctorContract, Patient, RegistrationEdit
from referral.patients.person import NewPatient
from referral.patients.register import register_patient
from referral.patients.roster.importer import Residents
from tests.cast_referral import resident_number, today
from tests.integration.residents.scene import RECORD, Centres, a_contract, centres
from tests.racing import deadlocks, race

pytestmark = pytest.mark.django_db(transaction=True)
ENDS = today() + timedelta(days=365)


@pytest.fixture
def cast(transactional_db: None) -> Centres:
    return centres()


def test_of_six_edits_at_once_one_counts(cast: Centres) -> None:
    patient = cast.world.patient()

    def edit(serial: int) -> str:
        correct_registration(patient.public_id, Correction(address=f"安德路{serial}号"), by=cast.manager, today=today())
        return "corrected"

    answers = race([lambda serial=serial: edit(serial) for serial in range(6)])

    assert Counter(answers) == {"corrected": 1, "limit_reached": 5}
    assert RegistrationEdit.objects.count() == 1


def test_two_centres_that_move_one_resident_and_her_own_that_ends_leave_one_contract(cast: Centres) -> None:
    patient = cast.world.patient()
    held, document = patient.contracts.get(), patient.identifiers.get()
    shown = ShownDocument(document.type, document.number, patient.name)
    moving = [lambda: move_contract(shown, a_contract(cast.other_team), by=cast.other_manager, today=today()) and "moved"] * 3
    ending = lambda: end_contract(held.public_id, Ending("resident", today()), by=cast.manager, today=today()) or "ended"  # noqa: E731

    answers = Counter(race([*moving, ending]))

    assert answers["moved"] == 1
    assert answers["moved"] + answers["already_exists"] + answers["ended"] + answers["stale_state"] == 4, answers
    in_force = FamilyDoctorContract.objects.filter(patient=patient, valid_to__gt=today())
    assert [one.institution.short_name for one in in_force] == ["什刹海"]


def test_a_list_and_a_page_that_register_one_person_make_one(cast: Centres) -> None:
    before = deadlocks()
    number = resident_number(50_502)
    cells = {
        "name": "陈秀兰", "document_number": number, "mobile": "13800005678", "care_team": cast.world.team.name, "doctor": "周晓岚",
        "contract_from": today().isoformat(), "contract_to": ENDS.isoformat(), "health_record_number": RECORD,
    }  # fmt: skip

    @transaction.atomic
    def by_list() -> str:
        importer = Residents()
        context = importer.context(cast.manager, today())
        (row,) = importer.apply([Row(2, cells)], context, cast.manager)
        return str(row.outcome)

    def by_page() -> str:
        new = NewPatient("陈秀兰", "resident_id", number, mobile="13800005678")
        contract = NewContract(cast.world.team.public_id, RECORD, today(), ENDS + timedelta(days=1))
        register_patient(new, contract, by=cast.world.doctor, today=today())
        return "registered"

    answers = Counter(race([by_list, by_page, by_list, by_page]))

    assert answers["create"] + answers["registered"] == 1, answers
    assert set(answers) <= {"create", "registered", "unchanged", "already_exists"}, answers
    assert (Patient.objects.count(), FamilyDoctorContract.objects.count(), deadlocks() - before) == (1, 1, 0)
