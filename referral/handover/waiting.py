"""Work that nobody answers for any more, as the institution's manager sees it: referrals, returns, residents under contract."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from clinics.models import Institution, Post
from permissions.acting import Acting
from permissions.models import ReferralRight, User
from permissions.roles import REFERRING_KINDS, Capability, Role
from referral.cases.models import Referral
from referral.handover.items import BEHIND, STILL_WORK, Item, shown
from referral.handover.people import institutions_of
from referral.patients.models import FamilyDoctorContract
from referral.returns.models import IN_HAND, Return

MOST_DOCTORS = 200
GONE = Q(owner=None) | Q(owner__valid_to__lte=Now()) | Q(owner__user__is_active=False)
NAMED_AND_GONE = Q(status__in=("sent", "overdue"), owner__isnull=False)


def referrals_waiting(by: Acting) -> "QuerySet[Referral]":
    """Referrals of the managed institutions whose owner is gone, not over or with an end nobody has read, the oldest first."""
    if not by.can(Capability.MANAGE_POSTS):
        return Referral.objects.none()
    return Referral.objects.filter(GONE, STILL_WORK, institution__in=institutions_of(by)).order_by("pk")


def returns_waiting(by: Acting) -> "QuerySet[Return]":
    """Returns to the managed institutions whose owner is gone; what nobody was named for stands in the centre's inbox."""
    if not by.can(Capability.MANAGE_POSTS):
        return Return.objects.none()
    rows = Return.objects.filter(GONE, Q(status__in=IN_HAND) | NAMED_AND_GONE, to_institution__in=institutions_of(by))
    return rows.order_by("pk")


def items_waiting(by: Acting) -> list[Item]:
    """Both, with what a page shows of them."""
    return [*shown(referrals_waiting(by)), *returns_waiting(by).select_related(*BEHIND)]


def count_waiting(by: Acting) -> int:
    """How much waits, for the number beside the section."""
    return referrals_waiting(by).count() + returns_waiting(by).count()


@dataclass(frozen=True, slots=True)
class Left:
    """A doctor who is gone, and how many residents are still under contract with her at one place."""

    doctor: User
    institution: Institution
    contracts: int


def contracts_waiting(by: Acting, today: date) -> list[Left]:
    """The doctors who are gone from a centre that has contracts with them, most residents first; three queries."""
    rows = contracts_without_doctor(by, today).values("doctor", "institution").annotate(contracts=Count("pk"))
    found = list(rows.order_by("-contracts", "doctor", "institution")[:MOST_DOCTORS])
    doctors = User.objects.in_bulk({row["doctor"] for row in found})
    places = Institution.objects.in_bulk({row["institution"] for row in found})
    return [Left(doctors[row["doctor"]], places[row["institution"]], row["contracts"]) for row in found]


def contracts_without_doctor(by: Acting, today: date) -> "QuerySet[FamilyDoctorContract]":
    """Contracts in force or to come at the managed institutions whose doctor has no live post at that centre or its stations."""
    if not by.can(Capability.MANAGE_POSTS):
        return FamilyDoctorContract.objects.none()
    place, centre = OuterRef("institution"), OuterRef("institution__parent")
    at_the_centre = Q(institution=place) | Q(institution__parent=place) | Q(institution=centre) | Q(institution__parent=centre)
    posts = Post.objects.live().filter(at_the_centre, user=OuterRef("doctor"), kind=Role.FAMILY_DOCTOR, user__is_active=True)
    return FamilyDoctorContract.objects.filter(~Exists(posts), institution__in=institutions_of(by), valid_to__gt=today)


def candidates(by: Acting) -> "QuerySet[Post]":
    """Everybody at the managed institutions who could take work: a live post, a right in force, an account that works."""
    in_force = ReferralRight.objects.in_force().values("pk")
    posts = Post.objects.live().complete().filter(institution__in=institutions_of(by), kind__in=REFERRING_KINDS)
    return posts.filter(right__in=in_force, user__is_active=True).order_by("institution__name", "user__name", "pk")
