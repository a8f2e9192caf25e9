"""The staff list: people with their posts, every fault explained with field and remedy, rights never."""

from typing import Any

import pytest
from django.db.models.functions import Now

from clinics.imports import jobs
from clinics.imports.progress import first_faults
from clinics.imports.staff import licence_of
from clinics.models import Institution, Post, StaffLicence
from clinics.views.nomination_words import evidence_context
from permissions.models import ReferralRight, User
from permissions.roles import Role
from tests.cast import a_district, a_user
from tests.cast_clinics import a_centre, a_department, a_hospital, a_post, a_station
from tests.cast_imports import STAFF, a_text, applied, checked, counts, district, manager_of, worked
from vault.audit.models import AuditEntry
from vault.changes import changes_of

pytestmark = pytest.mark.django_db
LICENCE = "110110102000123"
RIGHT: dict[str, str] = {"姓名": "王小明", "手机号": "13700000001", "岗位类型": "家庭医生", "职称": "主治医师", "执业证书编号": ""}


def row(place: Institution, **changed: str) -> list[str]:
    values = {**RIGHT, "机构": place.name, "科室": "", **changed}
    return [values[title] for title in STAFF]


def faults(lines: list[list[str]], by: Any) -> list[tuple[int, str]]:
    job = checked(a_text([STAFF, *lines]), by)
    found = first_faults(job)
    assert all(one["reason"] and (one["remedy"] or one["field"] == "name") for one in found), found
    return [(one["row"], one["field"]) for one in found]


def test_a_row_makes_a_person_who_can_log_in_and_her_post():
    station = a_station(a_centre())

    job = applied(a_text([STAFF, row(station, 执业证书编号=LICENCE)]), district())

    post = Post.objects.live().get(user__name="王小明")
    assert (job.created, post.institution, post.kind, post.title) == (1, station, Role.FAMILY_DOCTOR, "attending")
    assert (post.user.phone, post.user.district, post.user.desks) == ("13700000001", a_district(), 2)
    assert licence_of(post) == LICENCE
    assert post.right is None
    assert not ReferralRight.objects.exists()
    assert set(AuditEntry.objects.values_list("verb", flat=True)) >= {"enrol", "open_post"}


def test_the_licence_of_the_list_stands_in_the_form_when_the_manager_nominates():
    centre = a_centre()
    applied(a_text([STAFF, row(centre, 执业证书编号=LICENCE)]), district())

    assert evidence_context(Post.objects.live().get(institution=centre))["licence_number"] == LICENCE


def test_words_are_understood_in_either_language_and_in_full_width():
    hospital = a_hospital()
    department = a_department(hospital)
    line = row(hospital, 手机号="＋86 137 0000 0001", 岗位类型="Receiving doctor", 科室=department.name, 职称="Chief physician")

    applied(a_text([STAFF, line]), district())

    post = Post.objects.live().get(user__phone_tail="0001", user__name="王小明")
    assert (post.kind, post.department, post.title) == (Role.RECEIVING_DOCTOR, department, "chief")


def test_somebody_who_has_an_account_gets_the_post_and_no_second_account():
    centre, known = a_centre(), a_user("王小明", phone="13700000001")

    applied(a_text([STAFF, row(centre)]), district())

    assert Post.objects.live().get(institution=centre).user == known
    assert User.objects.filter(name="王小明").count() == 1


def test_one_person_may_stand_in_two_rows_with_two_posts():
    centre = a_centre()
    station = a_station(centre)

    job = applied(a_text([STAFF, row(centre), row(station)]), district())

    assert (job.created, job.left_out) == (2, 0)
    assert User.objects.get(name="王小明").posts.live().count() == 2


def test_another_title_department_or_licence_changes_the_post_and_leaves_its_trace():
    hospital, by = a_hospital(), district()
    old, new = a_department(hospital), a_department(hospital)
    line = row(hospital, 岗位类型="接诊医生", 科室=old.name)
    applied(a_text([STAFF, line]), by)

    job = applied(a_text([STAFF, row(hospital, 岗位类型="接诊医生", 科室=new.name, 职称="主任医师")]), by)

    post = Post.objects.live().get(institution=hospital)
    assert (job.created, job.updated, post.department, post.title) == (0, 1, new, "chief")
    kept = [one.field for one in changes_of(post.user.public_id)]
    assert kept.count("post_title") == kept.count("post_department") == 1


def test_empty_cells_change_nothing():
    centre, by = a_centre(), district()
    applied(a_text([STAFF, row(centre, 执业证书编号=LICENCE)]), by)

    job = checked(a_text([STAFF, row(centre, 职称="", 执业证书编号="")]), by)

    assert counts(job) == (0, 0, 1, 0)


