"""For whom a person may set the regulation's values: her district with its hospitals, or only her own hospital."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinics.access import MANAGE_POOLS, institutions_where
from clinics.models import Department, Institution, PolicyRow
from clinics.policy import Level, Target
from clinics.register.place_queries import BY_KIND, NOTHING_HERE
from permissions.acting import Acting
from permissions.models import District
from permissions.roles import Capability
from vault.refusal import Refusal, Sentence, invalid

RELATED = (
    "district",
    "institution__district",
    "department__institution__district",
    "entered_by",
    "approved_by",
    "end_asked_by",
    "ended_by",
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a value holds: one of a district, an institution or a department; `target` asks resolution for it."""

    district: District
    institution: Institution | None = None
    department: Department | None = None

    @property
    def level(self) -> Level:
        if self.department is not None:
            return Level.DEPARTMENT
        return Level.DISTRICT if self.institution is None else Level.INSTITUTION

    @property
    def target(self) -> Target:
        return Target(self.district.pk) if self.institution is None else Target.at(self.institution, self.department)

    @property
    def columns(self) -> dict[str, Any]:
        """The scope as a row keeps it: only its narrowest part."""
        own = {Level.DISTRICT: "district", Level.INSTITUTION: "institution", Level.DEPARTMENT: "department"}[self.level]
        return {name: getattr(self, name) if name == own else None for name in ("district", "institution", "department")}

    @property
    def words(self) -> str:
        """The scope's name in the reader's language."""
        if self.institution is None:
            return self.district.name_en if self.district.name_en and get_language() == "en" else self.district.name
        return self.institution.display_name if self.department is None else f"{self.institution.display_short_name} {self.department.name}"


def governs(by: Acting) -> bool:
    """Whether somebody enters for the whole district and approves."""
    return by.can(Capability.SET_POLICY)


def institutions_of(by: Acting) -> QuerySet[Institution]:
    """The institutions whose values somebody may see and enter, hospitals first: the district's, or those whose pools she runs."""
    found = Institution.objects.select_related("district").order_by(BY_KIND, "name")
    if governs(by):
        return found.filter(district=by.district_id)
    return found.filter(pk__in=institutions_where(by.user, MANAGE_POOLS).values("pk"))


def scope_of(by: Acting, institution: UUID | None, department: UUID | None) -> Scope:
    """The scope somebody named by public ids; without one it is the district. Refuses with `not_found` the places of others."""
    if department is not None:
        held = Department.objects.filter(public_id=department, institution__in=institutions_of(by).values("pk"))
        one = held.select_related("institution__district").first()
        if one is None or (institution is not None and one.institution.public_id != institution):
            raise Refusal("not_found", NOTHING_HERE)
        return Scope(one.institution.district, one.institution, one)
    if institution is not None:
        place = institutions_of(by).filter(public_id=institution).first()
        if place is None:
            raise Refusal("not_found", NOTHING_HERE)
        return Scope(place.district, place)
    if not governs(by):
        raise invalid("institution", _("Only the district sets values for the whole district."), remedy=_("Choose your hospital."))
    return Scope(District.objects.get(pk=by.district_id))


def institutions_in(scope: Scope) -> QuerySet[Institution]:
    """The institutions a value of this scope concerns, in key order."""
    if scope.institution is not None:
        return Institution.objects.filter(pk=scope.institution.pk)
    return Institution.objects.filter(district=scope.district).order_by("pk")


def scope_of_row(row: PolicyRow) -> Scope | None:
    """Where a row holds; None for the city."""
    if row.department is not None:
        return Scope(row.department.institution.district, row.department.institution, row.department)
    if row.institution is not None:
        return Scope(row.institution.district, row.institution)
    return Scope(row.district) if row.district is not None else None


def place_words(row: PolicyRow) -> Sentence:
    """For whom a row holds, in words."""
    scope = scope_of_row(row)
    return scope.words if scope else _("the whole city")


def rows_seen_by(by: Acting) -> QuerySet[PolicyRow]:
    """Every row that concerns the places somebody sees: the city's, her district's, and those of her institutions."""
    mine = institutions_of(by).order_by().values("pk")
    district = by.district_id if governs(by) or by.post is None else by.post.institution.district_id
    scope = Q(district=None, institution=None, department=None) | Q(district=district)
    scope |= Q(institution__in=mine) | Q(department__institution__in=mine)
    return PolicyRow.objects.filter(scope).select_related(*RELATED)


def row_seen_by(by: Acting, public_id: UUID) -> PolicyRow:
    """One of them. Refuses with `not_found`."""
    row = rows_seen_by(by).filter(public_id=public_id).first()
    if row is None:
        raise Refusal("not_found", NOTHING_HERE)
    return row


def may_enter_for(by: Acting, row: PolicyRow) -> bool:
    """Whether a row's place is one somebody enters values for."""
    scope = scope_of_row(row)
    if scope is None:
        return False
    if governs(by):
        return scope.district.pk == by.district_id
    return scope.institution is not None and institutions_of(by).filter(pk=scope.institution.pk).exists()
