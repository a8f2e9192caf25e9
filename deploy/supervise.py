"""Keeps the product's processes alive: restarts what ends or falls silent, and leaves none behind."""

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from deploy.postgres import Server
from deploy.processes import Trouble, start, stop

SILENCE = 15.0  # seconds without a heartbeat until the worker and beat start anew
GRACE = 45.0  # seconds a fresh worker has for its first heartbeat, on a busy machine too
STEADY = 30.0  # seconds of life after which a process counts as well again
LONGEST_PAUSE = 15.0
LOOK_EVERY = 0.2


@dataclass
class Child:
    """One process of the product, what it is started with, and how often it failed lately."""

    name: str
    command: list[str]
    env: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    not_before: float = 0.0

    def run(self, now: float, root: Path) -> None:
        """Start it; its words go to its own file."""
        with self.log.open("ab") as output:
            self.process = start(self.command, env=self.env, cwd=root, output=output)
        self.started = now

    def failed(self, now: float) -> float:
        """Count one failure and answer how many seconds to wait; a steady life before it wipes the slate."""
        self.failures = 1 if now - self.started > STEADY else self.failures + 1
        pause: float = min(2.0 ** (self.failures - 2), LONGEST_PAUSE)
        self.process, self.not_before = None, now + pause
        return pause


@dataclass
class Supervisor:
    """Watches children, the heartbeat and the embedded server from one thread: the kernel ends children with it."""

    root: Path
    children: list[Child]
    heartbeat: Path
    server: Server | None = None
    say: Callable[[str], None] = print
    stopping: threading.Event = field(default_factory=threading.Event)
    server_failures: int = 0

    def listen_for_the_end(self) -> None:
        """Ctrl-C and SIGTERM ask for an orderly end; a second one changes nothing."""
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, lambda *_: self.stopping.set())

    def start(self) -> None:
        self.heartbeat.unlink(missing_ok=True)
        for child in self.children:
            child.run(time.monotonic(), self.root)

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Look after everything until asked to stop, or until the condition holds."""
        while not self.stopping.is_set() and not until():
            now = time.monotonic()
            self._look_after_server()
            for child in self.children:
                self._look_after(child, now)
            self._listen_to_heart(now)
            self.stopping.wait(LOOK_EVERY)

    def stop(self) -> None:
        """First those that write, then the database they write to."""
        for child in self.children:
            if child.process is not None:
                with contextlib.suppress(ProcessLookupError):
                    child.process.send_signal(signal.SIGTERM)
        for child in self.children:
            if child.process is not None:
                stop(child.process, signal.SIGTERM)
        if self.server is not None:
            self.server.stop()

    def _look_after(self, child: Child, now: float) -> None:
        if child.process is None:
            if now >= child.not_before:
                child.run(now, self.root)
            return
        code = child.process.poll()
        if code is None:
            return
        pause = child.failed(now)
        self.say(f"{child.name} ended with code {code}; starting it again in {pause:g} s. Its words are in {child.log}")

    def _look_after_server(self) -> None:
        if self.server is None or self.server.is_running():
            return
        self.say(f"The database ended; starting it again. Its words are in {self.server.home / 'log'}")
        try:
            self.server.start()
            self.server_failures = 0
        except Trouble as trouble:
            self.server_failures += 1
            self.say(str(trouble))
            self.stopping.wait(min(0.5 * 2**self.server_failures, LONGEST_PAUSE))

    def _listen_to_heart(self, now: float) -> None:
        """The worker once started and never consumed: silence restarts it, and beat whose messages it should get."""
        pair = [child for child in self.children if child.name in {"worker", "beat"}]
        if not pair or any(child.process is None or now - child.started < GRACE for child in pair):
            return
        age = heartbeat_age(self.heartbeat)
        if age is not None and age < SILENCE:
            return
        self.say(f"No heartbeat for {SILENCE:g} s; starting worker and beat again.")
        for child in pair:
            if child.process is not None:
                stop(child.process, signal.SIGTERM, patience=5.0)
                child.failed(now)


def heartbeat_age(mark: Path) -> float | None:
    """Seconds since the worker last consumed a message; None when it never did."""
    try:
        return max(0.0, time.time() - mark.stat().st_mtime)
    except FileNotFoundError:
        return None
