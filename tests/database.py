"""One throwaway PostgreSQL for a whole test run, and the roles tests use on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.backends.signals import connection_created
from psycopg.pq import TransactionStatus

APPLICATION = "referral_app"
LARGE = 1_000_000  # bytes of a table beyond which truncating is the quicker way
FILLED = """SELECT '{table}', pg_table_size('"{table}"') WHERE EXISTS (SELECT FROM "{table}")"""
END_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def act_as_application(sender: Any, connection: DatabaseWrapper, **kwargs: Any) -> None:
    """Every new connection of the product under test gives up the owner's rights."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {APPLICATION}; SET lock_timeout = '2s'")


@contextmanager
def as_owner(using: DatabaseWrapper | Any = connection) -> Iterator[None]:
    """Statements inside run as the owner of the tables: to prepare what the product itself could never write."""
    with using.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
    try:
        yield
    finally:
        if using.connection.info.transaction_status != TransactionStatus.INERROR:
            with using.cursor() as cursor:
                cursor.execute(f"SET ROLE {APPLICATION}")


def drop_privileges() -> None:
    """From now on product statements run as the application role; only emptying the tables remains the owner's."""
    connection_created.connect(act_as_application, dispatch_uid="tests.act_as_application")
    if connection.connection is not None:
        act_as_application(None, connection)
    flush = DatabaseOperations.execute_sql_flush

    def flush_as_owner(self: DatabaseOperations, sql_list: list[str]) -> None:
        with as_owner(self.connection):
            if not emptied(self.connection):
                flush(self, sql_list)

    DatabaseOperations.execute_sql_flush = flush_as_owner  # type: ignore[method-assign]


def emptied(using: DatabaseWrapper | Any) -> bool:
    """Whether the few rows a test left were deleted; that takes a tenth of truncating every table, but not after large lists."""
    tables = using.introspection.django_table_names(only_existing=True, include_views=False)
    with transaction.atomic(using.alias), using.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE")  # whoever still writes is waited for
        cursor.execute(" UNION ALL ".join(FILLED.format(table=table) for table in tables))
        filled = cursor.fetchall()
        if any(size > LARGE for _table, size in filled):
            return False
        if filled:
            deletes = "; ".join(f'DELETE FROM "{table}"' for table, _size in filled)
            cursor.execute(f"SET LOCAL session_replication_role = replica; {deletes}")
    return True


def regain_privileges() -> None:
    """Before the test database is removed: connections of threads that ended would keep it alive."""
    connection_created.disconnect(dispatch_uid="tests.act_as_application")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(END_OTHERS)
    connection.close()
