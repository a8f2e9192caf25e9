"""A session is cut into bands; no database."""

from datetime import datetime, timedelta
from itertools import pairwise

from clinics.timetables.bands import bands

EIGHT = datetime(2026, 11, 24, 8)


def test_a_morning_of_four_hours_has_eight_bands_of_thirty_minutes() -> None:
    cut = bands(EIGHT, EIGHT + timedelta(hours=4), 30, 24)

    assert [band.capacity for band in cut] == [3] * 8
    assert (cut[0].starts_at, cut[-1].ends_at) == (EIGHT, EIGHT + timedelta(hours=4))
    assert all(one.ends_at == other.starts_at for one, other in pairwise(cut))


def test_early_bands_take_the_odd_places() -> None:
    assert [band.capacity for band in bands(EIGHT, EIGHT + timedelta(hours=3), 60, 10)] == [4, 3, 3]


def test_the_last_band_ends_with_the_session() -> None:
    cut = bands(EIGHT, EIGHT + timedelta(minutes=100), 60, 2)

    assert [(band.ends_at - band.starts_at).seconds // 60 for band in cut] == [60, 40]


def test_fewer_places_than_bands_leave_late_bands_empty() -> None:
    assert [band.capacity for band in bands(EIGHT, EIGHT + timedelta(hours=2), 30, 3)] == [1, 1, 1, 0]
