"""What a hospital's system may offer itself: residents' places and the window's rest of every band, as carved (R083, R084)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from clinics.models import Institution, Slot
from reserved_pools.models import PoolKind
from vault.refusal import invalid

LONGEST: Final = timedelta(days=31)
MOST: Final = 500  # bands of one page
OPEN: Final = Q(pool_slots__closed_at=None)


@dataclass(frozen=True, slots=True)
class Band:
    """One band and who its places are for; what was returned at the cut-off is the window's."""

    slot: Slot
    referral: int
    direct: int
    direct_left: int
    returned: int

    @property
    def window(self) -> int:
        """The places that are kept for nobody, and those that came back; none in a blocked band (R084)."""
        return 0 if self.slot.is_blocked else max(0, self.slot.capacity - self.referral - self.direct) + self.returned


def bands_of(hospital: Institution, first: date, last: date, *, page: int = 1) -> Sequence[Band]:
    """One page of the bands of sessions that take place, in the order of time, and one more when another page follows; one query."""
    if last < first:
        raise invalid("to", _("The last day lies before the first."))
    if last - first > LONGEST:
        raise invalid("to", _("Ask for at most 31 days at once."))
    held = Slot.objects.filter(session__service__institution=hospital, session__date__range=(first, last), session__status="planned")
    referrers, residents = Q(pool_slots__kind=PoolKind.COMMUNITY_REFERRAL), Q(pool_slots__kind=PoolKind.RESIDENT_DIRECT)
    taken = F("pool_slots__published") - F("pool_slots__claimed") - F("pool_slots__held")
    rows = held.annotate(
        referral=Sum("pool_slots__published", filter=referrers, default=0),
        direct=Sum("pool_slots__published", filter=residents, default=0),
        direct_left=Sum(taken - F("pool_slots__cooling") - F("pool_slots__returned"), filter=residents & OPEN, default=0),
        came_back=Sum("pool_slots__returned", default=0),
    )
    rows = rows.select_related("session__service__department").order_by("starts_at", "pk")[(page - 1) * MOST : page * MOST + 1]
    return [Band(row, row.referral, row.direct, row.direct_left, row.came_back) for row in rows]
