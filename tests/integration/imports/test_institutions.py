"""The list of institutions: centres, stations, hospitals and their departments, entered and corrected with their history."""

import pytest

from clinics.imports.institution_rows import subject_code
from clinics.imports.progress import first_faults
from clinics.models import Department, Institution
from tests.cast import a_district
from tests.cast_clinics import a_centre, a_hospital
from tests.cast_imports import a_text, applied, checked, counts, district
from vault.changes import changes_of

pytestmark = pytest.mark.django_db
TITLES = ("机构名称", "机构类型", "所属中心", "级别", "机构电话", "科室名称", "诊疗科目代码", "本院代码", "责任人", "责任人电话")
CENTRE = ("新街口社区卫生服务中心", "社区卫生服务中心", "", "", "010-66000000", "", "", "", "王主任", "010-66000001")
STATION = ("育德社区卫生服务站", "社区卫生服务站", "新街口社区卫生服务中心", "", "", "", "", "", "", "")
HOSPITAL = ("北京某医院", "医院", "", "三级", "", "心血管内科", "03.04", "XN", "", "")
MORE = ("北京某医院", "", "", "", "", "神经内科", "0305", "", "", "")
WHOLE = [CENTRE, STATION, HOSPITAL, MORE]


def faults(*rows: tuple[str, ...]) -> list[tuple[int, str]]:
    return [(one["row"], one["field"]) for one in first_faults(checked(a_text([TITLES, *rows]), district(), "institutions"))]


def test_a_district_is_registered_from_one_list():
    job = applied(a_text([TITLES, *WHOLE]), district(), "institutions")

    centre = Institution.objects.get(name=CENTRE[0])
    station, hospital = Institution.objects.get(name=STATION[0]), Institution.objects.get(name=HOSPITAL[0])
    assert (job.created, job.left_out) == (4, 0)
    assert (centre.kind, centre.level, centre.category, centre.responsible_phone) == ("centre", "1", "community", "010-66000001")
    assert (station.parent, station.short_name, hospital.level, hospital.category) == (centre, STATION[0], "3", "general")
    codes = hospital.departments.order_by("standard_code").values_list("standard_code", "name", "local_code")
    assert list(codes) == [("03.04", "心血管内科", "XN"), ("03.05", "神经内科", "")]
    assert [one.field for one in changes_of(hospital.public_id)] == ["registered", "department", "department"]


def test_the_same_list_a_second_time_changes_nothing():
    applied(a_text([TITLES, *WHOLE]), district(), "institutions")

    assert counts(checked(a_text([TITLES, *WHOLE]), district(), "institutions")) == (0, 0, 4, 0)


def test_what_differs_is_corrected_and_kept_in_the_history():
    applied(a_text([TITLES, *WHOLE]), district(), "institutions")
    before = Institution.objects.get(name=CENTRE[0])
    changed = (*CENTRE[:4], "010-66009999", *CENTRE[5:])

    job = applied(a_text([TITLES, changed, (*HOSPITAL[:6], "03.06", *HOSPITAL[7:])]), district(), "institutions")

    centre = Institution.objects.get(name=CENTRE[0])
    assert (job.created, job.updated, centre.phone, centre.version) == (0, 2, "010-66009999", before.version + 1)
    assert Department.objects.get(name="心血管内科").standard_code == "03.06"
    last = list(changes_of(centre.public_id))[-1]
    assert (last.field, last.old, last.new) == ("phone", "010-66000000", "010-66009999")


def test_a_station_may_move_to_another_centre():
    applied(a_text([TITLES, *WHOLE]), district(), "institutions")
    other = a_centre("月坛")

    job = applied(a_text([TITLES, (STATION[0], "", other.name, *[""] * 7)]), district(), "institutions")

    station = Institution.objects.get(name=STATION[0])
    assert (job.updated, station.parent) == (1, other)
    assert [(one.field, one.new) for one in changes_of(station.public_id)][-1] == ("parent", other.name)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (("", *CENTRE[1:]), "name"),
        (("名" * 101, *CENTRE[1:]), "name"),
        ((CENTRE[0], "", *CENTRE[2:]), "kind"),
        ((CENTRE[0], "诊所", *CENTRE[2:]), "kind"),
        ((*STATION[:2], "", *STATION[3:]), "centre"),
        ((*STATION[:2], "没有的中心", *STATION[3:]), "centre"),
        ((*CENTRE[:2], CENTRE[0], *CENTRE[3:]), "centre"),
        ((*HOSPITAL[:3], "", *HOSPITAL[4:]), "level"),
        ((*CENTRE[:4], "12", *CENTRE[5:]), "phone"),
        ((*HOSPITAL[:5], "", *HOSPITAL[6:]), "department"),
        ((*HOSPITAL[:6], "心内", *HOSPITAL[7:]), "standard_code"),
        ((*HOSPITAL[:5], "科" * 51, *HOSPITAL[6:]), "department"),
        ((*CENTRE[:8], "", "010-66000001"), "responsible_name"),
        ((*CENTRE[:8], "王主任", ""), "responsible_phone"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_every_fault_is_told_at_its_column(row: tuple[str, ...], field: str):
    assert faults(row) == [(2, field)]


def test_a_station_above_its_centre_is_told_where_the_centre_belongs():
    assert faults(STATION, CENTRE) == [(2, "centre")]


def test_rows_that_contradict_each_other_are_found():
    assert faults(CENTRE, (*CENTRE[:4], "010-66009999", *CENTRE[5:])) == [(3, "name")]


def test_the_kind_of_an_institution_does_not_change():
    hospital = a_hospital()

    assert (2, "kind") in faults((hospital.name, "社区卫生服务中心", *[""] * 8))


def test_a_name_of_another_district_is_not_taken_over():
    elsewhere = a_centre("外区", district=a_district("110105", "朝阳区"), phone="010-1")

    assert faults((elsewhere.name, *CENTRE[1:])) == [(2, "name")]
    assert Institution.objects.get(pk=elsewhere.pk).phone == "010-1"


@pytest.mark.parametrize(
    ("text", "code"),
    [("03.04", "03.04"), ("0304", "03.04"), ("A03.04", "03.04"), ("3.04", "03.04"), ("3", "03"), ("3.4", "3.4"), ("030405", "03.04.05")],
)
def test_a_subject_code_is_read_as_hospitals_write_it(text: str, code: str):
    assert subject_code(text) == code
