"""The days of an answer and of an acceptance are a hospital's own, or a department's: each has a row that differs (R072)."""

from datetime import timedelta

import pytest

from clinics.models import PolicyRow
from referral.cases import ending
from tests.cast_referral import today
from tests.integration.beds.cast_beds import Ward, aged, fresh, ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def held() -> Ward:
    return ward()


def said(held: Ward, parameter: str, hospital: str, department: str = "") -> None:
    """What the hospital says, and what its cardiology says of itself."""
    plain = {"parameter": parameter, "status": "in_force", "source": "院办通知", "valid_from": today() - timedelta(days=60)}
    PolicyRow.objects.create(value=hospital, institution=held.room.institution, **plain)
    if department:
        PolicyRow.objects.create(value=department, department=held.room, **plain)


@pytest.mark.parametrize(("department", "days"), [("", 5), ("3", 3)])
def test_an_unanswered_request_ends_after_the_days_of_its_hospital_or_of_its_department(held: Ward, department: str, days: int) -> None:
    said(held, "place_request_days", "5", department)
    last, over = aged(held.asked(), days), aged(held.asked(), days + 1)
    elsewhere = aged(held.asked(service=held.service(room=held.loop.world.department(held.loop.world.other_hospital))), days + 1)

    assert ending.last_day_of(last) == today()
    assert ending.expire_requests() == 1
    assert [fresh(one.referral).status for one in (last, over, elsewhere)] == ["submitted", "expired", "submitted"]


@pytest.mark.parametrize(("department", "days"), [("", 10), ("20", 20)])
def test_an_acceptance_may_be_booked_for_the_days_of_its_hospital_or_of_its_department(held: Ward, department: str, days: int) -> None:
    said(held, "acceptance_days", "10", department)
    made, over = held.accepted(), held.accepted()

    assert made.valid_until == today() + timedelta(days=days)
    aged(made, days), aged(over, days + 1)
    assert ending.expire_requests() == 1
    assert [fresh(one.referral).status for one in (made, over)] == ["accepted", "expired"]
