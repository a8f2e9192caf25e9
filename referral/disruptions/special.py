"""How often each hospital stopped a clinic too late for the notice that is asked, month by month (R126, R128)."""

from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import TruncMonth

from clinics.models import ClinicStop, Institution
from clinics.timetables.stop_queries import stops_seen_by
from permissions.acting import Acting
from referral.disruptions.queries import UNSETTLED


@dataclass(frozen=True, slots=True)
class SpecialStops:
    """One hospital's special stops of one month, counted by the first day: stops, sessions, patients, and those settled."""

    institution: Institution
    month: date
    stops: int
    of_all: int
    sessions: int
    patients: int
    settled: int
    clinics: list[str]


def special_stops(acting: Acting, year: int) -> list[SpecialStops]:
    """What counts against the hospitals this person may see, the latest month first; two queries."""
    seen = stops_seen_by(acting).filter(status="in_force", first_day__year=year)
    seen = seen.alias(counts=Exists(ClinicStop.objects.that_count().filter(pk=OuterRef("pk"))))
    rows = seen.order_by().annotate(month=TruncMonth("first_day")).values("service__institution", "month")
    special = Q(is_special=True)
    counted = rows.annotate(
        of_all=Count("pk", filter=Q(counts=True), distinct=True),
        stops=Count("pk", filter=special & Q(counts=True), distinct=True),
        sessions_lost=Count("sessions", filter=special, distinct=True),
        patients=Count("disruptions", filter=special, distinct=True),
        clinics=ArrayAgg("service__name", filter=special, distinct=True),
        done=Count("disruptions", filter=special & ~Q(disruptions__status__in=UNSETTLED), distinct=True),
    )
    held = list(counted.filter(stops__gt=0).order_by("-month", "service__institution__name"))
    places = Institution.objects.in_bulk({row["service__institution"] for row in held})
    return [
        SpecialStops(
            places[row["service__institution"]],
            row["month"],
            row["stops"],
            row["of_all"],
            row["sessions_lost"],
            row["patients"],
            row["done"],
            row["clinics"],
        )
        for row in held
    ]
