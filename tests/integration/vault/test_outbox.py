"""A message from the deed to the person: written once, sent once, in order, within what a number may bear."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.integration.vault.stage import FRESH, PHONE, age, message
from vault import outbox
from vault.outbox import breaker, budgets, claims, sender
from vault.outbox.budgets import Allowance
from vault.outbox.models import Budget, Delivery, Message
from vault.outbox.sms import file
from vault.outbox.sms.protocol import Answer, Found, Outgoing, Trace, Verdict

pytestmark = pytest.mark.django_db(transaction=True)


class Scripted:
    """A gateway that answers as told and remembers what it was given."""

    name = "scripted"

    def __init__(self, *answers: Answer, trace: Trace = Trace.ABSENT) -> None:
        self.answers = list(answers)
        self.trace = trace
        self.sent: list[Outgoing] = []
        self.asked = 0

    def send(self, outgoing):
        assert not connection.in_atomic_block
        self.sent.append(outgoing)
        return self.answers.pop(0) if self.answers else Answer(Verdict.ACCEPTED, provider_id=f"p{len(self.sent)}")

    def query(self, message, phone, on, provider_id=""):
        self.asked += 1
        return Found(self.trace)


def states() -> list[str]:
    return list(Message.objects.order_by("id").values_list("state", flat=True))


def attempts() -> list[tuple[int, str, str]]:
    return list(Delivery.objects.order_by("id").values_list("attempt", "outcome", "code"))


def columns_of(pk: int) -> tuple[bytes, bytes]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, params FROM vault_message WHERE id = %s", [pk])
        return tuple(bytes(each) for each in cursor.fetchone())


def test_a_message_goes_once_to_the_file_as_the_person_reads_it(settings):
    sent = message("v_notice", words="您已预约北大医院")

    assert (sender.send_due(), sender.send_due()) == (1, 0)

    (line,) = file.messages()
    assert {key: line[key] for key in ("phone", "template", "text", "message", "about", "attempt")} == {
        "phone": PHONE,
        "template": "v_notice",
        "text": f"【{settings.SMS_SIGN_NAME}】通知：您已预约北大医院",
        "message": str(sent.public_id),
        "about": str(sent.about),
        "attempt": 1,
    }
    assert file.place().stat().st_mode & 0o777 == 0o600
    assert states() == ["sent"]
    assert attempts() == [(1, "accepted", "")]


def test_number_and_words_stand_encrypted_and_a_code_is_wiped_once_sent():
    code, notice = message("v_code"), message("v_notice")
    before = columns_of(code.pk)
    assert PHONE.encode() not in before[0]
    assert b"482913" not in before[1]
    assert json.loads(code.params) == {"code": "482913"}

    sender.send_due(Scripted())

    assert columns_of(code.pk)[1] == b""
    assert json.loads(Message.objects.get(pk=notice.pk).params) == {"words": "您好"}


def test_the_same_message_put_twice_is_one():
    about = uuid4()

    first, again, other = message(about=about), message(about=about), message(about=about, version=2)

    assert first.public_id == again.public_id != other.public_id
    assert Message.objects.count() == 2


def test_a_message_to_nobody_we_know_is_written_and_never_sent():
    unknown, no_number = message("v_code", deliver=False), message("v_notice", phone="")
    gateway = Scripted()

    assert sender.send_due(gateway) == 0

    assert states() == ["withheld", "withheld"]
    assert (unknown.phone, unknown.params, no_number.params, gateway.sent) == ("", "", "", [])


def test_a_message_vanishes_with_its_transaction(nudges):
    with transaction.atomic():
        outbox.put("v_notice", PHONE, {"words": "x"}, about=uuid4(), version=1)
        transaction.set_rollback(True)

    assert (Message.objects.count(), nudges) == (0, [])


def test_the_sender_is_woken_once_the_deed_is_safe_and_a_dead_broker_fails_nobody(nudges, monkeypatch):
    message()
    assert nudges == [1]

    def dead() -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("vault.outbox.waking._nudge", dead)
    message()

    assert states() == ["waiting", "waiting"]


def test_versions_go_in_order_and_newer_news_drops_older_but_never_a_lasting_one():
    about = uuid4()
    message("v_notice", about=about, version=3, words="改期")
    message("v_lasting", about=about, version=1, words="预约成功")
    message("v_notice", about=about, version=2, words="旧消息")
    message("v_notice", about=about, version=2, words="给别人", phone="13900139000")
    gateway = Scripted()

    sender.send_due(gateway)

    assert [each.text for each in gateway.sent] == ["预约：预约成功", "通知：改期", "通知：给别人"]
    assert states() == ["sent", "sent", "overtaken", "sent"]


def test_a_newer_version_waits_while_an_older_one_is_tried_again():
    about = uuid4()
    message("v_lasting", about=about, version=1)
    message("v_notice", about=about, version=2)
    gateway = Scripted(Answer(Verdict.FAILED, "busy"))

    sender.send_due(gateway)
    assert [each.template for each in gateway.sent] == ["v_lasting"]
    age(Message.objects.all(), 60)
    sender.send_due(gateway)

    assert [each.template for each in gateway.sent] == ["v_lasting", "v_lasting", "v_notice"]
    assert states() == ["sent", "sent"]


def test_a_message_for_tomorrow_waits_for_tomorrow_and_holds_nothing_up():
    about = uuid4()
    message("v_reminder", about=about, version=1, not_before=timezone.now() + timedelta(days=1), supersedes=False)
    message("v_notice", about=about, version=2)
    gateway = Scripted()

    sender.send_due(gateway)

    assert [each.template for each in gateway.sent] == ["v_notice"]
    assert states() == ["waiting", "sent"]


@pytest.mark.parametrize(("fresh", "state", "texts"), [(None, "dropped", []), ({"words": "改到10点"}, "sent", ["提醒：改到10点"])])
def test_a_reminder_is_read_again_just_before_it_goes(fresh, state, texts):
    reminder = message("v_reminder", words="9点")
    FRESH[reminder.about] = fresh
    gateway = Scripted()

    sender.send_due(gateway)

    assert [each.text for each in gateway.sent] == texts
    assert states() == [state]


def test_a_code_older_than_five_minutes_is_not_sent_and_wiped():
    code = message("v_code")
    age(Message.objects.all(), 301)
    gateway = Scripted()

    sender.send_due(gateway)

    assert (states(), gateway.sent, columns_of(code.pk)[1]) == (["expired"], [], b"")


def test_codes_go_before_notices_and_alone_at_night(settings, monkeypatch):
    message("v_notice")
    message("v_code")
    settings.SMS_QUIET_HOURS = True
    monkeypatch.setattr("vault.outbox.quiet.is_quiet", lambda _now: True)
    gateway = Scripted()

    sender.send_due(gateway)
    assert [each.template for each in gateway.sent] == ["v_code"]
    settings.SMS_QUIET_HOURS = False
    sender.send_due(gateway)

    assert [each.template for each in gateway.sent] == ["v_code", "v_notice"]


def test_failures_are_tried_again_after_growing_pauses_and_then_given_up():
    message("v_notice")
    gateway = Scripted(*[Answer(Verdict.FAILED, "busy")] * 20)
    pauses = []

    for _ in range(8):
        breaker.note_success("scripted")
        Budget.objects.all().delete()
        now = timezone.now()
        sender.send_due(gateway)
        pauses.append(round((Message.objects.get().due_at - now).total_seconds()))
        age(Message.objects.filter(state="waiting"), 3600)

    assert pauses[:7] == [5, 15, 60, 300, 900, 3600, 3600]
    assert (states(), len(gateway.sent)) == (["failed"], 8)
    assert [attempt for attempt, _outcome, _code in attempts()] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_message_the_provider_will_never_take_is_given_up_at_once():
    message("v_notice")

    sender.send_due(Scripted(Answer(Verdict.REFUSED, "isv.MOBILE_NUMBER_ILLEGAL")))

    assert (states(), attempts()) == (["failed"], [(1, "refused", "isv.MOBILE_NUMBER_ILLEGAL")])


def test_a_number_at_the_providers_limit_waits_as_long_as_it_says_and_the_gateway_counts_as_well():
    message("v_notice")
    now = timezone.now()

    sender.send_due(Scripted(Answer(Verdict.LIMITED, "isv.BUSINESS_LIMIT_CONTROL", retry_after=3600)))

    assert states() == ["waiting"]
    assert 3590 < (Message.objects.get().due_at - now).total_seconds() < 3610
    assert attempts() == [(1, "failed", "isv.BUSINESS_LIMIT_CONTROL")]


def test_an_unknown_outcome_is_asked_about_before_anything_is_sent_again():
    message("v_notice")
    sender.send_due(Scripted(Answer(Verdict.UNKNOWN, "ReadTimeout")))
    age(Message.objects.all(), 60)
    gateway = Scripted(trace=Trace.PRESENT)

    sender.send_due(gateway)

    assert (gateway.asked, gateway.sent, states()) == (1, [], ["sent"])
    assert attempts() == [(1, "accepted", "found_by_query")]


def test_what_may_have_left_twice_is_not_sent_a_third_time():
    message("v_notice")
    gateway = Scripted(*[Answer(Verdict.UNKNOWN, "ReadTimeout")] * 5, trace=Trace.UNSAID)

    for _ in range(4):
        sender.send_due(gateway)
        age(Message.objects.all(), 4000)

    assert (len(gateway.sent), states()) == (2, ["failed"])
    assert attempts() == [(1, "unknown", "ReadTimeout"), (2, "unknown", "ReadTimeout")]


def test_five_failures_in_a_row_stop_all_sending_for_a_minute_and_one_success_ends_it():
    for _ in range(7):
        message("v_notice", phone=f"1380013{8000 + Message.objects.count()}")
    gateway = Scripted(*[Answer(Verdict.FAILED, "busy")] * 5)

    sender.send_due(gateway)
    assert len(gateway.sent) == 5
    assert sender.send_due(gateway) == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE vault_breaker SET open_until = clock_timestamp() - interval '1 second'")
    sender.send_due(gateway)

    assert len(gateway.sent) == 7
    assert breaker.is_closed("scripted")


def test_no_more_leaves_in_an_hour_than_ever_should(settings):
    settings.SMS_PER_HOUR = 3
    for number in range(5):
        message("v_notice", phone=f"1380013800{number}")
    gateway = Scripted()

    assert sender.send_due(gateway) == 3
    Delivery.objects.update(started_at=timezone.now() - timedelta(hours=2))

    assert sender.send_due(gateway) == 2


def test_one_number_gets_no_more_notices_a_day_than_it_should(settings):
    settings.SMS_NOTICES_PER_DAY = 2
    for _ in range(3):
        message("v_notice")
    message("v_notice", phone="13900139000")
    gateway = Scripted()

    sender.send_due(gateway)

    assert [each.phone for each in gateway.sent] == [PHONE, PHONE, "13900139000"]
    late = Message.objects.get(state="waiting")
    assert 86000 < (late.due_at - timezone.now()).total_seconds() <= 86401
    assert late.attempts == 0


CODES = (Allowance(1, timedelta(minutes=1)), Allowance(5, timedelta(hours=1)), Allowance(10, timedelta(days=1)))


def test_a_budget_keeps_all_its_rolling_windows():
    waits = []

    for step in (0, 30, 31, 61, 61, 61, 61, 3300):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE vault_budget SET spent = ARRAY(SELECT s - %s FROM unnest(spent) s)", [timedelta(seconds=step)])
        waits.append(budgets.spend("somebody", "code", CODES))

    assert [wait == 0 for wait in waits] == [True, False, True, True, True, True, False, True]
    assert 29 <= waits[1] <= 31
    assert 3290 < waits[6] < 3310
    assert budgets.spend("somebody else", "code", CODES) == 0
    assert budgets.spend("somebody", "another kind", CODES) == 0


def test_counts_of_those_who_stayed_away_are_forgotten():
    budgets.spend("somebody", "code", CODES)
    now = timezone.now()

    assert budgets.forget(now - timedelta(minutes=1)) == 0
    assert budgets.forget(now + timedelta(minutes=1)) == 1


def test_a_budget_cannot_be_spent_where_a_rollback_would_give_it_back():
    with pytest.raises(transaction.TransactionManagementError), transaction.atomic():
        budgets.spend("somebody", "code", CODES)

    assert Budget.objects.count() == 0


def test_a_worker_whose_lease_has_passed_neither_sends_nor_settles():
    message("v_notice")
    slow = claims.claim(["notice"])
    age(Message.objects.all(), 60)
    assert claims.release_lost() == 1
    quick = claims.claim(["notice"])

    with pytest.raises(claims.LeaseLost):
        claims.begin(slow, "scripted")
    claims.settle(slow, "failed")
    claims.postpone(slow, 1)

    assert (states(), Delivery.objects.count()) == (["claimed"], 0)
    assert claims.begin(quick, "scripted").attempt == 1


def test_the_age_of_the_outbox_is_that_of_the_oldest_message_that_could_go(settings):
    assert claims.oldest_due_seconds() == 0
    message("v_notice", not_before=timezone.now() + timedelta(hours=1))
    assert claims.oldest_due_seconds() == 0
    message("v_code")
    age(Message.objects.filter(template="v_code"), 100)
    assert 100 <= claims.oldest_due_seconds() < 160

    sender.send_due(Scripted())

    assert claims.oldest_due_seconds() == 0


def test_the_sweeper_leaves_a_running_worker_alone():
    message("v_notice")
    claims.begin(claims.claim(["notice"]), "scripted")

    assert claims.release_lost() == 0
    assert (states(), attempts()) == (["claimed"], [(1, "sending", "")])
