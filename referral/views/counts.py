"""The numbers beside the sections of the top bar."""

from collections.abc import Callable, Mapping

from django.utils import timezone

from clinics.nominations.queries import to_decide
from permissions.acting import Acting
from referral.returns.queries import waiting_for
from referral.worklist.queries import open_of, returns_waiting


def to_do(acting: Acting) -> int:
    """How many things wait for the acting doctor, the same as on her first page."""
    return open_of(acting, timezone.localdate()).count() + returns_waiting(acting).count()


COUNTS: Mapping[str, Callable[[Acting], int]] = {"todo": to_do, "returns": waiting_for, "nominations": to_decide}
