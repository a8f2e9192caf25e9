"""A nomination on the real database: handed in, examined, sent back, verified, granted, and refused without a trace."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from clinics import rights
from clinics.models import Institution, Post, TargetGrant
from clinics.nominations.bulk import prospects, settle
from clinics.nominations.checks import Consequence, Grade, Topic
from clinics.nominations.facts import examination, examinations
from clinics.nominations.nominate import attach, detach, nominate, nominate_again, withdraw
from clinics.nominations.queries import chosen, nomination_seen_by, waiting
from clinics.right_queries import timeline
from permissions.acting import Acting
from permissions.kept_papers import content_of
from permissions.models import Attachment, Nomination, ReferralRight
from permissions.right_states import RightReason, RightStatus
from permissions.roles import Role
from tests.cast import a_district, a_right, a_user, acting_as, an_admin
from tests.cast_clinics import a_centre, a_hospital, a_post, a_station, in_days
from tests.cast_nominations import a_licence, a_manager, a_nomination, a_paper, some_evidence
from vault.models import AuditEntry, Event
from vault.refusal import Refusal
from vault.states import history

pytestmark = pytest.mark.django_db
S = RightStatus


def admin(name: str = "宋建华") -> Acting:
    return acting_as(an_admin(name))


def seen(right: ReferralRight, by: Acting) -> ReferralRight:
    return nomination_seen_by(by, right.public_id)


def refused(use_case: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """The code of the refusal; nothing was written: no right, nomination, paper, grant, event or audit row."""
    before = state()
    with pytest.raises(Refusal) as refusal:
        use_case(*args, **kwargs)
    assert state() == before
    return refusal.value.code


def state() -> list[Any]:
    tables = (ReferralRight, Nomination, TargetGrant, Post)
    rows = [list(table.objects.order_by("pk").values()) for table in tables]
    return [*rows, *(table.objects.count() for table in (Attachment, Event, AuditEntry))]


def test_a_manager_nominates_and_the_evidence_is_kept_encrypted() -> None:
    centre = a_centre()
    doctor, manager, hospital = a_post(institution=centre), a_manager(centre), a_hospital()
    evidence = some_evidence("110110102123456", wishes=(("institution", hospital.public_id),), note="新签约")
    paper = a_paper()

    right = nominate(doctor, evidence, by=manager, papers=[paper])

    doctor.refresh_from_db()
    kept = Nomination.objects.get()
    assert (right.status, doctor.right_id) == (S.NOMINATED, right.pk)
    assert (kept.number, kept.licence, kept.licence_tail, kept.note) == (1, "110110102123456", "3456", "新签约")
    assert kept.wishes == [["institution", str(hospital.public_id)]]
    assert content_of(Attachment.objects.get()) == paper.content
    assert not TargetGrant.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT n.licence, a.content FROM permissions_nomination n, permissions_attachment a")
        licence, content = (bytes(one) for one in cursor.fetchone())
    assert b"110110102123456" not in licence
    assert b"PDF" not in content
    assert [entry.verb for entry in AuditEntry.objects.filter(object_id=right.public_id).order_by("id")] == [
        "right.nominate", "right.attach",
    ]  # fmt: skip


def test_a_centres_manager_nominates_the_doctors_of_its_stations() -> None:
    centre = a_centre()
    doctor = a_post(institution=a_station(centre))

    assert nominate(doctor, some_evidence(), by=a_manager(centre)).status == S.NOMINATED


def test_only_the_manager_of_the_place_nominates_and_only_posts_that_may_refer() -> None:
    centre = a_centre()
    doctor, manager, other = a_post(institution=centre), a_manager(centre), a_manager(a_centre("月坛"), "王管理")

    assert refused(nominate, doctor, some_evidence(), by=other) == "not_allowed"
    assert refused(nominate, doctor, some_evidence(), by=admin()) == "not_allowed"
    assert refused(nominate, doctor, some_evidence(), by=acting_as(doctor.user, doctor)) == "not_allowed"
    for kind in (Role.RECEIVING_DOCTOR, Role.MANAGER, Role.COORDINATOR, Role.WINDOW_CLERK):
        assert refused(nominate, a_post(a_user(), centre, kind), some_evidence(), by=manager) == "invalid_input"


def test_a_post_waits_once_and_a_final_right_leaves_room_for_a_new_one() -> None:
    centre = a_centre()
    doctor, manager = a_post(institution=centre), a_manager(centre)
    first = nominate(doctor, some_evidence(), by=manager)

    assert refused(nominate, doctor, some_evidence(), by=manager) == "already_exists"
    withdraw(first, by=manager)
    second = nominate(doctor, some_evidence(), by=manager)

    first.refresh_from_db()
    assert (first.status, second.status) == (S.ENDED, S.NOMINATED)
    assert timeline(first)[0].title == "已撤回提名"


def test_a_suspended_institution_and_a_closed_account_are_not_nominated() -> None:
    centre = a_centre()
    station = a_station(centre)
    closed = a_post(a_user(is_active=False), centre)
    manager = a_manager(centre)

    assert refused(nominate, closed, some_evidence(), by=manager) == "invalid_input"
    Institution.objects.filter(pk=centre.pk).update(is_suspended=True)
    for place in (centre, station):
        assert refused(nominate, a_post(a_user(), place), some_evidence(), by=manager) == "institution_suspended"


def test_what_was_sent_back_is_put_right_and_the_timeline_tells_all_of_it() -> None:
    manager = a_manager()
    doctor = a_post(institution=manager.post.institution)
    district, licence = admin(), a_licence()
    right = nominate(doctor, some_evidence(), by=manager, papers=[a_paper()])

    rights.send_back(seen(right, district), by=district, reason="attachment", note="照片看不清，请重拍")
    nominate_again(seen(right, manager), some_evidence(licence), by=manager, papers=[a_paper()], expected_version=2)
    rights.verify(seen(right, district), by=district)
    rights.grant(seen(right, district), targets=[a_hospital()], last_day=in_days(30), by=district)
    rights.suspend(seen(right, district), by=district, reason="leave", note="产假至三月")

    right.refresh_from_db()
    first, second = Nomination.objects.order_by("number")
    assert (right.status, right.verified_by, right.granted_by) == (S.SUSPENDED, district.user, district.user)
    assert (first.answer_reason, first.answer_note, first.answered_by) == ("attachment", "照片看不清，请重拍", district.user)
    assert (second.number, second.licence, second.answer_reason, second.answered_by) == (2, licence, "", district.user)
    assert Attachment.objects.present().count() == 2
    events = [(event.source, event.target) for event in history(right.public_id)]
    assert events == [
        ("", "nominated"), ("nominated", "sent_back"), ("sent_back", "nominated"), ("nominated", "verified"), ("verified", "granted"),
        ("granted", "suspended"),
    ]  # fmt: skip
    told = [(str(step.title), str(step.text), step.who) for step in timeline(right)]
    assert told[0] == ("已暂停", "休假　产假至三月", "宋建华")
    assert told[4] == ("已退回", "附件缺失或看不清　照片看不清，请重拍", "宋建华")
    assert [who for *_rest, who in told] == ["宋建华", "宋建华", "宋建华", "赵德生", "宋建华", "赵德生"]


Who = dict[str, Acting]
STEPS: dict[str, tuple[Callable[[ReferralRight, Who], Any], set[RightStatus]]] = {
    "verify": (lambda right, who: rights.verify(right, by=who["district"]), {S.NOMINATED}),
    "send_back": (lambda right, who: rights.send_back(right, by=who["district"], reason="post", note="岗位不符"), {S.NOMINATED}),
    "nominate_again": (lambda right, who: nominate_again(right, some_evidence(), by=who["manager"]), {S.SENT_BACK}),
    "grant": (lambda right, who: rights.grant(right, targets=[a_hospital()], last_day=in_days(30), by=who["district"]), {S.VERIFIED}),
    "verify_and_grant": (
        lambda right, who: rights.verify_and_grant(right, targets=[a_hospital()], last_day=in_days(30), by=who["district"]),
        {S.NOMINATED, S.VERIFIED},
    ),
    "withdraw": (lambda right, who: withdraw(right, by=who["manager"]), {S.NOMINATED, S.SENT_BACK, S.VERIFIED}),
    "attach": (lambda right, who: attach(right, a_paper(), by=who["manager"]), {S.NOMINATED, S.SENT_BACK}),
}


@pytest.mark.parametrize("status", list(S))
@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_taken_from_its_own_states_and_no_other(step: str, status: RightStatus) -> None:
    do, lawful = STEPS[step]
    right = a_right(a_user(f"{step}{status}"), status=status)
    who = {"manager": a_manager(), "district": admin()}
    a_post(right.user, who["manager"].post.institution, right=right)
    row = {"licence": a_licence(), "licence_hash": "h1:x", "licence_tail": "0000"}
    Nomination.objects.create(right=right, number=1, nominated_by=who["manager"].user, **row)

    if status in lawful:
        do(right, who)
    else:
        assert refused(do, right, who) == "stale_state"


def test_nobody_outside_institution_and_district_decides_or_corrects() -> None:
    right = a_nomination()
    elsewhere = acting_as(an_admin(district=a_district("110108", "海淀区")))
    other = a_manager(a_centre("月坛"), "王管理")
    doctor = acting_as(right.user, right.post)

    for by in (other, doctor, elsewhere):
        assert refused(rights.verify, right, by=by) == "not_allowed"
        assert refused(rights.send_back, right, by=by, reason="post", note="x") == "not_allowed"
    for by in (other, doctor, admin()):
        assert refused(withdraw, right, by=by) == "not_allowed"
        assert refused(attach, right, a_paper(), by=by) == "not_allowed"
        assert refused(detach, right.attachments.get(), by=by) == "not_allowed"
    for by in (other, elsewhere, doctor):
        assert refused(nomination_seen_by, by, right.public_id) == "not_found"


def test_nobody_decides_about_a_right_of_her_own() -> None:
    mine = a_nomination()
    mine.user.roles.create(role=Role.DISTRICT_ADMIN, district=mine.district, confirmed_at=mine.created_at)
    by = acting_as(mine.user)

    assert refused(rights.verify, mine, by=by) == "not_allowed"
    rights.verify(mine, by=admin())
    assert refused(rights.grant, mine, targets=[a_hospital()], last_day=in_days(9), by=by) == "not_allowed"


def test_what_the_checks_stop_is_not_verified_and_each_reason_is_told() -> None:
    licence = a_licence()
    a_nomination(a_post(a_user("王一")), licence=licence)
    right = a_nomination(a_post(a_user("王二")), licence=licence)
    district = admin()

    with pytest.raises(Refusal) as refusal:
        rights.verify(right, by=district)

    assert refusal.value.code == "checks_failed"
    assert ["编号与他人重复" in str(one.message) for one in refusal.value.violations] == [True]
    assert refused(rights.verify_and_grant, right, targets=[a_hospital()], last_day=in_days(30), by=district) == "checks_failed"


def test_a_verified_right_is_not_granted_while_its_institution_is_suspended() -> None:
    right, district = a_nomination(), admin()
    rights.verify(right, by=district)
    Institution.objects.update(is_suspended=True)

    assert refused(rights.grant, right, targets=[a_hospital()], last_day=in_days(30), by=district) == "institution_suspended"


def test_after_misconduct_one_person_verifies_and_another_one_grants() -> None:
    manager = a_manager()
    doctor = a_post(a_user("马晓东"), manager.post.institution)
    first, second, hospital = admin("宋建华"), admin("韩卫东"), a_hospital()
    old = rights.enter(doctor, targets=[hospital], last_day=in_days(30), by=first)
    rights.revoke(old, by=first, reason="misconduct", note="倒号")
    doctor.refresh_from_db()
    grant = {"targets": [hospital], "last_day": in_days(30)}

    assert refused(rights.enter, doctor, by=first, **grant) == "second_person_required"
    right = nominate(doctor, some_evidence(), by=manager, papers=[a_paper()])
    done = rights.verify_and_grant(right, by=first, **grant)
    assert done.status == S.VERIFIED
    assert refused(rights.verify_and_grant, right, by=first, **grant) == "second_person_required"
    assert refused(rights.grant, right, by=first, **grant) == "second_person_required"

    assert rights.grant(right, by=second, **grant).status == S.GRANTED


def test_misconduct_follows_the_certificate_to_another_account() -> None:
    licence, district = a_licence(), admin()
    old = a_nomination(a_post(a_user("马晓东")), licence=licence)
    rights.verify_and_grant(old, targets=[a_hospital()], last_day=in_days(30), by=district)
    rights.revoke(old, by=district, reason="misconduct", note="倒号")
    right = a_nomination(a_post(a_user("马小东")), licence=licence)

    found = examination(seen(right, district))

    assert found.verdict == Grade.TWO
    assert rights.verify_and_grant(right, targets=[a_hospital()], last_day=in_days(30), by=district).status == S.VERIFIED
    assert refused(rights.grant, right, targets=[a_hospital()], last_day=in_days(30), by=district) == "second_person_required"


def test_the_facts_of_people_posts_and_papers_reach_the_checks() -> None:
    district, licence = admin(), a_licence()
    hospital = a_hospital()
    a_post(a_user("王伟", phone="13900008888"), a_centre("月坛"))
    twin = a_nomination(a_post(a_user("王伟", phone="13700008888"), a_centre("新街口")), papers=0)
    former = a_nomination(a_post(a_user("刘一")), licence=licence)
    withdraw(former, by=a_manager(former.post.institution))
    heir = a_nomination(a_post(a_user("刘二")), licence=licence)
    herself = a_post(a_user("许文静"), hospital)
    her_manager = a_post(herself.user, hospital, Role.MANAGER)
    self_made = nominate(herself, some_evidence(), by=acting_as(herself.user, her_manager), papers=[a_paper()])

    found = examinations([seen(one, district) for one in (twin, heir, self_made)])

    def words(right: ReferralRight, topic: Topic) -> list[str]:
        return [str(one.message) for one in found[right.pk].of(topic)]

    assert words(twin, Topic.PERSON) == ["同名且手机尾号相同：月坛"]
    assert words(twin, Topic.LICENCE) == ["没有附件"]
    assert words(heir, Topic.LICENCE) == ["编号曾属另一账号"]
    assert words(self_made, Topic.PERSON) == ["本人提名本人"]
    assert words(self_made, Topic.POST) == ["医院里的家庭医生"]
    assert {found[one.pk].verdict for one in (twin, heir, self_made)} == {Grade.LOOK}


def test_one_doctor_in_two_posts_may_hold_two_rights_with_one_certificate() -> None:
    doctor, licence, district = a_user("周晓岚"), a_licence(), admin()
    a_nomination(a_post(doctor, a_centre("德胜")), licence=licence)
    second = a_nomination(a_post(doctor, a_centre("月坛")), licence=licence)

    assert examination(seen(second, district)).verdict == Grade.PASS


def test_the_examination_of_many_costs_the_same_as_of_one(django_assert_max_num_queries: Any) -> None:
    district = admin()
    for _ in range(12):
        a_nomination()

    with django_assert_max_num_queries(12):
        known = examinations(list(waiting(district)))

    assert len(known) == 12


def test_papers_are_few_different_and_stay_as_they_are_once_the_district_decided() -> None:
    manager = a_manager()
    right = nominate(a_post(institution=manager.post.institution), some_evidence(), by=manager, papers=[a_paper() for _ in range(4)])
    fifth = a_paper()

    attach(right, fifth, by=manager)
    assert refused(attach, right, a_paper(), by=manager) == "invalid_input"
    detach(right.attachments.last(), by=manager)
    attach(right, fifth, by=manager)
    detach(right.attachments.first(), by=manager)
    assert refused(attach, right, fifth, by=manager) == "invalid_input"
    assert refused(detach, right.attachments.first(), by=manager) == "stale_state"
    rights.verify(right, by=admin())
    assert refused(detach, right.attachments.last(), by=manager) == "stale_state"

    assert (Attachment.objects.count(), Attachment.objects.present().count()) == (6, 4)


def test_many_are_decided_each_by_itself_and_one_refusal_stops_no_other() -> None:
    first, second = admin("宋建华"), admin("韩卫东")
    sound, verified, raced = a_nomination(), a_nomination(), a_nomination()
    rights.verify(verified, by=second)
    doubtful = a_nomination(papers=0)
    guilty = a_nomination()
    taken = a_right(guilty.user, status=S.REVOKED, reason_code=RightReason.MISCONDUCT)
    found = prospects(chosen(first, [one.public_id for one in (sound, verified, raced, doubtful, guilty)]), by=first)
    versions = {one.right.pk: one.right.version for one in found}
    rights.send_back(raced, by=second, reason="post", note="岗位不符")

    results = settle(found, versions, targets=[a_hospital()], last_day=in_days(30), by=first)

    assert [one.consequence for one in found] == [
        Consequence.GRANT, Consequence.GRANT, Consequence.GRANT, Consequence.LOOK_FIRST, Consequence.VERIFY_ONLY,
    ]  # fmt: skip
    assert [one.refusal.code if one.refusal else one.status for one in results] == [S.GRANTED, S.GRANTED, "stale_state", S.VERIFIED]
    now = [ReferralRight.objects.get(pk=one.pk).status for one in (sound, verified, raced, doubtful, guilty, taken)]
    assert now == [S.GRANTED, S.GRANTED, S.SENT_BACK, S.NOMINATED, S.VERIFIED, S.REVOKED]
    assert TargetGrant.objects.count() == 2


def test_the_database_refuses_half_an_answer() -> None:
    right = a_nomination()
    for fields, constraint in (
        ({"answered_by": right.user}, "nomination_answer_has_a_person_and_a_time"),
        ({"answer_note": "x"}, "nomination_sent_back_has_a_reason"),
        ({"number": 0}, "nomination_counts_from_one"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Nomination.objects.filter(right=right).update(**fields)
    with pytest.raises(IntegrityError, match="attachment_size_is_bounded"), transaction.atomic():
        Attachment.objects.update(size=0)
