"""Moves a booking to another time of the same department: the new one is linked to the old, and nobody is struck for it (R057)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinics import policy
from clinics.parameters import HOSPITALS
from permissions.acting import Acting
from permissions.roles import Capability, Role
from referral.booking import codes, limits, rules, sentences
from referral.booking.alternatives import ANOTHER_TIME, alternatives, lawful_times, with_alternatives
from referral.booking.book import not_found, replayed, required_right
from referral.booking.cancel import RELATED, lock_case, moment_words, stale, whom_to_call
from referral.booking.exam_messages import text_for
from referral.booking.expected import today
from referral.booking.frozen import citing
from referral.booking.messages import MOVED, Appointment, told_of_moving
from referral.booking.models import Booking, BookingMode
from referral.booking.offered_as import require_same_offer, same_name
from referral.booking.outcome import known_outcome
from referral.booking.read import Judged, booking_facts
from referral.booking.remind import appointment_of
from referral.booking.write import booking_write
from referral.inbox.tell import answering_for, tell
from referral.parameters import CHANGE_CUTOFF, RESIDENT_MAY_MOVE
from referral.patients.guardians_reach import reached
from referral.patients.queries import of_unit
from reserved_pools import claims
from reserved_pools.queries import Wanted
from vault import idempotency
from vault.actor import Actor, ActorKind
from vault.audit import record
from vault.idempotency import body_hash
from vault.outbox import wake
from vault.outbox.put import Envelope, seal
from vault.refusal import Refusal, Violation, invalid
from vault.states import advance
from vault.transactions import requires_transaction

MAY_MOVE: Final = ("booked", "accepted")
ASKED: Final = "info_requested"  # an open question of the hospital is answered first
OFFERED_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class ForResident(Acting):
    """A resident's own act under the post that booked for her: its right is judged, she is the one who acts."""

    resident: UUID | None = None

    @property
    def actor(self) -> Actor:
        """The resident, by her public id."""
        return Actor(ActorKind.PATIENT, self.resident)


def move(booking_id: UUID, *, pool_slot: UUID, expected_version: int, key: str, by: Acting) -> UUID:
    """Promise that the booking stands at another time of its department, and the new booking's public id; once for each key.

    The old one becomes `moved`, its place cools, and neither counts against the resident. The new place is judged by every rule
    of a booking but the freshness of the visit, the old booking not counted. Locks right, patient, both places by key, referral,
    booking. Refuses as `book` does, with `past_cutoff` (R148) from the very instant of `change_until`, with `invalid_input` for
    another department, and with `stale_state`.
    """
    required_right(by)
    if not by.can(Capability.CANCEL_BOOKING):
        raise Refusal("not_allowed", _("Your role does not include this."))
    body = body_hash({"move": booking_id, "pool_slot": pool_slot})
    seen: Booking | None = None
    judged: Judged | None = None
    try:
        with known_outcome():
            seen = (
                Booking.objects.filter(of_unit(by.post, "referral__institution"), public_id=booking_id).select_related("referral").first()
            )
            judged = booking_facts(seen.referral.public_id, pool_slot, key, by, without=seen.public_id) if seen else None
            if seen is None or judged is None:
                raise not_found()
            made = replayed(judged, body) or moved(seen, judged, expected_version, key, body, by)
    except Refusal as refusal:
        find = partial(alternatives, stands_at=seen.pool_slot_id if seen else None)
        raise with_alternatives(refusal, judged, by, find=find) from refusal
    return made


def move_by_resident(booking: Booking, *, pool_slot: UUID, key: str) -> UUID:
    """Promise the same for the resident herself, where the hospital's policy lets her (R200); who asks is the door's matter.

    Refuses besides with `not_allowed`, and with `right_not_in_force` when the doctor who booked may not book any more.
    """
    if not resident_may_move(booking):
        raise Refusal("not_allowed", _("At this hospital your doctor moves a booking. Please call the number below."))
    by = for_resident(booking)
    body = body_hash({"move": booking.public_id, "pool_slot": pool_slot})
    with known_outcome():
        before = idempotency.find(booking.patient.public_id, key, {"move": booking.public_id, "pool_slot": pool_slot})
        if before is not None:
            return before
        judged = booking_facts(booking.referral.public_id, pool_slot, key, by, without=booking.public_id)
        if judged is None or judged.row.institution != booking.institution_id:
            raise not_found()
        return moved(booking, judged, booking.version, key, body, by)


def moved(seen: Booking, judged: Judged, expected_version: int, key: str, body: bytes, by: Acting) -> UUID:
    """Step: the move itself; right and patient are locked, the facts read."""
    requires_transaction()
    lock_case(seen, judged.row.pool_slot)
    old = Booking.objects.select_related(*RELATED).get(pk=seen.pk)
    check_movable(old, judged, expected_version)
    violations = rules.broken_rules(judged.facts, rules.RULES_OF_A_MOVE)
    if violations:
        raise sentences.refusal_of(violations)
    advance(old, "moved", by=by.actor)
    claims.give_back(old.pool_slot_id, about=old.public_id)
    code = codes.new_code()
    message = envelope(old, judged, code)
    made = booking_write(judged, key=key, body_hash=body, by=by, moved_from=old.pk, message=message, code=code)
    record("booking.move", "booking", old.public_id, by=by.actor, details={"to": str(made)})
    tell(answering_for(old.referral.owner, old.referral.institution), "booking_moved", about=made, by=by.actor)
    wake()
    return made


