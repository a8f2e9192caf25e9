"""The open work of a post: referrals and returns that are not over, and the residents under contract with its doctor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zlib import crc32

from django.db.models import OuterRef, Q, QuerySet, Subquery

from clinics.models import Post
from permissions.roles import Role
from referral.booking.models import LIVE, Booking
from referral.cases.models import Referral
from referral.cases.states import OVER
from referral.patients.models import FamilyDoctorContract
from referral.patients.queries import of_unit
from referral.returns.models import Return
from referral.review.queries import TO_READ
from vault.transactions import requires_transaction

# Not over, or ended with something that its doctor has to read and to tell the patient (R199).
STILL_WORK = ~Q(status__in=OVER) | TO_READ


class Kind(StrEnum):
    """What can be handed over one by one."""

    REFERRAL = "referral"
    RETURN = "return"


Item = Referral | Return


@dataclass(frozen=True, slots=True)
class Work:
    """Everything open under one post, as it was read at one moment."""

    referrals: tuple[Referral, ...]
    returns: tuple[Return, ...]
    contracts: int

    @property
    def items(self) -> tuple[Item, ...]:
        """Referrals first, then returns, each in the order they were made."""
        return (*self.referrals, *self.returns)

    @property
    def mark(self) -> int:
        """A number that changes when the open work does, for `If-Match`; below ten to the ninth."""
        return mark_of(self.items, self.contracts)


def mark_of(items: Iterable[Item], contracts: int) -> int:
    """The mark of this work; the same work has the same mark."""
    said = ",".join(f"{item.public_id}:{item.version}" for item in items) + f";{contracts}"
    return crc32(said.encode()) % 10**9


def work_of(post: Post, today: date) -> Work:
    """What is open under a post, with what a page shows of it; three queries."""
    return Work(tuple(shown(open_referrals(post))), tuple(open_returns(post).select_related(*BEHIND)), contracts_of(post, today).count())


def locked_items(post: Post) -> tuple[Item, ...]:
    """Step: the open referrals and returns, every row locked: referrals by key, then returns by key, as the house's order asks."""
    requires_transaction()
    referrals = open_referrals(post).select_for_update(of=("self",), no_key=True)
    returns = open_returns(post).select_for_update(of=("self",), no_key=True)
    return (*referrals, *returns)


def open_referrals(post: Post) -> "QuerySet[Referral]":
    """Referrals in a post's hands whose life is not over, in whatever state, or whose end nobody has read yet."""
    return Referral.objects.filter(STILL_WORK, owner=post).order_by("pk")


def open_returns(post: Post) -> "QuerySet[Return]":
    """Returns in a post's hands, or waiting for it by name, that are not closed."""
    return Return.objects.filter(owner=post).exclude(status__in=Return.STATES.final).order_by("pk")


def contracts_of(post: Post, today: date) -> "QuerySet[FamilyDoctorContract]":
    """Contracts in force or to come that name the post's doctor at its unit; none while another post of hers there goes on."""
    live = Post.objects.live().filter(of_unit(post), user=post.user_id, kind=Role.FAMILY_DOCTOR).exclude(pk=post.pk)
    if post.kind != Role.FAMILY_DOCTOR or live.exists():
        return FamilyDoctorContract.objects.none()
    return FamilyDoctorContract.objects.filter(of_unit(post), doctor=post.user_id, valid_to__gt=today).order_by("pk")


BEHIND = ("patient", "from_institution", "to_institution__parent", "referral")


def shown(referrals: "QuerySet[Referral]") -> "QuerySet[Referral]":
    """Referrals with the visit that lies ahead, in the same query."""
    ahead = Booking.objects.filter(referral=OuterRef("pk"), status__in=LIVE).order_by("-pk")
    return referrals.select_related("patient", "institution__parent").annotate(
        place=Subquery(ahead.values("institution__short_name")[:1]),
        department=Subquery(ahead.values("department__name")[:1]),
        visit_date=Subquery(ahead.values("visit_date")[:1]),
    )


def kind_of(item: Item) -> Kind:
    """Referral or return."""
    return Kind.REFERRAL if isinstance(item, Referral) else Kind.RETURN


def number_of(item: Item) -> str:
    """The number people know it by."""
    return item.number if isinstance(item, Referral) else item.referral.number


def counted(items: Iterable[Item], contracts: int) -> dict[str, int]:
    """How many of each kind."""
    kinds = [kind_of(item) for item in items]
    return {"referrals": kinds.count(Kind.REFERRAL), "returns": kinds.count(Kind.RETURN), "contracts": contracts}
