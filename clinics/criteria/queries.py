"""The district's lists of criteria: all, one, what waits for a second person, and the lines in force on a day."""

from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from clinics.criteria.reading import holding
from clinics.models import CriteriaSet, Criterion
from clinics.models.criteria import CriteriaStatus
from clinics.policy.scope import governs
from clinics.register.place_queries import NOTHING_HERE
from permissions.acting import Acting
from vault.refusal import Refusal

RELATED = ("district", "entered_by", "approved_by", "end_asked_by", "ended_by")
END_ASKED = Q(status=CriteriaStatus.IN_FORCE, ends_on__isnull=False, ended_by=None)


def sets_of(by: Acting) -> QuerySet[CriteriaSet]:
    """Every list of one's district with the number of its lines, the latest first day on top."""
    rows = CriteriaSet.objects.filter(district=by.district_id).select_related(*RELATED).annotate(size=Count("lines"))
    return rows.order_by("-valid_from", "-pk")


def set_seen_by(by: Acting, public_id: UUID) -> CriteriaSet:
    """One of them. Refuses with `not_found`."""
    found = sets_of(by).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def line_seen_by(by: Acting, public_id: UUID) -> Criterion:
    """One line of one of them. Refuses with `not_found`."""
    found = Criterion.objects.filter(criteria__district=by.district_id, public_id=public_id).select_related("criteria").first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def sets_to_decide(by: Acting) -> int:
    """How many lists wait for this person's word: those that others of the district handed in or want to end."""
    if not governs(by):
        return 0
    waiting = Q(status=CriteriaStatus.WAITING) & ~Q(entered_by=by.user) | END_ASKED & ~Q(end_asked_by=by.user)
    return CriteriaSet.objects.filter(waiting, district=by.district_id).count()


def lines_in_force(district: int, day: date) -> list[Criterion]:
    """The lines of every list that holds in a district on a day, list by list in their order; two queries."""
    rows = CriteriaSet.objects.filter(district=district, status=CriteriaStatus.IN_FORCE, valid_from__lte=day)
    held = holding(rows, day)
    if not held:
        return []
    lines = Criterion.objects.filter(criteria__in=[one.pk for one in held]).select_related("criteria")
    return list(lines.order_by("criteria__title", "criteria", "place", "pk"))
