"""The walls no mutant takes out, each with its reason; a pattern stands for walls of one kind."""

from fnmatch import fnmatchcase
from typing import Final

UNMUTATED: Final[dict[str, tuple[str, ...]]] = {
    "compares columns of one row that one statement writes together: two people at once cannot reach it; the tests of its model do": (
        "*: *_is_known", "*: *_is_for_something_known", "*: *_ends_after_it_starts", "*: *_ends_after_it_begins",
        "*: *_closes_before_it_starts",
        "*: *_opens_before_it_closes", "*: pool_slot_late_places_open_once", "*: appeal_decision_has_a_person_and_a_time",
        "*: appeal_is_filed_by_the_resident_or_a_person", "*: cancel*_booking*", "*: other_cancel_reason_has_words",
        "*: only_the_consulting_room_books_without_a_right", "*: told_has_a_time_and_a_person", "*: held_substitute_has_an_end",
        "*: settled_disruption_*", "*: follow_kind_names_what_follows", "*: referral_number_has_16_digits",
        "*: restriction_names_its_reason", "*: right_once_granted_has_dates_and_a_granter", "*: right_taken_away_has_a_reason",
        "*: right_is_asked_back_only_when_suspended", "*: claimed_message_has_a_lease", "*: settled_message_says_when",
    ),
    "a number that no act of these paths lowers below nothing": (
        "*: *_capacity_check", "*: *_published_check", "*: *_returned_check", "*: *_late_check", "*: *_places_check", "*: *_calls_check",
    ),
    "insert-only by privilege and trigger: audit-tampering measures it": ("*: refuse_change",),
    "keeps drawn numbers apart, which meet once in more draws than a storm can make": (
        "*_public_id_key", "*: confirmation_code_once_per_institution_and_day", "*: referral_booking_slip_token_key",
        "*: referral_referral_number_key",
    ),
    "stands before acts that are none of these paths: referrals written, sessions published, long stops decided, restrictions": (
        "*: encounter_used_for_one_referral", "*: clinic_session_planned_once_per_half_day", "*: pool_slot_once_per_band_and_kind",
        "*: clinic_stop_is_decided_by_another", "clinics_clinicstop: status_follows_its_table",
        "referral_restriction: status_follows_its_table", "referral.booking.overrides.*: lock", "referral.booking.fulfilment.*: lock",
        "referral.booking.confirm.*: lock", "referral.booking.resend.*: lock", "referral.booking.tell.*: lock",
        "referral.credit.evasion.*: lock", "referral.credit.restrict.*: lock",
        "referral.disruptions.decide.*: lock", "reserved_pools.resizing.*: lock", "reserved_pools.returned.*: lock",
        "reserved_pools.rewindow.*: lock", "vault.states.created*",
    ),
    "a session only ever steps from planned to stopped, so that its trigger has no other step to refuse; to stop one twice is a mutant": (
        "clinics_clinicsession: status_follows_its_table",
    ),
    "no hand of the storm reminds, closes a day or speaks of a blocked band: tests/concurrency/referral/test_two_workers.py plays them": (
        "referral.booking.remind.remind: lock", "referral.booking.absence._close: lock", "referral.disruptions.bands._tell: lock",
        "referral.disruptions.band_calls.end_from_band: lock",
    ),
    "no act reads a ban that was lifted": ("referral_bookingban: status_follows_its_table",),
    "the new booking of a disruption is made under the same guard as its end, which two mutants take out": (
        "*: referral_disruption_new_booking_id_key",
    ),
    "the district's second person differs from who recorded or filed: one act, no race; the ledger's tests ask it": (
        "*: appeal_is_decided_by_another", "referral.credit.appeal._check_second_person: *",
    ),
    "says in words what a unique index beside it refused": ("referral.booking.corrections._case_stands: *",),
    "the consulting room's place differs from pool_claim in its kind alone, which test_storm_walls asks": ("pool_claim_direct.sql: *",),
    "no hand of the storm plays the consulting room: tests/concurrency/referral/test_moving_races.py races for its visits and places": (
        "referral.booking.corrections._judged_in_consultation: lock", "referral.booking.visit_behind.held: lock",
        "referral.booking.next_visit._booked: lock", "referral.booking.move.check_movable: old.mode == *",
    ),
    "a slot that is closed or withdrawn has no place left, resting or free, so that the count beside it holds as well": (
        "pool_claim.sql: place.closed_at IS NULL", "pool_*.sql: slot.id = place.slot_id AND session.status = 'planned')",
        "pool_close.sql: id = *", "pool_release_cooled.sql: id = *", "pool_withdraw.sql: id = *",
        "pool_resize.sql: slot.id = v_slot AND session.status = 'planned')", "pool_take_back.sql: place.id = *",
        "pool_take_back.sql: session.status = *", "pool_take_back.sql: id = (SELECT *", "pool_take_back.sql: rest.*",
    ),
    "nothing in the arena opens later, or is of the other kind, which the facts of a booking do not find": (
        "pool_claim.sql: place.kind = *", "pool_claim.sql: place.opens_at *", "pool_hold.sql: place.kind = *",
        "pool_hold.sql: place.opens_at *",
    ),
    "who takes up or lets go holds the place by her disruption, under the resident's lock, whose mutants double it": (
        "pool_take_up.sql: place.held > 0", "pool_let_go.sql: place.held > 0", "pool_take_up.sql: place.starts_at *",
        "referral.disruptions.choose.accept: held.pool_slot is None *",
    ),
    "when a resting place opens is fairness and nobody's loss; the tests of the pools ask it": (
        "pool_release_cooled.sql: pool_slot_id = * until *",
    ),
    "who may do it, and of whom: permission-cells asks every cell": (
        "*: * by.can(*", "*: * is None", "*: seen is None or judged is None", "*.replayed: not judged.row.referral_at_own_unit",
        "*.move_by_resident: not resident_may_move(booking)", "*.move_by_resident: judged is None or *",
    ),
    "what was typed or chosen, before anything is locked": (
        "*.check_noted: not note.strip()", "*._check_came: cause not in *", "*.report_noshow: cause not in *",
        "*.check_movable: judged.row.* old.*",
    ),
    "asks what a step beside it answered; that step's own walls are taken out": (
        "*.booking_write: outcome != 'written'", "*.move_to: not taken(*", "*._as_it_was: not claims.take_back(*",
        "*.booked: violations", "*._moved: violations", "*.replayed: right", "*._held: refusal.code != *", "*._each: refusal.code != *",
        "*.offered_to_resident: standing",
    ),
    "the guard that advance and amend keep in their statement, which mutants take out of it": (
        "vault.states.advance: not rows.update(*", "vault.states.amend: not rows.update(*", "vault.states.amend: expected_version *",
    ),
    "no hand of the storm moves the clock or the day this far; the tests of its module do": (
        "*.cancel_by_hospital: held.status == *", "*._restored: facts.now >= until", "*.undo_noshow: until is not None *",
        "*._filed: breach.status in OPEN *", "referral.booking.rules.booking_must_be_within_service_hours",
    ),
    "no hand of the storm brings this about: an arrival, a question, a case's own version, a doctor who rebooked": (
        "*.seen_here: held.booking.status != 'arrived'", "*._check_waits: booking.status not in *", "*.undo_noshow: booking.status != *",
        "*.undo_noshow: referral.status != *", "*.check_movable: old.referral.status *", "*.cancel_by_referrer: referral_version *",
    ),
    "the arena holds clinics alone, which no hospital is asked for first; the stateful tests and the races of beds ask it": (
        "referral.booking.rules.hospital_must_have_accepted", "referral.booking.asking.*: lock",
    ),
    "the database holds no contract without a health record": ("referral.booking.rules.health_record_must_exist",),
    "behind it stand the locks and the guard that the mutants of stopping take out": (
        "referral.disruptions.stop.stop_clinic: lock", "referral.disruptions.opening.open_forgotten: lock",
        "referral.disruptions.stop.stop_session: now is None or *",
    ),
}  # fmt: skip


def excused(wall: str) -> str:
    """The reason why nobody takes this wall out; nothing when there is none."""
    return next((reason for reason, patterns in UNMUTATED.items() if any(fnmatchcase(wall, one) for one in patterns)), "")
