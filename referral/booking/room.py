"""Which listed places a resident's limits leave room for, before one is chosen and everything is judged under locks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import QuerySet

from clinics.models import Institution
from clinics.policy import Target, rows_in_force
from referral.booking import limits
from referral.booking.counting import months_after
from referral.booking.facts import SHANGHAI, BookingFacts, Counted, taken_as_given
from referral.booking.lawful_days import QUARTER_MONTHS, has_room
from referral.booking.models import COUNTED, Booking
from referral.patients.models import Patient
from referral.patients.queries import contract_on
from reserved_pools.models import PoolSlot

DAY: Final = timedelta(days=1)
ANOTHER: Final = ""  # a department code she has no booking of


def with_room(
    places: QuerySet[PoolSlot], patient: Patient, hospital: Institution, days: Sequence[date], *, district: int,
    without: Booking | None = None, let_pass: frozenset[str] = frozenset(),
) -> QuerySet[PoolSlot]:  # fmt: skip
    """Promise those of a hospital's places on these days, from tomorrow on, that none of her limits refuses; no lock.

    The limits are those of R108, R015, R109, R017 and R018. `district` stands for a resident without a contract; `without` is a
    booking that would give way. Three queries more.
    """
    facts = _facts(patient, hospital, days, district, without, let_pass)
    full = {code: _full(facts, code, days) for code in {ANOTHER, *(one.standard_code for one in facts.counted)}}
    places = places.exclude(visit_date__in=full.pop(ANOTHER))
    for code, no_room in full.items():
        places = places.exclude(standard_code=code, visit_date__in=no_room)
    return places


def _full(facts: BookingFacts, code: str, days: Sequence[date]) -> list[date]:
    return [day for day in days if not has_room(replace(facts, standard_code=code, visit_date=day))]


def _facts(
    patient: Patient, hospital: Institution, days: Sequence[date], district: int, without: Booking | None, let_pass: frozenset[str]
) -> BookingFacts:
    today = days[0] - DAY
    contract = contract_on(patient, today)
    resident = Target(contract.institution.district_id if contract else district)
    rows = rows_in_force((*limits.OF_HOSPITAL, *limits.OF_RESIDENT), [Target.at(hospital), resident])
    values = limits.resolved_for(rows, today, hospital=Target.at(hospital), resident=resident)
    near = (months_after(days[0], -QUARTER_MONTHS), months_after(days[-1], QUARTER_MONTHS))
    held = Booking.objects.filter(patient=patient, status__in=COUNTED, visit_date__range=near)
    held = held.exclude(pk=without.pk) if without is not None else held
    counted = held.values_list("visit_date", "institution", "standard_code", "status")
    return taken_as_given(
        datetime.combine(today, time.min, SHANGHAI), institution=hospital.pk, standard_code=ANOTHER, visit_date=days[0],
        counted=tuple(Counted(*one) for one in counted), limits=limits.limits_from(values), let_pass=let_pass,
    )  # fmt: skip
