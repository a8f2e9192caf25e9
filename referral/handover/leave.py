"""Somebody leaves or goes to another post: her open work gets its owners, and the post ends with everything that hangs on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinics.models import Department, Institution, Post
from clinics.posts import end_post, locked_live, transfer_post
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.right_states import RightReason
from permissions.roles import POST_KINDS, Role
from referral.handover.give import NOT_FIT, give, give_contracts, leave_teams, tell
from referral.handover.items import Item, contracts_of, counted, locked_items, mark_of, work_of
from referral.handover.people import colleagues_of, require_end_of
from vault.refusal import Refusal, invalid
from vault.transactions import requires_transaction

LEAVING = (RightReason.LEFT, RightReason.OWN_REQUEST, RightReason.QUALIFICATION, RightReason.IN_ERROR)


@dataclass(frozen=True, slots=True)
class Plan:
    """Who gets what: everything goes to `successor` but the items chosen one by one; None means the manager's list.

    `contracts` is the colleague to whom the residents under contract look from now on.
    """

    successor: UUID | None = None
    chosen: Mapping[UUID, UUID | None] = field(default_factory=dict)
    contracts: UUID | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Where a person goes who is transferred."""

    institution: Institution
    kind: Role
    department: Department | None = None
    title: str = ""


@dataclass
class Handed:
    """What came to one colleague, or to the manager's list."""

    to: Post | None
    items: list[Item] = field(default_factory=list)
    contracts: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        return counted(self.items, self.contracts)


@transaction.atomic(durable=True)
def leave(post: Post, plan: Plan, *, reason: str, by: Acting, today: date, seen: int | None = None) -> list[Handed]:
    """Use case: the person leaves the post; her open work is its colleagues' from the same instant on (R048).

    Locks the posts and the rights involved in key order, then the work, so that a booking, a new referral or a take-over at
    the same moment either comes first and is handed over, or is refused. Refuses with `not_allowed`, `invalid_input`
    (a reason, a colleague who cannot take the work), or `stale_state` when `seen` is not the mark of the work as it is now.
    """
    if reason not in LEAVING:
        raise invalid("reason", _("Choose one of the reasons."))
    handed = _hand_over(post, plan, by, reason, today, seen)
    end_post(post, by=by, reason=reason)
    leave_teams(post)
    return handed


@transaction.atomic(durable=True)
def transfer(post: Post, plan: Plan, move: Move, *, by: Acting, today: date, seen: int | None = None) -> tuple[Post, list[Handed]]:
    """Use case: the person goes to another post, which has no right until the district grants one; the rest is as in `leave`.

    Her contracts stay with her when she remains a family doctor of the same centre or its stations.
    """
    if move.kind not in POST_KINDS:
        raise invalid("kind", _("This role belongs to a district, not to a post."))
    stays = move.kind == Role.FAMILY_DOCTOR and move.institution.root_id == post.institution.root_id
    handed = _hand_over(post, plan, by, RightReason.MOVED, today, seen, contracts_stay=stays)
    new = transfer_post(post, move.institution, move.kind, by=by, department=move.department, title=move.title)
    leave_teams(post)
    return new, handed


def preview(post: Post, plan: Plan, *, today: date, seen: int | None = None) -> list[Handed]:
    """What a plan would do now, colleague by colleague, the manager's list last; nothing is written. Refusals are those of `leave`."""
    people, work = _people(post, plan), work_of(post, today)
    _check_seen(seen, work.items, work.contracts)
    return _sorted_out(plan, work.items, people, work.contracts)


def _hand_over(
    post: Post, plan: Plan, by: Acting, reason: str, today: date, seen: int | None, *, contracts_stay: bool = False
) -> list[Handed]:
    """Step: everybody and everything locked, then each piece given."""
    requires_transaction()
    require_end_of(post, by)
    people = _held(post, plan)
    items = locked_items(post)
    contracts = contracts_of(post, today).count()
    _check_seen(seen, items, contracts)
    handed = _sorted_out(plan, items, people, 0 if contracts_stay else contracts)
    for part in handed:
        give(part.items, part.to, by=by, reason=reason)
        if part.to is None:
            continue
        if part.contracts:
            give_contracts(post, part.to, by=by, reason=reason, today=today)
        tell(part.to, post.user.name, part.counts, about=post.public_id, version=1)
    return handed


def _check_seen(seen: int | None, items: Iterable[Item], contracts: int) -> None:
    """Refuse with `stale_state` when the caller decided about other work than there is now."""
    mark = mark_of(items, contracts)
    if seen not in (None, mark):
        sentence = _("The open work has changed since you opened this page. Look at it again, then decide.")
        raise Refusal("stale_state", sentence, current={"version": mark})


def _sorted_out(plan: Plan, items: Iterable[Item], people: Mapping[UUID, Post], contracts: int) -> list[Handed]:
    parts: dict[UUID | None, Handed] = {public_id: Handed(one) for public_id, one in people.items()} | {None: Handed(None)}
    open_now = list(items)
    if not set(plan.chosen) <= {item.public_id for item in open_now}:
        raise invalid("items", _("One of the chosen lines is no open work of this person."))
    for item in open_now:
        parts[plan.chosen.get(item.public_id, plan.successor)].items.append(item)
    parts[plan.contracts].contracts = contracts
    return [part for part in parts.values() if part.items or part.contracts]


def _held(post: Post, plan: Plan) -> dict[UUID, Post]:
    """Step: the post and its successors' posts, locked in key order, then their rights; each successor fit to take the work."""
    named = _people(post, plan)
    keys = {post.pk, *(one.pk for one in named.values())}
    if post.pk not in locked_live(keys):
        raise Refusal("stale_state", _("This post has ended already."))
    rights = {one.right_id for one in (post, *named.values()) if one.right_id}
    list(ReferralRight.objects.locked().filter(pk__in=rights))
    return _people(post, plan)


def _people(post: Post, plan: Plan) -> dict[UUID, Post]:
    """The colleagues a plan names, by public id. Refuses with `invalid_input` one who cannot take the work now."""
    fields = {"successor": plan.successor, "contracts": plan.contracts}
    wanted = {one for one in (*fields.values(), *plan.chosen.values()) if one is not None}
    found = {one.public_id: one for one in colleagues_of(post).filter(public_id__in=wanted)}
    for name, one in fields.items():
        if one is not None and (one not in found or (name == "contracts" and found[one].kind != Role.FAMILY_DOCTOR)):
            raise invalid(name, NOT_FIT)
    if any(one is not None and one not in found for one in plan.chosen.values()):
        raise invalid("items", NOT_FIT)
    return found
