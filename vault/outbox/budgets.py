"""How often one subject may do something, judged by one atomic statement that no rollback can erase."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from vault.outbox.models import Budget
from vault.transactions import forbids_transaction


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most `count` in any stretch of this length."""

    count: int
    span: timedelta


def of_notices() -> tuple[Allowance, ...]:
    """Notices to one number, kept below the carriers' own limit (DOMAIN 6). Codes are counted where they are asked for."""
    return (Allowance(settings.SMS_NOTICES_PER_DAY, timedelta(days=1)),)


def spend(subject: str, kind: str, allowed: Sequence[Allowance]) -> int:
    """Promise that one is counted, at once and for good: 0, or the seconds to wait instead.

    All windows are rolling, and all must have room. Raises when called inside a transaction, whose rollback would
    erase the count. While the hash key is being changed a number starts with a fresh budget once: tolerated.
    """
    forbids_transaction()
    spans = [f"{each.span.total_seconds()} seconds" for each in allowed]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT vault_spend(%s, %s, %s::integer[], %s::interval[])", (subject, kind, [each.count for each in allowed], spans)
        )
        (spent,) = cursor.fetchone()
    return 0 if spent else _wait(subject, kind, allowed)


def forget(before: datetime) -> int:
    """Drop the counts of subjects not heard of since; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM vault_budget WHERE spent[cardinality(spent)] < %s", [before])
        return int(cursor.rowcount)


def _wait(subject: str, kind: str, allowed: Sequence[Allowance]) -> int:
    """Until the moment that fills a window leaves it, at least a second."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    spent = Budget.objects.values_list("spent", flat=True).get(phone_hash=subject, cls=kind)
    ends = [spent[-each.count] + each.span for each in allowed if len(spent) >= each.count]
    return max([1, *(int((end - now).total_seconds()) + 1 for end in ends)])
