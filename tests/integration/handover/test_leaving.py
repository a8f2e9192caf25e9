"""A doctor leaves or moves: right, grants, sessions and open work change together, or nothing does."""

from typing import Any

import pytest
from django.utils import timezone

from clinics.models import InstitutionUserPermission, Post, TargetGrant
from clinics.posts import dismiss
from permissions.models import ReferralRight, Session
from permissions.roles import Role
from referral.booking.book import book
from referral.booking.cancel import cancel_by_referrer
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.cases.versions import RequestEnding
from referral.handover import leave as leaving_module
from referral.handover.items import Kind, mark_of, work_of
from referral.handover.leave import Move, Plan, leave, transfer
from referral.handover.name import name_doctor, name_owner
from referral.handover.people import colleagues_of
from referral.handover.waiting import contracts_waiting, items_waiting
from referral.patients.models import FamilyDoctorContract
from referral.returns.answer import accept
from referral.returns.follow_up import follow_up
from referral.returns.models import Return
from referral.worklist.queries import open_of
from tests.cast import a_right, a_session, a_user, acting_as
from tests.cast_clinics import a_centre, a_station
from tests.cast_handover import OPEN_REFERRALS, OPEN_RETURNS, Leaving, held_by_nobody_living, leaving, owners
from tests.cast_referral import referring_post, today
from vault.changes import changes_of
from vault.models import AuditEntry, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Leaving:
    return leaving()


def gone(cast: Leaving, plan: Plan, **more: Any) -> Any:
    return leave(cast.zhou, plan, **({"reason": "left", "by": cast.manager, "today": today()} | more))


def test_leaving_ends_the_right_the_grants_the_sessions_and_hands_all_open_work_over(cast: Leaving) -> None:
    work = cast.work()
    a_session(cast.zhou.user)

    gone(cast, Plan(successor=cast.shen.public_id))

    cast.zhou.refresh_from_db()
    assert cast.zhou.valid_to is not None
    assert ReferralRight.objects.get(pk=cast.zhou.right_id).status == "ended"
    assert TargetGrant.objects.open().filter(right=cast.zhou.right_id).count() == 0
    assert InstitutionUserPermission.objects.filter(user=cast.zhou.user).count() == 0
    assert Session.objects.live().filter(user=cast.zhou.user).count() == 0
    now = owners()
    for name, item in work.items():
        kind, _dot, status = name.partition(".")
        open_here = status in (OPEN_REFERRALS if kind == "referral" else OPEN_RETURNS)
        before = None if name == "return.declined" else cast.zhou.pk
        assert now[str(item.public_id)] == (cast.shen.pk if open_here and before else before), name
    assert held_by_nobody_living() == []
    assert {one.post_id for one in Referral.objects.filter(pk__in=[work[f"referral.{s}"].pk for s in OPEN_REFERRALS])} == {cast.zhou.pk}


def test_each_piece_keeps_its_history_and_stands_in_the_trail_and_the_colleague_is_told(cast: Leaving) -> None:
    draft, taken = cast.world.referral(), cast.sent_back()

    handed = gone(cast, Plan(successor=cast.shen.public_id))

    told = [(one.to, one.counts) for one in handed]
    assert told == [
        (cast.shen, {"referrals": 1, "returns": 1, "contracts": 0}),
        (None, {"referrals": 0, "returns": 0, "contracts": 2}),
    ]
    for item in (draft, taken):
        (change,) = changes_of(item.public_id)
        assert (change.field, change.old, change.new) == ("owner", str(cast.zhou.public_id), str(cast.shen.public_id))
        (entry,) = AuditEntry.objects.filter(object_id=item.public_id, verb="hand_over")
        assert (entry.reason, entry.actor_id) == ("left", cast.manager.user.public_id)
        item.refresh_from_db()
        assert item.version == 2
    assert Message.objects.filter(template="handover_colleague").count() == 1


