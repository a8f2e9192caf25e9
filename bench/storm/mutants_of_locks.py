"""The mutants of locks, constraints and dedupes: each taken out in turn, and where another layer holds, that one too."""

from typing import Final

from bench.storm.mutants import ALL, FEW, Mutant, Wall
from bench.storm.recode import Recode
from bench.storm.walls import (
    LOCKED,
    MUCH_SLOWER,
    SLEPT,
    SLOWER,
    cut,
    patient_lock,
    slow_write,
    unconstrained,
    without,
)

POOLS, BOOKING = "reserved_pools", "referral.booking"
AND_SLEEP: Final = "__import__('time').sleep(0.02); "
CLAIM_GUARD: Final = """       AND place.published > place.claimed + place.held + place.cooling + place.returned
                             + CASE WHEN place.late_opens_at > clock_timestamp() THEN place.late ELSE 0 END
"""
BAND_LOCK: Final = "    PERFORM FROM reserved_pools_poolslot WHERE slot_id = v_slot ORDER BY id FOR NO KEY UPDATE;\n"
COOLED: Final = "    UPDATE reserved_pools_poolslot SET cooling = cooling - v_places"
OPEN: Final = """       AND place.closed_at IS NULL
       AND place.closes_at > clock_timestamp()
"""
KEPT_KEY: Final = "    PERFORM vault_idempotency_key(p_actor, p_key, p_body_hash, p_booking);\n"
GUARD: Final = Recode("vault.states", "advance", "filter(pk=obj.pk, status=obj.status, version=obj.version)", "filter(pk=obj.pk)")
AMEND_GUARD: Final = Recode("vault.states", "amend", GUARD.wall, GUARD.instead)
NO_REPLAY: Final = Recode(f"{BOOKING}.book", "replayed", "    return judged.row.replay_of\n", "    return None\n")
NO_STATUS: Final = Recode(f"{BOOKING}.book", "booked", "if not is_open(judged.row) or judged.row.referral_version != version:", "if False:")
PLACE_NOT_ASKED: Final = Recode(f"{BOOKING}.rules", "place_must_be_free", "if facts.place_is_free", "if True")
DEPARTMENT_NOT_ASKED: Final = Recode(
    f"{BOOKING}.rules", "department_must_be_free_that_day", "    return over(", "    return None and over("
)  # fmt: skip

BOOK_CANCEL: Final = {"book": 6.0, "cancel": 1.0, "release": 0.5}
WEEK: Final = 12  # slots, all within seven days
FEW_SLOTS: Final = 8
WITH_CUT_OFF: Final = {"book": 4.0, "cancel": 3.0, "cut-off": 0.5}
WITH_RIGHTS: Final = {"book": 4.0, "cancel": 2.0, "right": 2.0}
WITH_STOPS: Final = {"book": 6.0, "cancel": 3.0, "stop": 0.6, "search": 3.0}


def slow_give_back() -> list[str]:
    """A moment more before a place is given back."""
    return [without(POOLS, "pool_give_back.sql", "BEGIN\n", "BEGIN\n" + SLOWER)]


def slow_claim_and(*statements: str) -> list[str]:
    """A place that was taken is held a moment longer before its booking is written."""
    return [without(POOLS, "pool_claim.sql", "    RETURN TRUE;", SLOWER + "    RETURN TRUE;"), *statements]


LOCKS: Final = (
    Mutant(
        "a booking without the right's lock", "lock",
        Wall(lambda: [without("permissions", "right_lock.sql", "FOR NO KEY UPDATE;", ";"), slow_write()]), WITH_RIGHTS, ALL,
    ),
    Mutant(
        "a cancellation without the right's lock", "lock",
        Wall(slow_give_back, (Recode(f"{BOOKING}.cancel", "lock_right", "ReferralRight.objects.locked()", "ReferralRight.objects"),)),
        {"book": 4.0, "cancel": 4.0, "right": 2.0}, ALL,
    ),
    Mutant("a booking without the resident's lock", "lock", Wall(patient_lock), BOOK_CANCEL, FEW, WEEK),
    Mutant(
        "a missed visit without the resident's lock", "lock",
        Wall(recodes=(
            Recode("referral.credit.record", "locked_patient", "select_for_update(no_key=True).", ""),
            Recode("referral.credit.record", "record_breach", "    listed = settle(patient)", f"    {AND_SLEEP}listed = settle(patient)"),
        )), {"miss": 1.0},
    ),
    Mutant(
        "closing a slot without its lock", "lock",
        Wall(lambda: slow_claim_and(without(POOLS, "pool_close.sql", LOCKED, SLEPT))), WITH_CUT_OFF, ALL, FEW_SLOTS,
    ),
    Mutant(
        "giving a place back without the slot's lock", "lock",
        Wall(lambda: [without(POOLS, "pool_give_back.sql", LOCKED, SLEPT)]), {"book": 4.0, "cancel": 6.0, "cut-off": 2.0}, ALL,
        held_by="the lock on the place that the cancellation has taken already",
        behind=Wall(recodes=(Recode(f"{BOOKING}.cancel", "lock_case", "    list(PoolSlot.objects.locked()", "    (PoolSlot.objects"),)),
    ),
    Mutant(
        "withdrawing places without the slot's lock", "lock",
        Wall(lambda: slow_claim_and(without(POOLS, "pool_withdraw.sql", LOCKED, SLEPT))), WITH_STOPS, ALL, FEW_SLOTS,
    ),
    Mutant(
        "releasing cooled places without the slot's lock", "lock",
        Wall(lambda: [cut(POOLS, "pool_release_cooled.sql", (LOCKED, ";\n    IF NOT FOUND THEN"), (COOLED, MUCH_SLOWER + COOLED))]),
        {"book": 3.0, "cancel": 4.0, "release": 4.0, "cut-off": 1.5}, ALL, FEW_SLOTS,
    ),
    Mutant(
        "resizing without the band's lock", "lock",
        Wall(lambda: [cut(POOLS, "pool_resize.sql", (BAND_LOCK, ""), ("    RETURN TRUE;", SLOWER + "    RETURN TRUE;"))]), {"resize": 1.0},
    ),
    Mutant(
        "cancelling without any lock but the right's", "lock",
        Wall(slow_give_back, (
            Recode(f"{BOOKING}.cancel", "locked", "Patient.objects.select_for_update(no_key=True).get(pk=seen.patient_id)", "pass"),
            Recode(f"{BOOKING}.cancel", "lock_case", "    requires_transaction()\n", "    return\n"),
        )), {"book": 2.0, "cancel": 6.0}, ALL,
        held_by="the guard on status and version of advance", behind=Wall(recodes=(GUARD,)),
    ),
    Mutant(
        "stopping without the locks of service and session", "lock",
        Wall(recodes=(
            Recode("referral.disruptions.stop", "stop_session", '.select_for_update(of=("self",), no_key=True)', ""),
            Recode("referral.disruptions.stop", "locked", 'rows.select_for_update(of=("self",), no_key=True)', "rows"),
        )), {"stop": 1.0},
        held_by="the guard on status and version of advance", behind=Wall(recodes=(GUARD,)),
    ),
)  # fmt: skip

