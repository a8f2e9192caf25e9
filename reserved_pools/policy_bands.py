"""How many published bands would open or close at another moment under other values, by the windows they would really have."""

from collections import Counter
from collections.abc import Callable, Collection
from datetime import date
from itertools import groupby

from clinics.clock import database_now
from clinics.models import Department, Institution
from clinics.policy import Row
from reserved_pools.models import PoolSlot
from reserved_pools.rewindow import Values, open_ahead, targets_of, wanted

MOST_BANDS = 50_000  # above it a single hospital is looked at instead
CHUNK = 2_000


def moved_bands(
    institutions: Collection[Institution], day: date, after: Callable[[list[Row]], list[Row]], department: Department | None = None
) -> Counter[int] | None:
    """Hospital → its published bands from a day on whose window becomes another; None when there are too many to look at.

    Every band is judged by the values of its own department and day, so one where a stricter value stays is not counted. Five queries.
    """
    bands = open_ahead(day).filter(institution__in=institutions)
    bands = bands.filter(department=department) if department is not None else bands
    if bands.count() > MOST_BANDS:
        return None
    pairs = bands.order_by().values_list("department", "institution").distinct()
    targets = targets_of(pairs, {one.pk: one for one in institutions})
    before, then, now = Values(targets), Values(targets), database_now()
    then.policies.rows = after(before.policies.rows)
    found: Counter[int] = Counter()
    rows = bands.filter(department__in=targets).select_related("slot").order_by("slot__session", "pk").iterator(chunk_size=CHUNK)
    for _session, group in groupby(rows, key=_session_of):
        together = list(group)
        for (one, held), (_same, other) in zip(wanted(together, before, now), wanted(together, then, now), strict=True):
            found[one.institution_id] += held != other
    return found


def _session_of(band: PoolSlot) -> int:
    return band.slot.session_id
