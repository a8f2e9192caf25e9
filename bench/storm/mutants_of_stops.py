"""The mutants of stopped clinics: places held for somebody, the locks of searching, choosing and letting lapse, what is asked again."""

from typing import Final

from bench.storm.mutants import ALL, FEW, Mutant, Wall
from bench.storm.mutants_of_lives import IN_PYTHON, NOT_ASKED_IF_OPEN, STALE, STEPLESS, WITH_CHOICES
from bench.storm.mutants_of_locks import AMEND_GUARD, CLAIM_GUARD, FEW_SLOTS, GUARD, POOLS, slow_give_back
from bench.storm.recode import Recode, answers
from bench.storm.walls import LOCKED, SLEPT, SLOWER, cut, unconstrained, without

OPENS: Final = "BEGIN\n"
KEPT_HELD: Final = """    INSERT INTO reserved_pools_placeevent (pool_slot_id, move, places, about, reason, at)
    VALUES (p_pool_slot, 'held', 1, p_about, p_reason, clock_timestamp());
"""
WITHOUT_CUT_OFF: Final = (
    '.with_remaining().filter(closed_at__isnull=True, remaining__gt=0, slot__session__status="planned", kind="community_referral").'
)
TAKES_PLACE: Final = """
       AND EXISTS (
            SELECT FROM clinics_slot AS slot
              JOIN clinics_clinicsession AS session ON session.id = slot.session_id
             WHERE slot.id = place.slot_id AND session.status = 'planned' AND NOT slot.is_blocked)"""
SELF: Final = 'select_for_update(of=("self",), no_key=True)'
SWEEP, CHOOSE, STOP = (f"referral.disruptions.{name}" for name in ("sweep", "choose", "stop"))
LAPSES: Final = {"book": 4.0, "stop": 0.8, "search": 4.0, "lapse": 6.0}
VERSIONED: Final = "the guard on status and version of advance"
CHOOSES_UNLOCKED: Final = (
    Recode(
        CHOOSE, "_open", "    ReferralRight.objects.locked().filter(pk=right).first()\n", "",
        (("    Patient.objects.select_for_update(no_key=True).get(pk=seen.booking.patient_id)\n", ""),),
    ),
    Recode(
        CHOOSE, "_lock", "    list(PoolSlot.objects.locked()", "    (PoolSlot.objects",
        (("Referral.objects.select_for_update(of=(\"self\",), no_key=True)", "Referral.objects"),
         ("    list(Booking.objects.select_for_update(of=(\"self\",), no_key=True)", "    (Booking.objects")),
    ),
)  # fmt: skip
LAPSES_UNLOCKED: Final = Recode(
    SWEEP, "let_lapse", "    Patient.objects.select_for_update(no_key=True).get(pk=disruption.booking.patient_id)\n", "",
    (("PoolSlot.objects.locked().get(", "PoolSlot.objects.get("),),
)  # fmt: skip
STOPS_UNLOCKED: Final = (
    Recode(STOP, "stop_session", f".{SELF}", ""),
    Recode(STOP, "locked", f"rows.{SELF}", "rows"),
)


def slow_stop() -> list[str]:
    """A moment more while the places of a stopped session are withdrawn."""
    return [without(POOLS, "pool_withdraw.sql", OPENS, OPENS + SLOWER)]