def test_an_end_nobody_has_read_goes_to_the_colleague_and_what_was_read_stays(cast: Leaving) -> None:
    unread, read = (cast.world.referral(status="expired") for _ in range(2))
    for one, at in ((unread, None), (read, timezone.now())):
        RequestEnding.objects.create(referral=one, kind="draft_expired", seen_at=at, seen_by=cast.zhou if at else None)

    gone(cast, Plan(successor=cast.shen.public_id))

    assert list(open_of(cast.world.colleague, today())) == [unread]
    assert (owners()[str(read.public_id)], items_waiting(cast.manager)) == (cast.zhou.pk, [])


def test_an_end_nobody_has_read_waits_for_the_manager_to_name_somebody(cast: Leaving) -> None:
    unread = cast.world.referral(status="expired")
    RequestEnding.objects.create(referral=unread, kind="draft_expired")

    gone(cast, Plan())

    assert items_waiting(cast.manager) == [unread]
    assert name_owner({Kind.REFERRAL: [unread.public_id]}, cast.shen.public_id, by=cast.manager) == 1
    assert list(open_of(cast.world.colleague, today())) == [unread]


def test_one_piece_may_go_to_another_colleague_or_to_the_manager(cast: Leaving) -> None:
    alliance = cast.zhou.right.target_grants.get().alliance
    lin = referring_post("林静", cast.world.centre, cast.world.admin, alliance)
    first, second, third = (cast.world.referral() for _ in range(3))

    gone(cast, Plan(cast.shen.public_id, {second.public_id: lin.public_id, third.public_id: None}))

    now = owners()
    assert [now[str(one.public_id)] for one in (first, second, third)] == [cast.shen.pk, lin.pk, None]
    assert items_waiting(cast.manager) == [third]


def test_the_colleague_finds_it_in_her_worklist_and_may_go_on(cast: Leaving) -> None:
    draft, booked, taken = cast.world.referral(), cast.world.referral(), cast.sent_back()
    place = cast.world.place()
    made = book(referral=booked.public_id, pool_slot=place.public_id, version=1, key="before-1", by=cast.world.doctor)
    gone(cast, Plan(successor=cast.shen.public_id))
    shen = cast.world.colleague
    handed = Booking.objects.get(public_id=made)

    assert list(open_of(shen, today())) == [draft]
    cancelled = cancel_by_referrer(made, expected_version=handed.version, reason="patient", by=shen)
    again = book(referral=draft.public_id, pool_slot=cast.world.place(4).public_id, version=2, key="after-12", by=shen)
    follow_up(taken.public_id, seen_on=today(), note="稳定", expected_version=2, by=shen)

    assert (cancelled.status, handed.post) == ("cancelled", cast.zhou)
    assert Booking.objects.get(public_id=again).right_id == cast.shen.right_id


def test_a_colleague_outside_the_care_team_books_what_her_predecessor_saw_but_not_what_was_never_handed(cast: Leaving) -> None:
    cast.world.team.doctors.remove(cast.shen.user)
    handed, of_another = cast.world.referral(), cast.world.referral()
    Referral.objects.filter(pk=of_another.pk).update(owner=None)
    gone(cast, Plan(successor=cast.shen.public_id))
    shen = cast.world.colleague

    with pytest.raises(Refusal) as refused:
        book(referral=of_another.public_id, pool_slot=cast.world.place().public_id, version=1, key="attempt-1", by=shen)
    made = book(referral=handed.public_id, pool_slot=cast.world.place(4).public_id, version=2, key="attempt-2", by=shen)

    assert refused.value.violations[0].code == "encounter_required"
    assert Booking.objects.filter(public_id=made).exists()


