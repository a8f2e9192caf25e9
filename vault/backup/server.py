"""Databases as a whole: closing one to everybody else, making an empty one, and giving one the other's name."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from vault.backup.programs import Trouble, refuse_another_version, surroundings

MAINTENANCE = "postgres"
PATIENCE = 15.0  # seconds for the connections of a product that is told to go


@contextmanager
def maintenance(database: str = MAINTENANCE) -> Iterator[psycopg.Connection]:
    """A connection beside the product's database, as its owner."""
    words = surroundings(database)
    known = {"host": words["PGHOST"], "port": words["PGPORT"], "user": words["PGUSER"], "password": words["PGPASSWORD"]}
    try:
        with psycopg.connect(make_conninfo(**known, dbname=database), autocommit=True) as beside:
            yield beside
    except psycopg.OperationalError as problem:
        raise Trouble(f"The database server does not answer: {str(problem).strip()}") from None
    except psycopg.errors.InsufficientPrivilege as problem:
        raise Trouble(f"The role of DATABASE_OWNER_URL may not do this: {str(problem).strip()}. It needs CREATEDB.") from None


def check_program() -> None:
    """Refuse a pg_restore that this server would stop in the middle."""
    with maintenance() as beside:
        version = beside.info.server_version
    refuse_another_version("pg_restore", version)


def exists(name: str) -> bool:
    with maintenance() as beside:
        return beside.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def is_empty(name: str) -> bool:
    """Whether nobody ever made a table in it."""
    with maintenance(name) as beside:
        return beside.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'").fetchone() is None


def others(name: str) -> int:
    """How many connections to this database are not ours."""
    with maintenance() as beside:
        row = beside.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'", [name]
        ).fetchone()
        return int(row[0]) if row else 0


def make_empty(name: str, like: str) -> None:
    """A new empty database of this name, sorting as the other one does; what an earlier attempt left there goes."""
    with maintenance() as beside:
        beside.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        beside.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)) + _locale(beside, like)
        )


def _locale(beside: psycopg.Connection, like: str) -> sql.Composable:
    row = beside.execute("SELECT datlocprovider, datcollate, datctype FROM pg_database WHERE datname = %s", [like]).fetchone()
    if row is None or row[0] not in ("b", "c"):
        return sql.SQL("")
    provider = sql.SQL(" LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'" if row[0] == "b" else " LOCALE_PROVIDER libc")
    return provider + sql.SQL(" LC_COLLATE {} LC_CTYPE {}").format(sql.Literal(row[1]), sql.Literal(row[2]))


def close(name: str) -> None:
    """Promise that nobody but the owner speaks to this database any more, until `open_again` or another one has its name."""
    connection.close()
    with maintenance() as beside:
        beside.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        _end_all(beside, name)


def open_again(name: str) -> None:
    with maintenance() as beside:
        beside.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO PUBLIC").format(sql.Identifier(name)))


def swap(fresh: str, name: str, aside: str) -> None:
    """Promise that `fresh` has the name, and what had it before is called `aside`: both or neither."""
    connection.close()
    with maintenance() as beside:
        for each in (name, fresh):
            _end_all(beside, each)
        with beside.transaction():
            if beside.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                beside.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(aside)))
            beside.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(fresh), sql.Identifier(name)))


@contextmanager
def speaking_to(name: str) -> Iterator[None]:
    """Inside, the product's own code speaks to this database instead."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def _end_all(beside: psycopg.Connection, name: str) -> None:
    deadline = time.monotonic() + PATIENCE
    clients = "FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    while beside.execute(f"SELECT 1 {clients}", [name]).fetchone():  # type: ignore[arg-type]
        if time.monotonic() > deadline:
            raise Trouble(f"Connections to {name} do not end; stop the product and try again.")
        beside.execute(f"SELECT pg_terminate_backend(pid) {clients}", [name])  # type: ignore[arg-type]
        time.sleep(0.1)
