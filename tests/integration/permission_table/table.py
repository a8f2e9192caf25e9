"""Reads docs/permissions.csv, the table written by hand: who may do what with whose things, and at which doors."""

import csv
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from permissions.roles import Role
from tests.integration.doors.walk import BLANK, Door, doors

TABLE = settings.BASE_DIR / "docs" / "permissions.csv"
RELATIONS = ("own", "same_institution", "same_alliance", "same_district", "other_district", "revoked", "suspended", "expired")
WORDS = {"yes", "no", "hidden", "without", "out", "refused", "-"}


@dataclass(frozen=True)
class Row:
    """One action of one role: its doors, where the things are, and a word for each relation."""

    action: str
    doors: tuple[str, ...]
    at: str
    role: Role
    cells: tuple[tuple[str, str], ...]

    def word(self, relation: str) -> str:
        return dict(self.cells)[relation]


@cache
def rows() -> list[Row]:
    """Every row of the file."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [
            Row(
                line["action"],
                tuple(line["doors"].split("; ")),
                line["at"],
                Role(line["role"]),
                tuple((one, line[one]) for one in RELATIONS),
            )
            for line in csv.DictReader(file)
        ]


def name_of(door: Door) -> str:
    """A door as the table names it: its method and address, each blank as {}."""
    return f"{door.method} /{BLANK.sub('{}', door.pattern)}"


@cache
def doors_by_name() -> dict[str, Door]:
    return {name_of(door): door for door in doors()}
