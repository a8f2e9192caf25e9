"""The district's choices of documents: all of them, one, and what waits for a second person."""

from uuid import UUID

from django.db.models import Q, QuerySet

from clinics.models import PolicySetChoice, PolicySimulation
from clinics.models.policy_set import ChoiceStatus
from clinics.policy.scope import governs
from clinics.register.place_queries import NOTHING_HERE
from permissions.acting import Acting
from permissions.models import District
from vault.refusal import Refusal

RELATED = ("district", "entered_by", "approved_by", "end_asked_by", "ended_by")
WAITING = Q(status=ChoiceStatus.DRAFT) | Q(status=ChoiceStatus.IN_FORCE, ends_on__isnull=False, ended_by=None)


def district_of(by: Acting) -> District:
    """Whose values somebody compares and chooses."""
    return District.objects.get(pk=by.district_id)


def choices_of(by: Acting) -> QuerySet[PolicySetChoice]:
    """Every choice of one's district, the latest first day on top."""
    return PolicySetChoice.objects.filter(district=by.district_id).select_related(*RELATED).order_by("-valid_from", "-pk")


def choice_seen_by(by: Acting, public_id: UUID) -> PolicySetChoice:
    """One of them. Refuses with `not_found`."""
    found = choices_of(by).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def choices_waiting(by: Acting) -> QuerySet[PolicySetChoice]:
    """Those that wait for a second person."""
    return choices_of(by).filter(WAITING)


def choices_to_decide(by: Acting) -> int:
    """How many of them somebody may decide: those that others of the district entered or want to end."""
    if not governs(by):
        return 0
    own = Q(status=ChoiceStatus.DRAFT, entered_by=by.user) | Q(status=ChoiceStatus.IN_FORCE, end_asked_by=by.user)
    return choices_waiting(by).exclude(own).count()


def simulations_of(by: Acting) -> QuerySet[PolicySimulation]:
    """Every run of one's district, the latest first."""
    return PolicySimulation.objects.filter(district=by.district_id).select_related("asked_by", "district").order_by("-created_at", "-pk")


def simulation_seen_by(by: Acting, public_id: UUID) -> PolicySimulation:
    """One of them. Refuses with `not_found`."""
    found = simulations_of(by).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found
