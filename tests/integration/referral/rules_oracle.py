"""What every booking should be told, from the story so far: events and pure functions, independent of the rules they judge.

Days are numbers; the story's clock moves by `Passed`. The product's data are moved by as much, so that "today" is always the
database's today: a visit of day 7 at time 5 lies two days ahead.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

from tests.integration.referral.rules_days import ban_days, most_in_quarter, most_in_week

LISTED_AFTER = 2  # missed visits; the tests' own value, so that a list is reached soon
RESTRICTED_DAYS = 240  # how long a hospital restricts in these stories
CHURN_DAYS = 90
HORIZON, PER_DAY, PER_DEPARTMENT, SEEN_WITHIN = 14, 2, 1, 7
NEXT_WITHIN = 7  # days after a visit, in which the consulting room books another
NO_LIMIT = 10**6
LET_PASS = ("R106", "R108", "R109", "R017", "R018", "R147", "R118")


class Told(NamedTuple):
    """One reason of a refusal: its code, rule, count, limit, how many days ahead the next lawful day lies, and which field it names."""

    code: str
    rule: str
    count: int | None = None
    limit: int | None = None
    next_in: int | None = None
    field: str = ""


# Every reason a booking can be refused for, in the order it is told. A contract without a health record is missing: the
# database holds none, so that only the table of the rules' own test knows that cell.
CELLS = (
    Told("right_not_in_force", "R045"),
    Told("emergency_do_not_book", "R187"),
    Told("no_grant_on_target", "R046"),
    Told("encounter_required", "R050"),
    Told("contract_required", "R118"),
    Told("banned", "R014"),
    Told("banned", "R136"),
    Told("banned", "R027"),
    Told("outside_service_hours", "R142"),
    Told("slot_not_available", "R052"),
    Told("acceptance_required", "R072"),
    Told("outside_horizon", "R106"),
    Told("past_cutoff", "R107"),
    Told("limit_reached", "R108"),
    Told("limit_reached", "R015"),
    Told("limit_reached", "R109"),
    Told("limit_reached", "R017"),
    Told("limit_reached", "R018"),
    Told("limit_reached", "R147"),
    Told("slot_not_available", "R019"),
)
# The rules that refuse in several ways, and what each of them names.
FIELDS = {"R118": ("", "care_team", "contract_doctor"), "R072": ("", "valid_until")}
OF_A_STOP = frozenset({"R187", "R050", "R118", "R014", "R136", "R142", "R072", "R147", "R019"})
OF_A_MOVE = frozenset({"R050", "R072"})
# What each door asks no question about.
UNASKED = {
    "book": frozenset[str](),
    "move": OF_A_MOVE,
    "own move": OF_A_MOVE,
    "redirect": frozenset({"R050", "R046", "R072"}),
    "undo": frozenset({"R050", "R019", "R106", "R072"}),  # the place rests for her, and its day was lawful or let pass when it was booked
    "next": frozenset({"R045", "R187", "R046", "R050", "R118", "R142", "R147", "R072"}),
    # Days and places come after the hospital's answer.
    "ask": frozenset({"R142", "R072", "R106", "R107", "R108", "R015", "R109", "R017", "R018", "R019"}),
    "substitute": OF_A_STOP,
    "held": OF_A_STOP | {"R106", "R107"},  # the place was kept before its cut-off
}
OF_STOPS = ("substitute", "held")
AT_ITS_OWN_HOSPITAL = frozenset({"R046", "R027"})  # not asked of a substitute at the hospital of the stopped visit
# A bed or day surgery is asked for first: how that stands at the moment of the wish; of several the first.
ASKING = ("lapsed", "another service", "unasked", "accepted")
# What a door refuses before it asks the rules, by what is wrong: told alone, the first of them.
BEFORE_THE_RULES = {
    "next": (("long ago", "visit_too_long_ago", ""),),
    "redirect": (("another hospital", "invalid_input", "pool_slot"), ("stale", "stale_state", "")),
    "undo": (("stale", "stale_state", ""), ("another person", "not_allowed", ""), ("late", "undo_too_late", "")),
    "own move": (("another hospital", "not_found", ""), ("stale", "stale_state", "")),
    "ask": (("stale", "stale_state", ""),),
    "substitute": (("stale", "stale_state", ""),),
    "held": (("stale", "stale_state", ""), ("let go", "offer_lapsed", "")),
}
AFTER_THE_RULES = {"undo": (("given on", "slot_not_available", ""),), "substitute": (("full", "slot_not_available", ""),)}


# What happens.
@dataclass(frozen=True)
class Booked:
    """A visit, the rules that may still be let pass for its referral, and those that were let pass for the visit itself."""

    visit: int
    day: int
    hospital: int
    subject: str
    granted: frozenset[str] = frozenset()
    in_consultation: bool = False
    spent: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Cancelled:
    visit: int
    by_resident: bool
    by: str = ""


@dataclass(frozen=True)
class Moved:
    """A visit that was moved: by her doctor or the hospital, which is no change of hers because nobody knows who wished it, or by her."""

    visit: int
    by_resident: bool = False


@dataclass(frozen=True)
class Undone:
    """A cancellation that was taken back: the visit stands as it stood, and nobody changed anything."""

    visit: int


@dataclass(frozen=True)
class Missed:
    visit: int


@dataclass(frozen=True)
class Came:
    """Somebody arrived, which counts for the limits as a visit ahead does, and perhaps was seen."""

    visit: int
    was_seen: bool


@dataclass(frozen=True)
class Passed:
    days: int


@dataclass(frozen=True)
class Set:
    """A value of the district, or something that holds for the resident from now on."""

    name: str
    value: object


Event = Booked | Cancelled | Undone | Moved | Missed | Came | Passed | Set


@dataclass(frozen=True)
class Wish:
    """A booking somebody tries to make: the place, the visit to the doctor behind it, and what else is wrong at that moment."""

    ahead: int
    hospital: int
    subject: str
    seen_days_ago: int = 0
    seen_at: str = "now"  # or the first or the last minute of that day
    wrong: frozenset[str] = frozenset()  # right, grant, elsewhere, stranger, emergency, suspended, full, of asking, or of one door
    let_pass: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Known:
    """Where the story stands."""

    clock: int = 0
    visits: dict[int, Booked] = field(default_factory=dict)
    booked_at: dict[int, int] = field(default_factory=dict)
    cancelled: dict[int, Cancelled] = field(default_factory=dict)
    gone: dict[int, Booked] = field(default_factory=dict)  # the visits that were cancelled
    missed: frozenset[int] = frozenset()
    unused: frozenset[int] = frozenset()  # missed visits no list has used up
    came: frozenset[int] = frozenset()
    was_seen: frozenset[int] = frozenset()
    listed_at: int | None = None
    changes: int = 0
    values: dict[str, object] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)


def after(events: Iterable[Event]) -> Known:
    """The story told to its end."""
    known = Known()
    for event in events:
        known = step(known, event)
    return known


def step(known: Known, event: Event) -> Known:
    match event:
        case Booked(visit=visit):
            return replace(known, visits={**known.visits, visit: event}, booked_at={**known.booked_at, visit: known.clock})
        case Cancelled(visit=visit, by_resident=by_resident):
            ended, gone = {**known.cancelled, visit: event}, {**known.gone, visit: known.visits[visit]}
            return replace(without(known, visit), cancelled=ended, gone=gone, changes=known.changes + by_resident)
        case Undone(visit=visit):
            left = {key: one for key, one in known.cancelled.items() if key != visit}
            back = {**known.visits, visit: known.gone[visit]}
            return replace(known, visits=back, cancelled=left, changes=known.changes - known.cancelled[visit].by_resident)
        case Moved(visit=visit, by_resident=by_resident):
            return replace(without(known, visit), changes=known.changes + by_resident)
        case Missed(visit=visit):
            unused = known.unused | {visit}
            if len(unused) < LISTED_AFTER:
                return replace(known, missed=known.missed | {visit}, unused=unused)
            return replace(known, missed=known.missed | {visit}, unused=frozenset(), listed_at=known.clock)
        case Came(visit=visit, was_seen=was_seen):
            return replace(known, came=known.came | {visit}, was_seen=known.was_seen | ({visit} if was_seen else set()))
        case Passed(days=days):
            return replace(known, clock=known.clock + days)
        case Set(name=name, value=value):
            return replace(known, values={**known.values, name: value}, since={**known.since, name: known.clock})


def without(known: Known, visit: int) -> Known:
    """The story without one visit."""
    return replace(known, visits={key: one for key, one in known.visits.items() if key != visit})


def predicted(
    events: Iterable[Event], wish: Wish, today: date, *, door: str = "book", instead_of: int | None = None, again: int | None = None
) -> tuple[list[Told], set[str]]:
    """The reasons for which the wish is refused, in order, and the rules that were let pass; nothing when it is granted.

    `again` is the visit whose cancellation is taken back: nobody changed anything, so that one does not count.
    """
    known = after(events)
    if again is not None:
        known = replace(known, changes=known.changes - known.cancelled[again].by_resident)
    here = known.visits[instead_of].hospital if instead_of is not None else wish.hospital
    wrong = wish.wrong | ({"another hospital"} if wish.hospital != here else set())
    early = [Told(code, "", field=names) for what, code, names in BEFORE_THE_RULES.get(door, ()) if what in wrong]
    asks = Question(known, wish, today, instead_of)
    if door == "ask" and asks.breaks("R045"):
        early = []  # nobody learns of a referral, not even that it changed, without a right
    if early:
        return early[:1], set()
    unasked = UNASKED[door] | (AT_ITS_OWN_HOSPITAL if door in OF_STOPS and wish.hospital == here else frozenset())
    found = [one for one in CELLS if one.rule not in unasked and asks.breaks(one.rule)]
    if found and found[0].code == "right_not_in_force":
        return found[:1], set()
    passed = {one.rule for one in found if one.rule in wish.let_pass and one.rule in LET_PASS}
    told = [asks.in_figures(one) for one in found if one.rule not in passed]
    return told or [Told(code, "", field=names) for what, code, names in AFTER_THE_RULES.get(door, ()) if what in wrong], passed


@dataclass(frozen=True)
class Question:
    """One wish at one point of the story; each cell has its own definition."""

    known: Known
    wish: Wish
    today: date
    instead_of: int | None

    def breaks(self, rule: str) -> bool:
        known, wish, values = self.known, self.wish, self.known.values
        unseen = wish.seen_days_ago > SEEN_WITHIN or bool(wish.wrong & {"elsewhere", "stranger"})
        if rule in self.limits:
            count, limit = self.limits[rule]
            return count >= limit
        definitions = {
            "R045": "right" in wish.wrong,
            "R187": "emergency" in wish.wrong,
            "R046": "grant" in wish.wrong,
            "R050": unseen,
            "R118": not self.is_contracted(),
            "R014": bool(values.get("controlled")),
            "R136": known.listed_at is not None and self.days_since(known.listed_at) < ban_days(self.today),
            "R027": values.get("restricted") == wish.hospital,
            "R142": values.get("service") == "closed",
            "R052": "suspended" in wish.wrong,
            "R072": how_asked(wish.wrong) not in ("", "accepted"),
            "R106": wish.ahead > HORIZON,
            "R107": self.is_closed(wish.ahead),
            "R147": known.changes > bound(values.get("churn")),
            "R019": "full" in wish.wrong,
        }
        return definitions[rule]

    def in_figures(self, cell: Told) -> Told:
        """The same reason with its count, its limit and the way to the next lawful day."""
        known, wish, rule = self.known, self.wish, cell.rule
        if rule in self.limits:
            count, limit = self.limits[rule]
            return cell._replace(count=count, limit=limit, next_in=self.next_lawful)
        figures = {
            "R050": {"count": wish.seen_days_ago, "limit": SEEN_WITHIN},
            "R106": {"count": wish.ahead, "limit": HORIZON, "next_in": self.next_lawful},
            "R107": {"next_in": self.next_lawful},
            "R118": {"field": self.who_refers_instead},
            "R072": {"field": "valid_until" if how_asked(wish.wrong) == "lapsed" else ""},
            "R136": {"next_in": ban_days(self.today) - self.days_since(known.listed_at) + 1},
            "R027": {"next_in": RESTRICTED_DAYS - self.days_since(known.since.get("restricted")) + 1},
            "R147": {"count": known.changes, "limit": bound(known.values.get("churn")), "next_in": CHURN_DAYS},
        }
        return cell._replace(**figures.get(rule, {}))

    @cached_property
    def limits(self) -> dict[str, tuple[int, int]]:
        """Of each limit how many there are around the wish, and how many there may be."""
        known, wish, day = self.known, self.wish, self.known.clock + self.wish.ahead
        held = [one for key, one in known.visits.items() if key != self.instead_of]
        here = (day, wish.hospital, wish.subject)
        counting = [one for one in held if self.counts(one.visit)]
        of_subject = [one.day for one in counting if one.subject == wish.subject]
        found = {
            "R108": (sum(one.day == day for one in counting), PER_DAY),
            "R015": (sum((one.day, one.hospital, one.subject) == here for one in held), PER_DEPARTMENT),
            "R109": (
                most_in_week(of_subject, day),
                bound(known.values.get("per_subject"), 3),
            ),
            "R017": (most_in_week([one.day for one in counting], day), 3),
            "R018": (0, NO_LIMIT),
        }
        if known.values.get("per_quarter") is not None:
            offsets = [one.day - known.clock for one in counting]
            found["R018"] = (most_in_quarter(offsets, wish.ahead, self.today), bound(known.values.get("per_quarter")))
        return found

    @cached_property
    def next_lawful(self) -> int | None:
        """How many days ahead the nearest later lawful day lies, else the nearest earlier one."""
        lawful = [ahead for ahead in range(1, HORIZON + 1) if self.is_lawful(ahead)]
        return min((ahead for ahead in lawful if ahead > self.wish.ahead), default=max(lawful, default=None))

    def is_lawful(self, ahead: int) -> bool:
        there = replace(self, wish=replace(self.wish, ahead=ahead))
        reached = {rule for rule, (count, limit) in there.limits.items() if count >= limit}
        return not self.is_closed(ahead) and reached <= self.wish.let_pass

    def is_closed(self, ahead: int) -> bool:
        """Booking ends on the day before, at an hour the story knows to be over or not."""
        return ahead < 1 or (ahead == 1 and self.known.values.get("cutoff") == "closed")

    def is_contracted(self) -> bool:
        contract, since = self.known.values.get("contract", "held"), self.days_since(self.known.since.get("contract"))
        begun = contract != "from tomorrow" or since >= 1
        not_over = contract != "three days" or since < 3
        return contract in self.enough and begun and not_over

    @property
    def who_refers_instead(self) -> str:
        """What is missing from a contract of the doctor's own centre that lets others refer but not her."""
        missing = {"contracted_team": "care_team", "contracted_doctor": "contract_doctor"}
        of_the_centre = self.known.values.get("contract") in ("a colleague", "another team")
        return missing[str(self.known.values["who_refers"])] if of_the_centre else ""

    @property
    def enough(self) -> tuple[str, ...]:
        """Contracts under which the story's doctor refers: hers, that of a colleague of her team, that of another team of her centre."""
        hers, kinds = ("held", "from tomorrow", "three days"), ("a colleague", "another team")
        lets = {"contracted_doctor": 0, "contracted_team": 1}.get(str(self.known.values.get("who_refers")), 2)
        return hers + kinds[:lets]

    def counts(self, visit: int) -> bool:
        """Whether a visit counts, as the district has it: every one, those not missed, or those still ahead."""
        how = self.known.values.get("counts", "live_and_missed")
        was_missed, is_over = visit in self.known.missed, visit in self.known.was_seen
        return not (how != "live_and_missed" and was_missed) and not (how == "live_only" and is_over)

    def days_since(self, clock: int | None) -> int:
        return self.known.clock - (clock or 0)


def how_asked(wrong: frozenset[str]) -> str:
    """How it stands with a bed or day surgery; nothing when the place is neither."""
    return next((one for one in ASKING if one in wrong), "")


def bound(value: object, otherwise: int = NO_LIMIT) -> int:
    """A limit of the story; without one there is none."""
    return otherwise if value is None else int(str(value))
