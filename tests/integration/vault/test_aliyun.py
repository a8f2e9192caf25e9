"""The real gateway against a local program that speaks its protocol and checks every signature on its own."""

import json

import httpx
import pytest

from tests.integration.vault.aliyun_server import KEY_ID, SECRET, Provider, provider, signature_fault
from tests.integration.vault.stage import PHONE, age, message
from vault.outbox import receipts, sender
from vault.outbox.models import Delivery, Message
from vault.outbox.sms import gateway
from vault.outbox.sms.aliyun import AliyunGateway

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def aliyun(settings):
    with provider() as scripted:
        settings.SMS_GATEWAY = "aliyun"
        settings.ALIYUN_ENDPOINT = scripted.url
        settings.ALIYUN_ACCESS_KEY_ID, settings.ALIYUN_ACCESS_KEY_SECRET = KEY_ID, SECRET
        settings.SMS_TEMPLATE_CODES = {"v_notice": "SMS_1001", "v_code": "SMS_1002"}
        yield scripted


def outcome() -> tuple[str, str, str]:
    delivery = Delivery.objects.latest("id")
    return Message.objects.latest("id").state, delivery.outcome, delivery.code


def report(**fields: object) -> dict[str, object]:
    return {"phone_number": PHONE, "success": True, "err_code": "DELIVERED", "sms_size": "1"} | fields


def test_a_message_is_taken_with_template_number_words_and_our_id(aliyun: Provider, settings):
    sent = message("v_notice", words="您已预约北大医院 & 9点~10点 +1")

    sender.send_due()

    (taken,) = aliyun.taken
    assert (aliyun.refused_signatures, outcome()) == (0, ("sent", "accepted", ""))
    assert (taken["PhoneNumbers"], taken["TemplateCode"], taken["SignName"]) == (PHONE, "SMS_1001", settings.SMS_SIGN_NAME)
    assert json.loads(taken["TemplateParam"]) == {"words": "您已预约北大医院 & 9点~10点 +1"}
    assert taken["OutId"] == str(sent.public_id)
    assert Delivery.objects.get().provider_id == "biz-1"


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (200, {"Code": "isv.MOBILE_NUMBER_ILLEGAL"}, ("failed", "refused", "isv.MOBILE_NUMBER_ILLEGAL")),
        (200, {"Code": "isv.AMOUNT_NOT_ENOUGH"}, ("waiting", "failed", "isv.AMOUNT_NOT_ENOUGH")),
        (
            200,
            {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发分钟级流控Permits:1"},
            ("waiting", "failed", "isv.BUSINESS_LIMIT_CONTROL"),
        ),
        (429, {"Code": "Throttling.User"}, ("waiting", "failed", "Throttling.User")),
        (500, {"Code": "InternalError"}, ("waiting", "unknown", "InternalError")),
        (503, b"<html>", ("waiting", "unknown", "http_503")),
        (200, b"", ("waiting", "unknown", "http_200")),
        (200, b"[]", ("waiting", "unknown", "http_200")),
    ],
)
def test_each_answer_is_read_for_what_it_says_about_message_and_gateway(aliyun: Provider, status, answer, expected):
    aliyun.answers = [(status, answer)]
    message("v_notice")

    sender.send_due()

    assert (outcome(), aliyun.taken) == (expected, [])


