"""What a hospital says of itself, judged without a database: subjects, who answers, from when to when it takes part, its switch."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from clinics.models import Institution
from clinics.register.answerable import missing_of, require_answerable, require_publishable, require_taking_part, takes_part
from clinics.register.particulars import Particulars, day_of, judged
from clinics.register.subject_map import mapping, not_offered
from clinics.register.subjects import STANDARD_CODE, SUBJECTS, chosen_code, known_code, nearest
from vault.faults import Faults
from vault.refusal import Refusal

HOSPITAL = Particulars("hospital", "北京某医院", "某医院", level="3", category="general")
FIRST, LAST = date(2026, 10, 1), date(2027, 1, 1)


def faults_of(given: Particulars) -> set[str]:
    faults = Faults()
    judged(given, faults)
    return {one.field for one in faults.violations}


def a_place(**fields: Any) -> Institution:
    return Institution(pk=1, kind="hospital", name="北京某医院", short_name="某医院", **fields)


def test_every_listed_subject_has_a_code_two_names_and_stands_below_a_listed_one() -> None:
    for code, one in SUBJECTS.items():
        assert STANDARD_CODE.match(code)
        assert one.name
        assert one.name_en.isascii()
        assert not one.parent or one.parent in SUBJECTS
    assert len({one.name for one in SUBJECTS.values()}) == len(SUBJECTS)
    assert (SUBJECTS["03.04"].name, SUBJECTS["32.05"].name) == ("心血管内科专业", "超声诊断专业")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("03.04", "03.04"),
        (" 03.04 心血管内科专业 ", "03.04"),
        ("心血管内科", "03.04"),
        ("Neurology", "03.03"),
        ("3", "3"),
        ("无此科", "无此科"),
    ],
)
def test_a_form_takes_a_code_what_its_list_offers_or_a_whole_name(text: str, code: str) -> None:
    assert chosen_code(text) == code


@pytest.mark.parametrize(("text", "meant"), [("心血管内", "03.04"), ("03.44", "03.04"), ("神经科", "03.03"), ("Neurolog", "03.03")])
def test_an_unknown_code_is_refused_with_the_nearest_subjects(text: str, meant: str) -> None:
    with pytest.raises(Refusal) as refused:
        known_code(text)

    assert refused.value.violations[0].field == "standard_code"
    assert meant in {one.code for one in nearest(text)}
    assert str(SUBJECTS[meant].code) in str(refused.value.violations[0].remedy)


def test_what_resembles_nothing_gets_no_advice() -> None:
    assert nearest("zzzzqqqq") == []


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({}, ["responsible_department", "responsible_name"]),
        ({"responsible_department": "门诊部"}, ["responsible_name"]),
        ({"responsible_name": "刘主任"}, ["responsible_department"]),
        ({"responsible_department": " ", "responsible_name": "刘主任"}, ["responsible_department"]),
        ({"responsible_department": "门诊部", "responsible_name": "刘主任"}, []),
    ],
)
def test_a_hospital_answers_with_a_department_and_a_person(fields: dict[str, str], missing: list[str]) -> None:
    place = a_place(**fields)

    assert missing_of(place) == missing
    if not missing:
        return require_answerable(place)
    with pytest.raises(Refusal) as refused:
        require_answerable(place)
    assert [(one.field, one.rule) for one in refused.value.violations] == [(name, "R074") for name in missing]
    assert all(one.remedy for one in refused.value.violations)
    return None


@pytest.mark.parametrize(
    ("active_from", "active_to", "day", "open_then"),
    [
        (None, None, FIRST, True),
        (FIRST, None, FIRST, True),
        (FIRST, None, date(2026, 9, 30), False),
        (FIRST, LAST, date(2026, 12, 31), True),
        (FIRST, LAST, LAST, False),
        (None, LAST, date(2020, 1, 1), True),
    ],
)
def test_a_hospital_takes_part_from_its_first_day_until_the_day_before_its_last(
    active_from: date | None, active_to: date | None, day: date, open_then: bool
) -> None:
    place = a_place(active_from=active_from, active_to=active_to, responsible_department="门诊部", responsible_name="刘主任")

    assert takes_part(place, day) is open_then
    if open_then:
        require_publishable([(place, day)])
    else:
        with pytest.raises(Refusal, match="invalid_input"):
            require_taking_part(place, day)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"active_from": "2026-10-01", "active_to": "2027-01-01", "shows_doctor_names": "yes", "pickup_by": "both"}, set()),
        ({"active_from": "2026-10-01", "active_to": "2026-10-01"}, {"active_to"}),
        ({"active_from": "1 October"}, {"active_from"}),
        ({"active_to": "2026-02-30"}, {"active_to"}),
        ({"active_from": "0001-01-01"}, {"active_from"}),
        ({"pickup_by": "drone", "shows_doctor_names": "perhaps"}, {"pickup_by", "shows_doctor_names"}),
        ({"help_desk": "厅" * 51, "referral_window": "窗" * 61, "responsible_department": "部" * 51},
         {"help_desk", "referral_window", "responsible_department"}),
    ],
)  # fmt: skip
def test_each_field_a_hospital_keeps_is_judged(change: dict[str, str], fields: set[str]) -> None:
    assert faults_of(replace(HOSPITAL, **change)) == fields


def test_a_centre_has_none_of_what_only_a_hospital_keeps() -> None:
    hospitals = {"help_desk": "大厅", "referral_window": "1号", "responsible_department": "门诊部", "pickup_by": "window",
                 "shows_doctor_names": "yes", "active_from": "2026-10-01"}  # fmt: skip

    assert faults_of(replace(HOSPITAL, kind="centre", level="", category="", **hospitals)) == set(hospitals)


def test_days_outside_what_anybody_means_are_no_days() -> None:
    assert [day_of(text) for text in ("2026-11-01", "1999-12-31", "2200-01-01", "2026-11-1", "")] == [
        date(2026, 11, 1),
        None,
        None,
        None,
        None,
    ]


def test_the_mapping_puts_first_what_lacks_an_own_code_or_a_listed_subject() -> None:
    held = (("03.04", "心内", "1"), ("03.03", "神内", ""), ("99", "体检", "9"), ("03.04", "冠心病", "2"), ("10", "眼科", "3"))
    rooms: list[Any] = [SimpleNamespace(standard_code=code, name=name, local_code=own) for code, name, own in held]

    rows = mapping(rooms)

    assert [(row.code, row.is_whole, len(row.departments)) for row in rows] == [
        ("03.03", False, 1), ("99", False, 1), ("03.04", True, 2), ("10", True, 1),
    ]  # fmt: skip
    absent = {one.code for one in not_offered(rows)}
    assert absent.isdisjoint({"03", "03.03", "03.04", "10"})
    assert {"04", "03.05"} <= absent
