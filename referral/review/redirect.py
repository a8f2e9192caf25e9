"""The hospital gives a booked patient another place of its own: another department, session or band, under the same limits (R119)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.offers.offered import offered_on
from permissions.acting import Acting
from permissions.roles import Role
from referral.booking import codes, rules, sentences
from referral.booking.alternatives import ANOTHER_TIME, here, with_alternatives
from referral.booking.book import not_found
from referral.booking.cancel import RELATED, lock_case, stale
from referral.booking.expected import today
from referral.booking.models import Booking, BookingMode
from referral.booking.move import envelope
from referral.booking.outcome import known_outcome
from referral.booking.override_queries import let_pass_for
from referral.booking.read import Judged, booking_facts
from referral.booking.room import with_room
from referral.booking.rules import Rule
from referral.booking.write import booking_write
from referral.cases.models import Referral
from referral.review.decide import tell_doctor
from referral.review.models import Decision
from referral.review.questions import checked
from referral.review.scope import Held, booking_under_review, check_current, noted, require_reviewer
from reserved_pools import claims
from reserved_pools.ahead import ahead
from reserved_pools.models import PoolSlot
from vault import audit, idempotency
from vault.actor import Actor
from vault.idempotency import body_hash
from vault.outbox import wake
from vault.refusal import Refusal, invalid
from vault.states import advance, amend
from vault.transactions import requires_transaction

LONGEST_REASON: Final = 200
OFFERED_DAYS: Final = 14
# Where the patient goes inside the hospital is the hospital's own matter: the district's grant reached the hospital when it was booked.
RULES_OF_A_REDIRECT: Final[tuple[Rule, ...]] = tuple(rule for rule in rules.RULES_OF_A_MOVE if rule is not rules.target_must_be_granted)


@dataclass(frozen=True, slots=True)
class ForHospital(Acting):
    """A reviewer's act about a booking made under another's post: its right is judged, the reviewer is the one who acts."""

    reviewer: Actor | None = None

    @property
    def actor(self) -> Actor:
        """The reviewer, under the reviewer's own post."""
        assert self.reviewer is not None
        return self.reviewer


@dataclass(frozen=True, slots=True)
class Wish:
    """Where to, and why, as the referring doctor will read it."""

    pool_slot: UUID
    reason: str


def redirect(referral_id: UUID, wish: Wish, *, expected_version: int, key: str, by: Acting) -> UUID:
    """Use case: promise that the patient has another place of the same hospital, and the new booking's public id; once for each key.

    The old booking becomes `moved`, its place cools, nothing counts against the resident; she gets one message with the new time and
    code, the doctor finds the new slip. The new place is judged by the rules of a move except where the right reaches. The
    referral waits for the review of the department it came to. Locks right, patient, both places by key, referral, booking. Refuses with
    `not_allowed`, `not_found`, `invalid_input`, `idempotency_mismatch`, `stale_state`, `not_movable`, and as a move does.
    """
    require_reviewer(by)
    reason = checked("reason", wish.reason, LONGEST_REASON, _("Say why, in a few words; the referring doctor reads it."))
    asked = {"redirect": referral_id, "pool_slot": wish.pool_slot, "reason": reason}
    judged: Judged | None = None
    try:
        with known_outcome():
            before = idempotency.find(by.user.public_id, key, asked)
            if before is not None:
                return before
            seen = booking_under_review(by, referral_id)
            judged = _judged(seen, wish.pool_slot, key, by)
            return _redirected(seen, judged, reason, expected_version, key, body_hash(asked), by)
    except Refusal as refusal:
        raise with_alternatives(
            refusal, judged, by, find=lambda held, who: here(held, who, places_to_redirect_to(seen)), curable=ANOTHER_TIME
        ) from refusal


