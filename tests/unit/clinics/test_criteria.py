"""Reading codes, diagnoses and versions of lists: pure, every cell; no database."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from clinics.criteria.codes import codes_in, covers, meet, read_codes
from clinics.criteria.focus import FOCUS, KEYS, named_in
from clinics.criteria.judging import Line, judge_line, pasted
from clinics.criteria.reading import holding, speaks_of
from clinics.models import CriteriaSet
from vault.refusal import Refusal

TOO_MANY = " ".join(f"A{number:02d}" for number in range(13))
LIST, OTHER = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("I10-I15", ("I10-I15",)),
        ("i10－i15，E11.9", ("I10-I15", "E11.9")),
        (" E11;E11  E12 ", ("E11", "E12")),
        ("C00-D48", ("C00-D48",)),
    ],
)
def test_codes_are_kept_in_one_spelling(typed: str, kept: tuple[str, ...]) -> None:
    assert read_codes(typed) == kept


@pytest.mark.parametrize("typed", ["", "高血压", "I15-I10", "I1", "I10-", "E11.1234", "A00 A01 x", TOO_MANY])
def test_what_is_no_code_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(Refusal, match="invalid_input") as told:
        read_codes(typed)

    assert [violation.field for violation in told.value.violations] == ["codes"]


def test_a_range_holds_its_codes_and_a_code_what_is_below_it() -> None:
    assert [covers(["I10-I15"], code) for code in ("I10", "I11.9", "I15", "I16", "E10")] == [True, True, True, False, False]
    assert [covers(["E11.9"], code) for code in ("E11.9", "E11.90", "E11", "E11.1")] == [True, True, False, False]
    assert [meet(["I20-I25"], other) for other in (["I25.1"], ["I10-I20"], ["I26"], [])] == [True, True, False, False]
    assert codes_in("高血压I10，E11.9；COVID19，b20") == ("I10", "E11.9", "B20")


@pytest.mark.parametrize(
    ("impression", "named"),
    [
        ("高血压病3级（很高危）", "hypertension"),
        ("2型糖尿病，高血压", "hypertension diabetes"),
        ("不稳定型心绞痛", "coronary"),
        ("急性冠脉综合征？", "coronary"),
        ("脑梗死恢复期", "cerebrovascular"),
        ("I63.5", "cerebrovascular"),
        ("Type 2 diabetes", "diabetes"),
        ("胸痛查因 R07.4", ""),
        ("否认高血压、糖尿病，右膝骨关节炎", ""),
        ("无高血压、冠心病病史；2型糖尿病", "diabetes"),
        ("无高血压", ""),
        ("父亲有冠心病，本人血脂异常", ""),
        ("排除脑梗死", ""),
        ("妊娠期高血压", ""),
        ("妊娠期糖尿病 O24.4", ""),
        ("肺动脉高血压", ""),
        ("糖尿病前期", ""),
    ],
)
def test_a_diagnosis_names_a_focus_disease_by_word_or_code(impression: str, named: str) -> None:
    """R115."""
    assert " ".join(named_in(impression)) == named


def test_the_four_have_the_ranges_of_the_classification_and_a_ticked_criterion_s_codes_count() -> None:
    assert {one.key: one.codes for one in FOCUS} == {
        "hypertension": ("I10-I15",), "diabetes": ("E10-E14",), "coronary": ("I20-I25",), "cerebrovascular": ("I60-I69",),
    }  # fmt: skip
    assert named_in("头晕查因", ["I10-I15"]) == ("hypertension",)
    assert named_in("头晕查因", ["M17"]) == ()
    assert KEYS == ("hypertension", "diabetes", "coronary", "cerebrovascular")


@pytest.mark.parametrize(
    ("written", "disease", "codes", "speaks"),
    [
        ("膝骨关节炎，保守治疗无效", "膝骨关节炎", "M17", True),
        ("M17.1", "膝骨关节炎", "M17", True),
        ("心绞痛", "冠心病", "I20-I25", True),
        ("2型糖尿病 E11.9，心绞痛", "冠心病", "I20-I25", True),
        ("脑卒中后遗症 I69.3", "冠心病", "I20-I25", False),
        ("心肌梗死 I21.0", "高血压", "I10-I15", False),
        ("否认冠心病", "冠心病", "I20-I25", False),
        ("", "冠心病", "I20-I25", False),
    ],
)
def test_a_criterion_speaks_of_a_diagnosis_by_name_code_or_another_name_of_the_four(
    written: str, disease: str, codes: str, speaks: bool
) -> None:
    assert speaks_of(written, disease, codes) == speaks


def version(number: int, day: int, series: UUID = LIST, **fields: Any) -> CriteriaSet:
    return CriteriaSet(series=series, number=number, valid_from=date(2027, 1, day), **({"status": "in_force"} | fields))


@pytest.mark.parametrize(
    ("sets", "day", "held"),
    [
        ([version(1, 5)], 4, []),
        ([version(1, 5)], 5, [1]),
        ([version(1, 5), version(2, 9)], 8, [1]),
        ([version(1, 5), version(2, 9)], 9, [2]),
        ([version(2, 9), version(1, 5, valid_to=date(2027, 1, 20))], 12, [2]),
        ([version(1, 5), version(2, 9, valid_to=date(2027, 1, 12))], 12, []),  # ended, and no earlier version comes back
        ([version(1, 5), version(2, 9, status="cancelled")], 12, [1]),
        ([version(1, 5, status="waiting"), version(1, 5, status="draft"), version(1, 5, status="withdrawn")], 12, []),
        ([version(1, 5), version(7, 6, OTHER)], 12, [1, 7]),
    ],
)
def test_of_each_list_the_latest_version_begun_holds(sets: list[CriteriaSet], day: int, held: list[int]) -> None:
    assert sorted(one.number for one in holding(sets, date(2027, 1, day))) == held


def test_lines_pasted_from_a_table_are_read_by_tabs_or_bars() -> None:
    text = "高血压\tI10-I15\t上转\t血压未达标\tnot at target\n\n糖尿病｜E10-E14｜keep｜血糖平稳\n"

    assert pasted(text) == [
        Line("高血压", "I10-I15", "up", "血压未达标", "not at target"), Line("糖尿病", "E10-E14", "keep", "血糖平稳"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("高血压\tI10\t上转\t甲\n高血压\tI10\t转走\t乙\n只有一列", ("2", "3")),
        ("高血压\tI10\t上转\t甲\n高血压\tI10\t上转\t甲", ("2",)),
        ("  \n ", ()),
    ],
)
def test_pasted_lines_are_taken_all_or_none_and_each_bad_line_is_named(text: str, named: tuple[str, ...]) -> None:
    with pytest.raises(Refusal, match="invalid_input") as told:
        pasted(text)

    (violation,) = told.value.violations
    assert violation.field == "lines"
    assert all(number in str(violation.message) for number in named)


def test_every_fault_of_a_line_is_told_at_once() -> None:
    with pytest.raises(Refusal, match="invalid_input") as told:
        judge_line(Line("", "I1", "sideways", "长" * 301, "x" * 301))

    assert [violation.field for violation in told.value.violations] == ["disease", "codes", "direction", "text", "text_en"]
