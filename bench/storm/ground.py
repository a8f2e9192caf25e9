"""Private copies of the arena's database: every round and every mutant begins on the same ground and leaves nothing behind."""

from collections.abc import Iterator
from contextlib import contextmanager

from deploy.postgres import DATABASE, ROLES, Server

OWNER = ROLES[0]


@contextmanager
def copied(server: Server, name: str) -> Iterator[str]:
    """The address of a fresh copy as the schema's owner, gone afterwards; nobody may be connected to the template meanwhile."""
    gone = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    server.sql(gone)
    server.sql(f'CREATE DATABASE "{name}" TEMPLATE "{DATABASE}" OWNER {OWNER}')
    try:
        yield server.url(OWNER, name)
    finally:
        server.sql(gone)


def move_to(database: str) -> None:
    """Every connection this process opens from now on goes to this copy."""
    from django.db import connections

    connections["default"].close()
    connections["default"].settings_dict["NAME"] = database
    connections.settings["default"]["NAME"] = database
