"""Starts and stops child processes so that none outlives the one that started it."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Trouble(Exception):
    """Something the person at the keyboard can mend; its text is the one sentence shown."""


def start(
    command: Sequence[str | Path],
    *,
    env: dict[str, str] | None = None,
    cwd: Path | str | None = None,
    output: IO[Any] | int | None = None,
    user: int | None = None,
    group: int | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own; the kernel signals it when this process dies, even by kill -9."""
    return subprocess.Popen(
        [str(part) for part in command],
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        user=user,
        group=group,
        extra_groups=None if user is None else [],
        start_new_session=True,
        preexec_fn=_dies_with_parent(death_signal),
    )


def stop(child: subprocess.Popen[bytes], *signals: signal.Signals, patience: float = 10.0) -> None:
    """End one child: each signal in turn to its main process, then kill it and all that share its session."""
    for each in signals:
        if child.poll() is not None:
            return
        child.send_signal(each)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(patience)
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait(patience)


def is_alive(pid: int) -> bool:
    """Whether a process with this id exists, whoever owns it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def command_line(pid: int) -> str:
    """The words a process was started with; empty when it is gone or cannot be read."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _dies_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    if LIBC is None:
        return None
    library, parent = LIBC, os.getpid()

    def arrange() -> None:
        library.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return arrange
