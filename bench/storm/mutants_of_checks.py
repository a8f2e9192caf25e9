"""The mutants of what is asked again inside the transaction: rights, rules, versions, cut-offs, what follows from a missed visit."""

from typing import Final

from bench.storm.mutants import ALL, FEW, Mutant, Wall
from bench.storm.mutants_of_locks import BOOK_CANCEL, BOOKING, OPEN, POOLS, WEEK, WITH_RIGHTS
from bench.storm.recode import Recode, answers
from bench.storm.rounds import CHURN_BINDS, QUARTER_BINDS
from bench.storm.walls import cut, without

RULES: Final = f"{BOOKING}.rules"
ROOM: Final = """       AND (p_change < 0 OR (SELECT slot.capacity FROM clinics_slot AS slot WHERE slot.id = v_slot AND NOT slot.is_blocked)
"""
AND_SUM: Final = " " * 28 + ">= p_change + (SELECT sum(one.published) FROM reserved_pools_poolslot AS one WHERE one.slot_id = v_slot))\n"
TAKEN: Final = "       AND place.published + p_change >= place.claimed + place.held + place.cooling + place.returned\n"
MISSES: Final = {"miss": 2.0, "undo miss": 2.0}
TRAPS: Final = {"trap": 1.0}


def unasked(name: str, *asked: str, **fields: object) -> Mutant:
    """A rule that asks nothing any more."""
    held = {"mix": TRAPS, "residents": ALL}
    return Mutant(name, "re-check", Wall(recodes=tuple(answers(RULES, rule) for rule in asked)), **(held | fields))  # type: ignore[arg-type]


OF_TRAPS: Final = (
    unasked("the grant on the target", "target_must_be_granted"),
    unasked("the visit that has to be fresh", "patient_must_have_been_seen"),
    unasked("the contract in force", "contract_must_be_in_force"),
    unasked("the sign of an emergency", "emergency_must_not_be_booked"),
    unasked("the district's list of documents", "documents_must_not_be_controlled"),
    unasked("the hospital's own restriction", "hospital_must_not_restrict_her", mix=BOOK_CANCEL, residents=(1, 2)),
    unasked("the suspended hospital", "hospital_must_take_part"),
    unasked("the horizon", "visit_must_be_within_horizon"),
    unasked("the cut-off of the day", "booking_must_precede_cutoff"),
)
OF_LIMITS: Final = (
    unasked("the right in force", "right_must_be_in_force", mix=WITH_RIGHTS),
    unasked("the ban", "resident_must_not_be_banned", mix={"book": 3.0, "miss": 3.0, "undo miss": 0.5}, residents=(0, 3)),
    unasked("the limit of a day", "day_must_have_room", mix=BOOK_CANCEL, residents=FEW, slots=4),
    unasked("the limit of seven days", "resident_must_have_room_in_7_days", mix=BOOK_CANCEL, residents=FEW, slots=WEEK),
    unasked(
        "the limit of seven days and a department", "department_must_have_room_in_7_days", mix=BOOK_CANCEL, residents=FEW, slots=WEEK,
        held_by="the limit of seven days, which is the same number",
        behind=Wall(recodes=(answers(RULES, "resident_must_have_room_in_7_days"),)),
    ),
    unasked(
        "the limit of three months", "resident_must_have_room_in_3_months", mix={"book": 1.0}, residents=(0, 3), rules=(QUARTER_BINDS,)
    ),
    unasked(
        "the frequent changes", "changes_must_not_be_frequent", mix={"book": 3.0, "cancel own": 2.0, "release": 0.5}, residents=(4, 5),
        rules=(CHURN_BINDS,),
    ),
)  # fmt: skip
OF_VERSIONS: Final = (
    Mutant(
        "the version of the referral", "re-check",
        Wall(recodes=(Recode(f"{BOOKING}.book", "booked", " or judged.row.referral_version != version", ""),)),
        BOOK_CANCEL, ALL,
    ),
    Mutant(
        "the version a caller saw", "re-check",
        Wall(recodes=(Recode("vault.states", "advance", " or expected_version not in (None, obj.version)", ""),)),
        {"book": 2.0, "cancel": 4.0}, ALL,
    ),
    Mutant(
        "the version of a booking that is moved", "re-check",
        Wall(recodes=(Recode(f"{BOOKING}.move", "check_movable", '("booked", expected_version)', '("booked", old.version)'),)),
        {"book": 2.0, "move": 4.0}, ALL, stale=0.7,
    ),
    Mutant(
        "the rules when a cancellation is undone", "re-check",
        Wall(recodes=(Recode(f"{BOOKING}.corrections", "_restored", "    if violations:", "    if False:"),)),
        {"book": 4.0, "cancel own": 2.0, "undo own": 3.0}, (4, 6), WEEK,
    ),
)  # fmt: skip
OF_TIMES: Final = (
    Mutant(
        "the right in force when a doctor cancels", "re-check",
        Wall(recodes=(Recode(f"{BOOKING}.cancel", "lock_right", "if right is None or not", "if right is None or False and not"),)),
        {"book": 3.0, "cancel": 3.0, "right": 2.0}, ALL,
    ),
    Mutant(
        "the cut-off of the place", "re-check",
        Wall(lambda: [without(POOLS, "pool_claim.sql", "       AND place.closes_at > clock_timestamp()\n")]),
        {"book": 4.0, "cancel": 2.0, "late": 0.5}, ALL,
    ),
    Mutant(
        "the time until which a visit is cancelled", "re-check",
        Wall(recodes=(Recode(f"{BOOKING}.cancel", "_cancelled", "if still_booked and cause in IN_TIME and", "if False and"),)),
        {"cancel": 1.0}, ALL,
    ),
    Mutant(
        "the time until which a visit is moved", "re-check",
        Wall(recodes=(Recode(f"{BOOKING}.move", "check_movable", "if judged.facts.now >= old.change_until:", "if False:"),)),
        {"move": 1.0}, ALL,
    ),
    Mutant(
        "whether a slot is open when it is resized", "re-check", Wall(lambda: [without(POOLS, "pool_resize.sql", OPEN)]),
        {"resize": 3.0, "cut-off": 1.0}, ALL,
    ),
    Mutant(
        "the capacity of a band that grows", "re-check",
        Wall(lambda: [cut(POOLS, "pool_resize.sql", (ROOM, ""), (AND_SUM, ""))]), {"resize": 1.0}, ALL,
    ),
    Mutant(
        "the places taken of a band that shrinks", "re-check", Wall(lambda: [without(POOLS, "pool_resize.sql", TAKEN)]),
        {"book": 6.0, "resize": 3.0}, ALL,
    ),
    Mutant(
        "the ban when a report is taken back", "re-check",
        Wall(recodes=(Recode("referral.credit.record", "struck", "    listed = settle(breach.patient)", "    listed = []"),)), MISSES, ALL,
    ),
    Mutant(
        "the stopped clinic when a visit is reported", "re-check",
        Wall(recodes=(Recode(f"{BOOKING}.noshow", "miss", "        cause = NoShowCause.HOSPITAL_STOP", "        pass"),)),
        MISSES | {"stop": 1.0}, ALL,
    ),
)  # fmt: skip
CHECKS: Final = OF_TRAPS + OF_LIMITS + OF_VERSIONS + OF_TIMES