@pytest.mark.parametrize(
    ("words", "seconds"), [("触发分钟级流控Permits:1", 60), ("触发小时级流控Permits:5", 3600), ("触发天级流控Permits:10", 21600)]
)
def test_the_providers_limit_says_how_long_a_number_rests(aliyun: Provider, words, seconds):
    aliyun.answers = [(200, {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": words})]
    sent = message("v_notice")

    sender.send_due()

    assert round((Message.objects.get().due_at - sent.due_at).total_seconds() / 60) == seconds // 60


def test_a_text_without_a_code_of_the_provider_is_given_up(aliyun: Provider):
    message("v_lasting")

    sender.send_due()

    assert (outcome(), aliyun.taken) == (("failed", "refused", "no_template_code"), [])


def test_a_gateway_that_is_down_certainly_sent_nothing(aliyun: Provider, settings):
    settings.ALIYUN_ENDPOINT = "http://127.0.0.1:9"
    message("v_notice")

    sender.send_due()

    assert outcome() == ("waiting", "failed", "ConnectError")


@pytest.mark.parametrize("forged", [{"secret": "another"}, {"key_id": "another"}])
def test_a_wrong_key_is_refused_by_the_provider(aliyun: Provider, forged):
    known = {"endpoint": aliyun.url, "key_id": KEY_ID, "secret": SECRET, "sign_name": "s", "codes": {"v_notice": "SMS_1"}}
    message("v_notice")

    sender.send_due(AliyunGateway(**(known | forged)))

    assert (aliyun.refused_signatures, aliyun.taken) == (1, [])
    assert outcome()[:2] == ("waiting", "failed")


def test_a_request_changed_on_its_way_no_longer_fits_its_signature(aliyun: Provider, monkeypatch):
    caught: list[tuple[str, dict[str, str]]] = []
    post = httpx.post
    monkeypatch.setattr(httpx, "post", lambda url, **how: caught.append((url, how["headers"])) or post(url, **how))
    message("v_notice")
    sender.send_due()
    (url, headers) = caught[0]
    query = url.partition("?")[2]
    fresh = headers | {"x-acs-signature-nonce": "another"}

    assert signature_fault("/", query, headers, b"") == "SignatureNonceUsed"
    assert signature_fault("/", query, fresh, b"") == "SignatureDoesNotMatch"
    assert SECRET not in str(caught)


def test_a_receipt_is_recorded_once_on_its_attempt(aliyun: Provider):
    sent = message("v_notice")
    sender.send_due()
    good = report(biz_id="biz-1", out_id=str(sent.public_id))
    foreign = report(biz_id="biz-77", out_id="not ours")

    news = [
        receipts.accept([good, foreign]),
        receipts.accept([good]),
        receipts.accept([report(success=False, biz_id="biz-1")]),
        receipts.accept([{}]),
    ]

    delivery = Delivery.objects.get()
    assert news == [1, 0, 0, 0]
    assert (delivery.receipt, delivery.receipt_code, delivery.receipt_at is not None) == ("delivered", "DELIVERED", True)


def test_a_receipt_about_an_attempt_of_unknown_outcome_proves_that_it_left(aliyun: Provider):
    aliyun.answers = [(500, {"Code": "InternalError"})]
    sent = message("v_notice")
    sender.send_due()

    assert receipts.accept([report(success=False, err_code="MK:0004", biz_id="biz-9", out_id=str(sent.public_id))]) == 1
    age(Message.objects.filter(state="waiting"), 60)
    sender.send_due()

    assert aliyun.taken == []
    assert outcome() == ("sent", "accepted", "found_by_receipt")
    assert Delivery.objects.values_list("receipt", "receipt_code", "provider_id").get() == ("undelivered", "MK:0004", "biz-9")


def test_the_provider_is_asked_about_messages_no_call_came_for(aliyun: Provider):
    message("v_notice")
    message("v_code", phone="13900139000")
    sender.send_due()
    assert receipts.fetch_receipts() == 0

    for delivery in Delivery.objects.all():
        delivery.started_at -= receipts.ASK_AFTER * 2
        delivery.save(update_fields=["started_at"])
    assert receipts.fetch_receipts() == 0
    aliyun.delivered = True

    assert (receipts.fetch_receipts(), receipts.fetch_receipts()) == (2, 0)
    assert set(Delivery.objects.values_list("receipt", flat=True)) == {"delivered"}


def test_the_setting_chooses_the_gateway(aliyun: Provider, settings):
    assert gateway().name == "aliyun"
    settings.SMS_GATEWAY = "file"
    assert gateway().name == "file"
