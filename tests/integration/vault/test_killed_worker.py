"""A real worker process, killed for good while the gateway has its message in hand."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection

from tests.integration.vault.aliyun_server import KEY_ID, SECRET, Provider, provider
from tests.integration.vault.stage import age, message
from vault.outbox import claims, sender
from vault.outbox.models import Delivery, Message

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
WORK = """
import django; django.setup()
from tests.integration.vault.stage import declare_texts
from vault.outbox import sender
declare_texts(); sender.send_due()
"""


@pytest.fixture
def aliyun(settings) -> Iterator[Provider]:
    with provider() as scripted:
        settings.SMS_GATEWAY = "aliyun"
        settings.ALIYUN_ENDPOINT = scripted.url
        settings.ALIYUN_ACCESS_KEY_ID, settings.ALIYUN_ACCESS_KEY_SECRET = KEY_ID, SECRET
        settings.SMS_TEMPLATE_CODES = {"v_notice": "SMS_1001"}
        yield scripted


@contextmanager
def worker_killed_in_the_middle(aliyun: Provider) -> Iterator[None]:
    """A worker process with the application role takes the message to the gateway and dies there by SIGKILL."""
    address = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
    surroundings = os.environ | {
        "DATABASE_ROLE": "app",
        "DATABASE_URL": address,
        "PYTHONPATH": str(ROOT),
        "SMS_GATEWAY": "aliyun",
        "SMS_QUIET_HOURS": "0",
        "ALIYUN_ENDPOINT": aliyun.url,
        "ALIYUN_ACCESS_KEY_ID": KEY_ID,
        "ALIYUN_ACCESS_KEY_SECRET": SECRET,
        "SMS_TEMPLATE_CODES": ",".join(f"{key}={code}" for key, code in django_settings.SMS_TEMPLATE_CODES.items()),
    }
    worker = subprocess.Popen([sys.executable, "-c", WORK], env=surroundings, cwd=ROOT)
    try:
        assert aliyun.arrived.wait(60), "the worker never came to the gateway"
        worker.send_signal(signal.SIGKILL)
        assert worker.wait(10) == -signal.SIGKILL
        yield
    finally:
        worker.kill()
        worker.wait(10)


def sweep_after_the_lease() -> None:
    """What the sweeper finds once the dead worker's lease has passed."""
    assert claims.release_lost() == 0
    age(Message.objects.all(), int(claims.LEASE.total_seconds()) + 1)
    assert claims.release_lost() == 1
    sender.send_due()


def story() -> tuple[str, list[tuple[int, str, str]]]:
    return Message.objects.get().state, list(Delivery.objects.order_by("attempt").values_list("attempt", "outcome", "code"))


def test_killed_before_the_gateway_took_it_the_person_gets_one_message(aliyun: Provider):
    message("v_notice")
    aliyun.hold_before_taking = threading.Event()
    with worker_killed_in_the_middle(aliyun):
        aliyun.hold_before_taking.set()
        aliyun.hold_before_taking = None

        sweep_after_the_lease()

    assert len(aliyun.taken) == 1
    assert story() == ("sent", [(1, "unknown", "worker_lost"), (2, "accepted", "")])


def test_killed_before_it_was_marked_the_gateway_is_asked_and_the_person_gets_one_message(aliyun: Provider):
    message("v_notice")
    aliyun.hold_before_answering = threading.Event()
    with worker_killed_in_the_middle(aliyun):
        aliyun.hold_before_answering.set()
        aliyun.hold_before_answering = None

        sweep_after_the_lease()

    assert len(aliyun.taken) == 1
    assert story() == ("sent", [(1, "accepted", "found_by_query")])


def test_killed_before_it_was_marked_and_the_gateway_cannot_say_the_second_message_shows_as_such(aliyun: Provider):
    message("v_notice")
    aliyun.can_query = False
    aliyun.hold_before_answering = threading.Event()
    with worker_killed_in_the_middle(aliyun):
        aliyun.hold_before_answering.set()
        aliyun.hold_before_answering = None

        sweep_after_the_lease()

    assert len(aliyun.taken) == 2
    assert len({each["OutId"] for each in aliyun.taken}) == 1
    assert story() == ("sent", [(1, "unknown", "worker_lost"), (2, "accepted", "")])
