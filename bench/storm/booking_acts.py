"""What doctors, residents and hospitals do with bookings in a storm: book, book again, cancel, move, undo, report as missed."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from bench.storm.journal import Call
from bench.storm.known import Seen, Strike
from bench.storm.player import Idle, Player

BY_RESIDENT = 0.3
SENT_TWICE, SENT_AGAIN, OTHER_BODY, BLIND, TRAPPED, FREE = 0.12, 0.05, 0.02, 0.1, 0.03, 0.6


def book(player: Player) -> str:
    """A doctor wants a place; now and then the same request comes twice at once, again later, or with another body."""
    return struck(player, wanted(player))


def trap(player: Player) -> str:
    """Somebody wants what nobody may have."""
    strike, dice, arena = new_strike(player), player.dice, player.known.arena
    if dice.random() < 0.5:
        return struck(player, replace(strike, slot=dice.choice(list(arena.trap_slots))))
    return struck(player, replace(strike, referral=dice.choice(list(arena.trap_referrals)), version=1))


def again(player: Player) -> str:
    """A request that was sent before comes again, as it was or with another body."""
    if not player.known.earlier:
        raise Idle
    old = player.dice.choice(list(player.known.earlier))
    new = new_strike(player)
    return struck(player, old if player.dice.random() < 0.5 else replace(new, doctor=old.doctor, key=old.key))


def struck(player: Player, strike: Strike) -> str:
    """The use case, with this request."""
    from referral.booking.book import book as use_case

    by = player.known.doctors[strike.doctor]
    ask = {"referral": strike.referral, "pool_slot": strike.slot, "version": strike.version, "key": strike.key}
    body = str((strike.referral, strike.slot))
    call = Call(by.user.public_id, strike.key, body, about=strike.referral, version=strike.version, target="booked")
    return keyed(player, call, lambda: use_case(**ask, by=by))


def wanted(player: Player) -> Strike:
    """A request that was put aside for a second thread, an earlier one, or a new one."""
    known, dice = player.known, player.dice
    if known.again:
        try:
            return known.again.popleft()
        except IndexError:  # another thread was faster
            pass
    if known.earlier and dice.random() < SENT_AGAIN:
        return dice.choice(list(known.earlier))
    strike = new_strike(player)
    if known.earlier and dice.random() < OTHER_BODY:
        old = dice.choice(list(known.earlier))
        return replace(strike, doctor=old.doctor, key=old.key)
    if dice.random() < SENT_TWICE:
        known.again.append(strike)
        known.earlier.append(strike)
    return strike


def new_strike(player: Player) -> Strike:
    """A referral that can be booked, most often, and any place; sometimes one that nobody may ever have."""
    known, dice, arena = player.known, player.dice, player.known.arena
    drafts = [one for one in arena.referrals if known.referrals.get(one, (1, ""))[1] == "draft"]
    referral = dice.choice(drafts if drafts and dice.random() > BLIND else arena.referrals)
    slot = dice.choice(known.free if known.free and dice.random() < FREE else arena.slots)
    if dice.random() < TRAPPED:
        slot = dice.choice(list(arena.trap_slots))
    elif dice.random() < TRAPPED:
        referral = dice.choice(list(arena.trap_referrals))
    version = known.referrals.get(referral, (1, ""))[0] + (dice.random() < player.stale / 3)
    return Strike(dice.choice(list(known.doctors)), referral, slot, version, str(uuid4()))


def keyed(player: Player, call: Call, act: Callable[[], UUID]) -> str:
    """An act under a key, written down whatever comes of it."""
    from vault.refusal import Refusal

    began = time.monotonic()
    try:
        made = act()
    except Refusal as refusal:
        if call.about in player.known.referrals and refusal.code == "stale_state" and "version" in refusal.current:
            player.known.referrals[call.about] = (refusal.current["version"], refusal.current["status"])
        player.journal.calls.append(replace(call, began=began, ended=time.monotonic(), outcome=refusal.code))
        raise
    player.journal.calls.append(replace(call, began=began, ended=time.monotonic(), outcome="done", result=made))
    player.journal.made.append(made)
    player.known.changed()
    return "done"


def seen_booking(player: Player, *statuses: str, over: bool = False) -> Seen:
    """One of the bookings this process knows in one of these states."""
    among = [one for one in player.known.bookings if one.status in statuses and one.is_over == over]
    if not among:
        raise Idle
    return player.dice.choice(among)


def version_of(player: Player, seen: Seen) -> int:
    """The version the caller says she saw: now and then an older one, or one that never was."""
    if player.dice.random() > player.stale:
        return seen.version
    return seen.version + (1 if seen.version == 1 else player.dice.choice((-1, 1)))


def cancel(player: Player) -> str:
    """A doctor of the unit, the resident or the hospital takes a booking back, often two of them at once."""
    return cancelled_by(player, player.dice.choice(("doctor", "doctor", "resident", "hospital")))


def cancel_case(player: Player) -> str:
    """A doctor takes a booking back, and the referral with it."""
    from referral.booking.cancel import cancel_by_referrer

    seen = seen_booking(player, "booked")
    version = version_of(player, seen)
    cancel_by_referrer(seen.id, expected_version=version, reason="recovered", ends_case=True, by=player.doctor())
    player.stepped(seen.id, version, "cancelled")
    return "done"


def cancel_own(player: Player) -> str:
    """The resident takes a booking back, which counts as a change of hers."""
    return cancelled_by(player, "resident")


def cancelled_by(player: Player, who: str) -> str:
    """A booking this process knows is taken back by one of those who may."""
    from referral.booking.cancel import cancel_by_hospital, cancel_by_referrer, cancel_by_resident
    from referral.booking.models import Booking

    seen = seen_booking(player, "booked")
    version = version_of(player, seen)
    if who == "doctor":
        cancel_by_referrer(seen.id, expected_version=version, reason="another", by=player.doctor())
    elif who == "resident":
        cancel_by_resident(Booking.objects.get(public_id=seen.id), expected_version=version)
    else:
        by = player.coordinator(seen.institution)
        cancel_by_hospital(seen.id, expected_version=version, reason="equipment", by=by)
    player.stepped(seen.id, version, "cancelled")
    return "done"


def undo_cancel(player: Player) -> str:
    """Who cancelled takes it back within minutes: a doctor, or the resident."""
    from referral.booking.corrections import undo_cancel as use_case

    if player.dice.random() < BY_RESIDENT:
        return undo_own(player)
    seen = seen_booking(player, "cancelled")
    version = version_of(player, seen)
    use_case(seen.id, expected_version=version, by=player.doctor())
    player.stepped(seen.id, version, "booked")
    return "done"


def undo_own(player: Player) -> str:
    """The resident takes her cancellation back."""
    from referral.booking.corrections import undo_cancel_by_resident
    from referral.booking.models import Booking

    seen = seen_booking(player, "cancelled")
    booking = Booking.objects.select_related("post__user", "patient", "referral", "pool_slot").get(public_id=seen.id)
    version = booking.version
    undo_cancel_by_resident(booking)
    player.stepped(seen.id, version, "booked")
    return "done"


def move(player: Player) -> str:
    """A booking goes to another time, by a doctor or the resident, the same request often sent twice."""
    from referral.booking.models import Booking
    from referral.booking.move import move as use_case
    from referral.booking.move import move_by_resident

    seen, to, version, key, by = next_move(player)
    sent = str((seen.id, to))
    if by is not None:
        call = Call(by.user.public_id, key, sent, about=seen.id, version=version, target="moved")
        return keyed(player, call, lambda: use_case(seen.id, pool_slot=to, expected_version=version, key=key, by=by))
    booking = Booking.objects.select_related("patient", "institution", "referral", "post__user").get(public_id=seen.id)
    call = Call(booking.patient.public_id, key, sent, about=seen.id, version=booking.version, target="moved")
    return keyed(player, call, lambda: move_by_resident(booking, pool_slot=to, key=key))


def next_move(player: Player) -> tuple[Any, ...]:
    """What is to be moved where, by whom, under which key."""
    known, dice = player.known, player.dice
    if known.moved_again:
        try:
            return known.moved_again.popleft()
        except IndexError:  # another thread was faster
            pass
    seen = seen_booking(player, "booked")
    by = player.doctor() if dice.random() < 0.7 else None
    chosen = (seen, dice.choice(known.arena.slots), version_of(player, seen), str(uuid4()), by)
    if dice.random() < SENT_TWICE:
        known.moved_again.append(chosen)
    return chosen
