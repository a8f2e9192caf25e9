"""HTML templates to PDF, through a child process that is limited, warm, and replaced when it overruns."""

import json
import logging
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from referral.slips.fonts import font_folder

log = logging.getLogger(__name__)

ASSETS = Path(settings.BASE_DIR) / "static" / "slips"
PROGRAM = Path(__file__).with_name("press.py")
MEMORY = 512 * 2**20  # bytes of address space; the full CJK fonts are mapped whole
SECONDS = 10  # of processor time and of wall time, each, for one print
START_SECONDS = 30
LARGEST = 1 << 20  # bytes of HTML
PRINTS_PER_CHILD = 500


class Unprintable(Exception):
    """No installed font can show these characters; a slip with empty boxes is never printed."""

    def __init__(self, characters: str) -> None:
        super().__init__(named(characters))
        self.characters = characters


class PressBroken(Exception):
    """The child could not print for a reason that is not on the page: a missing library, an overrun, a crash."""


def render_pdf(template: str, context: Mapping[str, Any]) -> bytes:
    """The PDF of a slip template; at most 10 seconds, without network, files or addresses.

    Raises Unprintable naming every character that no installed font can show, and PressBroken when the child failed; the next
    call gets a new one.
    """
    return press.print(render_to_string(template, dict(context)))


class Press:
    """The parent's end of one child. One print at a time; threads wait in line."""

    def __init__(self, memory: int = MEMORY, seconds: int = SECONDS) -> None:
        self.memory, self.seconds = memory, seconds
        self.child: subprocess.Popen[bytes] | None = None
        self.line = threading.Lock()
        self.status: dict[str, Any] = {}
        self.printed = 0
        self.owner = os.getpid()

    def print(self, html: str) -> bytes:
        """One page set, or the failure that names why not."""
        job = json.dumps({"html": html}).encode()
        if len(job) > LARGEST:
            raise PressBroken(f"{len(job)} bytes of HTML are more than a slip ever has")
        with self.line:
            self.start()
            try:
                kind, content = self.exchange(job)
            except (OSError, EOFError) as error:
                self.stop()
                raise PressBroken(f"the printing child was replaced: {error or type(error).__name__}") from error
            self.printed += 1
            if self.printed >= PRINTS_PER_CHILD or kind == b"F":
                self.stop()
        return settle(kind, content)

    def start(self) -> None:
        """Has a warm child ready; a child of another process (a fork) is left alone."""
        if self.child is not None and self.child.poll() is None and self.owner == os.getpid():
            return
        self.stop()
        self.owner, self.printed = os.getpid(), 0
        self.folder = Path(tempfile.mkdtemp(prefix="press-"))
        self.errors = self.folder / "errors"
        self.socket, theirs = socket.socketpair()
        arguments = (theirs.fileno(), ASSETS, font_folder(), self.memory, self.seconds)
        with theirs, self.errors.open("wb") as errors:
            self.child = subprocess.Popen(
                [sys.executable, "-I", str(PROGRAM), *map(str, arguments)],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env=environment(self.folder),
            )
        self.greet()

    def greet(self) -> None:
        """Waits for the child's first word, which says what the system let it forbid."""
        try:
            _kind, content = self.hear(time.monotonic() + START_SECONDS)
        except (OSError, EOFError) as error:
            reason = self.errors.read_text(errors="replace").strip().splitlines()[-1:]
            self.stop()
            raise PressBroken(f"the printing child did not start: {reason[0] if reason else error}") from error
        self.status = json.loads(content)
        if self.status["network"] != "forbidden":
            log.warning("the printing child may still see the network (%s); its fetcher denies every address", self.status["network"])

    def exchange(self, job: bytes) -> tuple[bytes, bytes]:
        deadline = time.monotonic() + self.seconds
        self.socket.settimeout(self.seconds)
        self.socket.sendall(struct.pack("!I", len(job)) + job)
        return self.hear(deadline)

    def hear(self, deadline: float) -> tuple[bytes, bytes]:
        """One answer: its letter and its content. TimeoutError past the deadline, EOFError when the child died."""
        size = struct.unpack("!I", self.read(4, deadline))[0]
        answer = self.read(size, deadline)
        return answer[:1], answer[1:]

    def read(self, size: int, deadline: float) -> bytes:
        content = bytearray()
        while len(content) < size:
            self.socket.settimeout(max(0.001, deadline - time.monotonic()))
            chunk = self.socket.recv(min(size - len(content), 1 << 16))
            if not chunk:
                raise EOFError("the printing child ended in the middle of a page")
            content += chunk
        return bytes(content)

    def stop(self) -> None:
        """Ends the child and removes what it wrote; safe to call at any time."""
        if self.child is not None and self.owner == os.getpid():
            self.child.kill()
            self.child.wait()
            self.socket.close()
            shutil.rmtree(self.folder, ignore_errors=True)
        self.child = None


def settle(kind: bytes, content: bytes) -> bytes:
    """The PDF, or the reason as the exception that fits it."""
    if kind == b"P":
        return content
    reason = content.decode(errors="replace")
    if kind == b"G":
        raise Unprintable(reason)
    if kind == b"D":
        raise PressBroken(f"the page asked for an address, which no slip may: {reason}")
    raise PressBroken(f"the printing child failed: {reason}")


def named(characters: str) -> str:
    """Characters with their code points, since some of them cannot be shown."""
    return "、".join(f"{character} (U+{ord(character):04X})" for character in characters)


def environment(folder: Path) -> dict[str, str]:
    """What the child may know: where to write, where fonts are described, and no secret."""
    kept = {name: os.environ[name] for name in ("PATH", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "LD_LIBRARY_PATH") if name in os.environ}
    cache = settings.STATE_DIR / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    return kept | {"LANG": "C.UTF-8", "HOME": str(folder), "TMPDIR": str(folder), "XDG_CACHE_HOME": str(cache)}


press = Press()
