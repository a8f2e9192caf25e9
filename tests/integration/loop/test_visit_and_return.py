"""The visit, its report and the way back on real PostgreSQL: every step, who may take it, and what it leaves behind."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from permissions.roles import Role
from referral.booking.expected import visits_of, waiting_for
from referral.booking.fulfilment import fulfil
from referral.cases.models import Referral
from referral.cases.reports import VisitReport
from referral.cases.visit import Report, report
from referral.returns.answer import accept, assign, decline
from referral.returns.follow_up import close, follow_up
from referral.returns.models import Return, ReturnDrug
from referral.returns.overdue import mark_overdue
from referral.returns.plan import Drug
from referral.returns.queries import inbox_of, returns_of, steps_open_to, story_of
from referral.returns.queries import waiting_for as returns_waiting_for
from referral.returns.send import send
from tests.cast_loop import PLAN, REPORT, Loop, fresh, loop, working
from tests.cast_referral import SUGAR, today
from vault.models import AuditEntry, Event, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Loop:
    return loop()


def refused(code: str, act: Any, *args: Any, **kwargs: Any) -> Refusal:
    before = AuditEntry.objects.count(), Event.objects.count(), Message.objects.count()
    with pytest.raises(Refusal) as told:
        act(*args, **kwargs)
    assert told.value.code == code
    assert (AuditEntry.objects.count(), Event.objects.count(), Message.objects.count()) == before
    return told.value


def now_is(sent_back: Return) -> Return:
    return Return.objects.get(pk=sent_back.pk)


def accepted(cast: Loop, sent_back: Return, **changes: Any) -> Return:
    wanted = {"first_follow_up_on": today() + timedelta(days=7), "expected_version": sent_back.version, "by": cast.doctor}
    return accept(sent_back.public_id, **(wanted | changes))


def test_the_receiving_doctor_fulfils_booking_and_referral_together(cast: Loop) -> None:
    booking = cast.arrived()

    fulfil(booking.public_id, expected_version=booking.version, by=cast.cardiologist)

    done = fresh(booking)
    assert (done.status, done.referral.status) == ("fulfilled", "attended")
    assert list(Event.objects.filter(object_id=done.referral.public_id).values_list("event", flat=True))[-1] == "referral.attended"
    refused("stale_state", fulfil, booking.public_id, expected_version=done.version, by=cast.cardiologist)


def test_a_patient_who_has_not_come_cannot_be_fulfilled(cast: Loop) -> None:
    booking = cast.booked()

    refused("not_found", fulfil, booking.public_id, expected_version=booking.version, by=cast.cardiologist)

    assert (fresh(booking).status, fresh(booking).referral.status) == ("booked", "booked")


def test_another_department_sees_neither_visit_nor_referral(cast: Loop) -> None:
    booking = cast.arrived()
    elsewhere = working("林内分泌", cast.world.hospital, Role.RECEIVING_DOCTOR, cast.world.department(code=SUGAR))
    whole_house = working("杜主任", cast.world.hospital, Role.RECEIVING_DOCTOR)

    assert list(visits_of(elsewhere)) == []
    assert list(visits_of(whole_house)) == [booking]
    refused("not_found", fulfil, booking.public_id, expected_version=booking.version, by=elsewhere)
    refused("not_allowed", fulfil, booking.public_id, expected_version=booking.version, by=cast.clerk)


def test_a_report_is_written_once_and_complete(cast: Loop) -> None:
    referral = cast.attended().referral

    told = refused(
        "invalid_input", report, referral.public_id, Report("", "  ", "治" * 2001), expected_version=referral.version, by=cast.cardiologist
    )
    made = report(referral.public_id, REPORT, expected_version=referral.version, by=cast.cardiologist)

    assert [violation.field for violation in told.violations] == ["diagnosis", "findings", "treatment"]
    assert (told.violations[2].count, told.violations[2].limit) == (2001, 2000)
    assert (made.diagnosis, made.post, made.referral.status) == (REPORT.diagnosis, cast.cardiologist.post, "reported")
    refused("stale_state", report, referral.public_id, REPORT, expected_version=made.referral.version, by=cast.cardiologist)
    assert VisitReport.objects.count() == 1


def test_the_doctors_list_leads_from_arrival_to_the_way_back(cast: Loop) -> None:
    first, second = cast.arrived(), cast.attended()

    assert list(waiting_for(cast.cardiologist)) == [first, second]
    cast.sent_back()

    assert list(waiting_for(cast.cardiologist)) == [first, second]


def test_a_return_goes_to_the_contracted_centre_with_its_three_parts_and_drugs(cast: Loop) -> None:
    referral = cast.reported()

    sent_back = send(referral.public_id, PLAN, expected_version=referral.version, by=cast.cardiologist)

    assert (sent_back.to_institution, sent_back.from_institution) == (cast.world.centre, cast.world.hospital)
    assert (sent_back.status, sent_back.version, sent_back.owner) == ("sent", 1, None)
    assert Referral.objects.get(pk=referral.pk).status == "returned"
    assert timedelta(days=3) - timedelta(minutes=1) < sent_back.due_at - timezone.now() <= timedelta(days=3)
    drugs = list(ReturnDrug.objects.filter(sent_back=sent_back).values_list("position", "name", "supply", "substitute"))
    assert drugs == [(1, "苯磺酸氨氯地平片", "yes", ""), (2, "沙库巴曲缬沙坦钠片", "substitute", "缬沙坦胶囊 80 mg")]
    assert AuditEntry.objects.get(verb="send_back").object_id == sent_back.public_id


def test_the_patient_is_told_who_looks_after_her_and_nothing_medical(cast: Loop) -> None:
    sent_back = cast.sent_back()

    message = Message.objects.get(template="return_patient")

    assert (message.phone, message.about, message.version) == (sent_back.patient.phone, sent_back.public_id, 1)
    assert all(word in message.params for word in ("陈女士", "北大医院", "德胜", "010-82000000"))
    assert not any(word in message.params for word in ("血压", "秀兰", "缬沙坦", PLAN.treatment_summary))


def test_without_a_contract_the_patient_goes_back_to_whoever_referred_her(cast: Loop) -> None:
    patient = cast.world.patient()
    referral = cast.reported(patient)
    patient.contracts.update(valid_to=today())

    sent_back = send(referral.public_id, PLAN, expected_version=referral.version, by=cast.cardiologist)

    assert sent_back.to_institution == referral.institution


def test_every_missing_part_of_a_plan_is_told_at_once_and_nothing_is_written(cast: Loop) -> None:
    referral = cast.reported()
    empty = replace(PLAN, follow_up_plan="", rehabilitation_plan=" ", inpatient_number="1" * 19)
    wrong = replace(empty, drugs=(Drug("药", "每日1次", "maybe"), Drug("", "每日1次", "substitute")))

    told = refused("invalid_input", send, referral.public_id, wrong, expected_version=referral.version, by=cast.cardiologist)

    assert [violation.field for violation in told.violations] == [
        "follow_up_plan", "rehabilitation_plan", "inpatient_number", "drugs.0.supply", "drugs.1.name", "drugs.1.substitute",
    ]  # fmt: skip
    assert (Return.objects.count(), ReturnDrug.objects.count(), Referral.objects.get(pk=referral.pk).status) == (0, 0, "reported")


def test_nothing_is_sent_back_before_its_report_or_twice(cast: Loop) -> None:
    attended = cast.attended().referral
    sent_back = cast.sent_back()

    refused("stale_state", send, attended.public_id, PLAN, expected_version=attended.version, by=cast.cardiologist)
    referral = Referral.objects.get(pk=sent_back.referral_id)
    refused("stale_state", send, referral.public_id, PLAN, expected_version=referral.version, by=cast.cardiologist)

    assert Return.objects.count() == 1


def test_whoever_accepts_answers_for_the_patient_from_a_named_day(cast: Loop) -> None:
    sent_back = cast.sent_back()

    refused("invalid_input", accepted, cast, sent_back, first_follow_up_on=today() - timedelta(days=1))
    refused("invalid_input", accepted, cast, sent_back, first_follow_up_on=today() + timedelta(days=367))
    accepted(cast, sent_back, by=cast.colleague)

    taken = now_is(sent_back)
    assert (taken.status, taken.owner, taken.first_follow_up_on) == ("accepted", cast.world.shen, today() + timedelta(days=7))
    assert steps_open_to(cast.doctor, taken) == []
    assert steps_open_to(cast.colleague, taken) == ["return.followed_up"]
    refused("stale_state", accepted, cast, taken)


def test_a_declined_return_waits_for_the_owner_whom_the_manager_names(cast: Loop) -> None:
    sent_back = cast.sent_back()
    refused("invalid_input", decline, sent_back.public_id, reason="  ", expected_version=1, by=cast.doctor)

    decline(sent_back.public_id, reason="本中心暂无该药", expected_version=1, by=cast.doctor)
    refused("not_allowed", assign, sent_back.public_id, owner=cast.world.shen.public_id, expected_version=2, by=cast.doctor)
    refused("invalid_input", assign, sent_back.public_id, owner=cast.cardiologist.post.public_id, expected_version=2, by=cast.manager)
    assign(sent_back.public_id, owner=cast.world.shen.public_id, expected_version=2, by=cast.manager)
    refused("not_allowed", accepted, cast, now_is(sent_back))
    accepted(cast, now_is(sent_back), by=cast.colleague)

    taken = now_is(sent_back)
    assert (taken.status, taken.owner, taken.decline_reason) == ("accepted", cast.world.shen, "")
    story = [(line.text, line.who) for line in story_of(taken)]
    assert story[2] == ("本中心暂无该药", "周晓岚　德胜")
    assert [line.kind for line in story_of(taken)] == ["now", "", "warn", ""]


def test_a_return_nobody_answered_is_overdue_and_stands_first(cast: Loop) -> None:
    late, fresh_one = cast.sent_back(), cast.sent_back()
    Return.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(seconds=1))

    assert (mark_overdue(), mark_overdue()) == (1, 0)

    assert (now_is(late).status, now_is(fresh_one).status) == ("overdue", "sent")
    assert list(inbox_of(cast.doctor)) == [late, fresh_one]
    assert Event.objects.get(object_id=late.public_id, event="return.overdue").actor_kind == "system"
    refused("stale_state", accepted, cast, now_is(late))
    assign(late.public_id, owner=cast.world.zhou.public_id, expected_version=2, by=cast.manager)
    assert now_is(late).due_at > timezone.now() + timedelta(days=2)
    assert mark_overdue() == 0


def test_only_the_owner_follows_up_and_closing_closes_the_referral(cast: Loop) -> None:
    sent_back = accepted(cast, cast.sent_back())
    seen = {"seen_on": today(), "note": "血压 134/80，按时服药。"}

    refused("not_allowed", follow_up, sent_back.public_id, **seen, expected_version=2, by=cast.colleague)
    refused("invalid_input", follow_up, sent_back.public_id, seen_on=today(), note=" ", expected_version=2, by=cast.doctor)
    for day in (today() + timedelta(days=1), today() - timedelta(days=1)):
        refused("invalid_input", follow_up, sent_back.public_id, seen_on=day, note="好", expected_version=2, by=cast.doctor)
    follow_up(sent_back.public_id, **seen, expected_version=2, by=cast.doctor)
    refused("invalid_input", close, sent_back.public_id, outcome="", expected_version=3, by=cast.doctor)
    refused("not_allowed", close, sent_back.public_id, outcome="stable", expected_version=3, by=cast.colleague)
    close(sent_back.public_id, outcome="stable", expected_version=3, by=cast.doctor)

    closed = now_is(sent_back)
    assert (closed.status, closed.outcome, closed.followed_up_on) == ("closed", "stable", today())
    assert Referral.objects.get(pk=sent_back.referral_id).status == "closed"
    assert steps_open_to(cast.doctor, closed) == []


def test_each_side_sees_its_own_returns_and_nobody_elses(cast: Loop) -> None:
    sent_back = cast.sent_back()
    elsewhere = working("外院医生", cast.world.other_hospital, Role.RECEIVING_DOCTOR)

    seen = {
        name: list(returns_of(person))
        for name, person in {
            "doctor": cast.doctor, "manager": cast.manager, "cardiologist": cast.cardiologist, "clerk": cast.clerk, "elsewhere": elsewhere,
        }.items()
    }  # fmt: skip

    assert seen == {"doctor": [sent_back], "manager": [sent_back], "cardiologist": [sent_back], "clerk": [], "elsewhere": []}
    assert (returns_waiting_for(cast.doctor), returns_waiting_for(cast.cardiologist)) == (1, 0)
    refused("not_found", accept, sent_back.public_id, first_follow_up_on=today(), expected_version=1, by=replace(cast.doctor, post=None))
