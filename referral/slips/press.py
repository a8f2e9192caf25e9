"""The printing child: a program of its own that turns HTML into PDF with bundled assets only, little memory and no network.

    TMPDIR=… python -I press.py SOCKET_FD ASSET_DIR FONT_DIR MEMORY_BYTES CPU_SECONDS

It imports nothing of the product, so that it holds no key, no database and no patient but the one on the page.
Jobs and answers are frames: four bytes of length, then the content; an answer begins with one letter (see ANSWERS).
"""

import ctypes
import json
import logging
import os
import resource
import shutil
import socket
import struct
import sys
from email.message import EmailMessage
from pathlib import Path
from typing import Any

BASE = "https://assets.invalid/"
SHEETS = ("slip.css",)
ASSETS = {"void.svg": "image/svg+xml"}
FACES = {"SlipSans-Regular.otf": 400, "SlipSans-Bold.otf": 700}
ANSWERS = {"pdf": b"P", "missing glyphs": b"G", "denied address": b"D", "failed": b"F", "ready": b"R"}
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_NO_NEW_PRIVS = 38
LARGEST_FILE = 64 * 2**20


def main() -> None:
    """Locks itself in, warms up, then serves jobs until the parent closes the socket."""
    descriptor, assets, fonts, memory, cpu = sys.argv[1:6]
    parent = socket.socket(fileno=int(descriptor))
    network = forbid_network()
    limit(int(memory))
    press = Press(Path(assets), Path(fonts))
    answer(parent, "ready", json.dumps({"network": network, "small_font": press.small_font}).encode())
    while (job := receive(parent)) is not None:
        allow_cpu(int(cpu))
        answer(parent, *press.print(json.loads(job)))
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)


def forbid_network() -> str:
    """Moves this process into a network namespace without a single interface; says why when the system does not let it."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for flags in (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET):
        if libc.unshare(flags) == 0:
            return "forbidden"
    return f"not forbidden: {os.strerror(ctypes.get_errno())}"


def limit(memory: int) -> None:
    """Walls of the whole process."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def allow_cpu(seconds: int) -> None:
    """Grants the next job its processor time; the kernel ends the process beyond it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def receive(parent: socket.socket) -> bytes | None:
    """The next frame, or None when the parent is gone."""
    head = read(parent, 4)
    return None if head is None else read(parent, struct.unpack("!I", head)[0])


def read(parent: socket.socket, size: int) -> bytes | None:
    chunks = bytearray()
    while len(chunks) < size:
        chunk = parent.recv(min(size - len(chunks), 1 << 16))
        if not chunk:
            return None
        chunks += chunk
    return bytes(chunks)


def answer(parent: socket.socket, kind: str, content: bytes) -> None:
    parent.sendall(struct.pack("!I", len(content) + 1) + ANSWERS[kind] + content)


class Press:
    """WeasyPrint with its fonts and style sheets loaded once; the same font configuration goes to every part."""

    def __init__(self, assets: Path, fonts: Path) -> None:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration

        self.weasyprint = weasyprint
        self.log = Log()
        self.fetcher = bundled_only(self.load(assets, fonts))
        self.fonts = FontConfiguration()
        self.sheets = [self.css(string=face) for face in self.faces()]
        self.sheets += [self.css(string=(assets / sheet).read_text(encoding="utf-8")) for sheet in SHEETS]
        self.log.clear()

    def load(self, assets: Path, fonts: Path) -> dict[str, tuple[bytes, str]]:
        found = {BASE + name: ((assets / name).read_bytes(), kind) for name, kind in ASSETS.items()}
        self.small_font = all((fonts / name).is_file() for name in FACES)
        if self.small_font:
            found |= {BASE + name: ((fonts / name).read_bytes(), "font/otf") for name in FACES}
        return found

    def faces(self) -> list[str]:
        if not self.small_font:
            return []
        return [f'@font-face{{font-family:"Slip Sans";font-weight:{weight};src:url({name})}}' for name, weight in FACES.items()]

    def css(self, string: str) -> Any:
        return self.weasyprint.CSS(string=string, base_url=BASE, url_fetcher=self.fetcher, font_config=self.fonts)

    def print(self, job: dict[str, str]) -> tuple[str, bytes]:
        """One PDF, or the reason why there is none. A page that asks for an address or shows an empty box is no page."""
        self.log.clear()
        self.fetcher.denied.clear()
        try:
            page = self.weasyprint.HTML(string=job["html"], base_url=BASE, url_fetcher=self.fetcher)
            pdf = page.write_pdf(stylesheets=self.sheets, font_config=self.fonts)
        except Denied:
            return "denied address", " ".join(self.fetcher.denied).encode()
        except MemoryError:
            return "failed", b"out of memory"
        if self.fetcher.denied:
            return "denied address", " ".join(self.fetcher.denied).encode()
        if self.log.missing:
            return "missing glyphs", "".join(sorted(self.log.missing)).encode()
        return "pdf", pdf


class Log(logging.Handler):
    """Hears WeasyPrint say that a character has no glyph."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.missing: set[str] = set()
        logger = logging.getLogger("weasyprint")
        logger.handlers, logger.propagate = [self], False

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().startswith(".notdef"):
            self.missing.add(str(record.args[0]))  # type: ignore[index]

    def clear(self) -> None:
        self.missing.clear()


class Denied(BaseException):
    """Stands in for WeasyPrint's fatal error until the library is loaded."""


def bundled_only(assets: dict[str, tuple[bytes, str]]) -> Any:
    """A fetcher that knows the bundled assets by their whole address and stops the print at any other."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class Stop(Denied, FatalURLFetchingError):  # type: ignore[misc]
        """Not swallowed by WeasyPrint: the whole print ends."""

    class Bundled(URLFetcher):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(allowed_protocols=(), allow_redirects=False)
            self.denied: list[str] = []

        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            if url not in assets:
                self.denied.append(url[:200])
                raise Stop(url[:200])
            content, kind = assets[url]
            described = EmailMessage()
            described["Content-Type"] = kind
            return URLFetcherResponse(url, content, described)

    return Bundled()


if __name__ == "__main__":
    main()
