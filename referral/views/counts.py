"""The numbers beside the sections of the top bar."""

from collections.abc import Callable, Mapping
from functools import cached_property

from django.utils import timezone

from clinics.criteria.queries import sets_to_decide
from clinics.nominations.queries import to_decide
from clinics.policy.board import waiting_to_decide
from clinics.policy.sets_queries import choices_to_decide
from clinics.timetables.stop_queries import stops_to_decide
from permissions.acting import Acting
from referral.booking.in_error import errors_to_decide
from referral.booking.override_queries import waiting_exceptions
from referral.credit.queries import to_decide as appeals_to_decide
from referral.disruptions.queries import calls_to_make, waiting_for_doctor
from referral.evaluation.queries import waiting_findings
from referral.patients.control_queries import waiting_controls
from referral.returns.queries import waiting_for
from referral.review.queries import waiting_count
from referral.worklist.queries import open_of
from reserved_pools.returned import waiting_places


class Waiting:
    """What waits for one person on one page: each number is counted when its section asks, and what two sections show only once."""

    def __init__(self, acting: Acting) -> None:
        self.acting = acting

    def of(self, count: str) -> int:
        """The number beside a section; 0 for a section without one."""
        if count == "todo":
            return self.at_doctors + self.returns
        if count == "returns":
            return self.returns
        return COUNTS[count](self.acting) if count in COUNTS else 0

    @property
    def at_doctors(self) -> int:
        """With the returns, how many things wait for the acting doctor, the same as on her first page."""
        return open_of(self.acting, timezone.localdate()).count() + waiting_for_doctor(self.acting).count()

    @cached_property
    def returns(self) -> int:
        """How many patients were sent back whom somebody of the unit has to take over."""
        return waiting_for(self.acting)


def stops_waiting(acting: Acting) -> int:
    """How many stops wait for a second person's word, and how many patients of stopped clinics for a call."""
    return stops_to_decide(acting) + calls_to_make(acting)


def values_to_decide(acting: Acting) -> int:
    """How many values, choices of documents and lists of criteria wait for the acting administrator's word."""
    return waiting_to_decide(acting) + choices_to_decide(acting) + sets_to_decide(acting)


COUNTS: Mapping[str, Callable[[Acting], int]] = {
    "policy": values_to_decide,
    "released": waiting_places,
    "review": waiting_count,
    "nominations": to_decide,
    "stops": stops_waiting,
    "exceptions": waiting_exceptions,
    "controls": waiting_controls,
    "appeals": appeals_to_decide,
    "findings": waiting_findings,
    "errors": errors_to_decide,
}
