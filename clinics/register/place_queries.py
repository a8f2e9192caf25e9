"""Which institutions, departments and alliances of the register a person may look at, found and counted."""

from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from clinics.access import MANAGE_INSTITUTION, MANAGE_POOLS, institutions_where
from clinics.models import Alliance, AllianceMember, Department, Institution, Post
from clinics.models.institution import InstitutionKind
from clinics.register.taking_part import TODAY, open_on
from permissions.acting import Acting
from permissions.roles import Capability, Role
from vault.refusal import Refusal

BY_KIND = Case(
    When(kind=InstitutionKind.HOSPITAL, then=Value(0)),
    When(kind=InstitutionKind.CENTRE, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)
NOTHING_HERE = _("There is nothing here that you may see.")
LIVE_MANAGER = Post.objects.live().filter(institution=OuterRef("pk"), kind=Role.MANAGER)
STANDINGS: dict[str, tuple[Any, Q]] = {
    "working": (_("working"), open_on("")),
    "suspended": (_("suspended"), Q(is_suspended=True)),
    "not_taking_part": (_("not taking part"), Q(active_from__gt=TODAY) | Q(active_to__lte=TODAY)),
    "without_responsible": (
        _("no responsible person"),
        Q(responsible_name="") | Q(kind=InstitutionKind.HOSPITAL, responsible_department=""),
    ),
    "without_manager": (_("no manager"), Q(has_manager=False) & ~Q(kind=InstitutionKind.STATION)),
}


def institutions_registered(acting: Acting) -> QuerySet[Institution]:
    """The register as far as a person answers for it.

    A district its own, a manager her institution and its stations, a coordinator the hospitals whose pools she runs.
    """
    found = Institution.objects.select_related("parent", "district").annotate(has_manager=Exists(LIVE_MANAGER)).order_by(BY_KIND, "name")
    return found.filter(_answered_for(acting))


def _answered_for(acting: Acting) -> Q:
    if acting.can(Capability.MANAGE_INSTITUTIONS):
        return Q(district=acting.district_id)
    own = Q(pk__in=[])
    if acting.can(Capability.MANAGE_POSTS):
        mine = institutions_where(acting.user, MANAGE_INSTITUTION)
        own |= Q(pk__in=mine) | Q(parent__in=mine)
    if acting.can(Capability.KEEP_REGISTER) and acting.can(Capability.MANAGE_POOLS):
        own |= Q(pk__in=institutions_where(acting.user, MANAGE_POOLS))
    return own


def require_keeper(by: Acting, institution: Institution) -> None:
    """Refuse with `not_allowed` unless the actor keeps this institution in the register: its district, manager or coordinator."""
    if not Institution.objects.filter(_answered_for(by), pk=institution.pk).exists():
        raise Refusal("not_allowed", _("You do not keep the register of this institution."))


def institution_registered(acting: Acting, public_id: UUID) -> Institution:
    """One of them. Refuses with `not_found` what this person may not see."""
    institution = institutions_registered(acting).filter(public_id=public_id).first()
    if institution is None:
        raise Refusal("not_found", NOTHING_HERE)
    return institution


def with_name(institutions: QuerySet[Institution], text: str) -> QuerySet[Institution]:
    """The institutions in whose names or address each word appears."""
    for word in text.split():
        institutions = institutions.filter(
            Q(name__icontains=word) | Q(short_name__icontains=word) | Q(name_en__icontains=word) | Q(address__icontains=word)
        )
    return institutions


def standing(institutions: QuerySet[Institution], name: str) -> QuerySet[Institution]:
    """The institutions in one of STANDINGS; any other name leaves them all."""
    return institutions.filter(STANDINGS[name][1]) if name in STANDINGS else institutions


def counted(institutions: QuerySet[Institution]) -> dict[str, int]:
    """How many there are of each kind, and how many lack something, in one query."""
    kinds = {kind.value: Count("pk", filter=Q(kind=kind)) for kind in InstitutionKind}
    lacking = {name: Count("pk", filter=condition) for name, (_words, condition) in STANDINGS.items()}
    return institutions.order_by().aggregate(**kinds, **lacking)


def stations_of(centre: Institution) -> QuerySet[Institution]:
    """The stations a centre answers for (R117), by name."""
    return Institution.objects.filter(parent=centre).order_by("name")


def centres_of(district_id: int) -> QuerySet[Institution]:
    """The centres a station may belong to."""
    return Institution.objects.filter(district=district_id, kind=InstitutionKind.CENTRE).order_by("name")


def departments_of(institution: Institution) -> QuerySet[Department]:
    """The departments of an institution by subject code."""
    return Department.objects.filter(institution=institution).select_related("institution").order_by("standard_code", "name")


def department_of(acting: Acting, public_id: UUID) -> Department:
    """One department of an institution this person answers for. Refuses with `not_found`."""
    places = institutions_registered(acting).values("pk")
    found = Department.objects.filter(public_id=public_id, institution__in=places).select_related("institution").first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def memberships_of(institution: Institution) -> QuerySet[Alliance]:
    """The alliances an institution is a member of; a station is one through its centre."""
    own = AllianceMember.objects.filter(institution=institution.root_id).values("alliance")
    return Alliance.objects.filter(pk__in=own).select_related("lead").order_by("name")


def posts_at(institution: Institution) -> dict[str, int]:
    """How many live posts of each kind an institution has."""
    return dict(Post.objects.live().filter(institution=institution).order_by().values_list("kind").annotate(Count("pk")))


def alliances_of(acting: Acting) -> QuerySet[Alliance]:
    """The alliances led by or reaching into the district, with how many members; a manager's those of her institution."""
    found = Alliance.objects.select_related("lead__district").annotate(size=Count("memberships")).order_by("name")
    members = AllianceMember.objects.filter(alliance=OuterRef("pk"))
    if acting.can(Capability.MANAGE_INSTITUTIONS):
        own = members.filter(institution__district=acting.district_id)
        return found.filter(Q(lead__district=acting.district_id) | Exists(own))
    return found.filter(Exists(members.filter(institution__in=institutions_where(acting.user, MANAGE_INSTITUTION))))


def alliance_of(acting: Acting, public_id: UUID) -> Alliance:
    """One of them. Refuses with `not_found`."""
    alliance = alliances_of(acting).filter(public_id=public_id).first()
    if alliance is None:
        raise Refusal("not_found", NOTHING_HERE)
    return alliance


def members_of(alliance: Alliance) -> QuerySet[Institution]:
    """The members of an alliance: hospitals first, then centres, by name."""
    return Institution.objects.filter(memberships__alliance=alliance).select_related("district").order_by(BY_KIND, "name")


def could_join(alliance: Alliance | None, district_id: int) -> QuerySet[Institution]:
    """The institutions of a district that are no members yet; stations belong through their centres."""
    found = Institution.objects.filter(district=district_id).exclude(kind=InstitutionKind.STATION).order_by(BY_KIND, "name")
    return found.exclude(memberships__alliance=alliance) if alliance else found


def contacts_of(acting: Acting) -> QuerySet[Institution]:
    """Every institution of the district with who answers for it; colleagues of all institutions may reach each other."""
    return Institution.objects.filter(district=acting.district_id).select_related("parent").order_by(BY_KIND, "name")


def with_contact(institutions: QuerySet[Institution], text: str) -> QuerySet[Institution]:
    """The institutions in whose names or whose responsible person's name each word appears."""
    for word in text.split():
        institutions = institutions.filter(Q(name__icontains=word) | Q(short_name__icontains=word) | Q(responsible_name__icontains=word))
    return institutions
