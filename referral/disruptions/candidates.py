"""Which places could take the one that was stopped: same specialty, same or higher rank, in the order they are offered (R126)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from django.db.models import Case, DateField, DateTimeField, DurationField, ExpressionWrapper, F, Q, QuerySet, Value, When
from django.db.models.functions import Greatest, Now

from clinics.models.post import Title
from clinics.offers.offered import offered_on
from clinics.offers.ranks import rank_of
from clinics.queries import places_open_to
from clinics.register.taking_part import open_on
from permissions.acting import Acting
from permissions.roles import Role
from referral.booking.models import Booking
from referral.booking.offered_as import same_name
from reserved_pools.models import PoolSlot

LOOKED_AT: Final = 60  # places read at once
SHORTEST_HOLD: Final = timedelta(minutes=30)  # a place that closes sooner is no offer: nobody could answer in time


def referrer_of(booking: Booking) -> Acting:
    """The doctor whose referral it is now: it is her right the next booking is made under."""
    post = booking.referral.owner or booking.post
    return Acting(post.user, Role(post.kind), post, choice=post.public_id)


def titles_from(title: str) -> list[str]:
    """The titles of the same and of every higher rank; without an announced title every one will do (R127)."""
    ranked = [one for one in Title.values if rank_of(one) >= rank_of(title)]
    return ranked if title else [*ranked, ""]


def candidates(booking: Booking, referrer: Acting) -> QuerySet[PoolSlot]:
    """Open places of the same department code and kind, of the same or a higher rank, in the order they are offered.

    The booking's own hospital before others that the referrer's right reaches; the same day, then the nearest days, of two equally
    near the later one; then the nearest time. Refuses with `right_not_in_force`.
    """
    rows = substitutes(booking)
    rows = rows.filter(Q(institution=booking.institution_id) | places_open_to(referrer))
    return in_order(rows, booking).select_related("institution", "department", "service")


def substitutes(booking: Booking) -> QuerySet[PoolSlot]:
    """The places anywhere that could take a patient of this specialty and rank now; of an examination only the same one (R072).

    A bed or day surgery is taken by another day of the very service that accepted the patient: no other hospital was asked.
    """
    service = booking.pool_slot.service
    rows = PoolSlot.objects.bookable().filter(
        open_on(day="visit_date"), offered_on(day="visit_date"), standard_code=booking.standard_code, service__kind=service.kind,
        service__title__in=titles_from(booking.title), closes_at__gt=Now() + SHORTEST_HOLD,
    )  # fmt: skip
    if service.is_asked_first:
        return rows.filter(service=service)
    name = same_name(service.kind, service.name)
    return rows.filter(service__name=name) if name else rows


def one_by_one(places: "QuerySet[PoolSlot]", unlawful: set[tuple[int, date]]) -> Iterator[PoolSlot]:
    """Every place in its order, so many read at once; those of a hospital's day that the caller found unlawful are not read again."""
    seen: set[int] = set()
    while found := list(_not_on(places, unlawful).exclude(pk__in=seen)[:LOOKED_AT]):
        for slot in found:
            seen.add(slot.pk)
            if (slot.institution_id, slot.visit_date) not in unlawful:
                yield slot


def _not_on(places: "QuerySet[PoolSlot]", unlawful: set[tuple[int, date]]) -> "QuerySet[PoolSlot]":
    days = Q(pk__in=[])
    for institution, day in unlawful:
        days |= Q(institution=institution, visit_date=day)
    return places.exclude(days)


def in_order(rows: QuerySet[PoolSlot], booking: Booking) -> QuerySet[PoolSlot]:
    """The order in which they are offered to the holder of this booking."""
    day = Value(booking.visit_date, output_field=DateField())
    at = Value(booking.starts_at, output_field=DateTimeField())
    return rows.order_by(
        Case(When(institution=booking.institution_id, then=0), default=1),
        Greatest(_apart(F("visit_date"), day), _apart(day, F("visit_date"))),
        F("visit_date").desc(),
        Greatest(_apart(F("starts_at"), at), _apart(at, F("starts_at"))),
        "pk",
    )


def _apart(one: F | Value, other: F | Value) -> ExpressionWrapper:
    return ExpressionWrapper(one - other, output_field=DurationField())
