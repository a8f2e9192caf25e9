"""A database of each test's own, spoken to as its owner, with a journal and backups in a folder of the test's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.backends.signals import connection_created
from psycopg import sql

from tests.database import act_as_application
from vault.backup import server

SIGNAL = "tests.act_as_application"


@pytest.fixture
def own_database(transactional_db: None) -> Iterator[str]:
    """A copy of the empty test database; restores replace it, and the test database stays what it was."""
    usual = str(connection.settings_dict["NAME"])
    name = f"{usual}_drill"
    connection_created.disconnect(dispatch_uid=SIGNAL)
    connection.close()
    forget(name)
    with server.maintenance() as beside:
        beside.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(usual)))
    connection.settings_dict["NAME"] = name
    try:
        yield name
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        forget(name)
        connection_created.connect(act_as_application, dispatch_uid=SIGNAL)


@pytest.fixture(autouse=True)
def own_state(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Journal, anchors and messages of one test; nobody is nudged, the tests send themselves."""
    settings.STATE_DIR = tmp_path / "state"
    settings.STATE_DIR.mkdir()
    settings.SMS_QUIET_HOURS = False
    monkeypatch.setattr("vault.outbox.waking._nudge", lambda: None)
    return settings.STATE_DIR


def forget(name: str) -> None:
    """Every database of a drill, also those that were put aside."""
    with server.maintenance() as beside:
        found = beside.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [name]).fetchall()
        for (each,) in found:
            beside.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(each)))
