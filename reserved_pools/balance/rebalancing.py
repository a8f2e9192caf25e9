"""Moves reserved places to where they are wanted, or gives them to the hospital early, and takes that back (R040, R088)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.access import MANAGE_POOLS, institutions_where, require_pools_of
from clinics.clock import database_now
from clinics.models import ClinicSession, Department
from permissions.acting import Acting
from reserved_pools import resizing
from reserved_pools.balance.ahead import Ahead, sessions_ahead
from reserved_pools.balance.balance import Verdict, WeekOf, breaks, percent
from reserved_pools.balance.compliance import week_of_department
from reserved_pools.balance.moving import MOVED, move_places
from reserved_pools.balance.proposals import after_move
from reserved_pools.models import PlaceEvent, PlaceMove, PoolSlot, Rebalancing
from reserved_pools.parameters import EXPERT_SHARE, RESERVED_SHARE
from reserved_pools.returned import GIVEN_EARLY, was_taken
from reserved_pools.windows import BEIJING
from vault import audit
from vault.ids import uuid7
from vault.refusal import Refusal, Violation, invalid

UNDONE: Final = "rebalancing undone"
UNDO_FOR: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Move:
    """What somebody accepts: so many places of one session for another or, without one, for the hospital; `reserved` and `left`
    (those nobody has) of the first session are what she saw when she decided."""

    source: UUID
    target: UUID | None
    places: int
    reserved: int
    left: int


@transaction.atomic(durable=True)
def accept(move: Move, *, by: Acting) -> Rebalancing:
    """Use case: move the places, every column with its event, in one transaction (R088).

    Places given up by a session that keeps its bands stay bookable for contracted residents; the other session gives of theirs
    first and of the window's after. Locks the department, then the pool slots of both sessions in key order, so that two moves of
    one week never break a floor together. Refuses with `not_found`, `no_grant_on_target`, `stale_state` with the new numbers when
    the session's places changed since they were seen, `below_floor` with the rule (R040), `invalid_input`.
    """
    source, target = _sessions(move, by)
    require_pools_of(by, {source.service.institution_id})
    _lock(source.service.department_id, [one.pk for one in (source, target) if one])
    today = database_now().astimezone(BEIJING).date()
    touched = [one.pk for one in (source, target) if one]
    now = {row.session.pk: row for row in sessions_ahead([source.service.institution], today, only=touched)}
    here, there = now.get(source.pk), now.get(target.pk) if target else None
    if here is None or (target is not None and there is None):
        raise Refusal("stale_state", _("The reserved places of this clinic are closed; nothing can be moved any more."))
    _check_seen(move, here)
    _check_places(move, here, there)
    week = week_of_department(source.service.department, source.date)
    _refuse_broken(week, after_move(week, source, target, move.places))
    done = Rebalancing(
        public_id=uuid7(),
        institution=source.service.institution,
        from_session=source,
        to_session=target,
        places=move.places,
        expected_unused=here.forecast.unused if here.forecast else Decimal(here.left),
        accepted_by=by.user,
    )
    done.save(force_insert=True)
    move_places(done)
    audit.record("rebalance", "rebalancing", done.public_id, by=by.actor, details=_details(done))
    return done


@transaction.atomic(durable=True)
def undo(rebalancing: Rebalancing, *, by: Acting) -> Rebalancing:
    """Use case: take a move back within a day, each band as it was.

    Refuses with `stale_state` when it was taken back already, is too old, or places of it were booked or taken over meanwhile, with
    `below_floor` when taking it back would break a floor, with `no_grant_on_target`.
    """
    require_pools_of(by, {rebalancing.institution_id})
    source, target = rebalancing.from_session, rebalancing.to_session
    _lock(source.service.department_id, [one.pk for one in (source, target) if one])
    now = database_now()
    held = Rebalancing.objects.select_for_update(of=("self",), no_key=True).get(pk=rebalancing.pk)
    _check_undo(held, now - held.created_at)
    week = week_of_department(source.service.department, source.date)
    _refuse_broken(week, after_move(week, source, target, -rebalancing.places))
    moves = list(PlaceEvent.objects.filter(about=held.public_id, reason__in=(MOVED, GIVEN_EARLY)).order_by("move", "pk"))
    # Shrinking first ("added" sorts before "taken_back"): a band's growing part needs the room of the other.
    if not all(resizing.resize(one.pool_slot_id, _back(one), reason=UNDONE, about=held.public_id) for one in moves):
        raise Refusal("stale_state", _("Some of these places were booked meanwhile, or their clinic is closed. The move stays."))
    Rebalancing.objects.filter(pk=held.pk).update(undone_at=now, undone_by=by.user)
    audit.record("undo_rebalance", "rebalancing", held.public_id, by=by.actor, details=_details(rebalancing))
    rebalancing.undone_at, rebalancing.undone_by = now, by.user
    return rebalancing


def rebalancing_of(acting: Acting, public_id: UUID) -> Rebalancing:
    """One move of this person's hospitals. Raises Refusal("not_found")."""
    found = rebalancings_of(acting).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such move of places."))
    return found


