"""Steps that give open work another owner, with its history and its place in the trail; what was written stays as it was."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from clinics.models import Post
from permissions.acting import Acting
from permissions.roles import Role
from referral.cases.models import Referral
from referral.handover.heirs import hand_over_notices
from referral.handover.items import Item, contracts_of, kind_of, locked_items
from referral.handover.messages import HANDED
from referral.patients.models import CareTeam, FamilyDoctorContract
from referral.patients.queries import of_unit
from referral.returns.models import Return
from vault import audit, outbox
from vault.changes import note_changes
from vault.transactions import requires_transaction

NOBODY = ""
NOT_FIT = _("This colleague cannot take the work over: she must be at the same centre or hospital, with a right in force.")


def give(items: Sequence[Item], to: Post | None, *, by: Acting, reason: str = "") -> None:
    """Step: these locked referrals and returns belong to another post from now on, or to nobody until the manager names one.

    Each gets a new version, so that a page drawn before is stale, a line in its history and one in the trail. The writer,
    the booking and its right stay what they were.
    """
    requires_transaction()
    former = dict(Post.objects.filter(pk__in={item.owner_id for item in items}).values_list("pk", "public_id"))
    for model in (Referral, Return):
        rows = model._default_manager.filter(pk__in=[item.pk for item in items if isinstance(item, model)])
        rows.update(owner=to, version=F("version") + 1)
    for item in items:
        _remember(item, former.get(item.owner_id or 0), to, by, reason)
    hand_over_notices(items, to, by=by)


def _remember(item: Item, former: UUID | None, to: Post | None, by: Acting, reason: str) -> None:
    before, after = str(former or NOBODY), str(to.public_id) if to else NOBODY
    note_changes(kind_of(item), item.public_id, {"owner": (before, after)}, by=by.actor, reason=reason)
    audit.record("hand_over", kind_of(item), item.public_id, by=by.actor, reason=reason, details={"from": before, "to": after})


def give_contracts(post: Post, to: Post, *, by: Acting, reason: str, today: date) -> int:
    """Step: the residents under contract with a leaving doctor look to a colleague from now on; says how many."""
    requires_transaction()
    contracts = list(contracts_of(post, today).select_for_update(of=("self",), no_key=True))
    rename_doctor(contracts, post.user.public_id, to, by=by, reason=reason)
    if contracts:
        details = {"contracts": len(contracts), "to": str(to.public_id)}
        audit.record("hand_over", "post", post.public_id, by=by.actor, reason=reason, details=details)
    return len(contracts)


def rename_doctor(contracts: Sequence[FamilyDoctorContract], former: UUID, to: Post, *, by: Acting, reason: str = "") -> None:
    """Step: these locked contracts name another doctor, who joins their care teams; each keeps its history."""
    requires_transaction()
    FamilyDoctorContract.objects.filter(pk__in=[one.pk for one in contracts]).update(doctor=to.user)
    for team in CareTeam.objects.filter(pk__in={one.care_team_id for one in contracts}).order_by("pk"):
        team.doctors.add(to.user)
    for one in contracts:
        note_changes("contract", one.public_id, {"doctor": (str(former), str(to.user.public_id))}, by=by.actor, reason=reason)


def tell(to: Post, left: str, counts: dict[str, int], *, about: UUID, version: int) -> None:
    """Step: the colleague reads on her phone how much has come to her."""
    words = {name: str(count) for name, count in counts.items()}
    params = {"name": to.user.name, "institution": to.institution.short_name, "left": left} | words
    outbox.put(HANDED.key, to.user.phone, params, about=about, version=version)


def release(post: Post, by: Acting) -> None:
    """Step of every end of a post: what is still in its hands waits for the institution's manager to name somebody.

    A hand-over has named colleagues before; whoever ends a post without one leaves nothing with an owner who is gone.
    """
    items = locked_items(post)
    if items:
        give(items, None, by=by)


def leave_teams(post: Post) -> None:
    """Step: a family doctor who has no post left at a unit is in none of its care teams."""
    live = Post.objects.live().filter(of_unit(post), user=post.user_id, kind=Role.FAMILY_DOCTOR)
    if post.kind == Role.FAMILY_DOCTOR and not live.exists():
        for team in CareTeam.objects.filter(of_unit(post), doctors=post.user_id):
            team.doctors.remove(post.user)
