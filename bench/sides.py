"""Two databases of one server that take turns under the product: the same district, with few past bookings and with many."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from bench.backend import backend_cpu
from bench.figure import percentile
from bench.history import Draft, History

STATEMENTS = ("booking_facts", "booking_write")
SCANS = """
SELECT relname, seq_scan FROM pg_stat_user_tables WHERE schemaname = 'public' AND relname !~ '^bench_' AND n_live_tup >= {rows}
"""


@dataclass
class Side:
    """One of the two, with a connection of its own and what booking cost in it, in milliseconds."""

    history: History
    database: str
    connection: Any
    use_case: list[float] = field(default_factory=list)
    statements: list[float] = field(default_factory=list)
    cpu: float = 0.0

    @contextmanager
    def up(self) -> Iterator[None]:
        """The product works on this one."""
        from django.db import connections

        before = connections["default"]
        connections["default"] = self.connection
        try:
            yield
        finally:
            connections["default"] = before

    def drafts(self, number: int) -> list[Draft]:
        """Referrals of this side to be booked."""
        return self.history.drafts(number, self.database)

    def book(self, one: Draft) -> None:
        """One booking by the use case, timed with its two statements."""
        from referral.booking.book import book

        spent: list[float] = []
        with self.up(), self.connection.execute_wrapper(timer(spent)):
            began = time.perf_counter()
            book(referral=one.referral, pool_slot=one.pool_slot, version=1, key=str(uuid4()), by=self.history.doctors[one.doctor])
            self.use_case.append((time.perf_counter() - began) * 1000)
        self.statements.append(sum(spent))

    def forget(self) -> None:
        """What was measured so far does not count."""
        self.use_case, self.statements, self.cpu = [], [], self.backend()

    def backend(self) -> float:
        """Milliseconds of CPU this side's own process of the database has used."""
        with self.up():
            return backend_cpu() * 1000

    def costs(self) -> dict[str, float]:
        """Per booking."""
        return {
            "statements_p50_ms": percentile(self.statements, 0.5),
            "statements_p95_ms": percentile(self.statements, 0.95),
            "use_case_p50_ms": percentile(self.use_case, 0.5),
            "use_case_p95_ms": percentile(self.use_case, 0.95),
            "backend_cpu_ms": (self.backend() - self.cpu) / len(self.use_case),
        }

    def scanned(self, act: Callable[[], Any], rows: int) -> list[str]:
        """The tables of at least so many rows that the act read from one end to the other, inside functions as well."""
        before = self._scans(rows)
        with self.up():
            act()
        return sorted(table for table, times in self._scans(rows).items() if times > before.get(table, 0))

    def _scans(self, rows: int) -> dict[str, int]:
        with self.up(), self.connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")  # counts are handed in when a transaction ends, and this one's is next
        said = self.history.server.sql(SCANS.format(rows=rows), self.database)
        return {table: int(times) for table, times in (line.split("|") for line in said.split())}


def timer(spent: list[float]) -> Callable[..., Any]:
    """Notes how long each of the two statements of a booking took."""

    def timed(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        answer = execute(sql, parameters, many, context)
        if any(name in sql for name in STATEMENTS):
            spent.append((time.perf_counter() - began) * 1000)
        return answer

    return timed


def copied(history: History, name: str) -> tuple[Side, Side]:
    """The database as it is, and a copy of it under another name."""
    from django.db import connections

    connections.close_all()
    history.server.sql(f"CREATE DATABASE {name} TEMPLATE referral OWNER referral_owner")
    return Side(history, "referral", connection_to("referral")), Side(replace(history), name, connection_to(name))


def connection_to(name: str) -> Any:
    """A connection like the product's own, to another database of the server."""
    from django.db import connections

    made = connections.create_connection("default")
    made.settings_dict = made.settings_dict | {"NAME": name}
    return made
