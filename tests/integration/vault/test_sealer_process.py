"""The sealer as it runs: its own process with its own role, sealing until told to stop."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from tests.integration.vault.stage import PATIENCE, act
from vault.audit.models import AuditSeal
from vault.audit.verify import verify

pytestmark = [pytest.mark.horizon, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[3]


def address(variable: str) -> str:
    return os.environ[variable].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]


def wait_for(sealer: "subprocess.Popen[bytes]", done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done() and sealer.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_sealer_seals_what_is_written_and_stops_cleanly_when_told(own_state_dir, stop):
    surroundings = os.environ | {
        "DATABASE_ROLE": "sealer",
        "DATABASE_SEALER_URL": address("DATABASE_SEALER_URL"),
        "STATE_DIR": str(own_state_dir),
    }
    act()
    sealer = subprocess.Popen([sys.executable, "manage.py", "seal"], env=surroundings, cwd=ROOT, stderr=subprocess.PIPE)
    try:
        wait_for(sealer, (own_state_dir / "anchors.jsonl").exists)
        act()
        wait_for(sealer, lambda: verify().rows == 2)
        sealer.send_signal(stop)
        _, said = sealer.communicate(timeout=10)
    finally:
        sealer.kill()
        sealer.wait(10)

    assert said.decode() == ""
    assert sealer.returncode == 0
    assert [each.rows for each in AuditSeal.objects.order_by("seq")] == [1, 1]
    seen = verify()
    assert (seen.rows, seen.waiting, seen.anchored, seen.findings) == (2, 0, 1, [])
