"""The place of a measurement: a database of its own with real durability, the product's settings without debug, a web server."""

import base64
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from bench.figure import ROOT
from deploy import postgres, processes
from deploy.prepare import COLLECT

WORKERS, THREADS = 2, 4
START_SECONDS = 60
PREPARED = "BENCH_PREPARED"  # the folder of a migrated database to copy, when there is one
PARTS = ("data", "passwords.json")


@contextmanager
def stage(*, more: dict[str, str] | None = None, **settings: str) -> Iterator[postgres.Server]:
    """A fresh migrated database in a temporary folder, with these server settings, and Django set up on it as the application role.

    `more` is added to the environment of the product.
    """
    postgres.SETTINGS.update(settings)
    home, given = Path(tempfile.mkdtemp(prefix="ref-bench-db-")), os.environ.get(PREPARED, "")
    if given:
        subprocess.run(["cp", "-a", *(str(Path(given) / part) for part in PARTS), str(home)], check=True)
    server = postgres.Server(home, temporary=True)
    state = tempfile.TemporaryDirectory(prefix="ref-bench-")
    try:
        server.start()
        os.environ.update(environment(Path(state.name)) | server.environment() | (more or {}))
        if not given:
            migrate()
        import django

        django.setup()
        yield server
    finally:
        server.stop()
        state.cleanup()


@contextmanager
def prepared() -> Iterator[None]:
    """Every stage of this process's children is a copy of one migrated database, which is made here once."""
    server = postgres.Server(Path(tempfile.mkdtemp(prefix="ref-bench-ready-")))
    try:
        with tempfile.TemporaryDirectory(prefix="ref-bench-") as state, patch.dict(os.environ, environment(Path(state))):
            server.start()
            os.environ.update(server.environment())
            migrate()
        server.stop()
        with patch.dict(os.environ, {PREPARED: str(server.home)}):
            yield
    finally:
        server.stop()
        shutil.rmtree(server.home, ignore_errors=True)


def migrate() -> None:
    """The product's tables, by their owner."""
    owner = os.environ | {"DATABASE_ROLE": "owner"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=owner, check=True)


def environment(state: Path) -> dict[str, str]:
    """The settings of a real site with keys of its own; nothing is sent, as no worker runs."""

    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_ROLE": "app",
        "DEBUG": "0",
        "DEMO": "0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "VAULT_KEYS": f"k1:{key()}",
        "VAULT_HASH_KEYS": f"h1:{key()}",
        "AUDIT_KEY": key(),
        "ALLOWED_HOSTS": "127.0.0.1,testserver",
        "STATE_DIR": str(state),
        "SMS_GATEWAY": "aliyun",
        "ALIYUN_ACCESS_KEY_ID": "bench",
        "ALIYUN_ACCESS_KEY_SECRET": secrets.token_urlsafe(16),
        "ALIYUN_RECEIPT_SECRET": secrets.token_urlsafe(16),
        "LOG_LEVEL": "ERROR",
    }


@contextmanager
def web(application: str = "config.wsgi:application") -> Iterator[tuple[str, int]]:
    """The product's web server on a free port, as `make serve` runs it, with its files collected."""
    collect()
    host, port = "127.0.0.1", free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(WORKERS)]
    command += ["--blocking-threads", str(THREADS), "--no-ws", "--log-level", "error", application]
    child = processes.start(command, cwd=ROOT, env=dict(os.environ))
    try:
        wait_for(f"http://{host}:{port}/healthz")
        yield host, port
    finally:
        processes.stop(child, signal.SIGTERM)


def collect() -> None:
    """The files that pages name, as a server would serve them."""
    subprocess.run([sys.executable, "manage.py", *COLLECT], cwd=ROOT, check=True)


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str) -> None:
    """Until the server answers, whatever it answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"The web server did not answer at {address}.")
