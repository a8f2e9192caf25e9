"""A whole institution is suspended, excluded and reinstated; exactly what was taken away comes back (R052)."""

import pytest
from django.db import transaction

from clinics import rights
from clinics.models import Institution, InstitutionSanction, Post, TargetGrant
from clinics.watch import suspension
from permissions import rights as steps
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.right_states import RightReason, RightStatus
from permissions.roles import Role
from tests.cast import a_district, a_right, a_user, acting_as, an_admin
from tests.cast_clinics import a_centre, a_grant, a_hospital, a_post, a_station, in_days
from vault.actor import SYSTEM
from vault.models import AuditEntry
from vault.refusal import Refusal
from vault.states import history

pytestmark = pytest.mark.django_db
EVIDENCE = "区卫生健康委通报 2026-11-20"


@pytest.fixture
def admin() -> Acting:
    return acting_as(an_admin("宋建华"))


def a_doctor(place: Institution, name: str = "周晓岚", **fields: object) -> Post:
    right = a_right(a_user(name), **fields)  # type: ignore[arg-type]
    return a_post(right.user, place, right=right)


def state_of(post: Post) -> tuple[str, str]:
    right = ReferralRight.objects.get(pk=post.right_id)
    return right.status, right.reason_code


def test_suspending_a_centre_takes_every_granted_right_of_it_and_its_stations(admin: Acting) -> None:
    centre = a_centre()
    station, elsewhere = a_station(centre), a_centre("月坛")
    mine, at_station, other = a_doctor(centre), a_doctor(station, "沈佳"), a_doctor(elsewhere, "马晓东")
    on_leave = a_doctor(centre, "罗一鸣", status=RightStatus.SUSPENDED)
    epoch = mine.user.epoch

    made = suspension.suspend(centre, by=admin, reason="unseen", note=EVIDENCE)

    assert [state_of(post) for post in (mine, at_station)] == [("suspended", "institution")] * 2
    assert state_of(other) == ("granted", "")
    assert state_of(on_leave) == ("suspended", "leave")
    flags = {one.pk: one.is_suspended for one in Institution.objects.all()}
    assert (flags[centre.pk], flags[station.pk], flags[elsewhere.pk]) == (True, True, False)
    mine.user.refresh_from_db()
    assert mine.user.epoch == epoch + 1
    entry = AuditEntry.objects.get(verb="suspend_institution")
    assert (entry.object_id, entry.reason, entry.details["rights"], entry.details["evidence"]) == (centre.public_id, "unseen", 2, EVIDENCE)
    assert [event.event for event in history(made.public_id)] == ["suspend_institution"]


def test_reinstating_gives_back_exactly_what_the_suspension_took(admin: Acting) -> None:
    centre = a_centre()
    mine, revoked = a_doctor(centre), a_doctor(centre, "沈佳")
    on_leave = a_doctor(centre, "罗一鸣", status=RightStatus.SUSPENDED)
    suspension.suspend(centre, by=admin, reason="closed", note=EVIDENCE)
    rights.revoke(revoked.right, by=admin, reason="moved")

    held = suspension.reinstate(centre, by=admin)

    assert [state_of(post)[0] for post in (mine, revoked, on_leave)] == ["granted", "revoked", "suspended"]
    assert state_of(on_leave) == ("suspended", "leave")
    assert held.status == "lifted"
    assert not Institution.objects.get(pk=centre.pk).is_suspended
    assert not InstitutionSanction.objects.in_force().exists()


def test_a_station_suspended_for_itself_stays_so_when_its_centre_comes_back(admin: Acting) -> None:
    centre = a_centre()
    station = a_station(centre)
    mine, at_station = a_doctor(centre), a_doctor(station, "沈佳")
    suspension.suspend(centre, by=admin, reason="closed", note=EVIDENCE)
    suspension.suspend(station, by=admin, reason="licence", note=EVIDENCE)

    suspension.reinstate(centre, by=admin)
    between = (state_of(mine)[0], state_of(at_station)[0], Institution.objects.get(pk=station.pk).is_suspended)
    suspension.reinstate(station, by=admin)

    assert between == ("granted", "suspended", True)
    assert state_of(at_station)[0] == "granted"
    assert not Institution.objects.get(pk=station.pk).is_suspended


