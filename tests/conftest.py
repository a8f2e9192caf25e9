"""Sets the stage of every test: a server of our own, the application role, no network."""

import atexit
import base64
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def _key(letter: str) -> str:
    return base64.b64encode(letter.encode() * 32).decode()


def _settle() -> None:
    """The environment the settings are read from; workers of one run share the first process's server."""
    os.environ.update(FIXED)
    if "TEST_RUN_STARTED" in os.environ:
        return
    state = tempfile.mkdtemp(prefix="ref-state-")
    (Path(state) / "static").mkdir()
    os.environ.update({"TEST_RUN_STARTED": "1", "STATE_DIR": state})
    from deploy import postgres, processes

    atexit.register(shutil.rmtree, state, ignore_errors=True)
    try:
        server = postgres.throwaway(ROOT, os.environ.get("TEST_DB_SUFFIX", ""))
        atexit.register(server.stop)
        server.start()
        server.sql("GRANT SET ON PARAMETER session_replication_role TO referral_owner")
    except processes.Trouble as trouble:
        pytest.exit(str(trouble), returncode=2)
    os.environ.update(server.environment())


FIXED = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "DATABASE_ROLE": "owner",
    "DEBUG": "1",
    "DEMO": "0",
    "SECOND_FACTOR": "0",
    "SECRET_KEY": "tests only, never a secret",
    "VAULT_KEYS": f"k2:{_key('b')},k1:{_key('a')}",
    "VAULT_HASH_KEYS": f"h1:{_key('h')}",
    "AUDIT_KEY": _key("s"),
    "SMS_GATEWAY": "file",
    "CELERY_BROKER_URL": "memory://",
}
_settle()

import django
import hypothesis
from django.conf import settings

django.setup()
settings.WHITENOISE_AUTOREFRESH = True  # each test client would otherwise list all files of the product anew
hypothesis.settings.register_profile("house", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("house")

from tests import database


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a run that left out PDF or browser tests for want of a library has not passed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") != "true" or reporter is None or exitstatus:
        return
    left_out = [each for each in reporter.stats.get("skipped", []) if each.when == "setup" and {"browser", "pdf"} & set(each.keywords)]
    if left_out:
        reporter.write_line(f"{len(left_out)} PDF or browser tests did not run; with CI=true that is a failure.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Migrations run as the owner; everything after them as the application role."""
    with django_db_blocker.unblock():
        database.drop_privileges()
    yield
    with django_db_blocker.unblock():
        database.regain_privileges()


@pytest.fixture(scope="session")
def site(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The product, served as the application role on the test database; one for all tests, as two workers would share its queue."""
    from tests.browser.site import serving

    with django_db_blocker.unblock(), serving(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine may be spoken to."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"A test tried to reach {address[0]}.")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_here)
