"""A real server and worker on the test database as the application role, and a headless Chromium before them."""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection
from playwright.sync_api import Browser, Page, Playwright

from deploy import system
from deploy.processes import start, stop

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = system.chromium() or "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Site:
    """Where the product answers, and where it keeps its state (the SMS file among it)."""

    url: str
    state: Path

    @property
    def sms_file(self) -> Path:
        return self.state / "demo" / "sms.jsonl"


@contextmanager
def serving(state: Path) -> Iterator[Site]:
    """Serve the test database until the block ends; both children die with this process."""
    port = free_port()
    env = environment(state, port)
    server = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "config.wsgi:application"]
    worker = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "solo", "--loglevel", "warning", "--without-gossip"]
    with (state / "server.log").open("wb") as log:
        children = [start(command, env=env, cwd=ROOT, output=log) for command in (server, worker)]
        try:
            wait_for(port, state / "server.log")
            yield Site(f"http://127.0.0.1:{port}", state)
        finally:
            for child in children:
                stop(child, signal.SIGTERM)


def environment(state: Path, port: int) -> dict[str, str]:
    """The environment of the children: the test database, never the owner."""
    scheme, place, _path, query, fragment = urlsplit(os.environ["DATABASE_URL"])
    address = urlunsplit((scheme, place, f"/{connection.settings_dict['NAME']}", query, fragment))
    own = {
        "DATABASE_URL": address,
        "DATABASE_ROLE": "app",
        "DEMO": "1",
        "STATE_DIR": str(state),
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CELERY_BROKER_URL": "pgmq://",
        "TMPDIR": "/tmp",
    }
    return os.environ | own


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, log: Path, seconds: float = 40) -> None:
    """Return when the server answers; otherwise fail with what it printed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            ask = HTTPConnection("127.0.0.1", port, timeout=2)
            ask.request("GET", "/healthz")
            if ask.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"The server did not answer:\n{log.read_text(errors='replace')[-3000:]}")


def chromium(playwright: Playwright) -> Browser:
    """Debian's Chromium, headless, asking nothing of the network."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


def new_page(browser: Browser, site: Site, *, size: dict[str, int] = WIDE, script: bool = True) -> Page:
    """A page in a browser of its own: no cookies of others; failures to load show within seconds."""
    context = browser.new_context(base_url=site.url, viewport=size, java_script_enabled=script, locale="zh-CN")
    context.set_default_timeout(10_000)
    return context.new_page()
