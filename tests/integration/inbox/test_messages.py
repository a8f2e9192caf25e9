"""The district's page of messages: counted, filtered, found by number, without codes or phones; failed ones sent again once."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from referral.booking.book import book
from referral.models import Booking, Notice
from referral.news import due
from referral.news.resend import resend
from tests.cast import a_district, acting_as, an_admin, sign_in
from tests.cast_referral import World, world
from tests.database import as_owner
from vault.ids import uuid7
from vault.models import AuditEntry, Delivery, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "13900001234"


@pytest.fixture
def held() -> World:
    return world()


def booked(held: World, phone: str = PHONE) -> Booking:
    referral, place = held.referral(held.patient("陈秀兰", phone=phone)), held.place()
    public_id = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=f"key-{uuid7()}", by=held.doctor)
    return Booking.objects.get(public_id=public_id)


def came(booking: Booking, state: str, *, code: str = "", receipt: str = "", outcome: str = "accepted") -> Message:
    """The booking's message as it is after so many attempts."""
    message = Message.objects.filter(about=booking.public_id).latest("pk")
    now = timezone.now()
    settled = None if state == "waiting" else now
    Message.objects.filter(pk=message.pk).update(state=state, settled_at=settled, attempts=1)
    if state != "waiting":
        Delivery.objects.create(
            message=message, attempt=1, gateway="file", outcome=outcome, code=code, started_at=now, ended_at=now, receipt=receipt,
            receipt_at=now if receipt else None,
        )  # fmt: skip
    return message


def browser(held: World) -> Client:
    client = Client()
    sign_in(client, held.admin)
    return client


def failed(held: World) -> tuple[Booking, Message]:
    booking = booked(held)
    return booking, came(booking, "failed", code="isv.MOBILE_NUMBER_ILLEGAL", outcome="refused")


def test_the_page_counts_every_state_and_says_why_in_words(held: World) -> None:
    states = ["waiting", "sent", "overtaken", "failed"]
    for number, state in enumerate(states):
        came(booked(held, f"1390000{number:04d}"), state, code="isv.BUSINESS_LIMIT_CONTROL" if state == "failed" else "")
    came(booked(held, "13900009001"), "sent", receipt="delivered")
    came(booked(held, "13900009002"), "sent", receipt="undelivered")
    page = browser(held)

    listed = page.get("/api/v1/messages").json()
    shown = page.get("/messages/?state=failed").content.decode()

    assert listed["counts"] == {"queued": 1, "sent": 1, "delivered": 1, "failed": 2, "superseded": 1}
    assert len(listed["results"]) == 6
    assert shown.count("重新发送</button>") == 2
    assert "今天发给该号码的短信过多" in shown
    assert "手机未收到" in shown


def test_no_code_no_name_and_no_whole_phone_is_on_the_page_in_the_file_or_the_answer(held: World) -> None:
    booking, _message = failed(held)
    Message.objects.filter(template="login_code").delete()
    page = browser(held)

    texts = [
        page.get("/messages/").content.decode(),
        b"".join(page.post("/messages/export/", {"as": "csv"}).streaming_content).decode(),  # type: ignore[attr-defined]
        page.get("/api/v1/messages").content.decode(),
    ]

    for text in texts:
        assert PHONE not in text
        assert "1234" in text
        assert booking.confirmation_code not in text.replace(" ", "")
        assert "陈" not in text
        assert booking.number in text.replace(" ", "")
    assert AuditEntry.objects.filter(verb="export", details__list="messages").count() == 1


def test_a_number_finds_its_messages_and_a_phone_finds_none(held: World) -> None:
    booking, _message = failed(held)
    booked(held, "13900005678")
    page = browser(held)

    found = page.get(f"/messages/?number={booking.number[:4]}+{booking.number[4:]}").content.decode()
    by_phone = page.get(f"/messages/?number={PHONE}").content.decode()
    asked = page.get(f"/api/v1/messages?number={PHONE}")

    assert found.count('<tr><th scope="row"') == 1
    assert 'id="number-fault"' in by_phone
    assert '<tr><th scope="row"' not in by_phone
    assert (asked.status_code, asked.json()["violations"][0]["field"]) == (400, "number")


def test_other_districts_and_other_roles_see_nothing(held: World) -> None:
    _booking, message = failed(held)
    elsewhere = an_admin("外区", district=a_district("110105"))

    with pytest.raises(Refusal, match="not_found"):
        resend(message.public_id, by=acting_as(elsewhere))
    with pytest.raises(Refusal, match="not_allowed"):
        resend(message.public_id, by=held.doctor)
    client = Client()
    sign_in(client, elsewhere)
    assert client.get("/api/v1/messages").json()["results"] == []
    assert client.post(f"/api/v1/messages/{message.public_id}/resend").status_code == 404
    assert Message.objects.filter(about=message.about).count() == 1


def test_a_failed_message_goes_out_again_once_however_often_it_is_pressed(held: World) -> None:
    _booking, message = failed(held)

    with ThreadPoolExecutor(4) as pool:
        again = list(pool.map(lambda _turn: pressed(message, held), range(6)))

    assert len({one.pk for one in again}) == 1
    fresh = Message.objects.get(about=message.about, state="waiting")
    assert (fresh.phone, json.loads(fresh.params)) == (message.phone, json.loads(message.params))
    assert Message.objects.get(pk=message.pk).state == "failed"
    assert AuditEntry.objects.filter(verb="message.resend", object_id=message.public_id).count() == 1
    assert "已重发" in browser(held).get("/messages/").content.decode()


def pressed(message: Message, held: World) -> Message:
    try:
        return resend(message.public_id, by=held.district_admin)
    finally:
        connection.close()


def test_what_is_no_longer_so_or_has_not_failed_is_not_sent_and_the_page_says_why(held: World) -> None:
    booking, message = failed(held)
    sent = came(booked(held, "13900005678"), "sent")
    with as_owner():
        Booking.objects.filter(pk=booking.pk).update(starts_at=timezone.now())
    page = browser(held)

    for one, code in ((message, "message_outdated"), (sent, "not_failed")):
        with pytest.raises(Refusal, match=code):
            resend(one.public_id, by=held.district_admin)
        assert page.post(f"/messages/{one.public_id}/resend/").status_code == 422
    assert Message.objects.filter(state="waiting").count() == 0


def test_a_number_gets_three_more_a_day_and_no_fourth(held: World) -> None:
    _booking, message = failed(held)
    for _turn in range(3):
        again = resend(message.public_id, by=held.district_admin)
        Message.objects.filter(pk=again.pk).update(state="failed", settled_at=timezone.now())
        message = again

    with pytest.raises(Refusal, match="too_many_requests"):
        resend(message.public_id, by=held.district_admin)


def test_the_doctor_hears_of_a_message_that_was_lost_and_the_page_asks_few_questions(
    held: World, django_assert_max_num_queries: Any
) -> None:
    failed(held)
    for _again in range(2):
        due.tell_of_lost_messages(timezone.now())
    assert list(Notice.objects.values_list("kind", "post")) == [("message_failed", held.zhou.pk)]

    for number in range(8):
        booked(held, f"1390000{number:04d}")
    page = browser(held)
    page.get("/messages/")
    with django_assert_max_num_queries(24):
        assert page.get("/messages/").content.decode().count('<tr><th scope="row"') == 9
