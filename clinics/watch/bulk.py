"""One decision about many rights: first what would happen to each, then each in a transaction of its own, with its result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext_lazy as _

from clinics import rights
from clinics.models import BulkDecision, Post
from clinics.models.watch import NOTE_LENGTH
from clinics.right_queries import rights_seen_by
from clinics.rights import end_of
from clinics.watch import terms
from clinics.watch.states import BulkAct
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.right_states import REVOKE_REASONS, SUSPEND_REASONS, RightStatus, right_is_in_force
from permissions.roles import Capability
from vault import audit
from vault.refusal import Refusal, Sentence, invalid

MOST_RIGHTS = 100
TARGETS = {BulkAct.SUSPEND: RightStatus.SUSPENDED, BulkAct.REVOKE: RightStatus.REVOKED}
REASONS = {BulkAct.SUSPEND: SUSPEND_REASONS, BulkAct.REVOKE: REVOKE_REASONS}
DONE = "done"
# What became of one right, as the result page says it; any other code is told as a refusal.
OUTCOMES: Mapping[str, Sentence] = {
    DONE: _("Done"),
    "stale_state": _("Changed meanwhile; nothing was done"),
    "not_allowed": _("Belongs to another district; nothing was done"),
    "invalid_input": _("Lasts longer than that already; nothing was done"),
    "busy": _("Somebody else was deciding about it; nothing was done"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done to each of the chosen rights."""

    act: str
    reason: str = ""
    note: str = ""
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would happen to one right: nothing stands in the way, or the sentence that does."""

    right: ReferralRight
    obstacle: Sentence = ""


def chosen_rights(wanted: Sequence[UUID], *, by: Acting) -> list[ReferralRight]:
    """The chosen rights in the order of their keys, with holders and posts. Refuses with `invalid_input` for none or too many,
    `not_found` when one may not be seen."""
    if not wanted or len(set(wanted)) > MOST_RIGHTS:
        raise invalid("rights", _("Choose at least one right, and 100 at most."))
    found = list(rights_seen_by(by).filter(public_id__in=set(wanted)).order_by("pk"))
    if len(found) != len(set(wanted)):
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return found


def check(wish: Wish, now: datetime, *, by: Acting) -> None:
    """Every field of the wish. Refuses with `not_allowed` or `invalid_input`."""
    if not by.can(Capability.GRANT_RIGHTS):
        raise Refusal("not_allowed", _("Your role does not include this."))
    if wish.act not in BulkAct.values:
        raise invalid("act", _("Choose what to do."))
    if len(wish.note) > NOTE_LENGTH:
        raise invalid("note", _("Write at most 200 characters."))
    if wish.act == BulkAct.EXTEND:
        if wish.last_day is None:
            raise invalid("valid_to", _("Enter the last day, like 2027-03-31."))
        end_of(wish.last_day, now)
    elif wish.reason not in {one.value for one in REASONS[BulkAct(wish.act)]}:
        raise invalid("reason", _("Choose one of the reasons."))
    else:
        rights.require_evidence(wish.reason, wish.note)


def forecast(wish: Wish, chosen: Sequence[ReferralRight], now: datetime) -> list[Forecast]:
    """What the wish would do to each right as it stands now; pure."""
    return [Forecast(right, _obstacle(wish, right, now)) for right in chosen]


def _obstacle(wish: Wish, right: ReferralRight, now: datetime) -> Sentence:
    if wish.act != BulkAct.EXTEND:
        target = TARGETS.get(BulkAct(wish.act)) if wish.act in BulkAct.values else None
        lawful = target is not None and right.STATES.find(right.status, target) is not None
        return "" if lawful else _("Not possible from where it stands")
    if not right_is_in_force(right.status, right.valid_from, right.valid_to, now):
        return _("Not in force")
    longer = wish.last_day is None or right.valid_to is None or end_of(wish.last_day, now) > right.valid_to
    return "" if longer else _("Lasts longer than that already")


def decide(wish: Wish, versions: Mapping[UUID, int], *, key: str, by: Acting, now: datetime) -> BulkDecision:
    """Carries the wish out on each right in its own transaction and keeps what became of each; the same key again is the same
    decision, shown again.

    A right whose version is another than the one looked at is left alone. Refusals of the wish as a whole are those of `check`
    and `chosen_rights`; those of a single right are its result. A worker that dies on the way leaves the decision without
    results; what was done until then stands in each right's own timeline.
    """
    check(wish, now, by=by)
    chosen = chosen_rights(list(versions), by=by)
    made, is_new = _begin(wish, key, by)
    if not is_new:
        return made
    results = [_result(wish, right, versions[right.public_id], by) for right in chosen]
    return _finish(made, results, by)


def _result(wish: Wish, right: ReferralRight, version: int, by: Acting) -> dict[str, str]:
    try:
        _carry_out(wish, right, version, by)
    except Refusal as refusal:
        return {"right": str(right.public_id), "code": refusal.code}
    except OperationalError:  # its lock was not free in time; nothing was written for it, and the others go on
        return {"right": str(right.public_id), "code": "busy"}
    return {"right": str(right.public_id), "code": DONE}


def _carry_out(wish: Wish, right: ReferralRight, version: int, by: Acting) -> None:
    if wish.act == BulkAct.EXTEND and wish.last_day is not None:
        terms.extend(right, last_day=wish.last_day, by=by, expected_version=version)
    elif wish.act == BulkAct.SUSPEND:
        rights.suspend(right, by=by, reason=wish.reason, note=wish.note, expected_version=version)
    else:
        rights.revoke(right, by=by, reason=wish.reason, note=wish.note, expected_version=version)


@transaction.atomic(durable=True)
def _begin(wish: Wish, key: str, by: Acting) -> tuple[BulkDecision, bool]:
    """The decision's row, written before its first right: two that race on one key are one decision."""
    fields = {"act": wish.act, "reason_code": wish.reason, "note": wish.note, "last_day": wish.last_day}
    try:
        with transaction.atomic():
            return BulkDecision.objects.create(decided_by=by.user, key=key, **fields), True
    except IntegrityError:
        known = BulkDecision.objects.get(decided_by=by.user, key=key)
    if any(getattr(known, name) != value for name, value in fields.items()):
        raise Refusal(
            "idempotency_mismatch",
            _("This request number was already used for a different request. Reload the page and try again."),
        )
    return known, False


