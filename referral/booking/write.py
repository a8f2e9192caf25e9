"""Writes a booking in one round trip: place, row, referral, events, message, audit, idempotency key."""

import json
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connection
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.identity.phones import is_mobile
from referral.booking import articles, codes, limits, rules, sentences
from referral.booking.booker import tell_booker_of_booking, told_for
from referral.booking.exam_messages import text_for
from referral.booking.messages import BOOKED, Appointment, told
from referral.booking.models import BookingMode
from referral.booking.read import Judged, exceptions_of
from referral.cases.states import REFERRAL_STATES
from referral.patients.guardians_reach import addressed
from vault.audit import digest_of
from vault.crypto import decrypt, encrypt, keyed_hash
from vault.ids import uuid7
from vault.outbox.put import Envelope, seal
from vault.refusal import Refusal
from vault.transactions import requires_transaction

STATEMENT: Final = f"SELECT booking_write({', '.join(['%s'] * 29)}, %s::uuid[])"


def booking_write(
    judged: Judged, *, key: str, body_hash: bytes, by: Acting,
    mode: BookingMode = BookingMode.COMMUNITY, moved_from: int | None = None, message: Envelope | None = None, code: str = "",
) -> UUID:  # fmt: skip
    """Step: the booking whose rules have passed, and its public id.

    `moved_from` is the pk of the booking it takes the place of, already `moved`; the referral then goes from the status it
    was read in to booked again. `message` replaces *booked* for the resident.
    Takes the place's row, then the referral's, until the transaction ends. Refuses with `slot_not_available` when
    somebody else was first or the cut-off passed meanwhile, `stale_state` when the referral moved.
    """
    requires_transaction()
    booking, code = uuid7(), code or codes.new_code()
    arguments = [
        *identity_of(judged, booking, by),
        *secrets_of(code),
        limits.cancel_until(judged.values, judged.row.visit_date), json.dumps(policy_of(judged)),
        *trail_of(judged, booking, by),
        key, body_hash,
        *message_of(message or envelope(judged, code)),
        mode.value, moved_from, *step_of(judged, moved_from), [one["id"] for one in exceptions_needed(judged) if not one["spent"]],
    ]  # fmt: skip
    try:
        with connection.cursor() as cursor:
            cursor.execute(STATEMENT, arguments)
            (outcome,) = cursor.fetchone()
    except IntegrityError as error:
        raise second_wall(error, judged) from error
    if outcome != "written":
        raise not_written(outcome, judged)
    if judged.row.booker_phone:
        tell_booker_of_booking(booking, decrypt(judged.row.booker_phone, "phone"), words_for_booker(judged))
    return booking


def identity_of(judged: Judged, booking: UUID, by: Acting) -> list[Any]:
    """Which rows this is about, and the version of the referral the caller saw."""
    row, post = judged.row, by.post
    assert post is not None
    return [booking, row.referral, row.referral_public, row.referral_version, row.pool_slot, post.right_id, post.pk]


def policy_of(judged: Judged) -> dict[str, Any]:
    """What the booking keeps for good: the values it was judged by, and the exceptions without which it would have been refused."""
    kept = limits.as_json(judged.values)
    needed = [{"id": one["id"], "rule": one["rule"]} for one in exceptions_needed(judged)]
    return kept | {"exceptions": needed} if needed else kept


def exceptions_needed(judged: Judged) -> list[dict[str, Any]]:
    """The exceptions without which this booking would be refused; one it does not need stays for another, a spent one serves again."""
    used = rules.exceptions_used(judged.facts) if judged.facts.let_pass else frozenset()
    held = sorted((one for one in exceptions_of(judged.row) if one["rule"] in used), key=lambda one: not one["spent"])
    return list({one["rule"]: one for one in reversed(held)}.values())


def step_of(judged: Judged, moved_from: int | None = None) -> list[str]:
    """From which status the referral becomes booked, and what its table calls that; a move has its own name."""
    source = judged.row.referral_status
    if moved_from is not None:
        return [source, "referral.moved"]
    step = REFERRAL_STATES.find(source, "booked")
    return [source, step.event if step else "referral.booked"]


def secrets_of(code: str) -> list[Any]:
    """The confirmation code, encrypted and findable, and the slip's token."""
    return [encrypt(code, codes.PURPOSE), keyed_hash(code, codes.PURPOSE), codes.new_token()]


def trail_of(judged: Judged, booking: UUID, by: Acting) -> list[Any]:
    """The actor, and what the audit keeps of this act."""
    details = {"referral": str(judged.row.referral_public), "visit_date": judged.row.visit_date.isoformat()}
    digest = digest_of("booking.book", "booking", booking, by=by.actor, details=details)
    return [by.actor.kind, by.actor.public_id, by.actor.post_id, json.dumps(details), digest]


def envelope(judged: Judged, code: str) -> Envelope:
    """The message *booked*, in Chinese whatever language the doctor reads."""
    row = judged.row
    name = addressed(row.patient_name, row.patient_sex, has_guardian=row.has_guardian)
    until = limits.cancel_until(judged.values, row.visit_date)
    appointment = Appointment(
        name, row.hospital_name, row.department_name, row.starts_at, row.pickup_place, code, until, row.unit_phone,
        row.service_kind, row.service_name, row.preparation,
    )  # fmt: skip
    phone = decrypt(row.patient_phone, "phone")
    return seal(text_for(BOOKED, appointment).key, phone if is_mobile(phone) else "", told(appointment))


def words_for_booker(judged: Judged) -> dict[str, str]:
    """What the booker is told: never the code (R105)."""
    row = judged.row
    name = addressed(row.patient_name, row.patient_sex, has_guardian=row.has_guardian)
    return told_for(name, row.starts_at, row.hospital_name, row.department_name, row.unit_phone)


def message_of(sealed: Envelope) -> list[Any]:
    """The envelope as the function wants it."""
    return [sealed.public_id, sealed.template, sealed.cls, sealed.phone, sealed.phone_hash, sealed.params]


def not_written(outcome: str, judged: Judged) -> Refusal:
    """Why the function wrote nothing that may stay."""
    if outcome == "slot_not_available":
        return sentences.refusal_of((rules.violation_of(articles.TAKEN, "slot_not_available"),))
    return stale(judged)


def stale(judged: Judged) -> Refusal:
    """The referral is not what the caller saw."""
    current = {"status": judged.row.referral_status, "version": judged.row.referral_version}
    return Refusal("stale_state", _("This has changed since you opened it. Look at it again, then decide."), current=current)


def second_wall(error: IntegrityError, judged: Judged) -> Refusal | IntegrityError:
    """A constraint that stood behind a rule, as the refusal of that rule; anything else stays a fault of ours."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    if name == "patient_has_one_booking_per_department_and_day":
        found = rules.violation_of(articles.DAY_DEPARTMENT, "limit_reached", judged.facts, 1, 1)
        return sentences.refusal_of((found,))
    if name == "referral_has_one_live_booking":
        return stale(judged)
    if name == "idempotency_key_used_once":
        return Refusal("busy", _("The same request is being worked on. Please try again."), retry_after=1)
    return error
