"""Places that came back to a hospital: which they are, which it has taken over, and its word that it did (R107)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import BigIntegerField, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from clinics.access import MANAGE_POOLS, institutions_where, require_pools_of
from clinics.clock import database_now
from clinics.models import Institution
from permissions.acting import Acting
from reserved_pools.models import PlaceEvent, PlaceMove, PlacesTaken, PoolSlot, Rebalancing
from reserved_pools.windows import BEIJING
from vault import audit
from vault.refusal import Refusal, invalid

WAITS: Final = Q(pk__gt=F("taken_up_to"))
BACK: Final = (PlaceMove.RETURNED, PlaceMove.RETURNED_LATE)
GIVEN_EARLY: Final = "given early"  # the reason on the move of places that a rebalancing gave to the hospital


@dataclass(frozen=True, slots=True)
class DayBack:
    """What came back for one visit day of one hospital, and how much of it nobody has taken over yet."""

    institution: Institution
    visit_date: date
    places: int
    waiting: int
    last: int  # the last move, up to which a hospital takes over
    last_at: datetime


@transaction.atomic(durable=True)
def take_over(
    institution: Institution, visit_date: date, up_to: int, *, by: Acting, by_program: bool = False, seen: int | None = None
) -> PlacesTaken:
    """Use case: the hospital's word that it took over what came back for one visit day, up to one move (R107).

    Waits for the moves of the day that are under way, so that nothing slips in below `up_to` unseen; places that come back later
    wait for another word. Said again it changes nothing and answers what stands. Raises Refusal("invalid_input") when nothing came
    back up to there, Refusal("stale_state") when `seen` is given and another number waits, Refusal("no_grant_on_target").
    """
    require_pools_of(by, {institution.pk})
    list(PoolSlot.objects.filter(institution=institution, visit_date=visit_date).locked().values_list("pk", flat=True))
    before = PlacesTaken.objects.filter(institution=institution, visit_date=visit_date, up_to__gte=up_to).order_by("up_to").first()
    if before is not None:
        return before
    waiting = moves_back(institution, visit_date).filter(WAITS, pk__lte=up_to)
    found = waiting.aggregate(places=Sum("places"), last=Max("pk"))
    if found["last"] != up_to:
        raise invalid("up_to", _("This is no move of places that waits for this day. Read the list again."))
    if seen is not None and seen != found["places"]:
        raise Refusal(
            "stale_state", _("More places have come back meanwhile; look at the new number."), current={"places": found["places"]}
        )
    taken = PlacesTaken.objects.create(
        institution=institution, visit_date=visit_date, up_to=up_to, places=found["places"], by_program=by_program, taken_by=by.user
    )
    details = {"institution": str(institution.public_id), "date": visit_date.isoformat(), "places": found["places"]}
    audit.record("take_over", "places", taken.public_id, by=by.actor, details=details)
    return taken


def moves_back(institution: Institution, visit_date: date) -> QuerySet[PlaceEvent]:
    """The moves that brought places back for one visit day of a hospital, each with `taken_up_to` of that day."""
    return _moves().filter(pool_slot__institution=institution, pool_slot__visit_date=visit_date).order_by("pk")


def days_back(acting: Acting, first: date, last: date) -> list[DayBack]:
    """The visit days for which places came back to this person's hospitals, those with places nobody took over first; two queries."""
    hospitals = {one.pk: one for one in institutions_where(acting.user, MANAGE_POOLS)}
    rows = (
        _moves()
        .filter(pool_slot__institution__in=hospitals, pool_slot__visit_date__range=(first, last))
        .values("pool_slot__institution", "pool_slot__visit_date")
        .annotate(total=Sum("places"), waiting=Sum("places", filter=WAITS, default=0), last=Max("pk"), last_at=Max("at"))
        .order_by()
    )
    found = [
        DayBack(
            hospitals[row["pool_slot__institution"]],
            row["pool_slot__visit_date"],
            row["total"],
            row["waiting"],
            row["last"],
            row["last_at"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda day: (not day.waiting, -day.visit_date.toordinal(), day.institution.name))


def departments_back(days: list[DayBack]) -> dict[tuple[int, date], list[dict[str, Any]]]:
    """For each of these days its departments: how many places came back, how many of them wait, and between which moments; one query."""
    found: dict[tuple[int, date], list[dict[str, Any]]] = {}
    rows = (
        _moves()
        .filter(pool_slot__institution__in={day.institution.pk for day in days}, pool_slot__visit_date__in={day.visit_date for day in days})
        .values("pool_slot__institution", "pool_slot__visit_date", "pool_slot__department__name", "pool_slot__department__standard_code")
        .annotate(total=Sum("places"), waiting=Sum("places", filter=WAITS, default=0), first_at=Min("at"), last_at=Max("at"))
        .order_by("pool_slot__department__standard_code", "pool_slot__department__name")
    )
    for row in rows:
        found.setdefault((row["pool_slot__institution"], row["pool_slot__visit_date"]), []).append(dict(row))
    return found


def taken_for(days: list[DayBack]) -> dict[tuple[int, date], list[PlacesTaken]]:
    """Who took over what of each of these days, the last first; one query."""
    found: dict[tuple[int, date], list[PlacesTaken]] = {}
    rows = PlacesTaken.objects.filter(
        institution__in={day.institution.pk for day in days}, visit_date__in={day.visit_date for day in days}
    ).select_related("taken_by")
    for row in rows.order_by("-up_to"):
        found.setdefault((row.institution_id, row.visit_date), []).append(row)
    return found


def lines_back(institution: Institution, visit_date: date) -> list[tuple[PlaceEvent, PlacesTaken | None]]:
    """Every move that brought places back for a visit day, in order of bands, with the word that took them over; two queries."""
    taken = list(PlacesTaken.objects.filter(institution=institution, visit_date=visit_date).select_related("taken_by").order_by("up_to"))
    moves = moves_back(institution, visit_date).select_related("pool_slot__department", "pool_slot__service")
    ordered = moves.order_by("pool_slot__department__standard_code", "pool_slot__starts_at", "pk")
    return [(move, next((one for one in taken if move.pk <= one.up_to), None)) for move in ordered]


def waiting_places(acting: Acting) -> int:
    """How many visit days hold places that came back and nobody of this person's hospitals has taken over; for the bar."""
    mine = institutions_where(acting.user, MANAGE_POOLS)
    waiting = _moves().filter(WAITS, pool_slot__institution__in=mine, pool_slot__visit_date__gte=database_now().astimezone(BEIJING).date())
    return waiting.values("pool_slot__institution", "pool_slot__visit_date").distinct().count()


def was_taken(about: UUID) -> bool:
    """Whether places that a rebalancing gave to the hospital were taken over already."""
    return _moves().filter(~WAITS, about=about, move=PlaceMove.TAKEN_BACK).exists()


def _moves() -> QuerySet[PlaceEvent]:
    """Every move that brought places to a hospital: at the cut-off, after it, or given early and not taken back again."""
    taken = PlacesTaken.objects.filter(
        institution=OuterRef("pool_slot__institution"), visit_date=OuterRef("pool_slot__visit_date")
    ).order_by("-up_to")
    stands = Exists(Rebalancing.objects.filter(public_id=OuterRef("about"), undone_at=None))
    early = Q(move=PlaceMove.TAKEN_BACK, reason=GIVEN_EARLY) & stands
    return PlaceEvent.objects.filter(Q(move__in=BACK) | early).annotate(
        taken_up_to=Coalesce(Subquery(taken.values("up_to")[:1]), 0, output_field=BigIntegerField())
    )
