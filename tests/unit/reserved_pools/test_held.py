"""The window of a visit day by the values held for it, and how a published place follows a change; no database."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from clinics.policy import Row, Target
from reserved_pools.held import PARAMETERS, Held, held_from, window_of
from reserved_pools.models import PoolKind, PoolSlot
from reserved_pools.rewindow import window_for
from reserved_pools.windows import BEIJING

VISIT = date(2026, 12, 21)
HERE = Target(1, 10, 100)


def at(days_before: int, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(VISIT - timedelta(days=days_before), time(hour, minute), BEIJING)


def held(**values: str) -> Held:
    return held_from([Row(key, value, date(2026, 1, 1), institution=10) for key, value in values.items()], HERE, VISIT)


def test_without_rows_the_regulation_s_own_values_hold() -> None:
    found = held()

    assert len(PARAMETERS) == len(Held.__dataclass_fields__)
    assert (found.reserved_share, found.booking_cutoff, found.pool_lead_days) == (Decimal("0.30"), time(15), 14)


@pytest.mark.parametrize(
    ("values", "opens", "late", "closes"),
    [
        ({}, at(21, 17), None, at(1, 15)),
        ({"pool_lead_days": "21"}, at(28, 17), None, at(1, 15)),
        ({"ordinary_release_days": "3"}, at(17, 17), None, at(1, 15)),
        ({"pool_opening_time": "07:30", "near_term_share": "0.2"}, at(21, 7, 30), at(3, 7, 30), at(1, 15)),
        ({"near_term_share": "0.2", "near_term_days": "0"}, at(21, 17), None, at(1, 15)),  # would open after the cut-off
        ({"booking_cutoff": "11:30"}, at(21, 17), None, at(1, 11, 30)),
        ({"return_time": "09:00"}, at(21, 17), None, at(1, 9)),
        ({"return_days_before": "2"}, at(21, 17), None, at(2, 15)),
        ({"booking_cutoff": "16:00"}, at(21, 17), None, at(1, 15)),  # later is not possible
        ({"pool_lead_days": "7"}, at(21, 17), None, at(1, 15)),  # neither is a shorter lead
    ],
)
def test_a_window_follows_from_the_values(values: dict[str, str], opens: datetime, late: datetime | None, closes: datetime) -> None:
    window = window_of(VISIT, held(**values))

    assert (window.opens_at, window.late_opens_at, window.closes_at) == (opens, late, closes)


def slot(**fields: Any) -> PoolSlot:
    made = {
        "kind": PoolKind.COMMUNITY_REFERRAL, "visit_date": VISIT, "published": 4, "claimed": 0, "held": 0, "cooling": 0, "returned": 0,
        "late": 0, "late_opens_at": None, "opens_at": at(21, 17), "closes_at": at(1, 15), "starts_at": at(0, 8),
    }  # fmt: skip
    return PoolSlot(**(made | fields))


NOW = at(10, 12)
KEPT = {"near_term_share": "0.5"}


@pytest.mark.parametrize(
    ("fields", "values", "kept", "expected"),
    [
        ({}, {}, 0, (at(21, 17), None, at(1, 15), 0)),
        ({}, {"booking_cutoff": "11:30"}, 0, (at(21, 17), None, at(1, 11, 30), 0)),
        ({}, {"pool_opening_time": "08:00"}, 0, (at(21, 17), None, at(1, 15), 0)),  # open already
        ({"opens_at": at(5, 17)}, {"ordinary_release_days": "3"}, 0, (at(17, 17), None, at(1, 15), 0)),
        ({"kind": PoolKind.RESIDENT_DIRECT, "opens_at": at(7, 17)}, {"ordinary_release_days": "3"}, 0, (at(3, 17), None, at(1, 15), 0)),
        ({}, KEPT, 2, (at(21, 17), at(3, 17), at(1, 15), 2)),
        ({"claimed": 3}, KEPT, 2, (at(21, 17), at(3, 17), at(1, 15), 1)),  # what is sold stays sold
        ({"late": 2, "late_opens_at": at(3, 17)}, {}, 0, (at(21, 17), None, at(1, 15), 0)),
        ({"late": 2, "late_opens_at": at(11, 17)}, KEPT, 1, (at(21, 17), at(11, 17), at(1, 15), 2)),  # opened already
        ({}, {"return_days_before": "30"}, 0, (at(30, 15) - timedelta(minutes=1), None, at(30, 15), 0)),
        ({"starts_at": at(1, 10)}, {}, 0, (at(21, 17), None, at(1, 10), 0)),  # never after it starts
    ],
)
def test_a_published_place_follows_but_keeps_what_is_open_and_sold(
    fields: dict[str, Any], values: dict[str, str], kept: int, expected: tuple[Any, ...]
) -> None:
    one = slot(**fields)

    assert window_for(one, held(**values), kept, NOW) == expected
