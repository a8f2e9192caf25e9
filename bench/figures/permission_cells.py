"""The cells of docs/permissions.csv at every one of their doors, over HTTP: what opens, what stays shut, and what a shut door tells.

The long profile calls every row of the table, the short one every third row of the roles that have many, on three days all of them.

A hidden thing must answer as a thing that does not exist does, in the same time too. Planted fault: referrals are no longer narrowed
to the person's own unit, so that whoever may read one reads all.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from statistics import median
from typing import Any
from unittest.mock import patch

from bench.figure import Figure
from bench.stage import collect, stage

NAME = "permission-cells"
WITHIN_MS = 2.0
MANY, SHARE = 20, 3


def measure(profile: str) -> Figure:
    """All roles, each on a stage that is taken back; then the planted fault with the roles it touches."""
    with stage(more={"WEBHOOK_NETWORKS": "127.0.0.0/8"}), without_second_factor():
        from permissions.roles import Role

        collect()
        tallies = {role: called(role, whole=profile == "long") for role in Role}
        with patch("referral.cases.queries.of_unit", anybody):
            planted = called(Role.FAMILY_DOCTOR)
    faults = [fault for tally in tallies.values() for fault in tally.faults]
    times = [pair for tally in tallies.values() for pair in tally.times]
    detail: dict[str, Any] = {
        "cells": sum(tally.cells for tally in tallies.values()),
        "cells_by_role": {str(role): tally.cells for role, tally in tallies.items()},
        "faults": faults[:20],
        "hidden_ms_median": round(median(one for one, _other in times) * 1000, 2),
        "nobody_ms_median": round(median(other for _one, other in times) * 1000, 2),
        "pair_difference_ms_median": round(median(one - other for one, other in times) * 1000, 3),
        "planted_fault_found": len(planted.faults),
    }
    ok = not faults and detail["cells"] >= 500 and planted.faults and abs(detail["pair_difference_ms_median"]) <= WITHIN_MS
    requests = sum(tally.requests for tally in tallies.values())
    return Figure(NAME, len(faults), "leaks", f"0 of at least 500 cells; times within {WITHIN_MS:.0f} ms", bool(ok), requests, detail)


@contextmanager
def without_second_factor() -> Iterator[None]:
    """Nobody on the stage has an authenticator; who must have one is another question."""
    from django.test import override_settings

    with override_settings(SECOND_FACTOR=False):
        yield


def called(role: Any, *, whole: bool = True) -> Any:
    """The cells of a role on a stage of its own."""
    from permissions.roles import Role
    from tests.integration.bad_input.proof import taken_back
    from tests.integration.bad_input.stage import Stage
    from tests.integration.permission_table.cells import Board
    from tests.integration.permission_table.table import rows

    referrer = Role.REGIONAL_SPECIALIST if role is Role.REGIONAL_SPECIALIST else Role.FAMILY_DOCTOR
    with taken_back():
        mine = [row for row in rows() if row.role is role]
        return Board(Stage(referrer), role, every=True).call(mine if whole or len(mine) < MANY else mine[today() % SHARE :: SHARE])


def today() -> int:
    """The number of the day, so that another share is called on another day."""
    return datetime.now(UTC).timetuple().tm_yday


def anybody(_post: Any, _prefix: str = "institution") -> Any:
    """Everything that has any owner: no narrowing at all."""
    from django.db.models import Q

    return Q(pk__isnull=False)