HELD: Final = (
    Mutant(
        "a hold without its guard", "constraint",
        Wall(lambda: [cut(POOLS, "pool_hold.sql", (CLAIM_GUARD, ""), (OPENS, OPENS + SLOWER))]), WITH_CHOICES | {"book": 8.0}, ALL,
    ),
    Mutant(
        "the cut-off of a place that is held", "re-check",
        Wall(lambda: [cut(
            POOLS, "pool_hold.sql", ("       AND place.closes_at > clock_timestamp()\n", ""), ("       AND place.closed_at IS NULL\n", ""),
        )]), {"book": 5.0, "stop": 1.0, "search": 5.0, "late": 5.0}, ALL,
        held_by="the search, which offers nothing that closes within half an hour",
        behind=Wall(recodes=(
            Recode(
                "referral.disruptions.candidates", "substitutes", "closes_at__gt=Now() + SHORTEST_HOLD", "closes_at__isnull=False",
                ((".bookable().", WITHOUT_CUT_OFF),),
            ),
        )),
    ),
    Mutant(
        "the clinic of a place that is taken up", "re-check", Wall(lambda: [without(POOLS, "pool_take_up.sql", TAKES_PLACE)]),
        {"book": 3.0, "stop": 2.0, "search": 4.0, "choose": 2.0}, ALL,
    ),
    Mutant(
        "a place is held without its move", "dedupe", Wall(lambda: [without(POOLS, "pool_hold.sql", KEPT_HELD)]), WITH_CHOICES, ALL,
    ),
    Mutant(
        "a held place is let go without its move", "dedupe",
        Wall(lambda: [without(POOLS, "pool_let_go.sql", "ARRAY['let_go']", "ARRAY[]::text[]")]), LAPSES, ALL,
    ),
    Mutant(
        "letting a held place go without the slot's lock", "lock",
        Wall(lambda: [without(POOLS, "pool_let_go.sql", LOCKED, SLEPT)]), LAPSES | {"cut-off held": 6.0, "choose": 2.0}, ALL,
        held_by="the lock on the place that lapsing and choosing have taken already",
        behind=Wall(recodes=(*CHOOSES_UNLOCKED, LAPSES_UNLOCKED)),
    ),
)  # fmt: skip

DISRUPTED: Final = (
    Mutant(
        "choosing without its locks", "lock", Wall(recodes=CHOOSES_UNLOCKED), WITH_CHOICES | {"choose": 8.0}, ALL,
        held_by=VERSIONED, behind=Wall(slow_give_back, (GUARD,)),
    ),
    Mutant(
        "letting a hold lapse without its locks", "lock", Wall(recodes=(LAPSES_UNLOCKED,)), LAPSES, ALL,
        held_by="the guard on the version of amend",
        behind=Wall(lambda: [without(POOLS, "pool_let_go.sql", OPENS, OPENS + SLOWER)], (AMEND_GUARD,)),
    ),
    Mutant(
        "following what ended another way without the resident's lock", "lock",
        Wall(recodes=(Recode(
            SWEEP, "follow", "    Patient.objects.select_for_update(no_key=True).get(pk=disruption.booking.patient_id)\n", "",
        ),)), {"book": 4.0, "cancel": 4.0, "stop": 0.8, "search": 2.0, "sweep": 3.0}, ALL,
        held_by=VERSIONED, behind=Wall(lambda: [without(POOLS, "pool_let_go.sql", OPENS, OPENS + SLOWER)], (GUARD,)),
    ),
    Mutant(
        "one disruption of a booking", "constraint",
        Wall(lambda: [unconstrained("referral_disruption", "referral_disruption_booking_id_key"), *slow_stop()]),
        {"book": 5.0, "stop": 2.0}, ALL, FEW_SLOTS,
        held_by="the locks of service and session", behind=Wall(recodes=(*STOPS_UNLOCKED, GUARD)),
    ),
    Mutant(
        "the version of a stopped visit somebody chooses for", "re-check",
        Wall(recodes=(Recode(
            CHOOSE, "_open", "if held.version != expected_version or _right_of(held) != right:", "if _right_of(held) != right:",
        ),)), WITH_CHOICES, ALL, stale=STALE,
    ),
    Mutant(
        "the stopped visit that was settled already", "re-check", Wall(recodes=(NOT_ASKED_IF_OPEN,)),
        WITH_CHOICES | {"stop": 1.5, "choose": 9.0}, ALL, held_by=IN_PYTHON, behind=Wall(recodes=(STEPLESS,)),
    ),
    Mutant(
        "the rules when a substitute is held or chosen", "re-check",
        Wall(recodes=(answers("referral.disruptions.judging", "broken", "()"),)), WITH_CHOICES | {"choose": 6.0}, FEW,
    ),
)  # fmt: skip
