"""Brings a new server's count of transactions up to where the old one stood.

Events, acts and seals are in the order of transaction numbers. On a server that counts from below them, what happens next would
seem to have happened before; so numbers are used up, nothing else, until it counts on from there.
"""

from django.db import connection

AT_ONCE = 100_000
HIGHEST = """
SELECT greatest((SELECT max(tx) FROM vault_auditentry), (SELECT max(tx) FROM vault_event), (SELECT max(horizon) FROM vault_auditseal))
"""
# A savepoint that writes has a number of its own; the row is gone with it.
USE_UP = """
DO $$ BEGIN
    FOR i IN 1..{many} LOOP
        BEGIN
            INSERT INTO used_up VALUES (1);
            RAISE EXCEPTION SQLSTATE '22012';
        EXCEPTION WHEN division_by_zero THEN NULL;
        END;
    END LOOP;
END $$
"""


def count_on(beyond: int = 0) -> int:
    """Promise that the next transaction's number is above every one in this database, and above `beyond`; how many were used up."""
    used = 0
    with connection.cursor() as cursor:
        cursor.execute(HIGHEST)
        target = max(int(cursor.fetchone()[0] or 0), beyond)
        cursor.execute("CREATE TEMP TABLE used_up (n integer)")
        while True:
            cursor.execute("SELECT pg_current_xact_id()")
            lacking = target - int(cursor.fetchone()[0])
            if lacking < 0:
                break
            many = min(lacking + 1, AT_ONCE)
            cursor.execute(USE_UP.format(many=many))
            used += many
        cursor.execute("DROP TABLE used_up")
    return used
