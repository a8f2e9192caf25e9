"""The demonstration's doctors and services are made by the product's own use cases, once, of every kind."""

import pytest

from clinics.models import Practitioner, Service, ServiceKind
from permissions.roles import Role
from referral.demo import load_offers
from referral.demo.places import HOSPITALS
from tests.cast import a_user
from tests.cast_clinics import a_department, a_hospital, a_post

pytestmark = pytest.mark.django_db


def test_a_hospital_offers_every_kind_and_a_second_start_adds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """One hospital says as much as two."""
    one, hospital = HOSPITALS[0], a_hospital(HOSPITALS[0].short_name)
    monkeypatch.setattr(load_offers, "FIRST_TWO", (one,))
    a_post(a_user("陆明远"), hospital, Role.COORDINATOR)
    for code, name in one.departments:
        a_department(hospital, code, name)

    added, again = (load_offers.load_offers({one.name: hospital}) for _ in "ab")

    assert (added, again) == (15, 0)
    assert set(Service.objects.values_list("kind", flat=True)) == set(ServiceKind.values)
    assert Practitioner.objects.count() == 3 * 18
    assert all(surgery.team.count() == 2 for surgery in Service.objects.filter(kind="day_surgery"))
