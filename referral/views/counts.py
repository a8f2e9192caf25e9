"""The numbers beside the sections of the top bar."""

from collections.abc import Callable, Mapping

from django.utils import timezone

from clinics.nominations.queries import to_decide
from clinics.policy.board import waiting_to_decide
from clinics.timetables.stop_queries import stops_to_decide
from permissions.acting import Acting
from referral.returns.queries import waiting_for
from referral.worklist.queries import open_of, returns_waiting
from reserved_pools.returned import waiting_places


def to_do(acting: Acting) -> int:
    """How many things wait for the acting doctor, the same as on her first page."""
    return open_of(acting, timezone.localdate()).count() + returns_waiting(acting).count()


COUNTS: Mapping[str, Callable[[Acting], int]] = {
    "policy": waiting_to_decide,
    "todo": to_do,
    "released": waiting_places,
    "returns": waiting_for,
    "nominations": to_decide,
    "stops": stops_to_decide,
}
