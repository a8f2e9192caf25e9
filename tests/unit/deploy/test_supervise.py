"""The supervisor: pauses after failures, silence, and an end that leaves nothing."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from deploy.processes import is_alive, start, stop
from deploy.supervise import LONGEST_PAUSE, STEADY, Child, Supervisor, heartbeat_age

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def child(tmp_path: Path, command: list[str], name: str = "web") -> Child:
    return Child(name, command, dict(os.environ), tmp_path / "log")


def test_pauses_double_up_to_the_longest_and_a_steady_life_wipes_the_slate(tmp_path: Path) -> None:
    failing = child(tmp_path, SLEEP)
    failing.started = 100.0

    pauses = [failing.failed(101.0) for _ in range(7)]
    after_a_steady_life = failing.failed(100.0 + STEADY + 1)

    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, LONGEST_PAUSE, LONGEST_PAUSE]
    assert after_a_steady_life == 0.5


def test_a_child_that_ends_is_started_again_and_said_so(tmp_path: Path) -> None:
    said: list[str] = []
    ends = child(tmp_path, [sys.executable, "-c", "raise SystemExit(3)"])
    supervisor = Supervisor(tmp_path, [ends], tmp_path / "heartbeat", say=said.append)

    supervisor.start()
    supervisor.watch(until=lambda: len(said) >= 2)
    supervisor.stop()

    assert said[0].startswith("web ended with code 3; starting it again in 0.5 s.")
    assert said[1].startswith("web ended with code 3; starting it again in 1 s.")


def test_a_silent_worker_is_started_again_with_beat(tmp_path: Path) -> None:
    said: list[str] = []
    pair = [child(tmp_path, SLEEP, "worker"), child(tmp_path, SLEEP, "beat")]
    supervisor = Supervisor(tmp_path, pair, tmp_path / "heartbeat", say=said.append)
    supervisor.start()
    first = [each.process.pid for each in pair if each.process]
    (tmp_path / "heartbeat").touch()
    os.utime(tmp_path / "heartbeat", (time.time() - 16, time.time() - 16))
    for each in pair:
        each.started -= 60

    supervisor.watch(until=lambda: bool(said) and all(each.process for each in pair))
    second = [each.process.pid for each in pair if each.process]
    supervisor.stop()

    assert said == ["No heartbeat for 15 s; starting worker and beat again."]
    assert not set(first) & set(second)
    assert not any(is_alive(pid) for pid in first + second)


def test_a_fresh_heart_leaves_the_worker_alone(tmp_path: Path) -> None:
    pair = [child(tmp_path, SLEEP, "worker"), child(tmp_path, SLEEP, "beat")]
    supervisor = Supervisor(tmp_path, pair, tmp_path / "heartbeat", say=pytest.fail)
    supervisor.start()
    (tmp_path / "heartbeat").touch()
    for each in pair:
        each.started -= 60
    threading.Timer(1.0, supervisor.stopping.set).start()

    supervisor.watch()
    supervisor.stop()

    assert heartbeat_age(tmp_path / "heartbeat") is not None


def test_children_end_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import os, sys, time\nfrom pathlib import Path\nfrom deploy.supervise import Child, Supervisor\n"
        f"child = Child('web', {SLEEP!r}, dict(os.environ), Path({str(tmp_path / 'log')!r}))\n"
        f"Supervisor(Path({str(tmp_path)!r}), [child], Path({str(tmp_path / 'heartbeat')!r})).start()\n"
        "print(child.process.pid, flush=True)\ntime.sleep(60)\n"
    )
    reader, writer = os.pipe()
    supervisor = os.posix_spawn(
        sys.executable, [sys.executable, "-c", program], dict(os.environ), file_actions=[(os.POSIX_SPAWN_DUP2, writer, 1)]
    )
    os.close(writer)
    grandchild = int(os.read(reader, 20))
    os.close(reader)

    os.kill(supervisor, signal.SIGKILL)
    os.waitpid(supervisor, 0)

    assert _ends(grandchild)


def _ends(pid: int) -> bool:
    """Whether a process ends within some seconds."""
    deadline = time.monotonic() + 5
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not _runs(pid)


def _runs(pid: int) -> bool:
    """A process that ended but was not yet collected by anyone does not run."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_child_that_will_not_end_is_killed_with_its_own_children(tmp_path: Path) -> None:
    words = "import os, signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    words += f"print(subprocess.Popen({SLEEP}).pid, flush=True); time.sleep(60)"
    with (tmp_path / "said").open("wb") as said:
        stubborn = start([sys.executable, "-c", words], output=said)
    while not (tmp_path / "said").read_text().endswith("\n"):
        time.sleep(0.02)
    grandchild = int((tmp_path / "said").read_text())

    stop(stubborn, signal.SIGTERM, patience=0.5)

    assert stubborn.returncode == -signal.SIGKILL
    assert _ends(grandchild)
