"""Where the sources disagree (C1-C35): each default is a parameter's, merges as the levels demand, and a dated row replaces it."""

from datetime import date

import pytest

from clinics.policy import REGISTRY, Level, Merge, Row, Target, resolve
from permissions.identity.documents import DocumentType
from referral.booking.facts import WHAT_COUNTS, Refers
from referral.booking.models import COUNTED
from referral.management import pages
from tests.unit.referral.test_regulation import is_there

CONFLICTS = pages.read("conflicts.tsv")
# How a lower level may differ: stricter only, earlier only, as it likes, or not at all.
MERGES = {
    "C1": {"no_show_threshold": Merge.SUPERIOR, "no_show_window": Merge.SUPERIOR, "no_show_window_months": Merge.SUPERIOR},
    "C2": {"no_show_ban_months": Merge.SUPERIOR},
    "C4": {"no_show_ban_covers": Merge.SUPERIOR},
    "C5": {"duplicates": Merge.SUPERIOR},
    "C6": {"booking_horizon_days": Merge.AT_MOST},
    "C7": {"booking_cutoff": Merge.EARLIEST},
    "C9": {"cancel_cutoff": Merge.EARLIEST},
    "C10": {"change_cutoff": Merge.AT_LEAST},
    "C11": {"limit_7_days": Merge.AT_MOST, "limit_7_days_department": Merge.AT_MOST},
    "C12": {"limit_3_months": Merge.AT_MOST, "limit_3_months_binds_referrals": Merge.NEAREST},
    "C13": {"limit_per_day": Merge.AT_MOST},
    "C16": {"reserved_share": Merge.AT_LEAST},
    "C17": {"reserved_share_base": Merge.NEAREST, "bookable_share": Merge.AT_LEAST},
    "C18": {"doctor_names_shown": Merge.AT_MOST},
    "C19": {"cancel_by": Merge.SUPERIOR},
    "C20": {"identity_documents": Merge.SUPERIOR},
    "C21": {"late_rule": Merge.NEAREST},
    "C22": {"stop_notice_days": Merge.AT_LEAST, "long_stop_notice_days": Merge.AT_LEAST},
    "C25": {"resident_confirms": Merge.NEAREST},
    "C30": {"counted_bookings": Merge.SUPERIOR},
    "C32": {"encounter_fresh_days": Merge.AT_MOST},
    "C33": {"who_refers": Merge.SUPERIOR},
}
CHOICES = {
    "no_show_window": ("calendar_year", "rolling_months", "lifetime"),
    "late_rule": ("received", "in_band", "by_hour", "void", "requeue", "no_show"),
    "reserved_share_base": ("bookable", "all"),
    "duplicates": ("evasion_listed", "refused"),
    "cancel_by": ("referrer_and_resident", "referrer", "resident"),
    "identity_documents": tuple(DocumentType.values),
    "resident_confirms": ("no", "optional"),
    "counted_bookings": tuple(WHAT_COUNTS),
    "who_refers": tuple(Refers),
}
# What is no matter of a value: criteria are data of their own kind, and whether a document binds is its standing.
WITHOUT_VALUE = {"C27", "C28"}
VALUES = [(identity, *one.replace(",", " ").split("=")) for identity, row in CONFLICTS.items() for one in row["parameters"].split()]


def test_every_question_has_its_default_and_its_place() -> None:
    assert list(CONFLICTS) == [f"C{number}" for number in range(1, 36)]
    assert {identity for identity, row in CONFLICTS.items() if not row["parameters"]} == WITHOUT_VALUE
    assert [place for row in CONFLICTS.values() for place in row["place"].split() if not is_there(place)] == []
    assert all(row["question"] and row["sources"] and row["default"] and row["place"] for row in CONFLICTS.values())


@pytest.mark.parametrize(("identity", "key", "value"), VALUES)
def test_the_default_is_the_parameters_and_a_dated_row_replaces_it(identity: str, key: str, value: str) -> None:
    parameter, day = REGISTRY[key], date(2027, 1, 1)
    row = Row(key, value, day, None, 1 if parameter.authority is Level.DISTRICT else None, None, None, "", 7)

    assert parameter.parse(parameter.default) == parameter.parse(value)
    assert resolve(parameter, day.replace(year=2026), Target(1, 10), [row]).row is None
    assert resolve(parameter, day, Target(1, 10), [row]).row == 7


def test_a_lower_level_differs_only_as_the_default_allows() -> None:
    merges = {identity: {key: REGISTRY[key].merge for key in held} for identity, held in MERGES.items()}

    assert merges == MERGES
    assert {key: REGISTRY[key].options for key in CHOICES} == CHOICES


def test_the_table_backs_what_counts_by_default_and_every_other_choice_counts_less() -> None:
    """C30: the unique constraint and the index of counted bookings hold for all of them."""
    assert set(COUNTED) == WHAT_COUNTS["live_and_missed"]
    assert all(statuses <= set(COUNTED) for statuses in WHAT_COUNTS.values())
