"""A hospital outside its dates (R009) is in no search, list, calendar or side panel; what is judged is the day of the visit."""

from datetime import date

import pytest

from clinics.models import Institution
from clinics.queries import departments_open_to, institutions_open_to
from reserved_pools.queries import Wanted, availability, bands, half_days
from tests.cast_clinics import a_pool_slot, a_referrer, in_days, today

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("begins", "ends", "searched", "listed"),
    [
        (None, None, True, True),
        (in_days(-5), in_days(9), True, True),
        (in_days(2), None, True, False),
        (in_days(3), None, False, False),
        (None, in_days(2), False, True),
        (in_days(-9), in_days(0), False, False),
    ],
    ids=["no dates", "inside", "begins on the day", "begins after it", "ends on the day", "over today"],
)
def test_only_a_hospital_that_takes_part_on_the_day_of_the_visit_is_found(
    begins: date | None, ends: date | None, searched: bool, listed: bool
) -> None:
    slot = a_pool_slot(day=in_days(2))
    doctor = a_referrer(slot.institution)
    Institution.objects.filter(pk=slot.institution_id).update(active_from=begins, active_to=ends)
    wanted = Wanted(today(), in_days(6))

    found = [row["id"] for row in availability(doctor, wanted, today=today())]
    rows = half_days(doctor, wanted, today=today()).rows
    panel = list(bands(doctor, slot.service.public_id, slot.visit_date, "am"))

    assert (bool(found), bool(rows), bool(panel)) == (searched, searched, searched)
    assert (slot.institution in institutions_open_to(doctor), departments_open_to(doctor).exists()) == (listed, listed)
