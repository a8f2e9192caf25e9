"""What the database's own process of our connection costs."""

from pathlib import Path


def backend_cpu() -> float:
    """Seconds of CPU our connection's backend has used, to a hundredth."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / 100
