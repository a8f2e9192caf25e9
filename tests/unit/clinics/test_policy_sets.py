"""The documents of the regulation as data: literal, complete, and each value resolved as the levels demand; no database."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clinics.policy import REGISTRY, Row, Target, resolve
from clinics.policy.sets import SETS, TEMPLATES, PolicySet, sayings
from clinics.policy.sets_resolve import Verdict, may_be_chosen, verdict_of, would_hold, would_hold_alone
from clinics.policy.typed import stored

CATALOGUE = Path(__file__).resolve().parents[3] / "docs" / "rules" / "catalogue.tsv"
DAY = date(2026, 12, 1)
DISTRICT, HOSPITAL = Target(1), Target(1, 10)
EVERY = [*SETS.values(), TEMPLATES]


def catalogue() -> dict[str, dict[str, str]]:
    with CATALOGUE.open(encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


@pytest.mark.parametrize("document", EVERY, ids=lambda one: one.key)
def test_every_sentence_is_quoted_literally_from_its_own_document(document: PolicySet) -> None:
    rows = catalogue()

    for one in document.said:
        assert one.quote == rows[one.rule]["quote"], one
        assert rows[one.rule]["source"].startswith(document.number), one
        assert str(one.article), one


@pytest.mark.parametrize("document", EVERY, ids=lambda one: one.key)
def test_every_value_is_one_somebody_could_enter_and_what_names_none_says_so(document: PolicySet) -> None:
    for one in document.said:
        assert one.parameter in REGISTRY, one
        if one.value is not None:
            assert stored(REGISTRY[one.parameter], one.value) == one.value
        elif document is not TEMPLATES:
            assert str(one.note), one


def test_no_document_speaks_twice_of_a_parameter() -> None:
    for document in SETS.values():
        assert len(sayings(document)) == len(document.said)


def test_the_documents_speak_of_every_parameter_that_rests_on_them() -> None:
    rows = catalogue()
    numbers = {rows[one.rule]["source"][:3] for one in REGISTRY.values() if one.rule}
    spoken = {one.parameter for document in EVERY for one in document.said}
    silent = {one.key for one in REGISTRY.values() if one.key not in spoken and str(one.quote)}

    assert numbers <= {"000", "001", "002", "003", "004"}
    assert silent == WITHOUT_DOCUMENT


# Values the platform itself agreed on beside an article that names none, or that another notice names.
WITHOUT_DOCUMENT = {
    "expert_share", "substitute_hold_hours", "resident_may_move", "churn_days", "evaluation_places_kept", "evaluation_special_stops",
}  # fmt: skip

FOUR = ("hypertension", "diabetes", "coronary", "cerebrovascular")

# parameter: what the district's row makes of it, the verdict, a hospital's own value, and what then holds at that hospital
OFFICIAL = frozenset({"resident_id", "chinese_passport", "foreign_passport", "military"})
Case = tuple[Any, str, str | None, Any]
CITY_FINAL = "final"
TABLE: dict[str, dict[str, Case]] = {
    "beijing-2011": {
        "bookable_share": (Decimal("0.80"), "same", "0.90", Decimal("0.90")),
        "general_without_cap": (True, "same", "no", False),
        "publishing_horizon_months": (3, "same", "2", 2),
        "booking_horizon_days": (90, "changes", "10", 10),
        "registration_edits_per_month": (1, "same", None, 1),
        "limit_per_day_department": (1, "same", None, 1),
        "limit_per_day": (2, "same", None, 2),
        "limit_7_days": (3, "same", None, 3),
        "limit_3_months": (5, "same", None, 5),
        "limit_3_months_binds_referrals": (True, "changes", None, True),
        "cancel_cutoff": ("15:00", "same", "14:00", "14:00"),
        "no_show_threshold": (3, "same", None, 3),
        "no_show_window": ("calendar_year", "final", None, "calendar_year"),
        "no_show_ban_months": (3, "same", None, 3),
        "no_show_ban_covers": ("booking", "changes", None, "booking"),
        "restrict_after": (3, "silent", "5", 5),
        "duplicates": ("refused", "changes", None, "refused"),
        "counted_bookings": ("live_and_missed", "silent", None, "live_and_missed"),
        "cancel_by": ("referrer_and_resident", "silent", "resident", "referrer_and_resident"),
        "resident_confirms": ("no", "same", "optional", "optional"),
        "identity_documents": (OFFICIAL, "changes", "resident_id", OFFICIAL),
    },
    "municipal-2021": {
        "reserved_share": (Decimal("0.30"), "same", "0.40", Decimal("0.40")),
        "reserved_share_base": ("all", "changes", "bookable", "bookable"),
        "encounter_fresh_days": (7, "silent", None, 7),
        "who_refers": ("contracted_institution", "silent", None, "contracted_institution"),
        "cancel_by": ("referrer_and_resident", "silent", None, "referrer_and_resident"),
        "attestation_grace_days": (0, "silent", None, 0),
        "right_dormant_days": (90, "silent", "60", 60),
        "no_show_threshold": (3, "same", None, 3),
        "no_show_window": ("calendar_year", "same", None, "calendar_year"),
        "no_show_ban_months": (3, "same", None, 3),
        "no_show_ban_covers": ("booking", "changes", None, "booking"),
    },
    "xicheng-2018": {
        "bookable_share": (Decimal("0.80"), "same", "0.70", Decimal("0.80")),
        "band_minutes_tertiary": (30, "same", "15", 15),
        "band_minutes_secondary": (60, "same", "90", 60),
        "band_minutes_other": (60, "silent", "20", 20),
        "booker_residents": (3, "silent", None, 3),
        "doctor_names_shown": (True, "silent", "no", False),
        "identity_documents": (OFFICIAL | {"hk_macau_permit"}, "changes", None, OFFICIAL | {"hk_macau_permit"}),
        "duplicates": ("evasion_listed", "same", None, "evasion_listed"),
        "reserved_share": (Decimal("0.30"), "silent", "0.40", Decimal("0.40")),
        "reserved_share_base": ("bookable", "same", "all", "all"),
        "booking_horizon_days": (14, "same", "21", 14),
        "booking_cutoff": ("15:00", "same", "11:30", "11:30"),
        "return_time": ("15:00", "same", "16:00", "15:00"),
        "return_days_before": (1, "same", "2", 2),
        "limit_per_day": (2, "same", None, 2),
        "limit_per_day_department": (1, "same", None, 1),
        "limit_7_days_department": (3, "same", None, 3),
        "promise_days": (3, "same", None, 3),
        "focus_diseases": (frozenset(FOUR), "same", None, frozenset(FOUR)),
        "cancel_cutoff": ("15:00", "silent", "14:00", "14:00"),
        "arrival_early_days": (0, "same", "2", 2),
        "late_rule": ("in_band", "changes", "requeue", "requeue"),
        "schedule_freeze_days": (7, "same", "10", 10),
        "stop_notice_days": (2, "same", "3", 3),
        "no_show_threshold": (3, "same", None, 3),
        "no_show_window": ("calendar_year", "final", None, "calendar_year"),
        "no_show_window_months": (3, "same", None, 3),
        "no_show_ban_months": (3, "same", None, 3),
        "no_show_ban_covers": ("booking_and_referral", "same", None, "booking_and_referral"),
    },
}
CASES = [(key, parameter, case) for key, cases in TABLE.items() for parameter, case in cases.items()]


def test_the_table_names_every_parameter_of_every_document() -> None:
    assert {key: set(cases) for key, cases in TABLE.items()} == {
        key: {parameter.key for parameter, _said in sayings(document)} for key, document in SETS.items()
    }


@pytest.mark.parametrize(("key", "name", "case"), CASES, ids=[f"{key}-{name}" for key, name, _case in CASES])
def test_a_chosen_value_resolves_as_predicted_with_and_without_a_hospital_s_own(key: str, name: str, case: Case) -> None:
    parameter, said = REGISTRY[name], SETS[key].of(name)
    expected, verdict, own, with_own = case
    rows = [Row(name, own, date(2026, 1, 1), institution=10, id=7)] if own is not None else []
    assert said is not None

    then = would_hold(parameter, said, 1, DAY, DISTRICT, rows)
    there = would_hold(parameter, said, 1, DAY, HOSPITAL, rows)

    assert spelled(then.value) == expected
    assert verdict_of(parameter, said, resolve(parameter, DAY, DISTRICT, rows), then) == verdict
    assert spelled(there.value) == with_own
    assert may_be_chosen(said, then) == (then.row == 0)


def spelled(value: Any) -> Any:
    return f"{value:%H:%M}" if hasattr(value, "hour") else value


def test_a_higher_authority_s_value_is_never_chosen_over() -> None:
    settled = [
        (document.key, parameter.key)
        for document in SETS.values()
        for parameter, said in sayings(document)
        if not may_be_chosen(said, would_hold(parameter, said, 1, DAY, DISTRICT, []))
    ]

    assert ("xicheng-2018", "no_show_window") in settled
    assert ("xicheng-2018", "limit_per_day") in settled  # the city says the same and the district's word adds nothing
    assert ("xicheng-2018", "booking_horizon_days") not in settled


def test_alone_a_document_says_its_own_and_hospitals_stay_under_it() -> None:
    window, horizon = REGISTRY["no_show_window"], REGISTRY["booking_horizon_days"]
    xicheng, beijing = SETS["xicheng-2018"], SETS["beijing-2011"]
    own = [Row("booking_horizon_days", "10", date(2026, 1, 1), institution=10, id=7)]
    district = [Row("booking_horizon_days", "5", date(2026, 1, 1), district=1, id=8)]

    assert would_hold_alone(window, xicheng.of("no_show_window"), xicheng, DAY, DISTRICT, []).value == "rolling_months"
    assert would_hold_alone(horizon, beijing.of("booking_horizon_days"), beijing, DAY, HOSPITAL, own + district).value == 10
    assert would_hold_alone(horizon, beijing.of("booking_horizon_days"), beijing, DAY, DISTRICT, own + district).value == 90
    assert would_hold_alone(REGISTRY["promise_days"], None, beijing, DAY, DISTRICT, []).value == 3


def test_a_later_row_of_the_district_is_replaced_by_the_choice_and_another_day_s_is_not() -> None:
    horizon, said = REGISTRY["booking_horizon_days"], SETS["xicheng-2018"].of("booking_horizon_days")
    earlier = Row("booking_horizon_days", "7", date(2026, 11, 1), district=1, id=8)
    later = Row("booking_horizon_days", "9", date(2026, 12, 20), district=1, id=9)

    assert would_hold(horizon, said, 1, DAY, DISTRICT, [earlier, later]).value == 14
    assert would_hold(horizon, said, 1, DAY, Target(2), [earlier, later]).row is None  # another district: the default, not a row


def test_a_stricter_value_of_the_district_is_not_loosened_by_a_word_that_would_not_count() -> None:
    day_limit, said = REGISTRY["limit_per_day"], SETS["xicheng-2018"].of("limit_per_day")
    own = [Row("limit_per_day", "1", date(2026, 11, 1), district=1, id=8)]
    assert said is not None

    then = would_hold(day_limit, said, 1, DAY, DISTRICT, own)

    assert (then.value, then.row, verdict_of(day_limit, said, then, then)) == (1, 8, Verdict.STRICTER)


def test_a_hospital_is_measured_by_the_choice_and_not_by_the_row_it_replaces() -> None:
    horizon, said = REGISTRY["booking_horizon_days"], SETS["beijing-2011"].of("booking_horizon_days")
    rows = [
        Row("booking_horizon_days", "5", date(2026, 11, 1), district=1, id=8),
        Row("booking_horizon_days", "10", date(2026, 11, 1), institution=10, id=9),
    ]

    assert resolve(horizon, DAY, HOSPITAL, rows).value == 5
    assert would_hold(horizon, said, 1, DAY, HOSPITAL, rows).value == 10
