"""Many at once on real PostgreSQL: one wins, none is lost, nothing slips below a horizon."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tests.integration.vault.stage import DOCTOR, PATIENCE, Parcel, act, as_sealer, message, seal_everything
from vault import audit, idempotency
from vault.audit.models import AuditEntry, AuditSeal
from vault.audit.seal import seal, waiting_seconds
from vault.audit.verify import verify
from vault.events import Event
from vault.outbox import budgets, sender
from vault.outbox.budgets import Allowance
from vault.outbox.models import Delivery, Message
from vault.outbox.sms.protocol import Answer, Found, Trace, Verdict
from vault.refusal import Refusal
from vault.states import advance

pytestmark = [pytest.mark.horizon, pytest.mark.django_db(transaction=True)]


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Start all jobs at one barrier, each on its own connection; results in their order, exceptions as values."""
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        try:
            barrier.wait(30)
            return job()
        except (Refusal, IntegrityError) as no:
            return no
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [each.result(60) for each in [pool.submit(run, job) for job in jobs]]


def test_of_two_advances_at_once_one_wins_and_one_event_is_left(parcel):
    def to(target: str, **fields: str) -> Callable[[], str]:
        def move() -> str:
            mine = Parcel.objects.get()
            with transaction.atomic():
                advance(mine, target, by=DOCTOR, **fields)
            return target

        return move

    for _ in range(20):
        before = Event.objects.count()
        results = at_once(to("taken", note="收到"), to("lost"), to("lost"))

        won = [each for each in results if isinstance(each, str)]
        lost = [each for each in results if isinstance(each, Refusal)]
        assert (len(won), {each.code for each in lost}) == (1, {"stale_state"})
        assert Parcel.objects.get().status == won[0]
        assert Event.objects.count() == before + 1
        Parcel.objects.all().delete()
        Parcel.objects.create()


def test_two_sealers_at_once_never_seal_a_row_twice():
    rows = 0
    for _ in range(10):
        for _ in range(3):
            act()
            rows += 1

        def seal_as_sealer() -> None:
            with as_sealer():
                seal()

        at_once(seal_as_sealer, seal_as_sealer, seal_as_sealer)
    seal_everything()

    seals = list(AuditSeal.objects.order_by("seq"))
    assert sum(each.rows for each in seals) == rows
    assert [each.seq for each in seals] == list(range(1, len(seals) + 1))
    assert verify().findings == []


def test_no_row_can_appear_below_a_horizon_however_late_it_commits():
    written, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            audit.record("slow", "parcel", uuid4(), by=DOCTOR)
            written.set()
            assert may_commit.wait(30)
        connection.close()

    late = threading.Thread(target=slow)
    late.start()
    assert written.wait(30)
    for _ in range(5):
        act("quick")
    with as_sealer():
        seal()
    sealed_before = {each.horizon for each in AuditSeal.objects.all()}
    assert verify().rows == 0
    may_commit.set()
    late.join(30)

    seal_everything()

    slow_tx = AuditEntry.objects.get(verb="slow").tx
    assert all(horizon <= slow_tx for horizon in sealed_before)
    assert (verify().rows, verify().waiting, verify().findings) == (6, 0, [])


def test_writers_and_a_sealer_side_by_side_leave_a_trail_that_verifies():
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with transaction.atomic():
                audit.record("book", "parcel", uuid4(), by=DOCTOR)
                time.sleep(0.002)
                audit.record("tell", "parcel", uuid4(), by=DOCTOR)

    def keep_sealing() -> None:
        deadline = time.monotonic() + PATIENCE
        with as_sealer():
            while AuditSeal.objects.count() < 10 and time.monotonic() < deadline:
                seal()
                time.sleep(0.02)
        stop.set()

    at_once(write, write, write, keep_sealing)
    seal_everything()

    seen = verify()
    assert seen.seals >= 5
    assert (seen.rows, seen.waiting, seen.findings) == (AuditEntry.objects.count(), 0, [])
    assert waiting_seconds() == 0


def test_of_twenty_spenders_at_once_as_many_spend_as_there_is():
    allowed = (Allowance(3, timedelta(minutes=1)), Allowance(5, timedelta(hours=1)))

    waits = at_once(*[lambda: budgets.spend("somebody", "code", allowed)] * 20)

    assert sorted(wait == 0 for wait in waits) == [False] * 17 + [True] * 3


def test_eight_workers_send_each_of_forty_messages_once():
    for number in range(40):
        message(phone=f"138001380{number:02}")
    sent: list[str] = []

    class Slow:
        name = "slow"

        def send(self, outgoing):
            time.sleep(0.002)
            sent.append(outgoing.message)
            return Answer(Verdict.ACCEPTED)

        def query(self, message, phone, on, provider_id=""):
            return Found(Trace.ABSENT)

    taken = at_once(*[lambda: sender.send_due(Slow())] * 8)

    assert sum(taken) == len(sent) == len(set(sent)) == 40
    assert set(Message.objects.values_list("state", "attempts")) == {("sent", 1)}
    assert Delivery.objects.count() == 40


def test_versions_of_one_object_stay_in_order_under_eight_workers():
    about = uuid4()
    for version in range(1, 9):
        message("v_lasting", about=about, version=version, words=str(version))
    sent: list[str] = []

    class Slow:
        name = "slow"

        def send(self, outgoing):
            time.sleep(0.005)
            sent.append(outgoing.params["words"])
            return Answer(Verdict.ACCEPTED)

        def query(self, message, phone, on, provider_id=""):
            return Found(Trace.ABSENT)

    def work() -> None:
        deadline = time.monotonic() + 20
        while Message.objects.filter(state__in=("waiting", "claimed")).exists() and time.monotonic() < deadline:
            sender.send_due(Slow())

    at_once(*[work] * 8)

    assert sent == [str(version) for version in range(1, 9)]


def test_of_two_deeds_under_one_key_one_commits():
    def store() -> str:
        with transaction.atomic():
            idempotency.store(DOCTOR.public_id, "k", {"a": 1}, uuid4())
        return "stored"

    results = at_once(store, store, store, store)

    assert results.count("stored") == 1
    assert sum(isinstance(each, IntegrityError) for each in results) == 3