def test_after_misconduct_a_second_person_of_the_district_agrees(admin: Acting) -> None:
    centre = a_centre()
    post = a_doctor(centre)
    suspension.suspend(centre, by=admin, reason="resale", note=EVIDENCE)

    first = suspension.reinstate(centre, by=admin)
    with pytest.raises(Refusal, match="second_person_required"):
        suspension.reinstate(centre, by=admin)
    alone = state_of(post)[0]
    last = suspension.reinstate(centre, by=acting_as(an_admin("韩卫东")))

    assert (first.status, alone, last.status, state_of(post)[0]) == ("suspended", "suspended", "lifted", "granted")


def test_excluding_revokes_granted_and_suspended_rights_for_good(admin: Acting) -> None:
    centre = a_centre()
    mine, on_leave = a_doctor(centre), a_doctor(centre, "罗一鸣", status=RightStatus.SUSPENDED)
    a_grant(mine.right, a_hospital())
    suspension.suspend(centre, by=admin, reason="misconduct", note=EVIDENCE)

    suspension.revoke(centre, by=admin, reason="misconduct", note=EVIDENCE)
    suspension.reinstate(centre, by=admin)
    suspension.reinstate(centre, by=acting_as(an_admin("韩卫东")))

    assert [state_of(post)[0] for post in (mine, on_leave)] == ["revoked", "revoked"]
    assert TargetGrant.objects.open().count() == 0
    assert not Institution.objects.get(pk=centre.pk).is_suspended


def test_nobody_of_a_suspended_institution_is_given_a_right_or_gets_one_back(admin: Acting) -> None:
    centre, hospital = a_centre(), a_hospital()
    station = a_station(centre)
    on_leave, without = a_doctor(station, status=RightStatus.SUSPENDED), a_post(a_user("罗一鸣"), station)
    suspension.suspend(centre, by=admin, reason="closed", note=EVIDENCE)

    for deed in (
        lambda: rights.enter(without, targets=[hospital], last_day=in_days(30), by=admin),
        lambda: rights.reinstate(on_leave.right, by=admin),
    ):
        with pytest.raises(Refusal, match="institution_suspended"):
            deed()

    assert state_of(on_leave) == ("suspended", "leave")
    assert ReferralRight.objects.filter(user=without.user).count() == 0


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"reason": "dislike"}, "invalid_input"), ({"note": " "}, "invalid_input"), ({"note": "长" * 201}, "invalid_input")],
    ids=["reason", "no evidence", "too long"],
)
def test_a_suspension_without_reason_or_evidence_changes_nothing(admin: Acting, fields: dict[str, str], code: str) -> None:
    post = a_doctor(a_centre())

    with pytest.raises(Refusal, match=code):
        suspension.suspend(post.institution, by=admin, **({"reason": "closed", "note": EVIDENCE} | fields))

    assert state_of(post)[0] == "granted"
    assert InstitutionSanction.objects.count() == 0
    assert not Institution.objects.get(pk=post.institution_id).is_suspended


def test_nobody_but_its_own_district_suspends_an_institution_and_not_twice(admin: Acting) -> None:
    post = a_doctor(a_centre())
    outsider = acting_as(an_admin("外区", district=a_district("110105", "朝阳区")))
    manager = a_post(a_user("赵德生"), post.institution, Role.MANAGER)

    for who in (outsider, acting_as(manager.user, manager)):
        with pytest.raises(Refusal, match="not_allowed"):
            suspension.suspend(post.institution, by=who, reason="closed", note=EVIDENCE)
    suspension.suspend(post.institution, by=admin, reason="closed", note=EVIDENCE)
    with pytest.raises(Refusal, match="stale_state"):
        suspension.suspend(post.institution, by=admin, reason="closed", note=EVIDENCE)

    assert InstitutionSanction.objects.count() == 1


def test_a_right_decided_about_since_is_not_given_back(admin: Acting) -> None:
    post = a_doctor(a_centre())
    suspension.suspend(post.institution, by=admin, reason="closed", note=EVIDENCE)
    with transaction.atomic():
        steps.end(post.right, by=SYSTEM, reason=RightReason.LEFT)

    suspension.reinstate(post.institution, by=admin)

    assert state_of(post)[0] == "ended"