@pytest.mark.parametrize("step", ["give", "tell", "end_post", "leave_teams"])
def test_a_failure_anywhere_leaves_nothing_half_done(cast: Leaving, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    cast.work()
    a_session(cast.zhou.user)
    before = owners()

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(step)

    monkeypatch.setattr(leaving_module, step, broken)
    with pytest.raises(RuntimeError):
        gone(cast, Plan(successor=cast.shen.public_id))

    cast.zhou.refresh_from_db()
    assert (cast.zhou.valid_to, owners()) == (None, before)
    assert ReferralRight.objects.get(pk=cast.zhou.right_id).status == "granted"
    assert TargetGrant.objects.open().filter(right=cast.zhou.right_id).count() == 1
    assert Session.objects.live().filter(user=cast.zhou.user).count() == 1
    assert Message.objects.count() == 0
    assert AuditEntry.objects.filter(verb__in=("hand_over", "end_post", "right.end")).count() == 0


def test_whoever_ends_a_post_without_a_colleague_leaves_its_work_to_the_manager(cast: Leaving) -> None:
    work = cast.work()

    dismiss(cast.zhou, by=cast.world.district_admin)

    assert held_by_nobody_living() == []
    waiting = {one.public_id for one in items_waiting(cast.manager)}
    named = {work[f"referral.{status}"].public_id for status in OPEN_REFERRALS}
    assert waiting == named | {work[f"return.{status}"].public_id for status in ("accepted", "followed_up")}
    assert Return.objects.get(pk=work["return.sent"].pk).owner is None


def test_the_manager_names_a_colleague_for_what_waits_once(cast: Leaving) -> None:
    draft, taken = cast.world.referral(), cast.sent_back()
    gone(cast, Plan())
    chosen = {"referral": [draft.public_id], "return": [taken.public_id]}

    named = name_owner(chosen, cast.shen.public_id, by=cast.manager)
    with pytest.raises(Refusal) as again:
        name_owner(chosen, cast.shen.public_id, by=cast.manager)

    assert (named, items_waiting(cast.manager), again.value.code) == (2, [], "stale_state")
    assert owners()[str(draft.public_id)] == owners()[str(taken.public_id)] == cast.shen.pk
    assert Message.objects.filter(template="handover_colleague").count() == 1


def test_nobody_takes_the_next_step_of_a_return_that_waits_for_an_owner(cast: Leaving) -> None:
    taken = cast.sent_back()
    gone(cast, Plan())

    with pytest.raises(Refusal) as refused:
        follow_up(taken.public_id, seen_on=today(), note="稳定", expected_version=2, by=cast.world.colleague)

    assert (refused.value.code, Return.objects.get(pk=taken.pk).status) == ("not_allowed", "accepted")


def test_residents_under_contract_look_to_a_colleague_or_stand_on_the_managers_list(cast: Leaving) -> None:
    patients = [cast.world.patient() for _ in range(2)]
    gone(cast, Plan())
    (left,) = contracts_waiting(cast.manager, today())

    moved = name_doctor(cast.zhou.user.public_id, cast.shen.public_id, by=cast.manager, today=today())

    assert (left.doctor, left.contracts, moved) == (cast.zhou.user, 2, 2)
    contracts = FamilyDoctorContract.objects.filter(patient__in=patients)
    assert {one.doctor for one in contracts} == {cast.shen.user}
    assert [change.field for one in contracts for change in changes_of(one.public_id)] == ["doctor", "doctor"]
    assert (set(cast.world.team.doctors.all()), contracts_waiting(cast.manager, today())) == ({cast.shen.user}, [])


def test_residents_under_contract_go_with_the_plan(cast: Leaving) -> None:
    cast.world.patient()

    handed = gone(cast, Plan(contracts=cast.shen.public_id))

    assert [(one.to, one.contracts) for one in handed] == [(cast.shen, 1)]
    assert FamilyDoctorContract.objects.get().doctor == cast.shen.user


def test_only_a_colleague_of_the_unit_with_a_right_in_force_and_a_working_account_can_take_work(cast: Leaving) -> None:
    alliance = cast.zhou.right.target_grants.get().alliance
    station = a_station(cast.world.centre)
    fit = referring_post("站里", station, cast.world.admin, alliance)
    elsewhere = referring_post("外院", a_centre("月坛"), cast.world.admin, alliance)
    unfit = [referring_post(name, cast.world.centre, cast.world.admin, alliance) for name in ("停权", "停用", "离岗")]
    ReferralRight.objects.filter(pk=unfit[0].right_id).update(status="suspended", reason_code="leave")
    type(cast.zhou.user).objects.filter(pk=unfit[1].user_id).update(is_active=False)
    dismiss(unfit[2], by=cast.world.district_admin)
    draft = cast.world.referral()

    for named in (*unfit, elsewhere, cast.zhou):
        with pytest.raises(Refusal) as refused:
            gone(cast, Plan(successor=named.public_id))
        assert (refused.value.code, refused.value.violations[0].field) == ("invalid_input", "successor")

    assert set(colleagues_of(cast.zhou)) == {fit, cast.shen}
    assert Post.objects.live().filter(pk=cast.zhou.pk).exists()
    assert owners()[str(draft.public_id)] == cast.zhou.pk


def test_a_page_drawn_before_something_changed_is_stale(cast: Leaving) -> None:
    cast.world.referral()
    seen = work_of(cast.zhou, today()).mark
    late = cast.world.referral()

    with pytest.raises(Refusal) as refused:
        gone(cast, Plan(successor=cast.shen.public_id), seen=seen)
    gone(cast, Plan(successor=cast.shen.public_id), seen=mark_of(work_of(cast.zhou, today()).items, work_of(cast.zhou, today()).contracts))

    assert refused.value.code == "stale_state"
    assert owners()[str(late.public_id)] == cast.shen.pk


def test_a_transfer_opens_the_next_post_without_a_right_and_leaves_the_work_here(cast: Leaving) -> None:
    draft, place = cast.world.referral(), a_centre("月坛")
    a_session(cast.zhou.user)

    new, handed = transfer(
        cast.zhou, Plan(successor=cast.shen.public_id), Move(place, Role.FAMILY_DOCTOR), by=cast.world.district_admin, today=today()
    )

    assert (new.institution, new.right, new.user) == (place, None, cast.zhou.user)
    assert ReferralRight.objects.get(pk=cast.zhou.right_id).status == "ended"
    assert ReferralRight.objects.get(pk=cast.zhou.right_id).reason_code == "moved"
    assert Session.objects.live().filter(user=cast.zhou.user).count() == 0
    assert owners()[str(draft.public_id)] == cast.shen.pk
    assert [(one.to, one.contracts) for one in handed] == [(cast.shen, 0), (None, 1)]


def test_a_doctor_who_goes_to_a_station_of_her_centre_keeps_her_residents(cast: Leaving) -> None:
    cast.world.patient()
    station = a_station(cast.world.centre)

    transfer(cast.zhou, Plan(), Move(station, Role.FAMILY_DOCTOR), by=cast.manager, today=today())

    assert FamilyDoctorContract.objects.get().doctor == cast.zhou.user
    assert cast.zhou.user in cast.world.team.doctors.all()
    assert contracts_waiting(cast.manager, today()) == []


def test_a_transfer_that_changes_nothing_or_leads_out_of_the_managers_house_is_refused_whole(cast: Leaving) -> None:
    draft = cast.world.referral()
    tries = [(Move(cast.world.centre, Role.FAMILY_DOCTOR), "invalid_input"), (Move(a_centre("月坛"), Role.FAMILY_DOCTOR), "not_allowed")]

    for move, code in tries:
        with pytest.raises(Refusal) as refused:
            transfer(cast.zhou, Plan(cast.shen.public_id), move, by=cast.manager, today=today())
        assert refused.value.code == code

    assert Post.objects.live().filter(pk=cast.zhou.pk).exists()
    assert owners()[str(draft.public_id)] == cast.zhou.pk


def test_a_colleague_cannot_end_a_post_and_a_stranger_cannot_either(cast: Leaving) -> None:
    other = a_right(a_user("外人"))
    for who in (cast.world.colleague, acting_as(other.user)):
        with pytest.raises(Refusal) as refused:
            gone(cast, Plan(cast.shen.public_id), by=who)
        assert refused.value.code == "not_allowed"

    assert Post.objects.live().filter(pk=cast.zhou.pk).exists()


def test_a_post_that_ended_writes_and_takes_over_nothing_more(cast: Leaving) -> None:
    sent = cast.sent_back("sent")
    Return.objects.filter(pk=sent.pk).update(owner=None)
    gone(cast, Plan())

    with pytest.raises(Refusal) as refused:
        accept(sent.public_id, first_follow_up_on=today(), expected_version=1, by=cast.world.doctor)

    assert (refused.value.code, Return.objects.get(pk=sent.pk).status) == ("not_allowed", "sent")
