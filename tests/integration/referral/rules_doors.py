"""The doors of a story besides booking: a hospital asked for a bed, a visit moved by her who has it, a substitute for a stopped one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from clinics.models import ClinicStop
from referral.booking.asking import Wish as Asked
from referral.booking.asking import submit, withdraw
from referral.booking.models import Booking
from referral.booking.move import move_by_resident
from referral.booking.override_models import RuleOverride
from referral.cases.models import Referral
from referral.disruptions.choose import accept, take_other
from referral.disruptions.models import Disruption
from referral.disruptions.search import search
from reserved_pools import holds
from reserved_pools.models import PoolSlot
from tests.cast_referral import today
from tests.cast_substitutes import patient_of
from tests.integration.referral import rules_oracle as oracle
from tests.integration.referral.rules_circumstances import HOUR, Circumstances
from tests.integration.referral.rules_stage import Stage

# Troubles of the visit behind a referral, and of a bed the hospital was or was not asked for: a move does not ask about them.
BEFORE = ("elsewhere", "stranger", *oracle.ASKING)


class OtherDoors(Circumstances):
    """Each takes a wish to the product and to the oracle, and compares every word of the answer."""

    asked: Callable[..., tuple[Booking | None, set[str]]]
    told: Callable[..., tuple[UUID | None, list[oracle.Told]]]
    known: Callable[[], oracle.Known]

    def wishes_to_ask(self, wish: oracle.Wish) -> UUID | None:
        """The doctor asks the hospital for a bed; what it would answer is another story, so that she takes it back."""
        wish = replace(wish, ahead=max(wish.ahead, 1), wrong=wish.wrong - set(oracle.ASKING) | {"unasked"})
        referral, by = self.stage.referral(self.patient, wish), self.stage.world.doctor
        lets_pass(referral, wish.let_pass, self.stage)
        place = self.stage.place(wish, "ask")
        expected, passed = oracle.predicted(self.events, wish, today(), door="ask")
        asks, version = Asked(place.service.public_id), referral.version + ("stale" in wish.wrong)
        with self.stage.wrong(wish, place, referral.pk):
            made, told = self.told("ask", lambda: submit(referral.public_id, asks, expected_version=version, by=by).public_id)
        assert told == expected, ("ask", self.events, wish, told, expected)
        assert not RuleOverride.objects.filter(referral=referral, status="used").exists()
        if made is not None:
            self.stage.seen.update([("ask", "booked"), *(("ask", "let pass", name) for name in passed)])
            withdraw(referral.public_id, expected_version=version + 1, by=by)
        assert Referral.objects.get(pk=referral.pk).status == "draft"
        return made

    def wishes_to_move_herself(self, booking: Booking, wish: oracle.Wish) -> Booking | None:
        """She moves her own visit on her page."""
        stood = self.known().visits[booking.pk]
        wish = replace(wish, subject=booking.standard_code, wrong=wish.wrong - set(BEFORE), let_pass=stood.granted | stood.spent)
        if self.stage.place(wish, "own move").pk == booking.pool_slot_id:
            return None
        booking.version += "stale" in wish.wrong
        made, _passed = self.asked(
            "own move", wish, booking.referral_id,
            lambda place: move_by_resident(booking, pool_slot=place, key=str(uuid4())), booking.pk,
        )  # fmt: skip
        return made

    def wishes_a_substitute(self, door: str, booking: Booking, wish: oracle.Wish) -> Booking | None:
        """Her clinic is stopped: she takes the place that is held for her, or another one, which is first looked for alone."""
        stood = self.known().visits[booking.pk]
        wish = replace(wish, subject=booking.standard_code, wrong=wish.wrong - set(BEFORE), let_pass=stood.spent)
        if door == "held":
            wish = replace(wish, wrong=wish.wrong - {"full"})
        place = self.stage.place(wish, door)
        if place.pk == booking.pool_slot_id:
            return None
        before = transaction.savepoint()
        stopped = self.stopped(booking)
        act = self.held(stopped, place, wish) if door == "held" else self.other(stopped, booking, place, wish)
        made, _passed = self.asked(door, wish, booking.referral_id, act, booking.pk) if act else (None, None)
        if made is None:
            transaction.savepoint_rollback(before)
        return made

    def stopped(self, booking: Booking) -> Disruption:
        """The visit's clinic does not take place; nobody has looked for anything yet."""
        visit = booking.visit_date
        stop = ClinicStop.objects.create(
            service=booking.pool_slot.service, first_day=visit, last_day=visit, reason_code="leave", status="in_force",
            asked_by=self.stage.world.admin,
        )  # fmt: skip
        return Disruption.objects.create(stop=stop, booking=booking)

    def held(self, stopped: Disruption, place: PoolSlot, wish: oracle.Wish) -> Callable[[UUID], UUID] | None:
        """How she takes the place held for her; None when it cannot be held any more."""
        with transaction.atomic():
            if not holds.hold(place.pk, about=stopped.public_id, reason="substitute"):
                return None
        kept: dict[str, Any] = {} if "let go" in wish.wrong else {"pool_slot": place, "held_until": timezone.now() + HOUR}
        Disruption.objects.filter(pk=stopped.pk).update(**kept, searched_at=timezone.now())
        version = stopped.version + ("stale" in wish.wrong)
        return lambda _place: accept(stopped, expected_version=version, by=patient_of(stopped.booking)).public_id

    def other(self, stopped: Disruption, booking: Booking, place: PoolSlot, wish: oracle.Wish) -> Callable[[UUID], UUID]:
        """How she takes another place, after the search was seen to hold just that one whenever it is lawful."""
        is_lawful = not oracle.predicted(
            self.events, replace(wish, wrong=wish.wrong - {"stale"}), today(), door="substitute", instead_of=booking.pk
        )[0]
        assert self.is_found(stopped, place, wish) == is_lawful, ("search", self.events, wish)
        version = stopped.version + ("stale" in wish.wrong)
        return lambda there: take_other(stopped, there, expected_version=version, by=patient_of(stopped.booking)).public_id

    def is_found(self, stopped: Disruption, place: PoolSlot, wish: oracle.Wish) -> bool:
        """Whether the search holds this place when no other is open; afterwards nothing was searched."""
        before = transaction.savepoint()
        others = PoolSlot.objects.filter(standard_code=place.standard_code).exclude(pk=place.pk)
        others.update(closed_at=timezone.now())
        with self.stage.wrong(wish, place, stopped.booking.referral_id):
            assert search(stopped.public_id)
            found = Disruption.objects.get(pk=stopped.pk).pool_slot_id
        transaction.savepoint_rollback(before)
        assert found in (None, place.pk)
        return found is not None


def lets_pass(referral: Referral, rules: frozenset[str], stage: Stage) -> None:
    """Two persons let these rules pass for a referral."""
    RuleOverride.objects.bulk_create(
        RuleOverride(
            referral=referral, rule=name, reason="病情需要", evidence="会诊意见", status="granted", asked_by=stage.world.zhou.user,
            decided_by=stage.world.admin, valid_to=timezone.now() + timedelta(days=3),
        )
        for name in sorted(rules)
    )  # fmt: skip
