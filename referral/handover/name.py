"""The institution's manager names a colleague for work that nobody answers for any more."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinics.models import Post
from clinics.posts import hold
from permissions.acting import Acting
from permissions.roles import REFERRING_KINDS, Capability, Role
from referral.booking.expected import database_now
from referral.cases.models import Referral
from referral.handover.give import NOT_FIT, give, rename_doctor, tell
from referral.handover.items import Item, Kind, counted
from referral.handover.messages import SOMEBODY
from referral.handover.waiting import candidates, contracts_without_doctor, referrals_waiting, returns_waiting
from referral.patients.models import FamilyDoctorContract
from referral.returns.models import Return
from vault import audit
from vault.refusal import Refusal, invalid

MOST_AT_ONCE = 200
Chosen = Mapping[Kind, Sequence[UUID]]


@transaction.atomic(durable=True)
def name_owner(chosen: Chosen, to: UUID, *, by: Acting) -> int:
    """Use case: a colleague answers for this waiting work from now on, and is told; says how much it was.

    Refuses with `not_allowed`, `invalid_input` (nothing chosen, too much at once, a colleague who cannot take it: she must
    belong to the centre or hospital of each), or `stale_state` when somebody else has named an owner meanwhile.
    """
    _may_name(by)
    wanted = sum(len(ids) for ids in chosen.values())
    if not 0 < wanted <= MOST_AT_ONCE:
        raise invalid("item", _("Choose between 1 and %(most)d lines.") % {"most": MOST_AT_ONCE})
    successor = _held(to, by)
    items = _locked(chosen, by)
    if len(items) < wanted:
        raise Refusal("stale_state", _("Somebody has taken care of a part of this meanwhile. Look at the list again, then decide."))
    if any(_unit_of(item) != successor.institution.root_id for item in items):
        raise invalid("to", _("This colleague works at another centre or hospital than a part of what you chose."))
    give(items, successor, by=by)
    _tell(successor, counted(items, 0))
    return len(items)


@transaction.atomic(durable=True)
def name_doctor(doctor: UUID, to: UUID, *, by: Acting, today: date) -> int:
    """Use case: the residents still under contract with a doctor who is gone look to a family doctor of their centre now.

    Refuses with `not_allowed`, `invalid_input`, or `stale_state` when nothing waits any more.
    """
    _may_name(by)
    successor = _held(to, by, kinds=frozenset({Role.FAMILY_DOCTOR}))
    root = successor.institution.root_id
    waiting = contracts_without_doctor(by, today).filter(Q(institution=root) | Q(institution__parent=root), doctor__public_id=doctor)
    rows = FamilyDoctorContract.objects.filter(pk__in=waiting.values("pk")).order_by("pk")
    contracts = list(rows.select_for_update(of=("self",), no_key=True))
    if not contracts:
        raise Refusal("stale_state", _("No contract of this doctor waits at the colleague's centre."))
    rename_doctor(contracts, doctor, successor, by=by)
    details = {"contracts": len(contracts), "to": str(successor.public_id)}
    audit.record("name_doctor", "user", doctor, by=by.actor, details=details)
    _tell(successor, counted((), len(contracts)))
    return len(contracts)


def _may_name(by: Acting) -> None:
    if not by.can(Capability.MANAGE_POSTS):
        raise Refusal("not_allowed", _("Your role does not include this."))


def _held(to: UUID, by: Acting, kinds: frozenset[Role] = REFERRING_KINDS) -> Post:
    """Step: the named colleague, held so that her post does not end before the work is hers."""
    found = candidates(by).filter(public_id=to, kind__in=kinds).first()
    if found is None:
        raise invalid("to", NOT_FIT)
    hold(found)
    return found


def _locked(chosen: Chosen, by: Acting) -> list[Item]:
    """Step: what is chosen, locked in the house's order; a second look, after the locks, says what still waits."""
    referrals = Referral.objects.filter(public_id__in=chosen.get(Kind.REFERRAL, ())).order_by("pk")
    returns = Return.objects.filter(public_id__in=chosen.get(Kind.RETURN, ())).order_by("pk")
    held = [one.pk for one in referrals.select_for_update(of=("self",), no_key=True)]
    held_returns = [one.pk for one in returns.select_for_update(of=("self",), no_key=True)]
    still = referrals_waiting(by).filter(pk__in=held).select_related("institution")
    return [*still, *returns_waiting(by).filter(pk__in=held_returns).select_related("to_institution")]


def _unit_of(item: Item) -> int:
    place = item.institution if isinstance(item, Referral) else item.to_institution
    return place.root_id


def _tell(successor: Post, counts: dict[str, int]) -> None:
    """Told once a second at most: the second message of a second says nothing new."""
    tell(successor, SOMEBODY, counts, about=successor.public_id, version=int(database_now().timestamp()))
