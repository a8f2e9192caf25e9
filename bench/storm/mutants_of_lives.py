"""The mutants of lives: the triggers behind each table of steps, what is said only once, what is asked when an act is taken back."""

from typing import Final

from bench.storm.mutants import ALL, FEW, Mutant, Wall
from bench.storm.mutants_of_locks import AND_SLEEP, BOOKING, GUARD, NO_STATUS, POOLS, WEEK
from bench.storm.recode import Recode
from bench.storm.walls import SLEPT, cut, unconstrained, untriggered, without

BOOKINGS: Final = "referral_booking"
STEPLESS: Final = Recode(
    "vault.states", "advance", "    if step is None or expected_version not in (None, obj.version):",
    "    step = step or Transition(obj.status, target, (), 'unlawful')\n    if expected_version not in (None, obj.version):",
)  # fmt: skip
ANY_VERSION: Final = Recode("permissions.rights", "_locked", "    held = lock(right)", "    held, expected_version = lock(right), None")
NO_SHOW_AGAIN: Final = Recode(
    "referral.credit.record",
    "record_breach",
    "    if Breach.objects.filter(booking_id=booking.pk, status__in=STANDING).exists():",
    "    if False:",
)
NOT_ASKED_IF_OPEN: Final = Recode("referral.disruptions.choose", "_open", "if not may_choose(held, by.part):", "if False:")
MOVED_TWICE: Final = Recode(
    f"{BOOKING}.move",
    "check_movable",
    'if (old.status, old.version) != ("booked", expected_version):',
    "if old.version < expected_version:",
)
RESIDENT: Final = Recode("referral.credit.record", "locked_patient", "select_for_update(no_key=True).", "")
SLOW_BREACH: Final = Recode(
    "referral.credit.record", "record_breach", "    listed = settle(patient)", f"    {AND_SLEEP}listed = settle(patient)"
)

LOCKED_PLACE: Final = "FOR NO KEY UPDATE OF place;\n    IF NOT FOUND THEN"
RESTS: Final = """rest.about = p_about);
    IF NOT FOUND THEN
        RETURN FALSE;
    END IF;
"""
NOT_NEGATIVE: Final = (
    "pool_slot_counts_no_negative_places", *(f"reserved_pools_poolslot_{one}_check" for one in ("claimed", "held", "cooling")),
)  # fmt: skip
RESTING: Final = "rest.about = p_about);\n"
APPEALS: Final = {"miss": 3.0, "appeal": 2.0, "decide": 5.0}
UNDOING: Final = {"book": 4.0, "cancel": 4.0, "undo cancel": 4.0, "release": 1.0}
WITH_CHOICES: Final = {"book": 5.0, "stop": 0.8, "search": 4.0, "choose": 4.0}
IN_PYTHON: Final = "the table of steps, asked by advance"
STALE: Final = 0.7
OWN: Final = {"book": 6.0, "cancel own": 5.0, "undo own": 5.0}

TRIGGERS: Final = (
    Mutant(
        "the life of a booking", "trigger", Wall(lambda: [untriggered(BOOKINGS)]), {"book": 3.0, "cancel": 4.0, "move": 2.0}, ALL,
        stale=STALE, held_by=IN_PYTHON, behind=Wall(recodes=(STEPLESS,)),
    ),
    Mutant(
        "the life of a referral", "trigger", Wall(lambda: [untriggered("referral_referral")]),
        {"book": 5.0, "cancel": 1.0, "cancel case": 4.0}, ALL,
        held_by="the referral's status, read under the resident's lock", behind=Wall(recodes=(NO_STATUS,)),
    ),
    Mutant(
        "the life of a breach", "trigger", Wall(lambda: [untriggered("referral_breach")]), APPEALS, ALL, stale=STALE,
        held_by=IN_PYTHON, behind=Wall(recodes=(STEPLESS,)),
    ),
    Mutant(
        "the life of a disruption", "trigger", Wall(lambda: [untriggered("referral_disruption")]),
        WITH_CHOICES | {"stop": 1.5, "choose": 9.0}, ALL,
        held_by=IN_PYTHON, behind=Wall(recodes=(STEPLESS, NOT_ASKED_IF_OPEN)),
    ),
    Mutant(
        "the life of a right", "trigger", Wall(lambda: [untriggered("permissions_referralright")]), {"right": 1.0}, ALL,
        held_by=IN_PYTHON, behind=Wall(recodes=(STEPLESS, ANY_VERSION)),
    ),
)  # fmt: skip

