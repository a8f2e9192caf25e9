"""Which disruptions a person may see, the hospital's worklist, how far a stop is settled, and the times that could be taken instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from clinics import policy
from clinics.access import MANAGE_POOLS, institutions_where
from clinics.models import ClinicSession, ClinicStop
from clinics.parameters import BOOKING_HORIZON_DAYS
from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking import rules
from referral.booking.expected import today
from referral.booking.models import LIVE, Booking
from referral.booking.read import as_it_was_let_pass
from referral.credit.models import Restriction
from referral.credit.queries import in_force
from referral.disruptions.candidates import candidates, one_by_one, referrer_of, substitutes
from referral.disruptions.judging import broken, judged_for
from referral.disruptions.models import Disruption
from referral.patients.queries import of_unit
from reserved_pools.ahead import ahead
from reserved_pools.models import PoolSlot
from vault.refusal import Refusal

MOST_TIMES = 12
SHOWN = (
    "stop", "pool_slot__institution", "pool_slot__department", "booking__patient", "booking__institution", "booking__department",
    "booking__pool_slot__service", "booking__referral__institution", "booking__referral__encounter", "booking__referral__owner__user",
    "booking__referral__owner__institution", "booking__post__user", "booking__post__institution", "new_booking__institution",
    "new_booking__department", "worked_by",
)  # fmt: skip
TO_CALL = Q(status="open") & ~Q(call_for="")
WAITING = Q(status="open", call_for="")
UNSETTLED = ("open", "not_reached")  # neither another time nor given up by her own word (R127)
SETTLED = ~Q(status__in=UNSETTLED)
NOT_REACHED = Q(status="not_reached")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one stop is settled."""

    total: int
    settled: int
    to_call: int

    @property
    def waiting(self) -> int:
        """Those who were asked and have not answered, and need no call yet."""
        return self.total - self.settled - self.to_call


def disruptions_called_by(acting: Acting) -> QuerySet[Disruption]:
    """The stopped visits of the hospitals whose pools this person runs (R127)."""
    if not acting.can(Capability.MANAGE_POOLS):
        return Disruption.objects.none()
    mine = institutions_where(acting.user, MANAGE_POOLS)
    return Disruption.objects.filter(stop__service__institution__in=mine).select_related(*SHOWN)


def disruptions_of_unit(acting: Acting) -> QuerySet[Disruption]:
    """The stopped visits of the referrals of a doctor's unit; nobody's for who does not book."""
    if acting.post is None or not acting.can(Capability.BOOK):
        return Disruption.objects.none()
    return Disruption.objects.filter(of_unit(acting.post, "booking__referral__institution")).select_related(*SHOWN)


def disruptions_seen_by(acting: Acting) -> QuerySet[Disruption]:
    """The ones or the others, by what the person does."""
    return disruptions_called_by(acting) if acting.can(Capability.MANAGE_POOLS) else disruptions_of_unit(acting)


def disruption_of(booking: Booking) -> Disruption | None:
    """What became of a stopped booking; None when its clinic takes place."""
    return Disruption.objects.filter(booking=booking).select_related(*SHOWN).first()


def waiting_for_doctor(acting: Acting) -> QuerySet[Disruption]:
    """The open ones of the referrals in a doctor's own hands, the nearest visit first."""
    mine = disruptions_of_unit(acting).filter(status="open", booking__status__in=LIVE, booking__referral__owner=acting.post)
    return mine.order_by("booking__starts_at", "pk")


def open_for_doctor(acting: Acting, booking: Booking | None) -> Disruption | None:
    """What is open about one booking of the doctor's unit; None when its clinic takes place, or it is not hers to choose."""
    if booking is None or booking.status != "booked":
        return None
    return disruptions_of_unit(acting).filter(status="open", booking=booking).first()


def calls_to_make(acting: Acting) -> int:
    """How many patients of stopped clinics wait for a call of this hospital."""
    return disruptions_called_by(acting).filter(TO_CALL, booking__status__in=LIVE).count()


