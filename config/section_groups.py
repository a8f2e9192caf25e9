"""The kinds of work of the top bar: who has more sections than a line holds finds them in a few menus, under the same names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import pgettext_lazy

from config.sections import Section

# So many sections stand side by side at 1366 pixels in both languages; with more, those of one kind of work share a menu.
SIDE_BY_SIDE: Final = 8


@dataclass(frozen=True, slots=True)
class Group:
    """One menu of the bar: words, and the sections it holds by the name of their address; their order is that of the bar."""

    label: Any
    sections: frozenset[str]


GROUPS: Final[tuple[Group, ...]] = (
    Group(pgettext_lazy("kind of work", "Supply"), frozenset({"availability", "pools", "released", "compliance"})),
    Group(
        pgettext_lazy("kind of work", "Attendance"),
        frozenset({"hospital_bookings", "arrivals", "booking_resend", "absent", "restrictions", "day_list", "stops"}),
    ),
    Group(pgettext_lazy("kind of work", "Rights"), frozenset({"nominations", "worklist", "attestation", "rights", "conduct", "handover"})),
    Group(
        pgettext_lazy("kind of work", "Register"),
        frozenset({"institutions", "people", "services", "imports", "contacts", "exchange", "administrators"}),
    ),
    Group(pgettext_lazy("kind of work", "Rules"), frozenset({"policy", "exceptions", "controls", "breaches"})),
)


def arranged(mine: Sequence[Section]) -> list[tuple[Group | None, list[Section]]]:
    """A reader's sections as the bar shows them: each alone (without a group), or several of one kind together where the first stood."""
    if len(mine) <= SIDE_BY_SIDE:
        return [(None, [section]) for section in mine]
    held: dict[Any, tuple[Group | None, list[Section]]] = {}
    for place, section in enumerate(mine):
        group = next((one for one in GROUPS if section.url in one.sections), None)
        held.setdefault(group or place, (group, []))[1].append(section)
    return [(group if len(several) > 1 else None, several) for group, several in held.values()]