def places_to_redirect_to(booking: Booking, *, department: UUID | None = None) -> "QuerySet[PoolSlot]":
    """The reserved places of the same hospital that are open now, in the next two weeks, in order of time; not the one it has.

    None is further ahead than the hospital lets book (R106), and none is one that the resident's limits refuse.
    """
    day = today()
    days = [day + timedelta(days=number) for number in range(1, OFFERED_DAYS + 1)]
    rows = PoolSlot.objects.bookable().filter(
        offered_on(day="visit_date"), ahead(day).within(), institution=booking.institution_id, service__kind=booking.pool_slot.service.kind,
        visit_date__range=(days[0], days[-1]),
    )  # fmt: skip
    if department is not None:
        rows = rows.filter(department__public_id=department)
    left = with_room(
        rows, booking.patient, booking.institution, days, district=booking.post.institution.district_id, without=booking,
        let_pass=let_pass_for(booking.referral, booking),
    )  # fmt: skip
    return left.exclude(pk=booking.pool_slot_id).select_related("department", "service").order_by("starts_at", "pk")


def _judged(seen: Booking, pool_slot: UUID, key: str, by: Acting) -> Judged:
    """Step: right and patient locked, the facts of the new place read as if the old booking were gone."""
    if seen.mode == BookingMode.CONSULTATION or seen.right_id is None:
        raise Refusal("not_movable", _("This visit was booked in the consulting room. Ask the doctor there for another time."))
    acts = ForHospital(by.user, Role(seen.post.kind), seen.post, reviewer=by.actor)
    judged = booking_facts(seen.referral.public_id, pool_slot, key, acts, without=seen.public_id)
    if judged is None:
        raise not_found()
    if judged.row.institution != seen.institution_id:
        raise invalid("pool_slot", _("Choose a place of this hospital."))
    return judged


def _redirected(seen: Booking, judged: Judged, reason: str, expected_version: int, key: str, body: bytes, by: Acting) -> UUID:
    requires_transaction()
    lock_case(seen, judged.row.pool_slot)
    old = Booking.objects.select_related(*RELATED).get(pk=seen.pk)
    check_current(old.referral, old, expected_version, ("booked",))
    if old.referral.version != judged.row.referral_version:
        raise stale(old.referral)
    if judged.row.pool_slot == old.pool_slot_id:
        raise invalid("pool_slot", _("This is the time that is booked already."), remedy=_("Choose another time."))
    if judged.row.service_kind != old.pool_slot.service.kind:
        raise invalid("pool_slot", _("This place is for something else than what is booked."), remedy=_("Choose a place of the same kind."))
    violations = rules.broken_rules(judged.facts, RULES_OF_A_REDIRECT)
    if violations:
        raise sentences.refusal_of(violations)
    noted(Held(old.referral, old, judged.facts.now), Decision.REDIRECTED, by=by)
    return _moved(old, judged, reason, key, body, by)


def _moved(old: Booking, judged: Judged, reason: str, key: str, body: bytes, by: Acting) -> UUID:
    """Step: the old booking gives way to the new one, linked to it; everybody concerned is told once."""
    advance(old, "moved", by=by.actor, reason=reason)
    claims.give_back(old.pool_slot_id, about=old.public_id)
    code = codes.new_code()
    acts = ForHospital(by.user, Role(old.post.kind), old.post, reviewer=by.actor)
    made = booking_write(judged, key=key, body_hash=body, by=acts, moved_from=old.pk, message=envelope(old, judged, code), code=code)
    referral = Referral.objects.select_related("owner", "institution").get(pk=old.referral_id)
    amend(referral, "referral.redirected", by=by.actor, reason=reason)
    tell_doctor(Held(referral, old, judged.facts.now), "referral_redirected", made)
    audit.record("review.redirect", "referral", referral.public_id, by=by.actor, reason=reason, details={"to": str(made)})
    wake()
    return made


def departments_offered(booking: Booking) -> list[tuple[str, str]]:
    """The departments of the hospital that have a place to give, for the filter."""
    rows: Any = places_to_redirect_to(booking).order_by("department__name").values_list("department__public_id", "department__name")
    return [(str(public_id), name) for public_id, name in dict.fromkeys(rows)]
