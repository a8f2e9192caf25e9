"""Books one reserved place for one referral: facts under lock, rules, write, commit."""

import hmac
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking import articles, rules, sentences
from referral.booking.alternatives import with_alternatives
from referral.booking.outcome import known_outcome
from referral.booking.read import Judged, Row, booking_facts
from referral.booking.where_to_sign import with_place_to_sign
from referral.booking.write import booking_write, stale
from referral.cases.models import Referral
from referral.cases.place_requests import take_back
from vault.idempotency import body_hash
from vault.outbox import wake
from vault.refusal import Refusal

BOOKABLE: Final = ("draft", "accepted")


def book(*, referral: UUID, pool_slot: UUID, version: int, key: str, by: Acting) -> UUID:
    """Promise exactly one booking for this key, and its public id; the same key with the same body gives it again.

    Locks the acting right, then the patient, then the place, then the referral. `version` is the referral's as the
    caller saw it. Refuses with `right_not_in_force`, `not_found`, `idempotency_mismatch`, `stale_state`, every broken
    rule at once (R045-R118, in the order of `rules.RULES`), `slot_not_available`, or `outcome_unknown`. A refusal
    leaves nothing behind; those a better time would cure carry `current["alternatives"]`.
    """
    required_right(by)
    body = body_hash({"referral": referral, "pool_slot": pool_slot})
    judged: Judged | None = None
    try:
        with known_outcome():
            judged = booking_facts(referral, pool_slot, key, by)
            if judged is None:
                raise not_found()
            booking = replayed(judged, body) or booked(judged, version, key, body, by)
    except Refusal as refusal:
        raise with_place_to_sign(with_alternatives(refusal, judged, by), judged, by) from refusal
    return booking


def booked(judged: Judged, version: int, key: str, body: bytes, by: Acting) -> UUID:
    """Step: everything a first request must pass, then the write; what was asked of a hospital for something else is taken back (R072)."""
    if not is_open(judged.row) or judged.row.referral_version != version:
        raise stale(judged)
    violations = rules.broken_rules(judged.facts)
    if violations:
        raise sentences.refusal_of(violations)
    booking = booking_write(judged, key=key, body_hash=body, by=by)
    if judged.row.asked_elsewhere:
        take_back(Referral.objects.get(pk=judged.row.referral), by=by.actor)
    wake()
    return booking


def is_open(row: Row) -> bool:
    """A draft, or a referral that the hospital accepted before it was booked; never one with a visit ahead (R072)."""
    return row.referral_status in BOOKABLE and not row.is_booked


def replayed(judged: Judged, body: bytes) -> UUID | None:
    """The booking this key made before, for somebody who may still book; None for a first request."""
    right = rules.right_must_be_in_force(judged.facts)
    if right:
        raise sentences.refusal_of((right,))
    if not judged.row.referral_at_own_unit:
        raise not_found()
    if judged.row.replay_of is None:
        return None
    if not hmac.compare_digest(bytes(judged.row.replay_hash or b""), body):
        raise Refusal(
            "idempotency_mismatch",
            _("This request number was already used for a different request. Reload the page and try again."),
        )
    return judged.row.replay_of


def required_right(by: Acting) -> None:
    """A post that carries a right; whether it is in force is asked under its lock."""
    if not by.can(Capability.BOOK) or by.post is None or by.post.right_id is None:
        raise sentences.refusal_of((rules.violation_of(articles.RIGHT, "right_not_in_force"),))


def not_found() -> Refusal:
    """No such referral or place, or none that the reader may know of."""
    return Refusal("not_found", _("There is nothing here that you may see."))
