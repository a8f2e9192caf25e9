"""Reads PostgreSQL's plans: which statements walk through a whole big table."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

BIG = frozenset({"reserved_pools_poolslot", "reserved_pools_placeevent", "clinics_slot", "clinics_clinicsession", "vault_event"})


def walked_through(plan: dict[str, Any], big: frozenset[str] = BIG) -> set[str]:
    """The big tables that a plan reads from one end to the other, in any of its branches."""
    whole = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" and plan.get("Relation Name") in big else set()
    return whole.union(*(walked_through(branch, big) for branch in plan.get("Plans", ())))


def sequential(statements: Iterable[str], big: frozenset[str] = BIG) -> Iterator[tuple[str, set[str], str]]:
    """Of these statements, those that walk through a big table: the statement, the tables, and the plan in words."""
    from django.db import connection

    for statement in dict.fromkeys(statements):
        if not statement.startswith("SELECT") or not any(table in statement for table in big):
            continue
        plain = statement.replace("%", "%%")
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {plain}", ())
            (found,) = cursor.fetchone()
            tables = walked_through((json.loads(found) if isinstance(found, str) else found)[0]["Plan"], big)
            if tables:
                cursor.execute(f"EXPLAIN {plain}", ())
                yield statement, tables, "\n".join(line for (line,) in cursor.fetchall())
