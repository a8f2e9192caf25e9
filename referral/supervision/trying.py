"""Runs the booking rules over bookings there are, once under today's values and once under a document's, and counts; nothing is written."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from referral.booking import rules
from referral.booking.models import BookingMode
from referral.disruptions import judging
from referral.disruptions.models import Choice
from referral.supervision.past import Held, Past, Values, under
from vault.refusal import Sentence, Violation

EXAMPLES: Final = 20
TRIED: Final = (
    rules.patient_must_have_been_seen,
    rules.resident_must_not_be_banned,
    rules.booking_must_be_within_service_hours,
    rules.visit_must_be_within_horizon,
    rules.booking_must_precede_cutoff,
    rules.day_must_have_room,
    rules.department_must_be_free_that_day,
    rules.department_must_have_room_in_7_days,
    rules.resident_must_have_room_in_7_days,
    rules.resident_must_have_room_in_3_months,
    rules.changes_must_not_be_frequent,
)
WITHOUT_VISIT: Final = tuple(rule for rule in TRIED if rule is not rules.patient_must_have_been_seen)
IN_CONSULTATION: Final = tuple(rule for rule in TRIED if rule in rules.RULES_IN_CONSULTATION)
OF_SUBSTITUTES: Final = (*judging.OF_DAYS, *judging.OF_LIMITS)  # a place that was held is asked about its limits only
TITLES: Final[Mapping[str, Sentence]] = {
    "R050": _("seen by the doctor not long before"),
    "R142": _("booked within the hours of service"),
    "R106": _("not too far ahead"),
    "R107": _("before booking closes"),
    "R108": _("not too many on one day"),
    "R015": _("one a day in one department"),
    "R109": _("not too many in seven days in one department"),
    "R017": _("not too many in seven days"),
    "R018": _("not too many in three months"),
    "R136": _("not on the no-show list"),
    "R147": _("not cancelled or moved too often"),
}


@dataclass(frozen=True, slots=True)
class Example:
    """One booking a document's values would refuse: place and days, nobody's name; places are database keys until they are shown."""

    rule: str
    hospital: int
    department: int
    booked_on: str
    visit_date: str
    count: int | None
    limit: int | None
    next_date: str | None
    is_open: bool


@dataclass(slots=True)
class Tally:
    """How many were judged, how many refused by which rule, today and with the document, and the first examples."""

    judged: int = 0
    refused_now: int = 0
    refused_then: int = 0
    newly: int = 0
    no_more: int = 0
    newly_open: int = 0
    by_rule: dict[str, list[int]] = field(default_factory=dict)  # rule → refused today, refused with the document
    examples: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Tally":
        """What a run has counted so far; nothing at its beginning."""
        return cls(**{name: kept[name] for name in cls.__slots__ if name in kept})


def tally(pasts: Iterable[Past], now: Values, then: Values, so_far: Tally | None = None) -> Tally:
    """Promise the counts of some bookings, added to those before; pure."""
    found = so_far or Tally()
    held: dict[tuple[object, object], tuple[Held, Held]] = {}
    for past in pasts:
        where = (past.hospital, past.resident)
        if where not in held:
            held[where] = now.of(*where), then.of(*where)
        before, after = (_broken(past, one) for one in held[where])
        _count(found, past, before, after)
        if after and not before and len(found.examples) < EXAMPLES:
            found.examples.append(asdict(_example(past, held[where][1])))
    return found


def _broken(past: Past, held: Held) -> tuple[Violation, ...]:
    """Every rule one booking breaks, without the next lawful day, which costs a hundred times as much and only examples show.

    That day is looked for within the horizon and around the other bookings: the rules that need neither are asked without them.
    """
    facts, all_asked = under(past, held), _asked(past)
    asked = tuple(rule for rule in all_asked if rule is not rules.visit_must_be_within_horizon)
    of_horizon = tuple(rule for rule in all_asked if rule not in asked)
    nowhere = replace(facts, limits=replace(held.limits, horizon_days=0))
    alone = replace(facts, counted=())
    return rules.broken_rules(nowhere, asked) + rules.broken_rules(alone, of_horizon)


def _asked(past: Past) -> tuple[rules.Rule, ...]:
    """The rules it had to pass: those of a substitute, of the consulting room, of a move (C32), or all.

    A doctor's plain move of a booking that was stopped is told apart from an answer to the stop nowhere; it counts as an answer.
    """
    if past.stands_in is not None:
        return judging.OF_LIMITS if past.stands_in == Choice.ACCEPT else OF_SUBSTITUTES
    if past.mode == BookingMode.CONSULTATION:
        return IN_CONSULTATION
    asks_for_visit = past.mode == BookingMode.COMMUNITY and not past.is_moved
    return TRIED if asks_for_visit else WITHOUT_VISIT


def _count(found: Tally, past: Past, before: tuple[Violation, ...], after: tuple[Violation, ...]) -> None:
    found.judged += 1
    found.refused_now += bool(before)
    found.refused_then += bool(after)
    found.no_more += bool(before) and not after
    for column, violations in enumerate((before, after)):
        for one in violations:
            found.by_rule.setdefault(one.rule, [0, 0])[column] += 1
    if after and not before:
        found.newly += 1
        found.newly_open += past.is_open


def _example(past: Past, held: Held) -> Example:
    """The first rule it breaks, as a doctor would be told: count, limit, next lawful day."""
    facts = under(past, held)
    violation = rules.broken_rules(facts, _asked(past))[0]
    assert past.hospital.institution is not None
    assert past.hospital.department is not None
    following = violation.next_date.isoformat() if violation.next_date else None
    return Example(
        violation.rule, past.hospital.institution, past.hospital.department, facts.today.isoformat(), facts.visit_date.isoformat(),
        violation.count, violation.limit, following, past.is_open,
    )  # fmt: skip