def progress_of(stop: ClinicStop) -> Progress:
    """How many of a stop's visits are settled and how many wait for a call; one query."""
    rows = Disruption.objects.filter(stop=stop)
    counted = rows.aggregate(total=Count("pk"), settled=Count("pk", filter=SETTLED), to_call=Count("pk", filter=TO_CALL))
    return Progress(**counted)


def with_progress(stops: QuerySet[ClinicStop]) -> QuerySet[ClinicStop]:
    """Stops with how many of their visits were affected and how many of those are settled, in the same query."""
    return stops.annotate(disrupted=_many(Q()), settled=_many(SETTLED))


def _many(of: Q) -> Coalesce:
    rows = Disruption.objects.filter(of, stop=OuterRef("pk")).order_by().annotate(one=Value(1)).values("one")
    return Coalesce(Subquery(rows.annotate(many=Count("pk")).values("many")), 0)


def times_for(disruption: Disruption) -> list[PoolSlot]:
    """The lawful times somebody could take instead; the place held for her is not among them."""
    return times_instead_of(disruption.booking, held=disruption.pool_slot_id)


def times_instead_of(booking: Booking, *, held: int | None = None) -> list[PoolSlot]:
    """The lawful times that could be taken instead of a booking's own, in the order they are offered; none that is held for her.

    One per hospital, day and half-day's service. Empty when the referring doctor's right is not in force.
    """
    referrer = referrer_of(booking)
    chosen: dict[tuple[int, Any, int, int], PoolSlot] = {}
    with transaction.atomic(durable=True):
        try:
            places = candidates(booking, referrer).exclude(pk=held).exclude(institution__in=_closed_to(booking))
        except Refusal as refusal:
            if refusal.code != "right_not_in_force":
                raise
            return []
        first = places.first()
        judged = judged_for(booking, first.public_id, referrer) if first else None
        if judged is None or any(one.code == "right_not_in_force" for one in broken(judged, booking)):
            return []
        unlawful: set[tuple[int, date]] = set()
        facts, horizons = as_it_was_let_pass(judged), ahead(judged.facts.today)
        for slot in one_by_one(places, unlawful):
            horizon = horizons.days(policy.Target.at(slot.institution, slot.department))
            if not rules.is_lawful_at(facts, slot.institution_id, slot.visit_date, horizon):
                unlawful.add((slot.institution_id, slot.visit_date))
                continue
            chosen.setdefault((slot.service_id, slot.visit_date, slot.starts_at.hour, slot.institution_id), slot)
            if len(chosen) == MOST_TIMES:
                break
    return list(chosen.values())


def _closed_to(booking: Booking) -> QuerySet[Restriction, Any]:
    """The other hospitals that take no bookings for this patient at present (R027); her own booked her before the stop."""
    found: QuerySet[Restriction] = in_force(Restriction.objects.filter(patient=booking.patient_id))
    return found.exclude(institution=booking.institution_id).values("institution")


def substitutes_in_sight(of: Sequence[ClinicSession]) -> int:
    """For how many of the bookings in these sessions a place of their own hospital is free now, each place counted once.

    A preview: whether a place is lawful for the patient, and other hospitals, are looked at when the search is made.
    """
    keys = [one.pk for one in of]
    booked = Booking.objects.filter(pool_slot__slot__session__in=keys, status__in=LIVE)
    if not keys or not (many := booked.count()):
        return 0
    one = booked.select_related("pool_slot__service", "institution").first()
    assert one is not None
    last = today() + timedelta(days=int(policy.value(BOOKING_HORIZON_DAYS, institution=one.institution, at=today())))
    free = substitutes(one)
    free = free.filter(institution=one.institution_id, visit_date__lte=last)
    left = free.exclude(slot__session__in=keys).values_list("remaining", flat=True)
    return min(many, sum(left))
