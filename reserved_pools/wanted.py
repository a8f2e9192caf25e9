"""What somebody looks for among the reserved places, checked once."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vault.refusal import invalid

LONGEST = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; empty means any. A department is a public id or a standard subject code.

    A kind is that of the service (R072); `name` is an examination's, which other hospitals call the same. A district is its
    code; `places_open_to` narrows the hospitals to it. `beyond` asks for days too that a hospital does not let book yet: two
    persons may open them for one referral (R106).
    """

    first: date
    last: date
    institution: UUID | None = None
    department: UUID | str | None = None
    service: UUID | None = None
    slot_class: str = ""
    district: str = ""
    kind: str = ""
    name: str = ""
    beyond: bool = False

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise invalid("to", _("The last day lies before the first."))
        if self.last - self.first > LONGEST:
            raise invalid("to", _("Ask for at most 31 days at once."))

    def condition(self) -> Q:
        """The same as a condition on pool slots, which repeat subject, class and day, so that one index answers."""
        wanted = Q(visit_date__range=(self.first, self.last))
        if self.slot_class:
            wanted &= Q(slot_class=self.slot_class)
        return wanted & self._place("", "standard_code")

    def sessions(self) -> Q:
        """The same as a condition on clinic sessions."""
        wanted = Q(date__range=(self.first, self.last))
        if self.slot_class:
            wanted &= Q(service__slot_class=self.slot_class)
        return wanted & self._place("service__", "service__department__standard_code")

    def _place(self, path: str, subject: str) -> Q:
        named = {
            f"{path}institution__public_id": self.institution,
            f"{path}department__public_id" if isinstance(self.department, UUID) else subject: self.department,
            "service__public_id": self.service,
            "service__kind": self.kind,
            "service__name": self.name,
        }
        return Q(**{lookup: value for lookup, value in named.items() if value})