def check_movable(old: Booking, judged: Judged, expected_version: int) -> None:
    """Refuses what is no longer booked, what the consulting room booked, another department or examination, and what comes too late."""
    if (old.status, old.version) != ("booked", expected_version):
        raise stale(old)
    if old.referral.status == ASKED:
        raise Refusal("not_movable", _("The hospital has a question about this referral. Once it is answered, the booking can be moved."))
    if old.referral.status not in MAY_MOVE or old.referral.version != judged.row.referral_version:
        raise stale(old.referral)
    if old.mode == BookingMode.CONSULTATION:
        raise booked_in_consultation()
    if judged.facts.now >= old.change_until:
        raise too_late_to_move(old)
    if judged.row.pool_slot == old.pool_slot_id:
        raise invalid("pool_slot", _("This is the time that is booked already."), remedy=_("Choose another time."))
    if judged.row.standard_code != old.standard_code:
        raise invalid(
            "pool_slot",
            _("A booking is moved within its department."),
            remedy=_("For another department cancel this booking and book again."),
        )
    require_same_offer(judged.row, old.pool_slot.service)


def booked_in_consultation() -> Refusal:
    """R120: it stands on the visit before and on a place kept for residents, so that only the doctor of that visit finds another."""
    sentence = _("This visit was booked in the consulting room; it is not moved.")
    remedy = _("The hospital's doctor cancels it and books another time from the visit before.")
    return Refusal("not_movable", sentence, (Violation("not_movable", sentence, remedy=remedy, rule="R120"),))


def is_movable(booking: Booking, now: datetime) -> bool:
    """Whether a page offers to move it; the move itself asks again under its locks."""
    is_open = booking.status == "booked" and booking.referral.status in MAY_MOVE
    return is_open and booking.mode == BookingMode.COMMUNITY and now < booking.change_until


def too_late_to_move(booking: Booking) -> Refusal:
    """R148: what the regulation says, and whom to call."""
    sentence = _("It is too late to move this booking here: that was possible until %(at)s.") % {"at": moment_words(booking.change_until)}
    violation = Violation(
        "past_cutoff", sentence, rule=CHANGE_CUTOFF.rule, source=HOSPITALS, quote=CHANGE_CUTOFF.quote,
        remedy=whom_to_call(booking.institution),
    )  # fmt: skip
    return Refusal("past_cutoff", sentence, (citing(violation, booking, CHANGE_CUTOFF),))


def envelope(old: Booking, judged: Judged, code: str) -> Envelope:
    """The message *moved*, with the new code; it speaks of the new booking and is the only one about the move."""
    row = judged.row
    appointment = Appointment(
        appointment_of(old).name, row.hospital_name, row.department_name, row.starts_at, row.pickup_place, code,
        limits.cancel_until(judged.values, row.visit_date), row.unit_phone, row.service_kind, row.service_name, row.preparation,
    )  # fmt: skip
    return seal(text_for(MOVED, appointment).key, reached(old.patient).phone, told_of_moving(appointment, old.starts_at))


def resident_may_move(booking: Booking) -> bool:
    """Whether the policy of the booking's hospital lets residents move it themselves (R200)."""
    lets: Any = policy.value(RESIDENT_MAY_MOVE, at=today(), institution=booking.institution)
    return bool(lets) and booking.status == "booked" and booking.mode == BookingMode.COMMUNITY


def for_resident(booking: Booking) -> ForResident:
    """The acting part of a resident: the post under which the booking was made."""
    return ForResident(booking.post.user, Role(booking.post.kind), booking.post, resident=booking.patient.public_id)


def offered_to_resident(booking: Booking) -> list[dict[str, Any]]:
    """Promise the lawful free times of the same department at the same hospital in the next two weeks, one place for each time.

    Locks right and patient for a moment. Refuses with `right_not_in_force` when the doctor who booked may not book any more, and
    with every rule that no other time would cure.
    """
    by, service = for_resident(booking), booking.pool_slot.service
    with transaction.atomic(durable=True):
        judged = booking_facts(booking.referral.public_id, booking.pool_slot.public_id, "", by, without=booking.public_id)
        if judged is None:
            raise not_found()
    standing = tuple(one for one in rules.broken_rules(judged.facts, rules.RULES_OF_A_MOVE) if one.rule not in ANOTHER_TIME)
    if standing:
        raise sentences.refusal_of(standing)
    day = judged.facts.today
    wanted = Wanted(
        day + timedelta(days=1), day + timedelta(days=OFFERED_DAYS),
        institution=booking.institution.public_id, department=booking.standard_code,
        kind=service.kind, name=same_name(service.kind, service.name),
    )  # fmt: skip
    rows = lawful_times(judged, by, wanted, like=booking.slot_class)
    return [row for row in rows if row["starts_at"] != booking.starts_at]
