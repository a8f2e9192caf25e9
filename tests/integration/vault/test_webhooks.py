"""Telling other programs: signed, after the commit, again until they take it, and never into a network of our own."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from bench.sim.receiver import Receiver, receiving
from vault.outbox.webhooks import claims, endpoints, follow, sender
from vault.outbox.webhooks.follow import Happening
from vault.outbox.webhooks.models import WebhookAttempt, WebhookCursor, WebhookDelivery, WebhookEndpoint
from vault.outbox.webhooks.post import Answer, post

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
OWNER = UUID(int=77)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(Receiver()) as listening:
        yield listening


def an_endpoint(receiver: Receiver | None = None, *, url: str = "https://hospital.example/hook", owner: UUID = OWNER) -> WebhookEndpoint:
    with transaction.atomic():
        made = endpoints.open_endpoint(owner, receiver.url if receiver else url, ["booking.booked"])
    if receiver:
        receiver.secret = made.secret
    return made


def left(*, owner: UUID = OWNER, kind: str = "booking.booked", source: str = "1", about: UUID | None = None) -> int:
    with transaction.atomic():
        thing = about or uuid4()
        return follow.leave([Happening(owner, kind, thing, source, timezone.now(), {"id": str(thing), "version": 1})])


def later(seconds: float) -> None:
    """Move every instant of the deliveries into the past."""
    back = timedelta(seconds=seconds)
    fields = ("due_at", "first_due_at", "lease_until")
    WebhookDelivery.objects.update(**{name: F(name) - back for name in fields})
    WebhookEndpoint.objects.update(open_until=F("open_until") - back)


def story() -> list[tuple[str, int]]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("state", "attempts"))


def test_what_arrives_is_signed_whole_and_tells_ids_only(receiver: Receiver) -> None:
    an_endpoint(receiver)
    thing = uuid4()

    assert left(about=thing) == 1
    assert sender.send_due() == 1

    (message,) = receiver.taken.values()
    assert (receiver.refused, message["type"], message["data"]) == (0, "booking.booked", {"id": str(thing), "version": 1})
    assert story() == [("sent", 1)]
    assert list(receiver.taken) == [str(WebhookDelivery.objects.get().public_id)]


def test_a_wrong_secret_is_noticed_by_the_receiver_and_a_rotated_one_is_good_beside_the_new_for_a_day(receiver: Receiver) -> None:
    endpoint = an_endpoint(receiver)
    with transaction.atomic():
        rotated = endpoints.rotate_secret(endpoint)
    left(source="both")
    sender.send_due()
    receiver.secret = rotated.secret
    left(source="new")
    sender.send_due()
    WebhookEndpoint.objects.update(previous_until=timezone.now())
    receiver.secret = endpoint.secret
    left(source="old")
    sender.send_due()

    assert (len(receiver.taken), receiver.refused) == (2, 1)
    assert story() == [("sent", 1), ("sent", 1), ("waiting", 1)]


def test_a_failure_is_tried_again_after_growing_pauses_and_what_was_taken_is_not_sent_again(receiver: Receiver) -> None:
    an_endpoint(receiver)
    receiver.answer = lambda call: 500 if call < 3 else 200
    left()

    sender.send_due()
    assert (story(), sender.send_due()) == ([("waiting", 1)], 0)
    later(sender.BACK_OFF[0])
    sender.send_due()
    later(sender.BACK_OFF[0])
    assert sender.send_due() == 0, "the second pause is longer than the first"
    later(sender.BACK_OFF[1])
    sender.send_due()

    assert story() == [("sent", 3)]
    assert list(WebhookAttempt.objects.order_by("number").values_list("status_code", "code")) == [
        (500, "answered_no"), (500, "answered_no"), (200, ""),
    ]  # fmt: skip
    assert len({one["webhook-id"] for one in receiver.headers}) == 1
    assert sender.send_due() == 0


def test_a_day_of_failures_is_the_end_until_somebody_sends_it_again(receiver: Receiver) -> None:
    an_endpoint(receiver)
    receiver.answer = lambda _call: 503
    left()
    for _try in range(len(sender.BACK_OFF) + 1):
        sender.send_due()
        later(28800)
    (dead,) = story()
    assert dead[0] == "dead"
    assert sender.send_due() == 0

    receiver.answer = lambda _call: 200
    with transaction.atomic():
        assert endpoints.resend(WebhookDelivery.objects.all()) == 1
    sender.send_due()

    assert story() == [("sent", dead[1] + 1)]


def test_a_receiver_that_says_gone_is_believed_at_once_and_one_that_asks_for_time_gets_it(receiver: Receiver) -> None:
    an_endpoint(receiver)
    receiver.answer = lambda _call: 410
    left()
    sender.send_due()
    assert story() == [("dead", 1)]
    with transaction.atomic():
        assert endpoints.drop(WebhookDelivery.objects.all(), "接口已下线") == 1

    left(source="2")
    sender.send_due(lambda *_given: Answer(429, "answered_no", 3600))

    waits = WebhookDelivery.objects.get(state="waiting").due_at - timezone.now()
    assert timedelta(minutes=59) < waits <= timedelta(hours=1)


def test_five_failures_in_a_row_pause_one_endpoint_and_no_other(receiver: Receiver) -> None:
    other = UUID(int=78)
    an_endpoint(url="https://broken.example/")
    an_endpoint(receiver, owner=other)
    asked: list[str] = []

    def speak(url: str, body: str, headers: Any) -> Answer:
        asked.append(url)
        return post(url, body, headers) if url == receiver.url else Answer(None, "no_connection")

    for number in range(7):
        left(source=str(number))
    for number in range(2):
        left(source=str(number), owner=other)
    sender.send_due(speak)

    assert (asked.count("https://broken.example/"), len(receiver.taken)) == (5, 2)
    later(61)
    sender.send_due(speak)
    assert asked.count("https://broken.example/") == 6, "after the pause one try says whether it is over"


def test_nothing_is_lost_when_the_worker_is_killed_while_it_speaks(receiver: Receiver) -> None:
    an_endpoint(receiver)
    left()
    receiver.hold = threading.Event()
    work = "import django; django.setup(); from vault.outbox.webhooks import sender; sender.send_due()"
    where = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
    worker = subprocess.Popen([sys.executable, "-c", work], env=os.environ | {"DATABASE_ROLE": "app", "DATABASE_URL": where}, cwd=ROOT)
    try:
        assert receiver.arrived.wait(60), "the worker never spoke"
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)
    finally:
        worker.kill()
    receiver.hold.set()
    receiver.hold = None

    assert (claims.release_lost(), sender.send_due()) == (0, 0)
    later(claims.LEASE.total_seconds() + 1)
    assert claims.release_lost() == 1
    sender.send_due()

    assert story() == [("sent", 2)]
    assert len(receiver.taken) == 1
    assert WebhookAttempt.objects.get(number=1).code == "worker_lost"


def test_two_workers_never_speak_to_one_endpoint_at_the_same_time(receiver: Receiver) -> None:
    an_endpoint(receiver)
    left(source="1")
    left(source="2")

    first, second = claims.claim(), claims.claim()

    assert first is not None and second is None


def test_no_connection_a_redirect_and_silence_are_failures_in_words(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver.answer = lambda _call: 302
    receiver.secret = "whsec_" + "A" * 44
    assert post(receiver.url, "{}", {}).code == "answered_no"  # 401: unsigned
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert post(f"http://127.0.0.1:{closed.getsockname()[1]}/", "{}", {}).code == "no_connection"
    monkeypatch.setattr("bench.sim.receiver.is_genuine", lambda *_given: True)
    answer = post(receiver.url, "{}", {"webhook-id": "x"})
    assert (answer.status, answer.code) == (302, "redirect_refused")
    monkeypatch.setattr("vault.outbox.webhooks.post.TOTAL_SECONDS", 0.3)
    receiver.hold = threading.Event()
    assert post(receiver.url, "{}", {"webhook-id": "x"}).code == "timeout"  # while the other side still holds
    receiver.hold.set()


def test_reading_the_same_events_twice_tells_once_and_only_what_the_owner_chose_and_came_after_it() -> None:
    an_endpoint()
    old = Happening(OWNER, "booking.booked", uuid4(), "old", timezone.now() - timedelta(days=1), {})
    with transaction.atomic():
        assert follow.leave([old]) == 0

    assert [left(), left(), left(kind="booking.cancelled"), left(owner=UUID(int=99))] == [1, 0, 0, 0]
    assert WebhookDelivery.objects.count() == 1


@pytest.mark.horizon
def test_a_reader_goes_on_where_it_stopped_and_one_that_fails_goes_nowhere() -> None:
    an_endpoint()
    spans: list[tuple[int, int]] = []

    def read(begun: int, horizon: int, _owners: Any) -> list[Happening]:
        spans.append((begun, horizon))
        return [Happening(OWNER, "booking.booked", uuid4(), str(horizon), timezone.now(), {})]

    def broken(_begun: int, _horizon: int, _owners: Any) -> list[Happening]:
        raise RuntimeError

    assert follow.follow("test", read) == 1
    with pytest.raises(RuntimeError):
        until_the_horizon_moves(broken)
    before = WebhookCursor.objects.get(reader="test").horizon
    until_the_horizon_moves(read)

    assert spans[0][0] == 0
    assert spans[1][0] == spans[0][1] == before


def until_the_horizon_moves(read: follow.Read) -> None:
    """Reads until there is something new below the horizon."""
    end = time.monotonic() + 30
    while not follow.follow("test", read) and time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
        time.sleep(0.1)


def test_an_ended_endpoint_hears_nothing_more_and_keeps_no_secret(receiver: Receiver) -> None:
    endpoint = an_endpoint(receiver)
    left()
    with transaction.atomic():
        endpoints.end_endpoint(endpoint)

    assert (left(source="2"), sender.send_due(), receiver.calls) == (0, 0, 0)
    assert WebhookDelivery.objects.get().state == "dropped"
    assert WebhookEndpoint.objects.get().secret == ""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM vault_webhookendpoint WHERE length(secret) > 0")
        assert cursor.fetchone() == (0,)
