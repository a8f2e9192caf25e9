"""Two workers at one list, two uploads of one file, two decisions at once: real threads, and a worker killed for good."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from clinics.imports import jobs, lease, work
from clinics.models import ImportChunk, ImportJob, Post
from permissions.models import User
from tests.cast_clinics import a_centre, today
from tests.cast_imports import STAFF, a_text, checked, district, fresh, worked
from tests.racing import at_once
from vault.audit.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
# The worker says when its first piece is committed, and takes its time with each of them.
WORK = """
import sys, time, uuid
import django; django.setup()
from django.utils import timezone
from clinics.imports import apply, work
real = apply.packed_results
def slowly(results):
    print("piece", flush=True)
    time.sleep(0.3)
    return real(results)
apply.packed_results = slowly
work.work(uuid.UUID(sys.argv[1]), today=timezone.localdate())
"""


def rows(place: str, number: int) -> list[tuple[str, ...]]:
    return [(f"王{chr(0x4E00 + n)}", f"135{n:08d}", place, "家庭医生", "", "", "") for n in range(number)]


def agreed(monkeypatch: pytest.MonkeyPatch, number: int = 12) -> ImportJob:
    """A checked list in pieces of three rows that a person agreed to."""
    monkeypatch.setattr(work, "ROWS", 3)
    by = district()
    job = checked(a_text([STAFF, *rows(a_centre().name, number)]), by)
    return jobs.confirm(job, leave_out_faulty=False, by=by, expected_version=job.version)


def people() -> int:
    return User.objects.filter(name__startswith="王").count()


def test_several_workers_apply_a_list_once(monkeypatch: pytest.MonkeyPatch) -> None:
    job = agreed(monkeypatch)

    assert at_once(*[lambda: work.work(job.public_id, today=today())] * 4) == ["done"] * 4

    assert (worked(job).status, fresh(job).created, people(), Post.objects.live().count()) == ("applied", 12, 12, 12)


def test_workers_whose_lease_was_taken_write_no_piece_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    job = agreed(monkeypatch)
    claims = []
    for _worker in range(3):
        ImportJob.objects.filter(pk=job.pk).update(lease_until=Now() - lease.LEASE)
        claims.append(lease.claim(job.public_id))

    def go_on(held: Any) -> None:
        try:
            work._get_on(held, today())
        except lease.LeaseLost:
            return

    assert at_once(*[lambda held=held: go_on(held) for held in claims]) == ["done"] * 3

    assert (fresh(job).status, fresh(job).created, people()) == ("applied", 12, 12)


def test_one_file_uploaded_twice_at_once_is_one_import() -> None:
    by, data = district(), a_text([STAFF, *rows(a_centre().name, 1)])

    assert at_once(*[lambda: jobs.receive("staff", "a.csv", data, by=by)] * 3) == ["done"] * 3

    assert ImportJob.objects.count() == 1


def test_of_two_decisions_at_once_one_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    by = district()
    job = checked(a_text([STAFF, *rows(a_centre().name, 2)]), by)

    answers = at_once(
        lambda: jobs.confirm(job, leave_out_faulty=False, by=by, expected_version=job.version),
        lambda: jobs.discard(job, by=by, expected_version=job.version),
    )

    assert answers == ["done", "stale_state"]
    assert (worked(job).status, people()) in {("applied", 2), ("discarded", 0)}


def test_a_worker_killed_for_good_in_the_middle_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    job = agreed(monkeypatch)
    address = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
    own = {"DATABASE_ROLE": "app", "DATABASE_URL": address, "PYTHONPATH": str(ROOT)}
    worker = subprocess.Popen(
        [sys.executable, "-c", WORK, str(job.public_id)], env=os.environ | own, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert worker.stdout is not None
        assert [worker.stdout.readline().strip() for _piece in range(2)] == ["piece", "piece"]
        time.sleep(0.05)
        worker.send_signal(signal.SIGKILL)
        assert worker.wait(10) == -signal.SIGKILL
    finally:
        worker.kill()
        worker.wait(10)

    assert (fresh(job).status, fresh(job).created, people()) == ("applying", 3, 3)
    assert worked(job).created == 3  # the dead one's lease still holds
    ImportJob.objects.filter(pk=job.pk).update(lease_until=Now() - lease.LEASE)
    done = worked(job)

    assert (done.status, done.created, done.applied, people()) == ("applied", 12, 12, 12)
    assert AuditEntry.objects.filter(verb="enrol").count() == 12
    assert not ImportChunk.objects.exists()
