"""Registrations and numbers at the same moment: three people a phone, one person a document, no number twice."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from referral.cases.models import Referral
from referral.cases.write import Record, write_referral
from referral.patients.contracts import NewContract
from referral.patients.models import FamilyDoctorContract, Patient
from referral.patients.person import NewPatient
from referral.patients.register import register_patient
from tests.cast_referral import World, resident_number, today, world
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> World:
    return world()


def registering(cast: World, serial: int, document: str, mobile: str) -> Callable[[], Any]:
    new = NewPatient("陈秀兰", "resident_id", document, mobile=mobile)
    contract = NewContract(cast.team.public_id, f"110102007002{serial:05d}", today(), today() + timedelta(days=365))
    return lambda: "registered" if register_patient(new, contract, by=cast.doctor, today=today()) else ""


def test_of_six_people_with_one_mobile_three_are_registered(cast: World) -> None:
    answers = race([registering(cast, serial, resident_number(500 + serial * 2), "13800005678") for serial in range(6)])

    assert Counter(answers) == {"registered": 3, "limit_reached": 3}
    assert (Patient.objects.count(), FamilyDoctorContract.objects.count()) == (3, 3)


def test_one_document_many_times_at_once_is_one_person(cast: World) -> None:
    answers = race([registering(cast, serial, resident_number(500), f"1380000567{serial}") for serial in range(5)])

    assert Counter(answers) == {"registered": 1, "already_exists": 4}
    assert Patient.objects.count() == 1


def test_referrals_written_at_once_have_different_numbers_in_a_row(cast: World) -> None:
    visits = [cast.encounter(cast.patient()) for _ in range(8)]
    words = Record("血压控制不佳", "高血压病3级", "三药联合四周未达标")

    race([lambda v=visit: write_referral(v.public_id, words, truth_accepted=True, by=cast.doctor) for visit in visits])

    numbers = sorted(Referral.objects.values_list("number", flat=True))
    assert numbers == [f"110102{today():%y%m%d}{serial:04d}" for serial in range(1, 9)]


def test_one_visit_written_from_twice_at_once_is_one_referral(cast: World) -> None:
    visit = cast.encounter(cast.patient())
    words = Record("血压控制不佳", "高血压病3级", "三药联合四周未达标")

    answers = race(
        [lambda: "written" if write_referral(visit.public_id, words, truth_accepted=True, by=cast.doctor) else "" for _ in range(4)]
    )

    assert Counter(answers) == {"written": 1, "already_exists": 3}
    assert Referral.objects.count() == 1