def test_a_licence_is_ignored_where_nobody_refers():
    hospital = a_hospital()

    applied(a_text([STAFF, row(hospital, 岗位类型="窗口人员", 职称="", 执业证书编号="12")]), district())

    assert Post.objects.live().get(institution=hospital).kind == Role.WINDOW_CLERK
    assert not StaffLicence.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"姓名": ""}, "name"),
        ({"姓名": "王3"}, "name"),
        ({"姓名": "王" * 101}, "name"),
        ({"姓名": "王" * 5000}, "name"),
        ({"姓名": "王\u202e明"}, "name"),
        ({"手机号": ""}, "phone"),
        ({"手机号": "1.37E+10"}, "phone"),
        ({"手机号": "1370000000"}, "phone"),
        ({"手机号": "010-83000000"}, "phone"),
        ({"机构": ""}, "institution"),
        ({"机构": "没有这一家"}, "institution"),
        ({"岗位类型": ""}, "kind"),
        ({"岗位类型": "院长"}, "kind"),
        ({"岗位类型": "接诊医生"}, "kind"),
        ({"岗位类型": "区县管理员"}, "kind"),
        ({"科室": "心内科"}, "department"),
        ({"职称": "教授"}, "title"),
        ({"执业证书编号": "123"}, "licence"),
        ({"执业证书编号": "1.1E+14"}, "licence"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_every_fault_is_told_with_its_field_and_nothing_can_be_imported(changed: dict[str, str], field: str):
    assert faults([row(a_centre(), **changed)], district()) == [(2, field)]


def test_all_faults_of_a_row_are_told_at_once():
    line = row(a_centre(), 姓名="", 手机号="1", 岗位类型="院长", 职称="教授")

    assert faults([line], district()) == [(2, "name"), (2, "phone"), (2, "kind"), (2, "title")]


def test_a_receiving_doctor_needs_a_department_and_a_clerk_no_title():
    hospital = a_hospital()

    assert faults([row(hospital, 岗位类型="接诊医生")], district()) == [(2, "department")]
    assert faults([row(hospital, 岗位类型="窗口人员")], district()) == [(2, "title")]


def test_faults_between_rows_are_found():
    centre = a_centre()
    lines = [row(centre), row(centre), row(centre, 姓名="李四"), row(centre, 姓名="赵五", 手机号="13700000002")]

    assert faults(lines, district()) == [(3, "phone"), (4, "phone")]


def test_a_phone_of_another_name_or_of_a_closed_account_is_refused_without_saying_whose():
    centre, by = a_centre(), district()
    a_user("李四", phone="13700000001")
    closed = a_user("赵五", phone="13700000002")
    User.objects.filter(pk=closed.pk).update(is_active=False)

    job = checked(a_text([STAFF, row(centre), row(centre, 姓名="赵五", 手机号="13700000002")]), by)

    assert [(one["row"], one["field"]) for one in first_faults(job)] == [(2, "phone"), (3, "phone")]
    assert "李四" not in str(first_faults(job))


def test_two_institutions_of_one_short_name_need_the_full_name():
    first, second = a_centre("同名"), a_centre("同名")

    assert faults([row(first, 机构="同名")], district()) == [(2, "institution")]
    assert faults([row(second)], district()) == []


def test_institutions_of_another_district_are_not_known():
    elsewhere = a_centre("外区", district=a_district("110105", "朝阳区"))

    assert faults([row(elsewhere)], district()) == [(2, "institution")]


def test_a_manager_fills_her_own_institution_and_its_stations_only():
    centre, other = a_centre(), a_centre("月坛")
    station = a_station(centre)
    lines = [
        row(centre),
        row(station, 姓名="李四", 手机号="13700000002"),
        row(centre, 姓名="赵五", 手机号="13700000003", 机构=""),
        row(other, 姓名="钱六", 手机号="13700000004"),
    ]

    job = applied(a_text([STAFF, *lines]), manager_of(centre), leave_out_faulty=True)

    assert (job.created, job.left_out) == (3, 1)
    assert [(one["row"], one["field"]) for one in first_faults(job)] == [(5, "institution")]
    assert sorted(Post.objects.live().filter(kind=Role.FAMILY_DOCTOR).values_list("institution", flat=True)) == sorted(
        [centre.pk, centre.pk, station.pk]
    )


@pytest.mark.parametrize("kind", ["机构管理员", "转诊协调员"])
def test_managers_and_coordinators_come_from_the_district_only(kind: str):
    hospital = a_hospital()
    line = row(hospital, 岗位类型=kind, 职称="")

    assert faults([line], manager_of(hospital)) == [(2, "kind")]
    assert faults([line], district()) == []


def test_what_changed_between_checking_and_applying_is_left_out_and_told():
    centre, by = a_centre(), district()
    job = checked(a_text([STAFF, row(centre), row(centre, 姓名="赵五", 手机号="13700000002")]), by)
    a_user("李四", phone="13700000001")

    done = worked(jobs.confirm(job, leave_out_faulty=False, by=by, expected_version=job.version))

    assert (done.status, done.created, done.left_out) == ("applied", 1, 1)
    assert [(one["row"], one["field"]) for one in first_faults(done)] == [(2, "phone")]


def test_a_post_that_ended_begins_anew():
    centre, by = a_centre(), district()
    former = a_post(a_user("王小明", phone="13700000001"), centre)
    Post.objects.filter(pk=former.pk).update(valid_to=Now())

    job = applied(a_text([STAFF, row(centre)]), by)

    assert (job.created, former.user.posts.count(), former.user.posts.live().count()) == (1, 2, 1)


def test_checking_costs_the_same_for_few_and_for_many(django_assert_max_num_queries: Any):
    centre, by = a_centre(), district()
    lines = [row(centre, 姓名=f"王{chr(0x4E00 + n)}", 手机号=f"137{n:08d}") for n in range(200)]

    with django_assert_max_num_queries(60):
        job = checked(a_text([STAFF, *lines]), by)

    assert counts(job) == (200, 0, 0, 0)
