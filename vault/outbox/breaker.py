"""Stops all sending when the gateway fails again and again, or when more leaves in an hour than ever should."""

from datetime import timedelta

from django.conf import settings
from django.db import connection

from vault.outbox.models import Breaker

FAILURES = 5
PAUSE = timedelta(seconds=60)


def is_closed(gateway: str) -> bool:
    """Whether messages may leave: no pause is running and the hour's count over all numbers is not used up.

    Two workers may both pass on the hour's last message; the bound guards the bill, not a promise to anybody.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM vault_breaker WHERE gateway = %s AND open_until > clock_timestamp())"
            " AND (SELECT count(*) FROM vault_delivery WHERE started_at > clock_timestamp() - interval '1 hour') < %s",
            [gateway, settings.SMS_PER_HOUR],
        )
        return bool(cursor.fetchone()[0])


def note_failure(gateway: str) -> None:
    """Count one failure of the gateway itself; the fifth in a row, and each one after, opens the breaker for a minute."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO vault_breaker AS b (gateway, failures) VALUES (%s, 1)"
            " ON CONFLICT (gateway) DO UPDATE SET failures = b.failures + 1,"
            " open_until = CASE WHEN b.failures + 1 >= %s THEN clock_timestamp() + %s::interval END",
            [gateway, FAILURES, f"{PAUSE.total_seconds()} seconds"],
        )


def note_success(gateway: str) -> None:
    """The gateway answered: the row of failures is over."""
    Breaker.objects.filter(gateway=gateway, failures__gt=0).update(failures=0, open_until=None)
