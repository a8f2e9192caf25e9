"""Stories that lead straight to one refusal: whatever must happen before it happens, then it is asked for at one door."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import initialize

from referral.booking.models import Booking
from tests.integration.referral import rules_oracle as oracle
from tests.integration.referral.rules_circumstances import HOUR
from tests.integration.referral.rules_machine import EVERYTHING, NOTHING, OF_UNDOING, Story, standing, wishes
from tests.integration.referral.rules_stage import SUBJECTS
from tests.thorough import THOROUGH

AWAY = 14  # a day no aim is near
TROUBLE = {
    "R045": "right", "R187": "emergency", "R046": "grant", "R052": "suspended", "R019": "full", "R072": "unasked", "valid_until": "lapsed",
    **{one: one for one in oracle.ASKING},
}  # fmt: skip
# What one door refuses by itself.
OF_ITS_OWN = {
    "stale_state": "stale",
    "not_allowed": "another person",
    "undo_too_late": "late",
    "slot_not_available": "given on",
    "offer_lapsed": "let go",
}
OF_A_SUBSTITUTE = OF_ITS_OWN | {"slot_not_available": "full"}
AT_ONCE = frozenset(TROUBLE.values()) - {"right"}  # told together with whatever is aimed at
CHANGE: dict[str, tuple[str, Any]] = {
    "R107": ("cutoff", "closed"),
    "R118": ("contract", "ended"),
    "care_team": ("contract", "another team"),
    "contract_doctor": ("contract", "a colleague"),
    "R014": ("controlled", True),
    "R142": ("service", "closed"),
    "R027": ("restricted", 0),
}
# Bookings that come before at the other hospital: days from the wish, and whether in the same subject.
CROWD = {
    "R108": ((0, True), (0, False)),
    "R109": ((-1, True),),
    "R017": ((-2, False), (-1, False), (1, False)),
}
TIGHT = {
    "care_team": ("who_refers", "contracted_team"), "contract_doctor": ("who_refers", "contracted_doctor"),
    "R109": ("per_subject", 1), "R018": ("per_quarter", 3), "R147": ("churn", 0),
}  # fmt: skip
# The two ways to the same refusal.
ELSEWHERE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "R050": ({"seen_days_ago": 8, "seen_at": "last minute"}, {"wrong": frozenset({"stranger"})}),
    "R106": ({"ahead": 15}, {"ahead": 16}),
    "R107": ({"ahead": 1}, {"ahead": 0}),
    "pool_slot": ({"hospital": 1}, {"hospital": 1}),
    "not_found": ({"hospital": 1}, {"hospital": 1}),
}
# Where the place to be taken back was booked that a later change makes unlawful.
WAS_BOOKED: dict[str, dict[str, Any]] = {"R107": {"ahead": 1}}


ways = st.lists(wishes, min_size=20, max_size=20) if THOROUGH else st.just(list[oracle.Wish]())


class Aimed(Story):
    """One refusal at some doors, reached from a quiet beginning, asked for in several ways, and then told on like any other story."""

    aim: ClassVar[tuple[tuple[str, ...], str]]  # doors, and the rule, the field of a rule that has several, or a door's own code

    @initialize(
        ahead=st.sampled_from((4, 5, 6)), subject=st.sampled_from(SUBJECTS), days=st.sampled_from((0, 1, 3)), other=st.booleans(), more=ways
    )
    def begin_aimed(self, ahead: int, subject: str, days: int, other: bool, more: list[oracle.Wish]) -> None:
        doors, name = self.aim
        self.opens()
        wish = oracle.Wish(ahead, 0, subject)
        bases = {door: self.basis(door, wish) for door in doors if door != "undo"}
        self.days_pass(days)
        missed = self.was_there(name)
        if "undo" in doors:
            bases["undo"] = self.given_up(replace(wish, **WAS_BOOKED.get(name, {})))
        self.comes_before(name, wish, missed)
        wish = replace(wish, **ELSEWHERE.get(name, ({}, {}))[other])
        trouble = TROUBLE.get(name) or (OF_A_SUBSTITUTE if "substitute" in doors else OF_ITS_OWN).get(name)
        if trouble:
            wish = replace(wish, wrong=frozenset({trouble}))
        for door, basis in bases.items():
            if other or trouble:
                self.asks(door, replace(wish, wrong=wish.wrong | AT_ONCE), basis)
            if self.asks(door, wish, basis) is None:
                self.asks_more(door, wish, basis, more)

    def asks_more(self, door: str, wish: oracle.Wish, basis: int | None, ways: list[oracle.Wish]) -> None:
        """The same in many ways."""
        for way in ways:
            seen = replace(wish, seen_days_ago=way.seen_days_ago, seen_at=way.seen_at) if self.aim[1] != "R050" else wish
            self.asks(door, replace(seen, wrong=wish.wrong | way.wrong - {"right"}), basis)

    def begin(self) -> None:
        """Only the aimed beginning."""

    def asks(self, door: str, wish: oracle.Wish, basis: int | None) -> Booking | UUID | None:
        """The same wish at this door."""
        if door == "ask":
            return self.wishes_to_ask(wish)
        if basis is None:
            return self.wishes(wish)
        if door == "undo":
            return self.wishes_back(standing(basis), wish.wrong & set(OF_UNDOING)) if basis in self.undoable() else None
        if door in oracle.OF_STOPS:
            return self.wishes_a_substitute(door, standing(basis), wish)
        return {
            "move": self.wishes_to_move, "own move": self.wishes_to_move_herself, "redirect": self.wishes_to_redirect,
            "next": self.wishes_next,
        }[door](standing(basis), wish)  # fmt: skip

    def basis(self, door: str, wish: oracle.Wish, away: int = AWAY) -> int | None:
        """The booking to be moved, given up or stopped (at the other hospital), or the visit after which the next one is booked."""
        if door in ("book", "ask"):
            return None
        subject = SUBJECTS[1 - SUBJECTS.index(wish.subject)] if door == "redirect" else wish.subject
        hospital = 1 if door in oracle.OF_STOPS else wish.hospital
        made = self.made(replace(wish, ahead=2 if door == "next" else away, hospital=hospital, subject=subject))
        if door == "next":
            self.days_pass(2)
            self.came(standing(made.pk), is_seen=True)
        return made.pk

    def given_up(self, wish: oracle.Wish) -> int:
        """A booking of the very place that is asked for, cancelled in time by the doctor."""
        made = self.made(wish)
        Booking.objects.filter(pk=made.pk).update(cancel_until=timezone.now() + HOUR)
        self.cancelled(standing(made.pk), "doctor")
        return made.pk

    def was_there(self, name: str) -> list[Booking]:
        """What takes days to happen: visits of the past that count, or that are about to be reported as missed."""
        if name == "R018":
            self.has_been_there()
        if name == "visit_too_long_ago":
            self.days_pass(oracle.NEXT_WITHIN + 1)
        if name != "R136":
            return []
        made = [self.made(oracle.Wish(2, 1, subject)) for subject in SUBJECTS]
        self.days_pass(3)
        return made

    def comes_before(self, name: str, wish: oracle.Wish, missed: Sequence[Booking] = ()) -> None:
        """What must have happened, or must hold, for the rule to refuse."""
        for one in missed:
            self.missed(standing(one.pk))
        if name == "R147":
            self.changes("churn", 0)
            for who in ("doctor", "system", "resident"):  # only the last is hers
                self.cancelled(self.made(replace(wish, ahead=wish.ahead + 2, hospital=1)), who)
        if name == "R015":
            self.made(wish)
        for away, is_same in CROWD.get(name, ()):
            other = SUBJECTS[1 - SUBJECTS.index(wish.subject)]
            self.wishes(replace(wish, ahead=wish.ahead + away, hospital=1, subject=wish.subject if is_same else other, let_pass=NOTHING))
        for held in (CHANGE, TIGHT):
            if name in held:
                self.changes(*held[name])

    def has_been_there(self) -> None:
        """Three visits of the last days, one of each outcome; every one of them counts."""
        wanted = [(2, SUBJECTS[0]), (2, SUBJECTS[1]), (3, SUBJECTS[0])]
        made = [booking for ahead, subject in wanted if (booking := self.wishes(oracle.Wish(ahead, 1, subject)))]
        self.days_pass(4)
        outcomes = (self.missed, lambda one: self.came(one, is_seen=False), lambda one: self.came(one, is_seen=True))
        for booking, outcome in zip(made, outcomes, strict=False):
            outcome(standing(booking.pk))

    def made(self, wish: oracle.Wish) -> Booking:
        """A booking nothing speaks against."""
        booking = self.wishes(wish)
        assert booking is not None
        return booking


class Excepted(Aimed):
    """A booking or a move that breaks every limit two persons may let pass, and is made because they did."""

    @initialize(subject=st.sampled_from(SUBJECTS), far=st.sampled_from((15, 16)), days=st.sampled_from((0, 1, 3)))
    def begin_excepted(self, subject: str, far: int, days: int) -> None:
        (door,), _name = self.aim
        self.opens()
        wish = oracle.Wish(far, 0, subject, let_pass=EVERYTHING)
        basis = self.basis(door, wish, away=5)
        self.days_pass(days)
        for number, ahead in ((0, far), (1, far), (1, far - 2)):
            self.made(oracle.Wish(ahead, 1, SUBJECTS[number], let_pass=frozenset({"R106"})))
        self.comes_before("R147", replace(wish, ahead=5))
        for change in (*TIGHT.values(), CHANGE["R118"]):
            self.changes(*change)
        assert self.asks(door, wish, basis) is not None

    def begin_aimed(self) -> None:
        """Only the excepted beginning."""