CONSTRAINTS: Final = (
    Mutant(
        "a claim without its guard", "constraint",
        Wall(lambda: [without(POOLS, "pool_claim.sql", CLAIM_GUARD)], (PLACE_NOT_ASKED,)), BOOK_CANCEL, ALL,
    ),
    Mutant(
        "pool_slot_never_oversold", "constraint",
        Wall(lambda: [unconstrained("reserved_pools_poolslot", "pool_slot_never_oversold")]), BOOK_CANCEL, ALL,
        held_by="the guard of the claim",
        behind=Wall(lambda: [without(POOLS, "pool_claim.sql", CLAIM_GUARD)], (PLACE_NOT_ASKED,)),
    ),
    Mutant(
        "referral_has_one_live_booking", "constraint",
        Wall(lambda: [unconstrained("referral_booking", "referral_has_one_live_booking")]), BOOK_CANCEL, ALL,
        held_by="the referral's status, read under the resident's lock", behind=Wall(recodes=(NO_STATUS,)),
    ),
    Mutant(
        "patient_has_one_booking_per_department_and_day", "constraint",
        Wall(lambda: [unconstrained("referral_booking", "patient_has_one_booking_per_department_and_day")]), BOOK_CANCEL,
        held_by="the rule, under the resident's lock", behind=Wall(recodes=(DEPARTMENT_NOT_ASKED,)),
    ),
    Mutant(
        "idempotency_key_used_once", "constraint",
        Wall(lambda: [unconstrained("vault_idempotencykey", "idempotency_key_used_once")]), {"book": 2.0, "again": 2.0, "cancel": 2.0}, ALL,
        held_by="the replay, under the right's lock", behind=Wall(recodes=(NO_REPLAY,)),
    ),
    Mutant(
        "message_once_per_version_and_number", "constraint",
        Wall(lambda: [
            unconstrained("vault_message", "message_once_per_version_and_number"),
            without("vault", "vault_outbox_put.sql", "    ON CONFLICT (about, version, template, phone_hash) DO NOTHING\n"),
        ]), WITH_STOPS, ALL,
        held_by="the guard on the version of amend", behind=Wall(recodes=(AMEND_GUARD,)),
    ),
)  # fmt: skip

DEDUPES: Final = (
    Mutant("a repeated request is not recognised", "dedupe", Wall(recodes=(NO_REPLAY,)), {"book": 2.0, "again": 2.0, "cancel": 1.0}, ALL),
    Mutant(
        "a key may be used for another body", "dedupe",
        Wall(recodes=(Recode(
            f"{BOOKING}.book", "replayed",
            'if not hmac.compare_digest(bytes(judged.row.replay_hash or b""), body):', "if False:",
        ),)), {"book": 2.0, "again": 2.0}, ALL,
    ),
    Mutant(
        "the key is not kept", "dedupe",
        Wall(lambda: [without("referral", "booking_write.sql", KEPT_KEY)]),
        {"book": 2.0, "again": 2.0}, ALL,
    ),
    Mutant("a substitute is searched and held twice", "dedupe", Wall(recodes=(AMEND_GUARD,)), WITH_STOPS, ALL),
    Mutant(
        "a place is given back without its move", "dedupe",
        Wall(lambda: [without(POOLS, "pool_give_back.sql", "ARRAY['given_back']", "ARRAY[]::text[]")]), BOOK_CANCEL, ALL,
    ),
)  # fmt: skip
