"""What fell short in a month and what is about to, judged by pure rules; every bound is a dated value of the regulation (R178)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from referral.evaluation.figures import Figure, Name, Row, Side
from reserved_pools.balance.balance import Verdict, WeekOf


class Grade(TextChoices):
    PROBLEM = "problem", _("Problem")
    RISK = "risk", _("Risk")


class Code(TextChoices):
    """Every rule, as the sentence it says when it is broken."""

    PLACES_SHORT = "places_short", _("Places that were promised were not put out")
    RESERVED_SHORT = "reserved_short", _("The reserved share lies below its floor")
    EXPERT_SHORT = "expert_short", _("The experts' part of the reserved places lies below its floor")
    BOOKABLE_SHORT = "bookable_short", _("The share that can be booked lies below its floor")
    LATE = "late", _("Too many patients wait longer than the promised days")
    MISSED = "missed", _("Too many visits were missed without excuse")
    UNREPORTED = "unreported", _("Of too many visits nobody said whether they took place")
    CANCELLED = "cancelled", _("The hospital cancelled too many bookings")
    RETURNED = "returned", _("Too many referrals came back with advice")
    SPECIAL_STOPS = "special_stops", _("Too many clinics were stopped without the notice asked")
    UNSETTLED = "unsettled", _("Patients of a special stop have no other time yet")
    MESSAGES_FAILED = "messages_failed", _("Too many messages did not arrive")
    EXCEPTIONS = "exceptions", _("Too many exceptions from limits were granted")


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a month as the regulation's values say them on its last day; shares are fractions."""

    places_kept: Decimal
    in_time: Decimal
    missed: Decimal
    unreported: Decimal
    cancelled: Decimal
    returned: Decimal
    special_stops: int
    messages_failed: Decimal
    exceptions: int
    warning: Decimal


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that fell short, or is about to: whose, by which rule and article, the figure and its bound."""

    institution: Any
    side: Side
    code: Code
    article: str
    grade: Grade
    figure: Figure
    bound: Decimal | int

    @property
    def is_share(self) -> bool:
        return isinstance(self.bound, Decimal)


@dataclass(frozen=True, slots=True)
class Rule:
    """One bound on one figure of one side: at least or at most so much; `least` bounds have no risk before they are broken."""

    code: Code
    article: str
    name: Name
    bound: Callable[[Limits], Decimal | int]
    side: Side = Side.HOSPITAL
    least: bool = False


RULES: Final = (
    Rule(Code.PLACES_SHORT, "R163", Name.PLACES_KEPT, lambda one: one.places_kept, least=True),
    Rule(Code.LATE, "R112", Name.IN_TIME, lambda one: one.in_time, least=True),
    Rule(Code.LATE, "R112", Name.IN_TIME, lambda one: one.in_time, Side.REFERRING, least=True),
    Rule(Code.MISSED, "R134", Name.MISSED, lambda one: one.missed),
    Rule(Code.MISSED, "R134", Name.MISSED, lambda one: one.missed, Side.REFERRING),
    Rule(Code.UNREPORTED, "R178", Name.UNREPORTED, lambda one: one.unreported),
    Rule(Code.CANCELLED, "R151", Name.BY_HOSPITAL, lambda one: one.cancelled),
    Rule(Code.RETURNED, "R054", Name.RETURNED, lambda one: one.returned, Side.REFERRING),
    Rule(Code.SPECIAL_STOPS, "R128", Name.SPECIAL_STOPS, lambda one: one.special_stops),
    Rule(Code.UNSETTLED, "R127", Name.SETTLED, lambda _one: Decimal(1), least=True),
    Rule(Code.MESSAGES_FAILED, "R110", Name.MESSAGES_FAILED, lambda one: one.messages_failed, Side.REFERRING),
    Rule(Code.EXCEPTIONS, "R138", Name.EXCEPTIONS, lambda one: one.exceptions, Side.REFERRING),
)
# The floors of places are judged by compliance, day by day and department by department; here they are only named.
FLOORS: Final = (
    (Verdict.RESERVED_SHORT, Code.RESERVED_SHORT, "R040", Name.RESERVED),
    (Verdict.EXPERT_SHORT, Code.EXPERT_SHORT, "R040", Name.EXPERT),
    (Verdict.BOOKABLE_SHORT, Code.BOOKABLE_SHORT, "R082", Name.BOOKABLE),
)


def problems(rows: Iterable[Row], limits: Limits) -> list[Problem]:
    """Everything that fell short or is about to, problems first, in the order of the rules and then of the rows (R178)."""
    found = [problem for row in rows for problem in (*_floors(row), *_bounds(row, limits))]
    order = list(Code)
    return sorted(found, key=lambda one: (one.grade is Grade.RISK, order.index(one.code)))


def _bounds(row: Row, limits: Limits) -> Iterable[Problem]:
    for rule in RULES:
        figure = row.figure(rule.name) if rule.side is row.side else None
        bound = rule.bound(limits)
        grade = graded(figure, bound, limits.warning, least=rule.least) if figure else None
        if figure and grade:
            yield Problem(row.institution, row.side, rule.code, rule.article, grade, figure, bound)


def graded(figure: Figure, bound: Decimal | int, warning: Decimal, *, least: bool) -> Grade | None:
    """Whether a figure breaks its bound, or comes so near to a largest value that it is a risk; nothing without anything counted."""
    value = figure.share if isinstance(bound, Decimal) else Decimal(figure.part)
    if value is None:
        return None
    if least:
        return Grade.PROBLEM if value < bound else None
    if value > bound:
        return Grade.PROBLEM
    return Grade.RISK if value and value >= warning * bound else None


def _floors(row: Row) -> Iterable[Problem]:
    if row.places is None:
        return
    for verdict, code, article, name in FLOORS:
        figure = row.figure(name)
        if verdict in row.places.verdicts and figure is not None:
            yield Problem(row.institution, row.side, code, article, Grade.PROBLEM, figure, floor_of(row.places, name))


def floor_of(places: WeekOf, name: Name) -> Decimal:
    """The share the regulation asked of these places."""
    bookable = Decimal(places.bookable_due) / places.all_places if places.all_places else None
    return {Name.RESERVED: places.reserved_floor, Name.EXPERT: places.expert_floor, Name.BOOKABLE: bookable}[name] or Decimal(0)