ONCE: Final = (
    Mutant(
        "booking_has_one_standing_breach", "constraint",
        Wall(lambda: [unconstrained("referral_breach", "booking_has_one_standing_breach")]), {"miss": 1.0}, ALL, stale=STALE,
        held_by="the booking's own status, and the breach looked for", behind=Wall(recodes=(STEPLESS, NO_SHOW_AGAIN)),
    ),
    Mutant(
        "one booking moved from one", "constraint", Wall(lambda: [unconstrained(BOOKINGS, "referral_booking_moved_from_id_key")]),
        {"book": 2.0, "move": 5.0}, ALL, stale=STALE,
        held_by="the booking's status, and referral_has_one_live_booking",
        behind=Wall(lambda: [unconstrained(BOOKINGS, "referral_has_one_live_booking")], (STEPLESS, MOVED_TWICE)),
    ),
    Mutant(
        "pool_slot_counts_no_negative_places", "constraint",
        Wall(lambda: [unconstrained("reserved_pools_poolslot", one) for one in NOT_NEGATIVE]), {"book": 2.0, "cancel": 5.0}, ALL,
        stale=STALE, held_by="the claimed place that is asked for, and the booking's status",
        behind=Wall(lambda: [without(POOLS, "pool_give_back.sql", " AND place.claimed > 0")], (STEPLESS,)),
    ),
    Mutant(
        "one appeal against a breach", "constraint", Wall(lambda: [unconstrained("referral_appeal", "referral_appeal_breach_id_key")]),
        APPEALS, ALL, stale=STALE, held_by=IN_PYTHON, behind=Wall(recodes=(STEPLESS,)),
    ),
    Mutant(
        "notice_once_per_recipient_and_version", "constraint",
        Wall(lambda: [unconstrained("referral_notice", "notice_once_per_recipient_and_version")]), {"miss": 1.0}, ALL,
        held_by="the guard on status and version of advance, behind the resident's lock",
        behind=Wall(recodes=(
            RESIDENT, GUARD,
            Recode(f"{BOOKING}.noshow", "held", 'select_for_update(of=("self",), no_key=True).', ""),
            Recode(f"{BOOKING}.expected", "locked", '.select_for_update(of=("self",), no_key=True)', ""),
            SLOW_BREACH,
        )),
    ),
)  # fmt: skip

OF_THE_LEDGER: Final = (
    Mutant(
        "a missed visit without the locks of place, referral and booking", "lock",
        Wall(recodes=(
            Recode(f"{BOOKING}.stopped", "lock_place", "    list(PoolSlot.objects.locked()", "    (PoolSlot.objects"),
            Recode(f"{BOOKING}.noshow", "held", 'select_for_update(of=("self",), no_key=True).', ""),
            Recode(f"{BOOKING}.expected", "locked", '.select_for_update(of=("self",), no_key=True)', ""),
        )), {"miss": 2.0, "undo miss": 2.0}, ALL,
        held_by="the resident's lock, and the guard of advance", behind=Wall(recodes=(RESIDENT, GUARD, SLOW_BREACH)),
    ),
    Mutant(
        "bans brought up to date without their own lock", "lock",
        Wall(recodes=(Recode("referral.credit.record", "settle", ".select_for_update(no_key=True)", ""),)), {"miss": 1.0}, ALL,
        held_by="the resident's lock", behind=Wall(recodes=(RESIDENT, SLOW_BREACH)),
    ),
    Mutant(
        "a breach struck without its lock", "lock",
        Wall(recodes=(Recode("referral.credit.record", "strike_breach", '.select_for_update(of=("self",), no_key=True)', ""),)),
        {"miss": 3.0, "undo miss": 3.0, "appeal": 4.0}, ALL,
        held_by="the resident's lock, and the guard of advance", behind=Wall(recodes=(RESIDENT, GUARD)),
    ),
    Mutant(
        "appeals filed and decided without locks", "lock",
        Wall(recodes=(Recode(
            "referral.credit.record", "locked_breach", "    locked_patient(seen[1])\n", "",
            (('.select_for_update(of=("self",), no_key=True)', ""),),
        ),)), APPEALS, ALL, held_by="the guard on status and version of advance", behind=Wall(recodes=(GUARD,)),
    ),
)  # fmt: skip

