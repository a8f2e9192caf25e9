"""Which stops a person may see and decide about, and which sessions a stop touches."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics.access import MANAGE_INSTITUTION, MANAGE_POOLS, institutions_where
from clinics.models import ClinicSession, ClinicStop, HalfDay, Service
from clinics.models.stop import StopQuerySet
from permissions.acting import Acting
from permissions.roles import Capability
from vault.refusal import Refusal

NOTHING_HERE: Final = _("There is nothing here that you may see.")
BEHIND: Final = ("service__institution", "service__department", "asked_by", "decided_by")
STANDING: Final = ("proposed", "in_force")
EACH_HALF: Final = tuple(HalfDay.values)


def stops_seen_by(acting: Acting) -> StopQuerySet:
    """The stops of a coordinator's and a manager's hospitals; the district sees those of all its hospitals (R128)."""
    return ClinicStop.objects.filter(_within(acting, "service__institution")).select_related(*BEHIND)


def special_stops_of_year(acting: Acting, year: int) -> StopQuerySet:
    """The stops that began in a year and were said later than the notice asked; each counts against its hospital (R126, R128)."""
    return stops_seen_by(acting).that_count().filter(is_special=True, first_day__year=year)


def stop_seen_by(acting: Acting, public_id: UUID) -> ClinicStop:
    """One of them; everything else is `not_found` alike."""
    found = stops_seen_by(acting).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def services_run_by(acting: Acting) -> QuerySet[Service]:
    """The services whose clinics this person may stop."""
    mine = institutions_where(acting.user, MANAGE_POOLS)
    found = Service.objects.filter(institution__in=mine) if acting.can(Capability.MANAGE_POOLS) else Service.objects.none()
    return found.select_related("institution", "department").order_by("department__name", "name", "pk")


def service_run_by(acting: Acting, public_id: UUID) -> Service:
    """One of them; everything else is `not_found` alike."""
    found = services_run_by(acting).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def session_run_by(acting: Acting, public_id: UUID) -> ClinicSession:
    """One session of those services; everything else is `not_found` alike."""
    related = ("service__institution", "service__department")
    found = ClinicSession.objects.filter(service__in=services_run_by(acting), public_id=public_id).select_related(*related).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def sessions_to_stop(service: Service, first: date, last: date, half_day: str = "") -> QuerySet[ClinicSession]:
    """The planned sessions of these days (both included) that have not ended by the database clock, in key order."""
    halves = [half_day] if half_day else EACH_HALF
    found = ClinicSession.objects.filter(service=service, date__range=(first, last), half_day__in=halves, status="planned")
    return found.filter(ends_at__gt=Now()).order_by("pk")


def sessions_of(stop: ClinicStop) -> QuerySet[ClinicSession]:
    """The sessions of a stop; of a proposed one those it would reach."""
    if stop.status != "proposed":
        return stop.sessions.all()
    return sessions_to_stop(stop.service, stop.first_day, stop.last_day, stop.half_day)


def run_around(service: Service, first: date, last: date, half_day: str, *, without: Collection[int] = ()) -> int:
    """How many days in a row would be stopped with these, counting the proposed and standing stops of the service that touch them."""
    stops = ClinicStop.objects.of_sessions().filter(service=service, status__in=STANDING).exclude(pk__in=without)
    if half_day:
        stops = stops.filter(half_day__in=("", half_day))
    spans = sorted(stops.values_list("first_day", "last_day"))
    begins, ends = first, last
    grown = True
    while grown:
        touching = [(one, other) for one, other in spans if one <= ends + timedelta(days=1) and other >= begins - timedelta(days=1)]
        wider = min([begins, *(one for one, _other in touching)]), max([ends, *(other for _one, other in touching)])
        grown, (begins, ends) = wider != (begins, ends), wider
    return (ends - begins).days + 1


def may_decide(acting: Acting, stop: ClinicStop) -> bool:
    """Whether this person is the second one for a stop she may see, which is one of her own hospitals': another than who asked (R161)."""
    decides = acting.can(Capability.APPROVE_STOP) and not acting.can(Capability.SEE_DISTRICT)
    return decides and stop.asked_by_id != acting.user.pk


def stops_to_decide(acting: Acting) -> int:
    """How many proposed stops wait for this person as the second one (R161)."""
    if not acting.can(Capability.APPROVE_STOP):
        return 0
    waiting = ClinicStop.objects.filter(status="proposed", service__institution__in=_hospitals_of(acting))
    return waiting.exclude(asked_by=acting.user).count()


def _hospitals_of(acting: Acting) -> QuerySet:  # type: ignore[type-arg]
    codename = MANAGE_POOLS if acting.can(Capability.MANAGE_POOLS) else MANAGE_INSTITUTION
    return institutions_where(acting.user, codename)


def _within(acting: Acting, institution: str) -> Q:
    if acting.can(Capability.SEE_DISTRICT):
        return Q(**{f"{institution}__district": acting.district_id})
    if acting.can(Capability.MANAGE_POOLS) or acting.can(Capability.APPROVE_STOP):
        return Q(**{f"{institution}__in": _hospitals_of(acting)})
    return Q(pk__in=[])
