"""One resident's story against the product and the oracle at once: every step is taken in both, every answer compared."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from referral.booking.book import book
from referral.booking.cancel import cancel_by_referrer, cancel_by_resident, cancel_by_system
from referral.booking.corrections import undo_cancel, undo_cancel_by_resident
from referral.booking.models import Booking
from referral.booking.move import move
from referral.booking.next_visit import Wish as NextWish
from referral.booking.next_visit import book_next
from referral.booking.noshow import report_noshow
from referral.booking.override_models import RuleOverride
from referral.cases.models import FollowKind
from referral.review.redirect import Wish as Place
from referral.review.redirect import redirect
from tests.cast_referral import HEART, SUGAR, today
from tests.integration.referral import rules_oracle as oracle
from tests.integration.referral.rules_circumstances import CHANGES
from tests.integration.referral.rules_days import ban_days
from tests.integration.referral.rules_doors import BEFORE, OtherDoors, lets_pass
from tests.integration.referral.rules_stage import AHEAD, SUBJECTS, Stage
from vault.refusal import Refusal
from vault.states import advance

TROUBLES = ("right", "grant", "elsewhere", "stranger", "emergency", "suspended", "full", *oracle.ASKING)
OF_REDIRECTS = ("right", "emergency", "suspended", "full", "stale")
OF_UNDOING = ("right", "grant", "emergency", "suspended", "stale", "another person", "late", "given on")
LATEST = 120  # days of a story; the contract holds longer

NOTHING: frozenset[str] = frozenset()
EVERYTHING = frozenset(oracle.LET_PASS)
let_pass = st.sampled_from((NOTHING, NOTHING, NOTHING, EVERYTHING)) | st.sets(st.sampled_from(oracle.LET_PASS), max_size=3).map(frozenset)
wishes = st.builds(
    oracle.Wish,
    ahead=st.sampled_from((*AHEAD, 2, 3, 4, 5, 6, 7)),
    hospital=st.sampled_from((0, 0, 1)),
    subject=st.sampled_from((HEART, HEART, SUGAR)),
    seen_days_ago=st.sampled_from((0, 0, 0, 0, 6, 7, 7, 8, 8, 30)),
    seen_at=st.sampled_from(("now", "first minute", "last minute")),
    wrong=st.just(NOTHING) | st.sets(st.sampled_from(TROUBLES), max_size=2).map(frozenset),
    let_pass=let_pass,
)
plain = st.builds(
    oracle.Wish, ahead=st.sampled_from((2, 3, 4, 5)), hospital=st.sampled_from((0, 1)), subject=st.sampled_from(SUBJECTS), let_pass=let_pass
)
wrong_of_undoing = st.just(NOTHING) | st.sets(st.sampled_from(OF_UNDOING), max_size=2).map(frozenset)
wrong_of_choosing = st.sampled_from((NOTHING, NOTHING, frozenset({"stale"}), frozenset({"let go"})))
changes = st.sampled_from([(name, value) for name, values in CHANGES.items() for value in values])


class Story(OtherDoors, RuleBasedStateMachine):
    """Somebody is booked for, comes or misses, cancels, moves; districts change their values; time passes."""

    stage: ClassVar[Stage]

    @initialize(
        per_subject=st.sampled_from((1, 2, 3, 3)),
        churn=st.sampled_from((None, None, 0, 1)),
        quarter=st.sampled_from((None, 3)),
        counts=st.sampled_from(("live_and_missed", *CHANGES["counts"])),
    )
    def begin(self, per_subject: int, churn: int | None, quarter: int | None, counts: str) -> None:
        self.opens()
        for name, value in (("per_subject", per_subject), ("churn", churn), ("per_quarter", quarter), ("counts", counts)):
            self.changes(name, value)

    def opens(self) -> None:
        """A resident in harmless circumstances, as the stage holds them."""
        self.savepoint = transaction.savepoint()
        self.events = [oracle.Set(name, values[0]) for name, values in CHANGES.items()]
        self.patient = self.stage.world.patient()

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.savepoint_rollback(self.savepoint)

    # What people do.

    @rule(wish=wishes)
    def books(self, wish: oracle.Wish) -> None:
        self.wishes(wish)

    @rule(wish=plain)
    def books_plainly(self, wish: oracle.Wish) -> None:
        self.wishes(wish)

    @precondition(lambda self: self.ahead())
    @rule(data=st.data(), who=st.sampled_from(("resident", "doctor", "system")))
    def cancels(self, data: Any, who: str) -> None:
        self.cancelled(self.drawn(data, self.ahead()), who)

    @precondition(lambda self: self.movable())
    @rule(data=st.data(), wish=wishes)
    def moves(self, data: Any, wish: oracle.Wish) -> None:
        self.wishes_to_move(self.drawn(data, self.movable()), wish)

    @precondition(lambda self: self.movable())
    @rule(data=st.data(), wish=wishes, is_stale=st.sampled_from((False, False, True)))
    def is_redirected(self, data: Any, wish: oracle.Wish, is_stale: bool) -> None:
        wrong = wish.wrong & set(OF_REDIRECTS) | ({"stale"} if is_stale else set())
        self.wishes_to_redirect(self.drawn(data, self.movable()), replace(wish, wrong=wrong))

    @rule(wish=wishes, is_stale=st.sampled_from((False, False, True)))
    def is_asked_for(self, wish: oracle.Wish, is_stale: bool) -> None:
        self.wishes_to_ask(replace(wish, wrong=wish.wrong | ({"stale"} if is_stale else set())))

    @precondition(lambda self: self.movable())
    @rule(data=st.data(), wish=wishes, is_stale=st.sampled_from((False, False, True)))
    def moves_herself(self, data: Any, wish: oracle.Wish, is_stale: bool) -> None:
        wrong = wish.wrong | ({"stale"} if is_stale else set())
        self.wishes_to_move_herself(self.drawn(data, self.movable()), replace(wish, wrong=wrong))

    @precondition(lambda self: self.movable())
    @rule(data=st.data(), wish=wishes, door=st.sampled_from(oracle.OF_STOPS), more=wrong_of_choosing)
    def is_stopped(self, data: Any, wish: oracle.Wish, door: str, more: frozenset[str]) -> None:
        self.wishes_a_substitute(door, self.drawn(data, self.movable()), replace(wish, wrong=wish.wrong | more))

    @precondition(lambda self: self.undoable())
    @rule(data=st.data(), wrong=wrong_of_undoing)
    def undoes(self, data: Any, wrong: frozenset[str]) -> None:
        self.wishes_back(self.drawn(data, self.undoable()), wrong)

    @precondition(lambda self: self.behind())
    @rule(data=st.data())
    def misses(self, data: Any) -> None:
        self.missed(self.drawn(data, self.behind()))

    @precondition(lambda self: self.due())
    @rule(data=st.data(), is_seen=st.booleans())
    def comes(self, data: Any, is_seen: bool) -> None:
        self.came(self.drawn(data, self.due()), is_seen)

    @precondition(lambda self: self.seen_here())
    @rule(data=st.data(), wish=wishes)
    def is_booked_for_again(self, data: Any, wish: oracle.Wish) -> None:
        self.wishes_next(self.drawn(data, self.seen_here()), wish)

    # What changes around them.

    @precondition(lambda self: self.known().clock < LATEST)
    @rule(days=st.sampled_from((1, 2, 4, 7, 20, 40)))
    def passes(self, days: int) -> None:
        self.days_pass(days)

    @precondition(lambda self: self.known().listed_at is not None)
    @rule(short=st.booleans())
    def waits_for_the_end_of_the_list(self, short: bool) -> None:
        left = ban_days(today()) - (self.known().clock - (self.known().listed_at or 0)) - short
        if left > 0:
            self.days_pass(left)

    @rule(change=changes)
    def changes_around(self, change: tuple[str, Any]) -> None:
        self.changes(*change)

    @rule()
    def is_barred_from_booking_by_oneself_only(self) -> None:
        self.bars_from_booking_by_herself()

    # The same acts, in the product and for the oracle.

    def wishes(self, wish: oracle.Wish) -> Booking | None:
        """One attempt in both worlds; what was let pass is used up by the booking it served, and by no other."""
        referral = self.stage.referral(self.patient, wish)
        lets_pass(referral, wish.let_pass, self.stage)
        by = self.stage.world.doctor
        made, passed = self.asked(
            "book", wish, referral.pk,
            lambda place: book(referral=referral.public_id, pool_slot=place, version=referral.version, key=str(uuid4()), by=by),
        )  # fmt: skip
        if wish.let_pass or made is not None:
            used = set(RuleOverride.objects.filter(referral=referral, status="used").values_list("rule", flat=True))
            assert used == (passed if made is not None else set())
        return made

    def wishes_to_move(self, booking: Booking, wish: oracle.Wish) -> Booking | None:
        stood = self.known().visits[booking.pk]
        wish = replace(wish, subject=booking.standard_code, wrong=wish.wrong - set(BEFORE), let_pass=stood.granted | stood.spent)
        by = self.stage.world.doctor
        if self.stage.place(wish, "move").pk == booking.pool_slot_id:
            return None
        made, _passed = self.asked(
            "move", wish, booking.referral_id,
            lambda place: move(
                booking.public_id, pool_slot=place, expected_version=booking.version, key=str(uuid4()), by=by
            ), booking.pk,
        )  # fmt: skip
        return made

    def wishes_to_redirect(self, booking: Booking, wish: oracle.Wish) -> Booking | None:
        """The hospital wants to give the patient another of its places."""
        stood = self.known().visits[booking.pk]
        wish = replace(wish, wrong=wish.wrong - set(BEFORE), let_pass=stood.granted | stood.spent)
        by = self.stage.doctors[self.stage.hospitals.index(booking.institution)]
        if self.stage.place(wish, "redirect").pk == booking.pool_slot_id:
            return None
        referral, version = booking.referral.public_id, booking.referral.version + ("stale" in wish.wrong)
        made, _passed = self.asked(
            "redirect", wish, booking.referral_id,
            lambda place: redirect(referral, Place(place, "心电图室检修"), expected_version=version, key=str(uuid4()), by=by),
            booking.pk,
        )  # fmt: skip
        return made

    def wishes_back(self, booking: Booking, wrong: frozenset[str]) -> Booking | None:
        """Who cancelled wants the visit back, or somebody else does."""
        known = self.known()
        stood, ended = known.gone[booking.pk], known.cancelled[booking.pk]
        wish = oracle.Wish(stood.day - known.clock, stood.hospital, stood.subject, wrong=wrong, let_pass=stood.spent)
        expected, passed = oracle.predicted(self.events, wish, today(), door="undo", again=booking.pk)
        with self.stage.wrong(wish, booking.pool_slot, booking.referral_id, booking.public_id):
            made, told = self.told("undo", lambda: self.undone(booking, wrong, ended.by_resident))
        assert told == expected, ("undo", self.events, wish, told, expected)
        if made is None:
            return None
        self.events.append(oracle.Undone(booking.pk))
        self.stage.seen.update([("undo", "booked"), *(("undo", "let pass", name) for name in passed)])
        return standing(booking.pk)

    def undone(self, booking: Booking, wrong: frozenset[str], by_resident: bool) -> UUID:
        """The act, by the one or the other, with the version that was seen."""
        booking.version += "stale" in wrong
        if by_resident != ("another person" in wrong):
            return undo_cancel_by_resident(booking).public_id
        return undo_cancel(booking.public_id, expected_version=booking.version, by=self.stage.world.doctor).public_id

    def wishes_next(self, visit: Booking, wish: oracle.Wish) -> Booking | None:
        hospital = self.stage.hospitals.index(visit.institution)
        known = self.known()
        age = known.clock - known.visits[visit.pk].day
        wish = replace(wish, hospital=hospital, let_pass=NOTHING, wrong=wish.wrong | ({"long ago"} if age > oracle.NEXT_WITHIN else set()))
        by = self.stage.doctors[hospital]
        made, _passed = self.asked(
            "next", wish, visit.referral_id,
            lambda place: book_next(
                visit.public_id, NextWish(place, FollowKind.CONSULTATION, "四周后复查血压"), key=str(uuid4()), by=by
            ).public_id,
        )  # fmt: skip
        return made

    def asked(
        self, door: str, wish: oracle.Wish, referral: int, act: Callable[[UUID], UUID], instead_of: int | None = None
    ) -> tuple[Booking | None, set[str]]:
        """What came of an act, after the oracle had predicted it: its booking, and what had to be let pass for it."""
        expected, passed = oracle.predicted(self.events, wish, today(), door=door, instead_of=instead_of)
        place = self.stage.place(wish, door)
        otherwise = None if "grant" in wish.wrong else act  # a grant that ends for one attempt is not taken from guardian, which offers
        with self.stage.wrong(wish, place, referral):
            made, told = self.told(door, lambda: act(place.public_id), otherwise)
        assert told == expected, (door, self.events, wish, told, expected)
        if made is not None or any(one.rule == "R072" for one in told):
            self.stage.seen[door, "asked first", oracle.how_asked(wish.wrong)] += 1
        if made is None:
            return None, passed
        booking = Booking.objects.select_related("patient", "institution").get(public_id=made)
        granted, spent, day = wish.let_pass, frozenset(passed), self.known().clock + wish.ahead
        if instead_of is not None:
            stood = self.known().visits[instead_of]
            granted, spent = granted | stood.granted, spent | stood.spent
            self.events.append(oracle.Moved(instead_of, by_resident=door == "own move"))
        self.events.append(oracle.Booked(booking.pk, day, wish.hospital, wish.subject, granted - spent, door == "next", spent))
        self.stage.seen.update([(door, "booked"), *((door, "let pass", name) for name in passed)])
        return booking, passed

    def told(
        self, door: str, act: Callable[[], UUID], otherwise: Callable[[UUID], UUID] | None = None
    ) -> tuple[UUID | None, list[oracle.Told]]:
        """The booking of an act, or every reason against it with its figures; the first place offered instead can be had."""
        try:
            return act(), []
        except Refusal as refused:
            refusal = refused
        if not refusal.violations:
            self.stage.seen[door, refusal.code, "", ""] += 1
            return None, [oracle.Told(refusal.code, "")]
        assert refusal.code == refusal.violations[0].code, refusal
        self.stage.seen.update((door, one.code, one.rule, one.field) for one in refusal.violations)
        # Tomorrow's pools are open in these stories, whatever its cut-off: the product would have closed them at that hour.
        tomorrow = today() + timedelta(days=1)
        offered = [row["id"] for row in refusal.current.get("alternatives", ()) if row["visit_date"] != tomorrow]
        if offered and otherwise:
            self.is_had(otherwise, offered[0])
            self.stage.seen.update((door, "offered instead", one.rule) for one in refusal.violations)
        return None, [
            oracle.Told(one.code, one.rule, one.count, one.limit, (one.next_date - today()).days if one.next_date else None, one.field)
            for one in refusal.violations
        ]

    def is_had(self, act: Callable[[UUID], UUID], place: UUID) -> None:
        """What was offered is booked in the same circumstances, and left again."""
        before = transaction.savepoint()
        made = act(place)
        assert Booking.objects.get(public_id=made).pool_slot.public_id == place
        transaction.savepoint_rollback(before)

    def cancelled(self, booking: Booking, who: str) -> None:
        if who == "resident":
            cancel_by_resident(booking)
        elif who == "doctor":
            cancel_by_referrer(booking.public_id, expected_version=booking.version, reason="patient", by=self.stage.world.doctor)
        else:
            cancel_by_system(booking.public_id, reason="停诊")
        self.events.append(oracle.Cancelled(booking.pk, who == "resident", who))

    def missed(self, booking: Booking) -> None:
        clerk = self.stage.clerks[self.stage.hospitals.index(booking.institution)]
        report_noshow(booking.public_id, "no_word", expected_version=booking.version, by=clerk)
        self.events.append(oracle.Missed(booking.pk))

    def came(self, booking: Booking, is_seen: bool) -> None:
        by = self.stage.clerks[0].actor
        with transaction.atomic():
            advance(booking, "arrived", by=by)
            if is_seen:
                advance(booking, "fulfilled", by=by)
                advance(booking.referral, "attended", by=by)
        self.events.append(oracle.Came(booking.pk, is_seen))

    # Which bookings something can happen to.

    def known(self) -> oracle.Known:
        return oracle.after(getattr(self, "events", ()))

    def ahead(self) -> list[int]:
        """Bookings that may still be changed, whatever the hour."""
        return self.waiting(lambda days: days > 1)

    def movable(self) -> list[int]:
        known = self.known()
        return [key for key in self.ahead() if not known.visits[key].in_consultation]

    def undoable(self) -> list[int]:
        """Cancelled by a person, and no day has passed since they were booked: their place is the one of their day."""
        known = self.known()
        return sorted(key for key, one in known.cancelled.items() if one.by != "system" and known.booked_at[key] == known.clock)

    def behind(self) -> list[int]:
        """Bookings whose time is over and of which nobody has said what became."""
        return self.waiting(lambda days: days < 0)

    def due(self) -> list[int]:
        return self.waiting(lambda days: days <= 0)

    def seen_here(self) -> list[int]:
        known = self.known()
        return sorted(known.was_seen & known.visits.keys())

    def waiting(self, lies: Callable[[int], bool]) -> list[int]:
        known = self.known()
        return sorted(key for key, one in known.visits.items() if key not in known.missed | known.came and lies(one.day - known.clock))

    def drawn(self, data: Any, keys: list[int]) -> Booking:
        """One of these bookings as it is now."""
        return standing(keys[data.draw(st.integers(0, len(keys) - 1), label="which")])


def standing(key: int) -> Booking:
    related = ("patient", "institution", "referral", "pool_slot", "post__user")
    return Booking.objects.select_related(*related).get(pk=key)
