"""The half-day calendar as a page shows it: a word in every cell, the promised days marked, free cells as links."""

from calendar import month_name
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, pgettext, pgettext_lazy

from clinics.models import ServiceKind, SlotClass
from clinics.models.offer import BOOKED_BY_NAME, EXPERT_CLASSES
from clinics.models.post import Title
from referral.booking.models import Booking
from reserved_pools.sessions.half_days import Calendar, Cell, CellState, Row

SATURDAY = 5
WIDE = 10  # from ten places on there is no room for the second word
STYLES: Mapping[CellState, str] = MappingProxyType(
    {CellState.OPEN: "a", CellState.FULL: "x", CellState.STOPPED: "s", CellState.CLOSED: "p", CellState.NOT_OPEN: "n", CellState.NONE: "n"}
)
WORDS: Mapping[CellState, Any] = MappingProxyType(
    {
        CellState.FULL: pgettext_lazy("cell", "full"),
        CellState.STOPPED: pgettext_lazy("cell", "stopped"),
        CellState.CLOSED: pgettext_lazy("cell", "closed"),
        CellState.NOT_OPEN: pgettext_lazy("cell", "not yet"),
        CellState.NONE: "—",
    }
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell with its words; `key` names it in an address."""

    day: date
    style: str
    words: str
    of: str
    key: str
    current: bool
    promised: bool

    @property
    def is_free(self) -> bool:
        return self.style in ("a", "f")

    @property
    def weekend(self) -> bool:
        return self.day.weekday() >= SATURDAY


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of days under one heading."""

    words: str
    days: int
    promised: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """The mornings or the afternoons of one service."""

    half: str
    cells: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """One service of one hospital: two lines."""

    place: str
    words: str
    lines: tuple[Line, Line]
    more: str = ""  # of an examination: what it costs and how to get ready


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole calendar."""

    days: tuple[date, ...]
    promised_until: date
    spans: tuple[Span, ...]
    rows: tuple[Service, ...]


def matrix(calendar: Calendar, *, chosen: str = "", promised_only: bool = False) -> Matrix:
    """The calendar in words; `chosen` is the key of the cell whose bands stand beside it."""
    until = calendar.promised_until
    shown = [row for row in calendar.rows if not promised_only or keeps_promise(row, calendar)]
    return Matrix(calendar.days, until, spans(calendar), tuple(service(row, until, chosen) for row in shown))


def keeps_promise(row: Row, calendar: Calendar) -> bool:
    """Whether a service has a place within the promised days (R112)."""
    cells = (*row.mornings, *row.afternoons)
    return any(cell.state is CellState.OPEN and cell.date <= calendar.promised_until for cell in cells)


def service(row: Row, promised_until: date, chosen: str) -> Service:
    """The two lines of a service."""
    lines = [("am", row.mornings), ("pm", row.afternoons)]
    shown = [Line(half, tuple(cell_of(row.service, cell, half, promised_until, chosen) for cell in cells)) for half, cells in lines]
    words = service_words(row.kind, row.slot_class, row.title, name=row.service_name, disease=row.disease)
    return Service(row.institution_short_name, words, (shown[0], shown[1]), more_of(row.kind, row.fee, row.preparation))


def cell_of(service_id: UUID, cell: Cell, half: str, promised_until: date, chosen: str) -> Shown:
    """One cell; a free one says how many are left of how many, and whether they are few."""
    key = key_of(service_id, cell.date, half)
    promised, current = cell.date <= promised_until, key == chosen
    if cell.state is not CellState.OPEN:
        return Shown(cell.date, STYLES[cell.state], str(WORDS[cell.state]), "", key, current, promised)
    few = cell.remaining == 1 and cell.capacity > 1
    words = pgettext("cell", "%(n)d") % {"n": cell.remaining}
    of = pgettext("cell, two digits", "/%(n)d") if cell.capacity >= WIDE else pgettext("cell", "/%(n)d")
    return Shown(cell.date, "f" if few else "a", words, of % {"n": cell.capacity}, key, current, promised)


def key_of(service_id: UUID, day: date, half: str) -> str:
    """A half-day of a service as it stands in an address."""
    return f"{service_id}.{day.isoformat()}.{half}"


def read_key(key: str) -> tuple[UUID, date, str] | None:
    """The half-day an address names, or None when it names none."""
    service_id, _, rest = key.partition(".")
    day, _, half = rest.partition(".")
    try:
        return (UUID(service_id), date.fromisoformat(day), half) if half in ("am", "pm") else None
    except ValueError:
        return None


def class_words(slot_class: str, title: str) -> str:
    """普通号 主治医师; an expert's class says the title already."""
    says_title = slot_class in EXPERT_CLASSES or title not in Title.values
    words = [SlotClass(slot_class).label] + ([] if says_title else [Title(title).label])
    return " ".join(str(word) for word in words)


def service_words(kind: str, slot_class: str, title: str, *, name: str, disease: str) -> str:
    """A clinic by class and title (R100), with its disease where it is for one; any other service by its name. Never a doctor."""
    if kind != ServiceKind.CLINIC:
        return name
    return " ".join(part for part in (class_words(slot_class, title), disease) if part)


def more_of(kind: str, fee: Decimal | None, preparation: str) -> str:
    """What a doctor wants to know of an examination before she chooses one: fee and preparation; nothing of a clinic."""
    if kind not in BOOKED_BY_NAME:
        return ""
    cost = "" if fee is None else gettext("%(fee)s yuan") % {"fee": f"{fee:f}".rstrip("0").rstrip(".")}
    return gettext("; ").join(filter(None, (cost, *preparation.splitlines())))


def booking_words(booking: Booking) -> str:
    """The same of what was booked; the booking comes with its place and service."""
    service = booking.pool_slot.service
    return service_words(service.kind, booking.slot_class, booking.title, name=service.name, disease=service.disease)


def spans(calendar: Calendar) -> tuple[Span, ...]:
    """The promised days first, then the months."""
    days = calendar.days
    promised = sum(day <= calendar.promised_until for day in days)
    found = [Span(gettext("within %(n)s days") % {"n": calendar.promise_days}, promised, promised=True)] if promised else []
    months = groupby(days[promised:], key=lambda day: day.month)
    return (*found, *(Span(month_words(number), len(list(group))) for number, group in months))


def month_words(number: int) -> str:
    """11月."""
    return pgettext("month heading", "%(name)s") % {"name": month_name[number], "number": number}
