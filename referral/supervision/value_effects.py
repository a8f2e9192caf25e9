"""How many bookings ahead one value of the regulation would not have allowed, before anybody decides about it."""

from collections.abc import Callable
from datetime import date
from typing import Final

from django.db.models import QuerySet

from clinics.policy import Resolved, resolve, rows_in_force
from clinics.policy.changing import Change
from clinics.policy.scope import Scope
from permissions.roles import Role
from referral.booking.facts import Refers
from referral.booking.models import Booking, BookingMode
from referral.parameters import CANCEL_BY, CHANGE_CUTOFF, WHO_REFERS
from referral.patients.models import CareTeam, FamilyDoctorContract
from referral.supervision.past import Values, as_judged, rows_for, still_ahead
from referral.supervision.simulate import JUDGED_BY, MOST_OPEN
from referral.supervision.trying import tally
from reserved_pools.policy_effects import BookingEffect

AFTER_BOOKING: Final = frozenset({"cancel_cutoff", CHANGE_CUTOFF.key, CANCEL_BY.key})  # what they say begins once a place is booked
TRIED: Final = frozenset(one.key for one in JUDGED_BY) - AFTER_BOOKING


def bookings_ahead(change: Change) -> BookingEffect | None:
    """Promise how many bookings from the first day on a change would have refused; None for a value no booking is judged by.

    They stay as they are. Reads only, in a bounded number of queries and of bookings.
    """
    if change.parameter.key not in TRIED:
        return None
    if change.parameter.key == WHO_REFERS.key:
        return _by_others(change)
    pasts = as_judged(_ahead(change.scope, change.day), MOST_OPEN + 1)
    rows = rows_for(pasts, JUDGED_BY)
    found = tally(pasts[:MOST_OPEN], Values(rows, change.day), Values(change.after(rows), change.day))
    return BookingEffect(found.judged, found.newly, len(pasts) > MOST_OPEN)


def _ahead(scope: Scope, day: date) -> QuerySet[Booking]:
    """Those a value of this scope can concern: at its department, at its hospital, or of the whole district."""
    found = still_ahead(scope.district, day)
    if scope.department is not None:
        return found.filter(department=scope.department)
    return found if scope.institution is None else found.filter(institution=scope.institution)


def _by_others(change: Change) -> BookingEffect:
    """Who refers a contracted resident (C33): bookings made by somebody else than the contract's team, or its doctor."""
    made = _ahead(change.scope, change.day).filter(mode=BookingMode.COMMUNITY).exclude(post__kind=Role.REGIONAL_SPECIALIST)
    rows = list(made.order_by("pk").values_list("patient", "post__user")[: MOST_OPEN + 1])
    shown, target, day = rows[:MOST_OPEN], change.scope.target, change.day
    before = rows_in_force([change.parameter], [target])
    both = [resolve(change.parameter, day, target, held) for held in (before, change.after(before))]
    now, then = (_may_refer({patient for patient, _user in shown}, held, day) for held in both)
    newly = sum(now(*one) and not then(*one) for one in shown)
    return BookingEffect(len(shown), newly, len(rows) > MOST_OPEN)


def _may_refer(patients: set[int], held: Resolved, day: date) -> Callable[[int, int], bool]:
    """Whether a doctor may refer a resident by the contract in force on a day; without one another rule speaks."""
    contracts = FamilyDoctorContract.objects.filter(patient__in=patients, valid_from__lte=day, valid_to__gt=day).order_by("valid_to")
    by_patient = {patient: (team, doctor) for patient, team, doctor in contracts.values_list("patient", "care_team", "doctor")}
    members = CareTeam.doctors.through.objects.filter(careteam__in={team for team, _doctor in by_patient.values()})
    teams = set(members.values_list("careteam", "user"))

    def may(patient: int, user: int) -> bool:
        team, doctor = by_patient.get(patient, (None, None))
        if patient not in by_patient or held.value == Refers.INSTITUTION:
            return True
        return (team, user) in teams if held.value == Refers.TEAM else doctor == user

    return may
