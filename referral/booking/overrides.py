"""Exceptions from a limit, the horizon or the contract: asked for about a refused place, decided by a second person (R138).

Two persons let one rule pass for one referral, with a reason, evidence and an end. Right, encounter, capacity and a ban never are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics import policy
from permissions.acting import Acting
from permissions.models import District
from permissions.roles import Capability
from referral import parameters
from referral.booking import rules, sentences
from referral.booking.book import is_open, not_found, required_right
from referral.booking.expected import database_now
from referral.booking.facts import SHANGHAI
from referral.booking.models import Booking, BookingMode
from referral.booking.move import MAY_MOVE
from referral.booking.override_models import Overridable, RuleOverride
from referral.booking.override_queries import exceptions_asked_by, exceptions_for
from referral.booking.read import Judged, booking_facts
from referral.booking.write import stale
from reserved_pools.models import PoolSlot
from vault.actor import SYSTEM
from vault.audit import record
from vault.faults import Faults
from vault.refusal import Refusal, Violation, invalid
from vault.states import advance, created
from vault.transactions import requires_transaction

LONGEST: Final = {"reason": 200, "evidence": 500, "decision": 200}
KIND: Final = RuleOverride.STATES.kind
OPEN: Final = ("asked", "granted")
# What passes without an exception: the hour, and the answer of a hospital that is asked for a bed once the district has decided (R072).
PASSES_LATER: Final = frozenset({"outside_service_hours", "acceptance_required"})


@dataclass(frozen=True, slots=True)
class Request:
    """Which rules should pass, why, and what shows it, as typed."""

    rules: frozenset[str]
    reason: str
    evidence: str


def standing_against(referral: UUID, pool_slot: UUID, *, by: Acting) -> tuple[Violation, ...]:
    """Promise every rule that stands against booking this place, in words; nothing is written. Refuses as `book` does."""
    required_right(by)
    with transaction.atomic(durable=True):
        judged, among = _judged(referral, pool_slot, by)
        return tuple(sentences.speak(one) for one in rules.broken_rules(judged.facts, among))


def ask(referral: UUID, pool_slot: UUID, request: Request, *, by: Acting) -> list[RuleOverride]:
    """Promise one exception waiting for the district for each of these rules: for a booking, or for moving the one that stands.

    Locks the acting right, then the patient. Refuses with `right_not_in_force`, `not_found`, `invalid_input` (every field; a rule that
    does not stand against this place), `exception_useless` when a rule stands against it that nobody lets pass (all are named),
    `stale_state` when the referral is neither open for booking nor booked, `already_exists` while one is open.
    """
    required_right(by)
    clean = _checked(request)
    try:
        with transaction.atomic(durable=True):
            judged, among = _judged(referral, pool_slot, by)
            _lapse_of_referral(judged.row.referral)
            broken = _broken(judged, among, clean)
            made = [_asked(judged, broken[rule], clean, by) for rule in Overridable.values if rule in clean.rules]
    except IntegrityError as error:
        raise Refusal("already_exists", _("An exception from this rule is asked for or granted already.")) from error
    return made


def grant(exception: UUID, last_day: date | None, note: str, *, expected_version: int, by: Acting) -> RuleOverride:
    """Promise that the rule passes for one booking of this referral, until the end of a day at most `exception_days` ahead.

    Refuses with `not_allowed`, `not_found`, `invalid_input`, `second_person_required` for whoever asked, `stale_state` when somebody
    was first (another decision, or the doctor took it back).
    """
    _may_decide(by)
    with transaction.atomic(durable=True):
        held = _held(exceptions_for(by), exception)
        _require_other(held, by)
        until = _until(last_day, held)
        decision = _short(note, "decision", required=False)
        advance(
            held, "granted", by=by.actor, expected_version=expected_version, decided_by=by.user, decision=decision, valid_to=until
        )  # fmt: skip
        _record("exception.grant", held, by, decision, {"until": until.isoformat()})
    return held


def refuse(exception: UUID, note: str, *, expected_version: int, by: Acting) -> RuleOverride:
    """Promise that the rule stays, with a reason the doctor can follow. Refuses as `grant`."""
    _may_decide(by)
    decision = _short(note, "decision", required=True)
    with transaction.atomic(durable=True):
        held = _held(exceptions_for(by), exception)
        _require_other(held, by)
        advance(held, "refused", by=by.actor, expected_version=expected_version, decided_by=by.user, decision=decision)
        _record("exception.refuse", held, by, decision)
    return held


def withdraw(exception: UUID, *, expected_version: int, by: Acting) -> RuleOverride:
    """Promise that an exception is over: taken back by the asking unit, or by the district that granted it.

    Refuses with `not_allowed`, `not_found`, `stale_state` (it was decided, used or over meanwhile).
    """
    deciding = by.can(Capability.DECIDE_EXCEPTIONS)
    if not deciding and not by.can(Capability.BOOK):
        raise Refusal("not_allowed", _("Your role does not include this."))
    with transaction.atomic(durable=True):
        held = _held(exceptions_for(by) if deciding else exceptions_asked_by(by), exception)
        if deciding and held.status == "asked":
            raise Refusal("not_allowed", _("What is only asked for is granted or refused."))
        advance(held, "withdrawn", by=by.actor, expected_version=expected_version)
        _record("exception.withdraw", held, by)
    return held


def lapse_due() -> int:
    """Promise that exceptions past their end, or whose referral or visit day is over, are marked so, one by one. Says how many."""
    due = RuleOverride.objects.filter(_over()).order_by("pk").values_list("pk", flat=True)
    return sum(_lapse(pk) for pk in due)


def longest_day(at: date, district: District) -> date:
    """The last day until which an exception may be granted today."""
    return at + timedelta(days=int(policy.value(parameters.EXCEPTION_DAYS, at=at, district=district)))


def movable_of(referral: UUID) -> Booking | None:
    """The booking of this referral that its doctor may move."""
    return Booking.objects.filter(referral__public_id=referral, status="booked", mode=BookingMode.COMMUNITY).first()


def _judged(referral: UUID, pool_slot: UUID, by: Acting) -> tuple[Judged, Sequence[rules.Rule]]:
    """Step: the facts of booking this place, or of moving there, under the locks of a booking; and the rules that are asked."""
    moved = movable_of(referral)
    judged = booking_facts(referral, pool_slot, "", by, without=moved.public_id if moved else None)
    if judged is None or not judged.row.referral_at_own_unit:
        raise not_found()
    right = rules.right_must_be_in_force(judged.facts)
    if right:
        raise sentences.refusal_of((right,))
    if not is_open(judged.row) and (moved is None or judged.row.referral_status not in MAY_MOVE):
        raise stale(judged)
    return judged, rules.RULES if moved is None else rules.RULES_OF_A_MOVE


def _broken(judged: Judged, among: Sequence[rules.Rule], clean: Request) -> dict[str, Violation]:
    """The rules that may be let pass and stand against the place; refuses when another stands there too, or a named one does not."""
    found = rules.broken_rules(judged.facts, among)
    others = tuple(sentences.speak(one) for one in in_the_way(found))
    if others:
        sentence = _("No exception would help: a rule stands against this place that nobody lets pass.")
        raise Refusal("exception_useless", sentence, others)
    broken = {one.rule: one for one in reversed(found)}
    if not clean.rules <= set(broken):
        raise invalid("rules", _("This rule does not stand against this place; nothing needs to be asked for."))
    return broken


def in_the_way(violations: Iterable[Violation]) -> list[Violation]:
    """Those that no exception lets pass and that do not pass by themselves."""
    return [one for one in violations if one.rule not in Overridable.values and one.code not in PASSES_LATER]


def _asked(judged: Judged, violation: Violation, clean: Request, by: Acting) -> RuleOverride:
    requires_transaction()
    place = PoolSlot.objects.only("pk").get(pk=judged.row.pool_slot)
    made = RuleOverride.objects.create(
        referral_id=judged.row.referral, rule=violation.rule, reason=clean.reason, evidence=clean.evidence, asked_by=by.user,
        pool_slot=place, counted=violation.count, bound=violation.limit,
    )  # fmt: skip
    created(made, by=by.actor)
    _record("exception.ask", made, by, clean.reason, {"rule": made.rule})
    return made


def _held(rows: QuerySet[RuleOverride], public_id: UUID) -> RuleOverride:
    """Step: one of these exceptions, locked. Refuses with `not_found`."""
    requires_transaction()
    found = rows.filter(public_id=public_id).select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise not_found()
    return found


def _may_decide(by: Acting) -> None:
    if not by.can(Capability.DECIDE_EXCEPTIONS):
        raise Refusal("not_allowed", _("Your role does not include this."))


def _require_other(held: RuleOverride, by: Acting) -> None:
    if held.asked_by_id == by.user.pk:
        raise Refusal("second_person_required", _("Somebody else has to decide about what you asked for."))


def _until(last_day: date | None, held: RuleOverride) -> datetime:
    """The instant after the last day of a granted exception."""
    today = database_now().astimezone(SHANGHAI).date()
    latest = longest_day(today, held.referral.institution.district)
    if last_day is None:
        raise invalid("last_day", _("Enter the last day of the exception."))
    if not today <= last_day <= latest:
        span = {"first": today.isoformat(), "last": latest.isoformat()}
        raise invalid("last_day", _("Enter a day from %(first)s to %(last)s.") % span)
    return datetime.combine(last_day + timedelta(days=1), time.min, SHANGHAI)


def _checked(request: Request) -> Request:
    faults = Faults()
    if not request.rules:
        faults.add(invalid("rules", _("Choose at least one rule.")))
    elif not request.rules <= set(Overridable.values):
        faults.add(invalid("rules", _("Nobody lets this rule pass.")))
    reason = faults.of(_short, request.reason, "reason")
    evidence = faults.of(_short, request.evidence, "evidence")
    faults.tell()
    return Request(request.rules, reason or "", evidence or "")


def _short(text: str, field: str, *, required: bool = True) -> str:
    words, limit = text.strip(), LONGEST[field]
    if required and not words:
        raise invalid(field, _("Please fill this in."))
    if len(words) > limit:
        raise invalid(field, _("At most %(limit)d characters; now %(count)d.") % {"limit": limit, "count": len(words)})
    return words


def _over() -> Q:
    """What is past by the database's clock: the end of a granted one, the visit day of an asked one, a referral that ended."""
    past_end = Q(status="granted", valid_to__lte=Now())
    past_visit = Q(status="asked", pool_slot__starts_at__lte=Now())
    return Q(status__in=OPEN) & (past_end | past_visit | Q(referral__status__in=("cancelled", "expired", "closed")))


def _lapse(pk: int) -> bool:
    with transaction.atomic(durable=True):
        return _lapsed(RuleOverride.objects.filter(_over(), pk=pk))


def _lapse_of_referral(referral: int) -> None:
    """Step: what is past does not stand in the way of asking again."""
    for pk in RuleOverride.objects.filter(_over(), referral_id=referral).order_by("pk").values_list("pk", flat=True):
        _lapsed(RuleOverride.objects.filter(_over(), pk=pk))


def _lapsed(rows: QuerySet[RuleOverride]) -> bool:
    held = rows.select_for_update(of=("self",), no_key=True).first()
    if held is not None:
        advance(held, "lapsed", by=SYSTEM)
    return held is not None


def _record(verb: str, held: RuleOverride, by: Acting, why: str = "", more: dict[str, str] | None = None) -> None:
    details = {"referral": str(held.referral.public_id), "rule": held.rule, "status": held.status} | (more or {})
    record(verb, KIND, held.public_id, by=by.actor, reason=why, details=details)
