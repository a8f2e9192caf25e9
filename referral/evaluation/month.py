"""One month as a person may see it: rows of institutions, the whole, what fell short, where patients went (R131, R163, R178, R198)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q

from clinics import policy
from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking.expected import today
from referral.evaluation import parameters as p
from referral.evaluation.counting import Tally, counted
from referral.evaluation.figures import Row, Side
from referral.evaluation.problems import Limits, Problem, problems
from referral.evaluation.scope import Month, Scope, begun, scope_of
from referral.patients.control_models import HOLDS, ControlledIdentity
from reserved_pools.balance.balance import WeekOf, total
from reserved_pools.balance.compliance import Within, compliance, shares_of


@dataclass(frozen=True, slots=True)
class Controls:
    """Controlled documents of the district: entered in the month, approved of them, and in force today (R014, R026)."""

    entered: int
    approved: int
    in_force: int


@dataclass(frozen=True)
class Evaluation:
    """A month measured from the records at the moment somebody asked; `whole` counts everything once."""

    month: Month
    scope: Scope
    rows: list[Row]
    whole: Row
    limits: Limits
    problems: list[Problem]
    pairs: Mapping[tuple[int, int], int] = field(default_factory=dict)
    controls: Controls | None = None
    starts: date = date.min

    def side(self, side: Side) -> list[Row]:
        """The rows of one side."""
        return [row for row in self.rows if row.side is side]

    @property
    def is_of_district(self) -> bool:
        return self.scope.root is None

    @property
    def is_over(self) -> bool:
        """Whether the month has ended, by the database's clock."""
        return today() > self.month.last

    @property
    def is_future(self) -> bool:
        return self.month.first > today()

    @property
    def is_before_start(self) -> bool:
        """Whether it lies before anything of the scope was entered."""
        return self.month.last < self.starts

    @property
    def is_empty(self) -> bool:
        return self.whole.is_empty

    def found_at(self, institution: Any) -> list[Problem]:
        """What concerns one institution."""
        return [one for one in self.problems if one.institution.pk == institution.pk]


def evaluate(acting: Acting, month: Month) -> Evaluation:
    """Promise the month as the records say it now, within what this person may see; about twenty queries, whatever its size."""
    scope = scope_of(acting)
    starts = begun(scope)
    if month.first > today():
        tally, places = Tally(scope), dict[int, WeekOf]()
    else:
        tally, places = counted(scope, month, today()), _places(acting, scope, month)
    rows = list(_rows(scope, tally, places))
    limits = limits_on(scope, month.last)
    whole = Row(None, Side.HOSPITAL, tally.counts(), total(places.values()) if places else None, tally.hours[None], tally.waits[None])
    return Evaluation(
        month, scope, rows, whole, limits, problems(rows, limits), _pairs(scope, tally), _controls(acting, month), starts,
    )  # fmt: skip


def limits_on(scope: Scope, day: date) -> Limits:
    """The bounds that held on a day; one query."""
    district = scope.district or next((one.district_id for one in scope.institutions.values()), None)
    held = policy.values(list(p.ALL), policy.Target(district=district), day)
    said: dict[str, Any] = {key.removeprefix("evaluation_"): one.value for key, one in held.items()}
    del said["sign_days"]
    return Limits(**said)


def _rows(scope: Scope, tally: Tally, places: Mapping[int, WeekOf]) -> Iterable[Row]:
    """A row for every hospital, and one for every institution that refers or referred in the month."""
    hospitals = {one.pk for one in scope.hospitals}
    for side in Side:
        for key, institution in scope.roots.items():
            has_row = key in hospitals if side is Side.HOSPITAL else key not in hospitals or (side, key) in tally.rows
            if has_row:
                at = (side, key)
                shown = places.get(key, WeekOf()) if side is Side.HOSPITAL else None
                yield Row(institution, side, tally.counts(at), shown, tally.hours[at], tally.waits[at])


def _places(acting: Acting, scope: Scope, month: Month) -> dict[int, WeekOf]:
    """What compliance says of the hospitals' places on the days of the month, counted there and nowhere else (R040, R087)."""
    if scope.root is None:
        return {line.institution.pk: line.of for line in compliance(acting, Within(month.first, month.last))}
    return {one.pk: total(shares_of(one, month.first, month.last).values()) for one in scope.hospitals}


def _pairs(scope: Scope, tally: Tally) -> dict[tuple[int, int], int]:
    """Visits from each institution to each hospital, for the district only: nobody reads another's."""
    if scope.root is not None:
        return {}
    found: dict[tuple[int, int], int] = {}
    for (hospital, centre), n in tally.pairs.items():
        pair = (scope.root_of(hospital), scope.root_of(centre))
        if pair[0] is not None and pair[1] is not None:
            found[pair[0], pair[1]] = found.get((pair[0], pair[1]), 0) + n
    return found


def _controls(acting: Acting, month: Month) -> Controls | None:
    """The district's controlled documents; they belong to no institution. One query."""
    if not acting.can(Capability.CONTROL_IDENTITIES):
        return None
    entered = Q(created_at__gte=month.begins, created_at__lt=month.ends)
    found = ControlledIdentity.objects.filter(district=acting.district_id).aggregate(
        entered=Count("pk", filter=entered),
        approved=Count("pk", filter=entered & Q(approved_by__isnull=False)),
        in_force=Count("pk", filter=Q(status__in=HOLDS)),
    )
    return Controls(**found)
