"""Target grants and guardian's rows stay one: after every act, and when somebody tampers with either."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.utils import timezone
from guardian.shortcuts import get_objects_for_user

from clinics import grants, rights
from clinics.mirror import Opening, differences
from clinics.models import Department, Institution, InstitutionUserPermission, TargetGrant
from clinics.posts import appoint, dismiss
from permissions.right_states import RightStatus
from permissions.roles import Role
from tests.cast import a_district, a_right, a_user, acting_as, an_admin
from tests.cast_clinics import a_centre, a_department, a_grant, a_hospital, a_post, a_station, an_alliance, in_days
from vault.audit.models import AuditEntry
from vault.refusal import Refusal
from vault.states import history

pytestmark = pytest.mark.django_db


def may(user: object, codename: str, model: type = Institution) -> set[object]:
    return set(get_objects_for_user(user, f"clinics.{codename}", model))


def test_each_kind_of_target_opens_its_own_guardian_row() -> None:
    right, alliance, hospital, department = a_right(), an_alliance(), a_hospital(), a_department()

    a_grant(right, alliance, hospital, department)

    assert may(right.user, "refer_to_institution") == {hospital}
    assert may(right.user, "refer_to_department", Department) == {department}
    assert may(right.user, "refer_to_alliance", type(alliance)) == {alliance}
    assert not differences()


def test_granting_the_same_target_again_changes_nothing() -> None:
    right, hospital = a_right(), a_hospital()
    a_grant(right, hospital)

    assert a_grant(right, hospital, hospital) == []

    assert TargetGrant.objects.count() == 1
    assert InstitutionUserPermission.objects.count() == 1


def test_a_grant_that_ran_out_makes_room_for_a_new_one() -> None:
    right, hospital = a_right(), a_hospital()
    (old,) = a_grant(right, hospital)
    past = timezone.now() - timedelta(days=1)
    TargetGrant.objects.filter(pk=old.pk).update(valid_from=past - timedelta(days=1), valid_to=past)

    (new,) = a_grant(right, hospital)

    old.refresh_from_db()
    assert (old.ended_at, new.ended_at) == (past, None)
    assert may(right.user, "refer_to_institution") == {hospital}


def test_a_row_that_another_right_of_the_person_asks_for_stays() -> None:
    first, hospital = a_right(), a_hospital()
    second = a_right(first.user)
    a_grant(first, hospital)
    a_grant(second, hospital)

    with transaction.atomic():
        grants.end_grants(first, by=acting_as(an_admin()))

    assert may(first.user, "refer_to_institution") == {hospital}
    assert not differences()


def test_a_grant_names_exactly_one_target() -> None:
    right = a_right()

    for targets in ({}, {"institution": a_hospital(), "alliance": an_alliance()}):
        with pytest.raises(IntegrityError, match="target_grant_has_exactly_one_target"), transaction.atomic():
            TargetGrant.objects.create(right=right, **targets)


def test_no_target_is_no_grant() -> None:
    with pytest.raises(Refusal, match="invalid_input"):
        a_grant(a_right())


def test_the_comparison_names_what_is_missing_and_what_is_too_much() -> None:
    right, hospital, other = a_right(), a_hospital(), a_hospital()
    a_grant(right, hospital)
    InstitutionUserPermission.objects.all().delete()
    permission = Permission.objects.get(codename="refer_to_institution")
    InstitutionUserPermission.objects.create(user=right.user, permission=permission, content_object=other)

    found = grants.compare_access()

    assert found.missing == {Opening(right.user.pk, "refer_to_institution", "institution", hospital.pk)}
    assert found.surplus == {Opening(right.user.pk, "refer_to_institution", "institution", other.pk)}
    assert may(right.user, "refer_to_institution") == {hospital}
    assert not grants.compare_access()


def test_a_grant_whose_last_day_passed_opens_nothing_after_the_nightly_comparison() -> None:
    right = a_right()
    (grant,) = a_grant(right, a_hospital())
    TargetGrant.objects.filter(pk=grant.pk).update(
        valid_from=timezone.now() - timedelta(days=2), valid_to=timezone.now() - timedelta(days=1)
    )

    grants.compare_access()

    assert may(right.user, "refer_to_institution") == set()


@pytest.mark.parametrize(
    ("kind", "codename"),
    [
        (Role.MANAGER, "manage_institution"),
        (Role.COORDINATOR, "manage_pools"),
        (Role.RECEIVING_DOCTOR, "receive_patients"),
        (Role.WINDOW_CLERK, "receive_patients"),
    ],
)
def test_a_post_opens_its_institution_until_it_ends(kind: Role, codename: str) -> None:
    admin, user, hospital = acting_as(an_admin()), a_user(), a_hospital()

    post = appoint(user, hospital, kind, by=admin)
    while_held = may(user, codename)
    dismiss(post, by=admin)

    assert while_held == {hospital}
    assert may(user, codename) == set()
    assert not differences()


def test_a_doctor_has_two_desks_and_loses_one_with_the_last_post() -> None:
    admin, user = acting_as(an_admin()), a_user()

    post = appoint(user, a_centre(), Role.FAMILY_DOCTOR, by=admin)
    user.refresh_from_db()
    desks_of_a_doctor = user.desks
    dismiss(post, by=admin)
    user.refresh_from_db()

    assert (desks_of_a_doctor, user.desks) == (2, 1)


def test_a_manager_appoints_at_her_centre_and_its_stations_only() -> None:
    centre, elsewhere = a_centre(), a_centre("月坛")
    post = a_post(a_user("冯主任"), centre, Role.MANAGER)
    manager = acting_as(post.user, post)

    appoint(a_user("新人"), a_station(centre), Role.FAMILY_DOCTOR, by=manager)

    with pytest.raises(Refusal, match="not_allowed"):
        appoint(a_user("外人"), elsewhere, Role.FAMILY_DOCTOR, by=manager)


def test_a_district_does_not_appoint_in_another() -> None:
    foreign = a_centre("朝阳", district=a_district("110105", "朝阳区"))

    with pytest.raises(Refusal, match="not_allowed"):
        appoint(a_user(), foreign, Role.FAMILY_DOCTOR, by=acting_as(an_admin()))


def test_the_same_post_is_not_given_twice() -> None:
    admin, user, centre = acting_as(an_admin()), a_user(), a_centre()
    appoint(user, centre, Role.FAMILY_DOCTOR, by=admin)

    with pytest.raises(Refusal, match="already_exists"):
        appoint(user, centre, Role.FAMILY_DOCTOR, by=admin)


def test_with_its_post_a_right_ends_and_all_its_targets() -> None:
    admin, hospital = acting_as(an_admin()), a_hospital()
    post = appoint(a_user("周晓岚"), a_centre(), Role.FAMILY_DOCTOR, by=admin)
    right = rights.enter(post, targets=[hospital], last_day=in_days(30), by=admin)
    post.refresh_from_db()

    dismiss(post, by=admin, reason="moved")

    right.refresh_from_db()
    assert right.status == RightStatus.ENDED
    assert TargetGrant.objects.get().ended_at is not None
    assert may(post.user, "refer_to_institution") == set()


def test_entering_a_right_walks_its_life_and_opens_its_targets() -> None:
    admin, hospital = acting_as(an_admin()), a_hospital()
    post = appoint(a_user("周晓岚"), a_centre(), Role.FAMILY_DOCTOR, by=admin)

    right = rights.enter(post, targets=[hospital], last_day=in_days(30), by=admin)

    post.refresh_from_db()
    assert post.right == right
    assert right.status == RightStatus.GRANTED
    assert [event.event for event in history(right.public_id)] == ["nominate", "verify", "grant"]
    assert TargetGrant.objects.get().valid_to == right.valid_to
    assert may(post.user, "refer_to_institution") == {hospital}
    verbs = set(AuditEntry.objects.filter(object_id=right.public_id).values_list("verb", flat=True))
    assert {"right.grant", "grant_targets"} <= verbs


def test_a_right_lasts_to_the_end_of_its_last_day_in_beijing() -> None:
    post = a_post()

    right = rights.enter(post, targets=[a_hospital()], last_day=in_days(30), by=acting_as(an_admin()))

    local = timezone.localtime(right.valid_to)
    assert (local.date(), local.hour, local.minute) == (in_days(31), 0, 0)


def test_revoking_ends_every_target() -> None:
    admin = acting_as(an_admin())
    right = rights.enter(a_post(), targets=[a_hospital(), an_alliance()], last_day=in_days(30), by=admin)

    rights.revoke(right, by=admin, reason="moved")

    assert TargetGrant.objects.open().count() == 0
    assert may(right.user, "refer_to_institution") == set()
    assert not differences()


def test_a_suspended_right_keeps_its_targets_for_its_return() -> None:
    admin, hospital = acting_as(an_admin()), a_hospital()
    right = rights.enter(a_post(), targets=[hospital], last_day=in_days(30), by=admin)

    rights.suspend(right, by=admin, reason="leave")
    rights.reinstate(right, by=admin)

    right.refresh_from_db()
    assert right.status == RightStatus.GRANTED
    assert may(right.user, "refer_to_institution") == {hospital}


def test_a_post_has_one_right_at_a_time_and_a_new_one_after_a_revocation() -> None:
    admin, post, hospital = acting_as(an_admin()), a_post(), a_hospital()
    first = rights.enter(post, targets=[hospital], last_day=in_days(30), by=admin)

    with pytest.raises(Refusal, match="already_exists"):
        rights.enter(post, targets=[hospital], last_day=in_days(30), by=admin)
    rights.revoke(first, by=admin, reason="in_error")
    second = rights.enter(post, targets=[hospital], last_day=in_days(30), by=admin)

    post.refresh_from_db()
    assert post.right == second != first


@pytest.mark.parametrize("kind", [Role.WINDOW_CLERK, Role.MANAGER, Role.RECEIVING_DOCTOR, Role.COORDINATOR])
def test_only_referring_posts_get_a_right(kind: Role) -> None:
    post = a_post(kind=kind, institution=a_hospital())

    with pytest.raises(Refusal, match="invalid_input"):
        rights.enter(post, targets=[a_hospital()], last_day=in_days(30), by=acting_as(an_admin()))


@pytest.mark.parametrize("days", [-1, 366 * 5 + 1])
def test_a_last_day_is_neither_over_nor_beyond_five_years(days: int) -> None:
    with pytest.raises(Refusal, match="invalid_input"):
        rights.enter(a_post(), targets=[a_hospital()], last_day=in_days(days), by=acting_as(an_admin()))

    assert TargetGrant.objects.count() == 0
