"""The figures of one institution's month, each with the number it is a part of; pure arithmetic on what was counted (R131, R198)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reserved_pools.balance.balance import WeekOf


class Side(TextChoices):
    """What an institution is in a row: where the visit is, or where the referral was written."""

    HOSPITAL = "hospital", _("Receives referrals")
    REFERRING = "referring", _("Refers")


class Name(TextChoices):
    """Every figure, in the order in which a month is read."""

    PLACES_KEPT = "places_kept", _("Promised places put out")
    RESERVED = "reserved", _("Reserved share")
    EXPERT = "expert", _("Expert share")
    BOOKABLE = "bookable", _("Bookable share")
    USED = "used", _("Places used")
    CAME_BACK = "came_back", _("Places that came back unused")
    MADE = "made", _("Bookings made")
    IN_TIME = "in_time", _("Within the promised days")
    ATTENDED = "attended", pgettext_lazy("figure", "Seen")
    MISSED = "missed", _("Missed without excuse")
    EXCUSED = "excused", _("Not seen, excused")
    UNREPORTED = "unreported", _("Not reported")
    MOVED = "moved", pgettext_lazy("figure", "Moved")
    BY_REFERRER = "by_referrer", _("Cancelled by the referring doctor")
    BY_RESIDENT = "by_resident", _("Cancelled by the resident")
    BY_HOSPITAL = "by_hospital", _("Cancelled by the hospital")
    STOPPED = "stopped", _("Cancelled because the clinic was stopped")
    BY_SYSTEM = "by_system", _("Cancelled by the system")
    RETURNED = "returned", _("Returned with advice")
    SPECIAL_STOPS = "special_stops", _("Special stops")
    SETTLED = "settled", _("Affected by special stops and settled")
    SUBSTITUTED = "substituted", pgettext_lazy("figure", "of them seen by a substitute")
    OTHER_TIME = "other_time", pgettext_lazy("figure", "of them at another time")
    GIVEN_UP = "given_up", pgettext_lazy("figure", "of them gave up")
    MESSAGES_FAILED = "messages_failed", _("Messages not delivered")
    MESSAGES_WAITING = "messages_waiting", _("Messages not sent yet")
    EXCEPTIONS = "exceptions", _("Exceptions granted")


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted of an institution's month; bookings by the day of their visit where nothing else is said."""

    made: int = 0  # by the day they were made; what a move makes is not made again
    referred: int = 0  # of them by referral, to which the promise was given
    in_time: int = 0
    attended: int = 0
    missed: int = 0
    excused: int = 0
    unreported: int = 0
    ahead: int = 0  # today and later
    moved: int = 0
    by_referrer: int = 0
    by_resident: int = 0
    by_hospital: int = 0
    stopped: int = 0
    by_system: int = 0
    returned: int = 0
    stops: int = 0  # by their first day
    special_stops: int = 0
    affected: int = 0
    substituted: int = 0
    other_time: int = 0
    given_up: int = 0
    messages: int = 0  # by the day they were written
    messages_failed: int = 0
    messages_waiting: int = 0
    asked: int = 0  # exceptions, by the day they were asked for
    granted: int = 0

    @property
    def due(self) -> int:
        """The visits whose day has passed and that nobody called off or moved."""
        return self.attended + self.missed + self.excused + self.unreported

    @property
    def bookings(self) -> int:
        """Everything that was ever booked for a day of the month."""
        return self.due + self.ahead + self.moved + self.cancelled

    @property
    def cancelled(self) -> int:
        return self.by_referrer + self.by_resident + self.by_hospital + self.stopped + self.by_system + self.returned

    @property
    def settled(self) -> int:
        """Patients of special stops about whom something was agreed (R127, R128)."""
        return self.substituted + self.other_time + self.given_up


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: so many of so many; `whole` is None where it is a plain count."""

    name: Name
    part: int
    whole: int | Decimal | None = None

    @property
    def share(self) -> Decimal | None:
        """The part of the whole; nothing where there is nothing to share."""
        return Decimal(self.part) / Decimal(self.whole) if self.whole else None

    @property
    def label(self) -> Any:
        return self.name.label


@dataclass(frozen=True, slots=True)
class Row:
    """One institution's month on one side; `places` stands on a hospital's only."""

    institution: Any
    side: Side
    counts: Counts
    places: WeekOf | None = None
    hours: Mapping[int, int] = field(default_factory=dict)
    waits: Mapping[int, int] = field(default_factory=dict)

    @property
    def figures(self) -> list[Figure]:
        """All its figures in order."""
        return [*of_places(self.places), *of_counts(self.counts, stops=self.side is Side.HOSPITAL)]

    def figure(self, name: Name) -> Figure | None:
        """One of them, where the row has it."""
        return next((one for one in self.figures if one.name is name), None)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was counted."""
        return not any(figure.part or figure.whole for figure in self.figures)


def of_places(places: WeekOf | None) -> list[Figure]:
    """What compliance counted of the hospital's places (R040, R087, R163)."""
    if places is None:
        return []
    return [
        Figure(Name.PLACES_KEPT, places.kept, places.promised),
        Figure(Name.RESERVED, places.offered, places.base),
        Figure(Name.EXPERT, places.expert, places.offered),
        Figure(Name.BOOKABLE, places.bookable, places.all_places),
        Figure(Name.USED, places.booked, places.offered),
        Figure(Name.CAME_BACK, places.returned, places.offered),
    ]


def of_counts(one: Counts, *, stops: bool) -> list[Figure]:
    """The figures of bookings and visits, each of what it is a part of."""
    due, booked, lost = one.due, one.bookings, one.affected
    of_stops = [Figure(Name.SPECIAL_STOPS, one.special_stops, one.stops)] if stops else []
    return [
        Figure(Name.MADE, one.made), Figure(Name.IN_TIME, one.in_time, one.referred),
        Figure(Name.ATTENDED, one.attended, due), Figure(Name.MISSED, one.missed, due), Figure(Name.EXCUSED, one.excused, due),
        Figure(Name.UNREPORTED, one.unreported, due), Figure(Name.MOVED, one.moved, booked),
        Figure(Name.BY_REFERRER, one.by_referrer, booked), Figure(Name.BY_RESIDENT, one.by_resident, booked),
        Figure(Name.BY_HOSPITAL, one.by_hospital, booked), Figure(Name.STOPPED, one.stopped, booked),
        Figure(Name.BY_SYSTEM, one.by_system, booked), Figure(Name.RETURNED, one.returned, booked), *of_stops,
        Figure(Name.SETTLED, one.settled, lost), Figure(Name.SUBSTITUTED, one.substituted, lost),
        Figure(Name.OTHER_TIME, one.other_time, lost), Figure(Name.GIVEN_UP, one.given_up, lost),
        Figure(Name.MESSAGES_FAILED, one.messages_failed, one.messages),
        Figure(Name.MESSAGES_WAITING, one.messages_waiting, one.messages), Figure(Name.EXCEPTIONS, one.granted, one.asked),
    ]  # fmt: skip


# Days between booking and visit as people read them: first day of the band, and the band's last.
BANDS: tuple[tuple[int, int | None], ...] = ((0, 0), (1, 1), (2, 3), (4, 7), (8, 14), (15, None))


def banded(waits: Mapping[int, int]) -> list[tuple[int, int | None, int]]:
    """The days between booking and visit in bands, every band named (R198)."""
    return [(first, last, sum(n for days, n in waits.items() if days >= first and (last is None or days <= last))) for first, last in BANDS]
