"""Whose month somebody may see: a district's administrators all of it, hospitals and centres their own row and nobody else's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from django.db.models import Min, Q
from django.utils.translation import gettext_lazy as _

from clinics.models import Institution, InstitutionKind
from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking.expected import today
from referral.evaluation.figures import Side
from referral.supervision.month import before, end_of, following
from referral.supervision.queries import MONTH_NAME
from vault.refusal import invalid

OWN: Final = frozenset({Capability.MANAGE_POOLS, Capability.SIGN_CONDUCT})
MONTHS_SHOWN: Final = 24


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month of Beijing."""

    first: date

    @property
    def last(self) -> date:
        return following(self.first) - timedelta(days=1)

    @property
    def begins(self) -> datetime:
        return end_of(before(self.first))

    @property
    def ends(self) -> datetime:
        return end_of(self.first)

    @property
    def name(self) -> str:
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True)
class Scope:
    """The institutions whose rows are shown; without `root` the whole district's."""

    district: int | None
    root: int | None

    @cached_property
    def institutions(self) -> dict[int, Institution]:
        """Every institution of the scope by key, stations with their centre; one query."""
        held = Institution.objects.order_by("name", "pk")
        if self.root is None:
            return {one.pk: one for one in held.filter(district=self.district)} if self.district else {}
        return {one.pk: one for one in held.filter(Q(pk=self.root) | Q(parent=self.root))}

    @property
    def roots(self) -> dict[int, Institution]:
        """Those with rows of their own."""
        return {key: one for key, one in self.institutions.items() if one.parent_id is None}

    @property
    def hospitals(self) -> list[Institution]:
        return [one for one in self.roots.values() if one.kind == InstitutionKind.HOSPITAL]

    def root_of(self, key: int) -> int | None:
        """Whose row something at this institution counts in; nobody's here when it is not of the scope."""
        held = self.institutions.get(key)
        return held.root_id if held else None

    def touches(self, hospital: str, centre: str) -> Q:
        """Rows whose hospital or whose referring institution is of the scope."""
        keys = list(self.institutions)
        return Q(**{f"{hospital}__in": keys}) | Q(**{f"{centre}__in": keys})

    def sides(self, hospital: Any, centre: Any) -> Iterable[tuple[Side, int]]:
        """In which rows something between these two counts."""
        for side, key in ((Side.HOSPITAL, hospital), (Side.REFERRING, centre)):
            root = self.root_of(key)
            if root is not None:
                yield side, root


def scope_of(acting: Acting) -> Scope:
    """What this person may see; nothing without one of the three capabilities."""
    if acting.can(Capability.SEE_DISTRICT):
        return Scope(acting.district_id, None)
    mine = acting.post is not None and any(acting.can(one) for one in OWN)
    return Scope(None, acting.post.institution.root_id if mine and acting.post else None)


def last_whole_month() -> date:
    """The first day of the last month that is over, by the database's clock."""
    return before(today().replace(day=1))


def month_in(text: str) -> Month:
    """The month written like 2026-10; the last whole one for an empty text. Refuses with `invalid_input`."""
    said = MONTH_NAME.match(text)
    if text and said is None:
        raise invalid("month", _("Enter a month, like 2026-10."))
    return Month(date(int(said[1]), int(said[2]), 1) if said else last_whole_month())


def begun(scope: Scope) -> date:
    """The first month of which the scope has anything: when its oldest institution was entered; one query."""
    rows = Institution.objects.filter(pk=scope.root) if scope.root else Institution.objects.filter(district=scope.district)
    oldest = rows.aggregate(at=Min("created_at"))["at"]
    return oldest.astimezone(end_of(date(2000, 1, 1)).tzinfo).date().replace(day=1) if oldest else today().replace(day=1)


def months_shown(shown: Month) -> list[str]:
    """The running month and those before it, with the one that is looked at."""
    first, names = today().replace(day=1), list[str]()
    for _number in range(MONTHS_SHOWN):
        names.append(f"{first:%Y-%m}")
        first = before(first)
    return sorted({*names, shown.name}, reverse=True)
