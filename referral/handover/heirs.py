"""What a colleague finds in her inbox when work comes to her: the work itself, and what its former owner had not read yet."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from clinics.models import Post
from permissions.acting import Acting
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.cases.submission_models import PlaceRequest
from referral.handover.items import Item
from referral.inbox import passing
from referral.inbox.tell import tell
from vault.transactions import requires_transaction


def hand_over_notices(items: Sequence[Item], to: Post | None, *, by: Acting) -> None:
    """Step: the unread notices about these pieces of work go where the work goes, and a colleague hears of each piece."""
    requires_transaction()
    owned: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        if item.owner_id is not None:
            owned[item.owner_id].append(item)
    for former in Post.objects.filter(pk__in=owned).select_related("institution").order_by("pk"):
        passing.hand_over(former, _abouts(owned[former.pk]), to)
    for item in items:
        kind = "work_handed_over" if isinstance(item, Referral) else "return_assigned"
        tell([to], kind, about=item.public_id, version=item.version + 1, by=by.actor)


def _abouts(items: Sequence[Item]) -> set[UUID]:
    """The pieces themselves, and the bookings, disruptions and requests of the referrals among them."""
    found = {item.public_id for item in items}
    referrals = [item.pk for item in items if isinstance(item, Referral)]
    for booking, disruption in Booking.objects.filter(referral__in=referrals).values_list("public_id", "disruption__public_id"):
        found |= {booking, disruption}
    found |= set(PlaceRequest.objects.filter(referral__in=referrals).values_list("public_id", flat=True))
    return found - {None}
