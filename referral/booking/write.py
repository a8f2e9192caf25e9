"""Writes a booking in one round trip: place, row, referral, events, message, audit, idempotency key."""

import json
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.identity.masking import name_for_message
from referral.booking import articles, codes, limits, rules, sentences
from referral.booking.messages import BOOKED, Appointment, told
from referral.booking.read import Judged
from vault.audit import digest_of
from vault.crypto import decrypt, encrypt, keyed_hash
from vault.ids import uuid7
from vault.outbox.put import Envelope, seal
from vault.refusal import Refusal
from vault.transactions import requires_transaction

STATEMENT = f"SELECT booking_write({', '.join(['%s'] * 25)})"


def booking_write(judged: Judged, *, key: str, body_hash: bytes, by: Acting) -> UUID:
    """Step: the booking whose rules have passed, and its public id.

    Takes the place's row, then the referral's, until the transaction ends. Refuses with `slot_not_available` when
    somebody else was first or the cut-off passed meanwhile, `stale_state` when the referral moved.
    """
    requires_transaction()
    booking, code = uuid7(), codes.new_code()
    arguments = [
        *identity_of(judged, booking, by),
        *secrets_of(code),
        limits.cancel_until(judged.values, judged.row.visit_date), json.dumps(limits.as_json(judged.values)),
        *trail_of(judged, booking, by),
        key, body_hash,
        *message_of(envelope(judged, code)),
    ]  # fmt: skip
    try:
        with connection.cursor() as cursor:
            cursor.execute(STATEMENT, arguments)
            (outcome,) = cursor.fetchone()
    except IntegrityError as error:
        raise second_wall(error, judged) from error
    if outcome != "written":
        raise not_written(outcome, judged)
    return booking


def identity_of(judged: Judged, booking: UUID, by: Acting) -> list[Any]:
    """Which rows this is about, and the version of the referral the caller saw."""
    row, post = judged.row, by.post
    assert post is not None
    return [booking, row.referral, row.referral_public, row.referral_version, row.pool_slot, post.right_id, post.pk]


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
    with translation.override("zh-hans"):
        name = name_for_message(row.patient_name, row.patient_sex)
    until = limits.cancel_until(judged.values, row.visit_date)
    appointment = Appointment(name, row.hospital_name, row.department_name, row.starts_at, row.pickup_place, code, until, row.unit_phone)
    return seal(BOOKED.key, decrypt(row.patient_phone, "phone"), told(appointment))


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