def rebalancings_of(acting: Acting) -> QuerySet[Rebalancing]:
    """The moves of this person's hospitals, the last first, with what a page shows of them."""
    mine = Rebalancing.objects.filter(institution__in=institutions_where(acting.user, MANAGE_POOLS))
    sessions = [f"{one}__service__{what}" for one in ("from_session", "to_session") for what in ("department", "institution")]
    return mine.select_related("institution", "accepted_by", "undone_by", *sessions).order_by("-pk")


def can_be_undone(rebalancing: Rebalancing, now: datetime) -> bool:
    """Whether the move is young enough and stands."""
    return rebalancing.undone_at is None and now - rebalancing.created_at <= UNDO_FOR


def _sessions(move: Move, by: Acting) -> tuple[ClinicSession, ClinicSession | None]:
    """The sessions of a move, both of one department and ISO week, among this person's hospitals."""
    mine = institutions_where(by.user, MANAGE_POOLS)
    rows = ClinicSession.objects.filter(public_id__in={move.source, move.target} - {None}, service__institution__in=mine)
    found = {row.public_id: row for row in rows.select_related("service__institution", "service__department")}
    source = found.get(move.source)
    if source is None or (move.target is not None and move.target not in found):
        raise Refusal("not_found", _("There is no such clinic."))
    target = found[move.target] if move.target else None
    if target is not None:
        _check_beside(source, target)
    return source, target


def _check_beside(source: ClinicSession, target: ClinicSession) -> None:
    if source.pk == target.pk:
        raise invalid("to_session", _("Choose another clinic than the one the places come from."))
    same_week = source.date.isocalendar()[:2] == target.date.isocalendar()[:2]
    if source.service.department_id != target.service.department_id or not same_week:
        raise invalid("to_session", _("Places move between clinics of one department and one week, whose shares stay as they are."))


def _lock(department: int, sessions: list[int]) -> None:
    """First the department, so that its moves go one after the other, then the pool slots in key order."""
    Department.objects.select_for_update(of=("self",), no_key=True).get(pk=department)
    list(PoolSlot.objects.filter(slot__session__in=sessions).locked().values_list("pk", flat=True))


def _check_seen(move: Move, here: Ahead) -> None:
    """Nobody decides on numbers that are no longer true."""
    if (here.reserved, here.left) == (move.reserved, move.left):
        return
    now = {
        "reserved": here.reserved,
        "booked": here.booked,
        "left": here.left,
        "expected_unused": str(here.forecast.unused) if here.forecast else None,
    }
    sentence = _("Meanwhile %(booked)d of %(reserved)d places are booked. Look at the new numbers and decide again.")
    raise Refusal("stale_state", sentence % {"booked": here.booked, "reserved": here.reserved}, current=now)


def _check_places(move: Move, here: Ahead, there: Ahead | None) -> None:
    if move.places < 1:
        raise invalid("places", _("Move at least one place."))
    if move.places > here.left:
        raise invalid("places", _("Only %(n)d of the places are free.") % {"n": here.left})
    if there is not None and move.places > there.room:
        raise invalid("places", _("The other clinic can take %(n)d more places.") % {"n": there.room})


def _refuse_broken(before: WeekOf, after: WeekOf) -> None:
    broken = breaks(before, after)
    if broken:
        violations = tuple(violation_of(verdict, after) for verdict in broken)
        raise Refusal("below_floor", violations[0].message, violations)


def violation_of(verdict: Verdict, after: WeekOf) -> Violation:
    """The rule that a move would break, with its words and what the share would be (R040)."""
    reserved = verdict is Verdict.RESERVED_SHORT
    rule, share = (RESERVED_SHARE, after.reserved_share) if reserved else (EXPERT_SHARE, after.expert_share)
    floor = after.reserved_floor if reserved else after.expert_floor
    sentence = (
        _("The department's week would keep %(share)s %% for referrals; the floor is %(floor)s %%.")
        if reserved
        else _("Experts would hold %(share)s %% of the department's reserved places of the week; the floor is %(floor)s %%.")
    )
    return Violation(
        "below_floor",
        sentence % {"share": percent(share), "floor": percent(floor)},
        remedy=_("Move fewer places, or raise the share of another clinic of the week first."),
        rule=rule.rule,
        source=rule.source,
        article=str(rule.article),
        quote=rule.quote,
    )


def _check_undo(held: Rebalancing, age: timedelta) -> None:
    if held.undone_at is not None:
        raise Refusal("stale_state", _("This move was taken back already."))
    if age > UNDO_FOR:
        raise Refusal("stale_state", _("A move can be taken back for 24 hours."))
    if held.to_session_id is None and was_taken(held.public_id):
        raise Refusal("stale_state", _("The hospital has taken these places over already. The move stays."))


def _back(event: PlaceEvent) -> int:
    return -event.places if event.move == PlaceMove.ADDED else event.places


def _details(done: Rebalancing) -> dict[str, object]:
    return {
        "institution": str(done.institution.public_id),
        "from": str(done.from_session.public_id),
        "to": str(done.to_session.public_id) if done.to_session else "",
        "places": done.places,
    }
