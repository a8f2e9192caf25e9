"""The list of departments: base subject, own name and code; a coordinator brings in her own hospital's only."""

import pytest

from clinics.imports.progress import first_faults
from clinics.models import Department
from permissions.acting import Acting
from tests.cast_clinics import a_coordinator, a_department, a_hospital
from tests.cast_imports import a_text, applied, checked, counts, district
from vault.changes import changes_of

pytestmark = pytest.mark.django_db
TITLES = ("科室名称", "医院", "诊疗科目代码", "本院代码", "类别", "简介")
HEART = ("心血管内科", "", "3.04", "1021", "", "含冠心病")
ULTRASOUND = ("超声科", "", "超声诊断专业", "U1", "医技科室", "")


def faults(by: Acting, *rows: tuple[str, ...]) -> list[tuple[int, str]]:
    return [(one["row"], one["field"]) for one in first_faults(checked(a_text([TITLES, *rows]), by, "departments"))]


def test_a_coordinator_brings_in_her_departments_and_the_same_file_twice_changes_nothing() -> None:
    hospital = a_hospital()
    by = a_coordinator(hospital)

    job = applied(a_text([TITLES, HEART, ULTRASOUND]), by, "departments")
    again = checked(a_text([TITLES, HEART, ULTRASOUND]), by, "departments")

    assert (job.created, job.left_out) == (2, 0)
    assert list(hospital.departments.order_by("standard_code").values_list("standard_code", "name", "local_code", "category")) == [
        ("03.04", "心血管内科", "1021", "clinical"), ("32.05", "超声科", "U1", "diagnostic"),
    ]  # fmt: skip
    assert counts(again) == (0, 0, 2, 0)
    assert [one.field for one in changes_of(hospital.public_id)] == ["department", "department"]


def test_empty_cells_change_nothing_and_what_differs_is_in_the_history() -> None:
    hospital = a_hospital()
    by = a_coordinator(hospital)
    applied(a_text([TITLES, HEART]), by, "departments")

    job = applied(a_text([TITLES, ("心血管内科", "", "", "1099", "", "")]), by, "departments")

    held = Department.objects.get(institution=hospital)
    assert (job.updated, held.standard_code, held.local_code, held.introduction) == (1, "03.04", "1099", "含冠心病")
    last = list(changes_of(hospital.public_id))[-1]
    assert (last.field, last.old, last.new) == ("department", "03.04 心血管内科 1021", "03.04 心血管内科 1099")


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("心血管内科", "", "99.99", "", "", "")], [(2, "standard_code")]),
        ([("心血管内科", "", "", "", "", "")], [(2, "standard_code")]),
        ([("科" * 51, "", "03", "", "", "")], [(2, "name")]),
        ([("心血管内科", "", "03.04", "", "天文", "")], [(2, "category")]),
        ([HEART, HEART], [(3, "name")]),
    ],
    ids=["no such subject", "a new one without a code", "too long", "no such category", "named twice"],
)
def test_a_faulty_row_says_which_field(rows: list[tuple[str, ...]], found: list[tuple[int, str]]) -> None:
    assert faults(a_coordinator(a_hospital()), *rows) == found
    assert not Department.objects.exists()


def test_a_coordinator_brings_in_nothing_for_another_hospital_and_the_district_for_all() -> None:
    mine, other = a_hospital(), a_department(a_hospital("宣武医院"), "10", "眼科")
    row = ("眼科", other.institution.name, "", "E9", "", "")

    assert faults(a_coordinator(mine), row) == [(2, "institution")]
    assert faults(district(), ("眼科", "", "10", "", "", "")) == [(2, "institution")]
    job = applied(a_text([TITLES, row]), district(), "departments")

    other.refresh_from_db()
    assert (job.updated, other.local_code) == (1, "E9")
