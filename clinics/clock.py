"""The database's clock, which alone judges rights, places and bookings."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """The instant the database puts on this transaction (or on this moment, outside one)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (now,) = cursor.fetchone()
    return now
