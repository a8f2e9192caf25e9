"""Which hospitals, departments and places a person may look at, by the part she plays."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics import access
from clinics.models import Alliance, AllianceMember, Department, Institution, Post
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.roles import REFERRING_KINDS, Role
from vault.refusal import Refusal


def places_open_to(acting: Acting, *, institution: str = "institution", department: str = "department") -> Q:
    """The rows whose reserved places this person may see, as one condition.

    Who refers sees where guardian lets her refer, with a right in force; a coordinator the hospitals whose pools she
    runs; a manager the partners in her alliances; the district everything inside it. The arguments are the lookups
    from the row to its institution and department. Raises Refusal("right_not_in_force").
    """
    if acting.role in REFERRING_KINDS:
        require_right(acting)
        return access.may_refer_to(acting.user, institution=institution, department=department)
    if acting.role == Role.COORDINATOR:
        return Q(**{f"{institution}__in": access.institutions_where(acting.user, access.MANAGE_POOLS)})
    if acting.role == Role.MANAGER:
        return Q(**{f"{institution}__in": partners_of(acting.post)})
    return Q(**{f"{institution}__district": acting.district_id})


def require_right(acting: Acting) -> None:
    """Refuse with `right_not_in_force` unless the post's right is in force by the database clock."""
    right = acting.post.right_id if acting.post else None
    if not ReferralRight.objects.in_force().filter(pk=right).exists():
        raise Refusal("right_not_in_force", _("Your referral right is not in force, so that no places can be shown."))


def partners_of(post: Post | None) -> QuerySet[Institution]:
    """The institutions in an alliance with the post's own (a station counts as its centre)."""
    if post is None:
        return Institution.objects.none()
    own = AllianceMember.objects.filter(institution=post.institution.root_id).values("alliance")
    return Institution.objects.filter(memberships__alliance__in=own).distinct()


def is_partner(post: Post | None, institution: str = "institution") -> Exists:
    """Whether a row's institution shares an alliance with the post's own, for ordering and marking."""
    shared = AllianceMember.objects.filter(institution=OuterRef(institution))
    root = post.institution.root_id if post else None
    return Exists(shared.filter(alliance__memberships__institution=root))


def institutions_open_to(acting: Acting) -> QuerySet[Institution]:
    """Working institutions with reserved places this person may see; those of her alliances first."""
    found = Institution.objects.working().filter(_institution_condition(acting))
    return found.annotate(is_partner=is_partner(acting.post, "pk")).order_by("-is_partner", "name")


def departments_open_to(acting: Acting) -> QuerySet[Department]:
    """Departments of working institutions whose places this person may see, by subject code and institution."""
    condition = places_open_to(acting, institution="institution", department="pk")
    found = Department.objects.filter(condition, institution__is_suspended=False).select_related("institution")
    return found.order_by("standard_code", "institution__name", "pk")


def alliances_with_members() -> QuerySet[Alliance]:
    """Every alliance with its lead and memberships, in two queries."""
    return Alliance.objects.select_related("lead").prefetch_related("memberships").order_by("pk")


def hospitals_of(district_id: int | None) -> QuerySet[Institution]:
    """The working hospitals of a district, by name."""
    return Institution.objects.working().hospitals().filter(district=district_id).order_by("name")


def departments_in(district_id: int | None) -> QuerySet[Department]:
    """The departments of those hospitals, by hospital and name."""
    rooms = Department.objects.filter(institution__in=hospitals_of(district_id)).select_related("institution")
    return rooms.order_by("institution__name", "institution_id", "name", "pk")


def _institution_condition(acting: Acting) -> Q:
    departments = Department.objects.filter(places_open_to(acting, department="pk")).values("institution")
    return Q(pk__in=departments)


def standard_subjects(departments: Iterable[Department]) -> dict[str, str]:
    """The subject codes at hand with one name each, for a filter."""
    names: dict[str, str] = {}
    for department in departments:
        names.setdefault(department.standard_code, department.name)
    return dict(sorted(names.items()))