@transaction.atomic(durable=True)
def _finish(made: BulkDecision, results: list[dict[str, str]], by: Acting) -> BulkDecision:
    BulkDecision.objects.filter(pk=made.pk).update(results=results)
    made.results = results
    done = sum(one["code"] == DONE for one in results)
    details = {"act": made.act, "rights": len(results), "done": done, "note": made.note}
    audit.record("decide_in_bulk", "bulk_decision", made.public_id, by=by.actor, reason=made.reason_code, details=details)
    return made


def decision_of(public_id: UUID, *, by: Acting) -> BulkDecision:
    """One's own decision. Refuses with `not_found` anybody else's."""
    found = BulkDecision.objects.filter(public_id=public_id, decided_by=by.user).first()
    if found is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return found


def results_of(made: BulkDecision) -> list[tuple[Post | None, ReferralRight | None, str, Sentence]]:
    """Each right of a decision with its post, its code and what became of it, in two queries."""
    ids = [one["right"] for one in made.results]
    found = {str(one.public_id): one for one in ReferralRight.objects.select_related("user", "post__institution").filter(public_id__in=ids)}
    rows = [(found.get(one["right"]), one["code"]) for one in made.results]
    refused = _("Refused; nothing was done")
    return [(getattr(right, "post", None), right, code, OUTCOMES.get(code, refused)) for right, code in rows]