TAKEN_BACK: Final = (
    Mutant(
        "a place taken back without its lock", "lock",
        Wall(lambda: [without(POOLS, "pool_take_back.sql", LOCKED_PLACE, SLEPT)]), OWN | {"release": 5.0}, ALL, 6,
        held_by="the row of the place that rests, and the lock of the undo",
        behind=Wall(
            lambda: [cut(POOLS, "pool_take_back.sql", (LOCKED_PLACE, SLEPT), (RESTS, RESTING))],
            (Recode(f"{BOOKING}.cancel", "lock_case", "    list(PoolSlot.objects.locked()", "    (PoolSlot.objects"),),
        ),
    ),
    Mutant(
        "whether the place still rests when a cancellation is undone", "re-check",
        Wall(lambda: [without(POOLS, "pool_take_back.sql", RESTS, RESTING)]), OWN | {"release": 4.0}, ALL, 4,
    ),
    Mutant(
        "the version of a cancellation that is undone", "re-check",
        Wall(recodes=(Recode(f"{BOOKING}.corrections", "_restored", '("cancelled", expected_version)', '("cancelled", held.version)'),)),
        UNDOING, ALL, stale=STALE,
    ),
    Mutant(
        "who takes a cancellation back", "re-check",
        Wall(recodes=(Recode(
            f"{BOOKING}.corrections", "cancelled_at",
            "if last is None or (last.actor_kind, last.actor_id) != (actor.kind, actor.public_id):", "if last is None:",
        ),)), UNDOING, ALL,
    ),
    Mutant(
        "the referral booked again before a cancellation is undone", "re-check",
        Wall(recodes=(
            Recode(f"{BOOKING}.corrections", "_restored", "facts is None or held.referral.status != left_as(held)", "facts is None"),
            Recode(f"{BOOKING}.corrections", "cancelled_at", " or booking.referral.status != left_as(booking):", ":"),
        )), OWN, ALL,
    ),
    Mutant(
        "the rules when a booking is moved", "re-check",
        Wall(recodes=(Recode(f"{BOOKING}.move", "moved", "    if violations:", "    if False:"),)), {"book": 4.0, "move": 5.0}, FEW, WEEK,
    ),
    Mutant(
        "the version of a stopped visit that is reported", "re-check",
        Wall(recodes=(Recode(
            f"{BOOKING}.noshow", "_end_as_stopped", "if expected_version not in (None, booking.version):", "if False:",
        ),)), {"miss": 4.0, "stop": 2.0}, ALL, stale=STALE,
    ),
    Mutant(
        "the end of the visit before it is missed", "re-check",
        Wall(recodes=(Recode(f"{BOOKING}.noshow", "miss", "if now < booking.ends_at:", "if False:"),)),
        {"book": 3.0, "miss early": 2.0}, ALL,
    ),
    Mutant(
        "the appeal that waits when a report is taken back", "re-check",
        Wall(recodes=(Recode("referral.credit.record", "strike_breach", 'breach.status not in ("recorded", "notified")', "False"),)),
        {"miss": 3.0, "undo miss": 3.0, "appeal": 4.0}, ALL,
    ),
    Mutant(
        "a repeated move is not recognised", "dedupe",
        Wall(recodes=(
            Recode(f"{BOOKING}.move", "move", "replayed(judged, body) or moved(", "moved("),
            Recode(f"{BOOKING}.move", "move_by_resident", "if before is not None:", "if False:"),
        )), {"book": 2.0, "move": 5.0}, ALL,
    ),
)  # fmt: skip
