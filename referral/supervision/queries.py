"""Which monthly lists a person may see, who has signed them, and the rows of one in words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from clinics import policy
from clinics.models import Institution, Post
from permissions.acting import Acting
from permissions.identity.masking import mask_name
from permissions.roles import Capability, Role
from referral import parameters
from referral.booking.expected import NOTHING_HERE, today
from referral.booking.facts import SHANGHAI
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.patients.models import Patient
from referral.returns.models import Return
from referral.supervision.acts import KINDS, Group, title_of
from referral.supervision.models import ConductSignature
from referral.supervision.month import Act, Month, before, end_of, following
from vault.refusal import Refusal

MONTH_NAME: Final = re.compile(r"\A(20[0-9]{2})-(0[1-9]|1[0-2])\Z")
MONTHS_SHOWN: Final = 12
TAGS: Final[dict[str, tuple[str, Any]]] = {
    "signed": ("ok", _("signed")),
    "running": ("info", _("the month runs")),
    "overdue": ("bad", _("overdue")),
    "open": ("few", _("to be signed")),
}


def institutions_of(by: Acting) -> "QuerySet[Institution]":
    """The institutions whose lists this person may see: her own (a station's stand with its centre's), or a district's all."""
    roots = Institution.objects.filter(parent=None).order_by("kind", "name")
    if by.can(Capability.SEE_DISTRICT):
        return roots.filter(district=by.district_id)
    if by.post is not None and by.can(Capability.SIGN_CONDUCT):
        return roots.filter(pk=by.post.institution.root_id)
    return roots.none()


def month_of(by: Acting, institution: UUID, name: str) -> Month:
    """One month's list. Refuses with `not_found` what this person may not see, and months that have not begun."""
    found, said = institutions_of(by).filter(public_id=institution).first(), MONTH_NAME.match(name)
    if found is None or said is None or (first := date(int(said[1]), int(said[2]), 1)) > today():
        raise Refusal("not_found", NOTHING_HERE)
    return Month(found, first)


def month_named(name: str) -> date:
    """The first day of a month written like 2026-10."""
    return date(int(name[:4]), int(name[5:]), 1)


def recent_months() -> list[str]:
    """The running month and the eleven before it, written like 2026-10."""
    first, names = today().replace(day=1), []
    for _number in range(MONTHS_SHOWN):
        names.append(f"{first:%Y-%m}")
        first = before(first)
    return names


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one month of one institution stands: signed, open until a day, or overdue since then."""

    institution: Institution
    first: date
    signature: ConductSignature | None
    due: date

    @property
    def name(self) -> str:
        return f"{self.first:%Y-%m}"

    def state(self, day: date) -> str:
        """Signed, running, overdue or open, on a day."""
        if self.signature is not None:
            return "signed"
        if day < following(self.first):
            return "running"
        return "overdue" if day > self.due else "open"

    def kind(self, day: date) -> tuple[str, Any]:
        """The tag of this month on a day."""
        return TAGS[self.state(day)]


def months_of(institution: Institution) -> list[Standing]:
    """The running month and those before it, back to the institution's beginning, at most a year; two queries."""
    first, firsts = today().replace(day=1), list[date]()
    begun = institution.created_at.astimezone(SHANGHAI).date().replace(day=1)
    while first >= begun and len(firsts) < MONTHS_SHOWN:
        firsts.append(first)
        first = before(first)
    signed = {one.month: one for one in signatures_of(institution, firsts)}
    days = sign_days(institution)
    return [Standing(institution, first, signed.get(first), due_of(first, days)) for first in firsts]


def standings(by: Acting, first: date) -> list[Standing]:
    """One month of every institution this person may see; three queries."""
    institutions = list(institutions_of(by))
    rows = ConductSignature.objects.filter(institution__in=institutions, month=first).select_related("post__user").order_by("pk")
    signed = {one.institution_id: one for one in rows}
    days = sign_days(institutions[0]) if institutions else 0
    begun = [one for one in institutions if one.created_at.astimezone(SHANGHAI).date() < following(first)]
    return [Standing(one, first, signed.get(one.pk), due_of(first, days)) for one in begun]


def signatures_of(institution: Institution, firsts: Iterable[date]) -> "QuerySet[ConductSignature]":
    """The signatures under these months, the newest last."""
    rows = ConductSignature.objects.filter(institution=institution, month__in=list(firsts))
    return rows.select_related("post__user", "post__institution").order_by("pk")


def sign_days(institution: Institution) -> int:
    """How many days after its end a month has to be signed."""
    return int(policy.value(parameters.CONDUCT_SIGN_DAYS, at=today(), institution=institution))


def due_of(first: date, days: int) -> date:
    """The last day on which a month is signed in time."""
    return following(first).replace(day=min(days, 28))


def unsigned(first: date) -> "QuerySet[Institution]":
    """Institutions with a live manager that existed in a month and have not signed it."""
    signed = ConductSignature.objects.filter(month=first, institution=OuterRef("pk"))
    managed = Post.objects.live().filter(kind=Role.MANAGER).values("institution")
    rows = Institution.objects.filter(parent=None, pk__in=managed, created_at__lt=end_of(first))
    return rows.annotate(signed=Subquery(signed.values("pk")[:1])).filter(signed=None).order_by("pk")


@dataclass(frozen=True, slots=True)
class Line:
    """One act in words."""

    at: Any
    who: str
    group: Any
    title: Any
    about: str
    reason: Any


def lines(month: Month, acts: Iterable[Act]) -> list[Line]:
    """These acts in words, with the numbers people know the objects by; a query for each kind of object."""
    held = list(acts)
    names = _names({kind: {act.object_id for act in held if act.kind == kind} for kind in KINDS})
    return [
        Line(
            act.at,
            month.posts[act.post].user.display_name,
            act.group.label,
            title_of(act.verb, act.group),
            f"{KINDS.get(act.kind, '')} {names.get(act.object_id, '')}".strip(),
            act.reason,
        )
        for act in held
    ]


def _names(ids: dict[str, set[UUID]]) -> dict[UUID, str]:
    """Numbers of referrals, bookings and returns; masked names of residents."""
    named = dict(Referral.objects.filter(public_id__in=ids["referral"]).values_list("public_id", "number"))
    named |= dict(Booking.objects.filter(public_id__in=ids["booking"]).values_list("public_id", "number"))
    named |= dict(Return.objects.filter(public_id__in=ids["return"]).values_list("public_id", "referral__number"))
    residents = Patient.objects.filter(public_id__in=ids["patient"]).values_list("public_id", "name")
    return named | {public_id: mask_name(name) for public_id, name in residents}


def people_of(month: Month) -> list[dict[str, Any]]:
    """One line a person: her name, her post, and how many acts of each kind."""
    posts = {post.user.public_id: post for post in month.posts.values()}
    rows = [
        {
            "id": person,
            "name": posts[person].user.display_name,
            "post": posts[person],
            "counts": [(group.value, group.label, counts[group]) for group in Group],
        }
        for person, counts in month.summary.people.items()
    ]
    return sorted(rows, key=lambda row: str(row["name"]))
