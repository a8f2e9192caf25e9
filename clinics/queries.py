"""Which hospitals, departments and places a person may look at, by the part she plays."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics import access
from clinics.among import Among
from clinics.models import Alliance, AllianceMember, Department, Institution, Post, Service
from clinics.register.taking_part import open_on
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.roles import REFERRING_KINDS, Role
from vault.refusal import Refusal


def places_open_to(acting: Acting, *, institution: str = "institution", department: str = "department", district: str = "") -> Q:
    """The rows whose reserved places this person may see, as one condition.

    Who refers sees where guardian lets her refer, with a right in force; a coordinator the hospitals whose pools she
    runs; a manager the partners in her alliances; the district everything inside it. The arguments are the lookups
    from the row to its institution and department, and the code of one district to look into. Raises Refusal("right_not_in_force").
    """
    if acting.role in REFERRING_KINDS:
        require_right(acting)
        return access.may_refer_to(acting.user, institution=institution, department=department, district=district)
    seen = _institutions_seen_by(acting)
    return Q(Among(institution, (seen.filter(district__code=district) if district else seen).values("pk")))


def _institutions_seen_by(acting: Acting) -> QuerySet[Institution]:
    if acting.role == Role.COORDINATOR:
        return access.institutions_where(acting.user, access.MANAGE_POOLS)
    if acting.role == Role.MANAGER:
        return partners_of(acting.post)
    return Institution.objects.filter(district=acting.district_id)


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


def is_partner(post: Post | None, institution: str = "institution") -> Among:
    """Whether a row's institution shares an alliance with the post's own, for ordering and marking."""
    return Among(institution, partners_of(post).values("pk"))


def institutions_open_to(acting: Acting) -> QuerySet[Institution]:
    """Working institutions that take part today, with reserved places this person may see; those of her alliances first."""
    found = Institution.objects.filter(open_on(""), _institution_condition(acting))
    return found.annotate(is_partner=is_partner(acting.post, "pk")).order_by("-is_partner", "name")


def departments_open_to(acting: Acting) -> QuerySet[Department]:
    """Departments of institutions that work and take part today whose places this person may see, by subject code and institution."""
    condition = places_open_to(acting, institution="institution", department="pk")
    found = Department.objects.filter(condition, open_on()).select_related("institution")
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


def subjects_and_hospitals_open_to(acting: Acting, kind: str = "") -> tuple[dict[str, str], list[Institution]]:
    """The subject codes of those departments with one name each, and their hospitals with districts, partners first; for filters.

    A kind leaves the departments that offer such a service. Two queries besides the right's, however many departments there are.
    Raises Refusal("right_not_in_force").
    """
    rooms = departments_open_to(acting).select_related(None)
    if kind:
        rooms = rooms.filter(Exists(Service.objects.filter(department=OuterRef("pk"), kind=kind)))
    subjects = dict(rooms.distinct("standard_code").values_list("standard_code", "name"))
    found = Institution.objects.filter(pk__in=rooms.order_by().values("institution")).select_related("district")
    return subjects, list(found.annotate(is_partner=is_partner(acting.post, "pk")).order_by("-is_partner", "name"))
