"""Tables about to be filled with very many rows lose their indexes and unique keys meanwhile, and have them built at once afterwards.

An index that grows row by row in no order is read and written a page for every row as soon as it is larger than the server's memory.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

AWAY = """
SET synchronous_commit = off;
CREATE TABLE bench_aside AS
SELECT CASE WHEN one.conname IS NULL THEN format('DROP INDEX %s', indexrelid::regclass)
            ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', indrelid::regclass, one.conname) END AS away,
       CASE WHEN one.conname IS NULL THEN replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
            ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', indrelid::regclass, one.conname, pg_get_constraintdef(one.oid)) END AS back
  FROM pg_index LEFT JOIN pg_constraint AS one ON one.conindid = indexrelid AND one.contype = 'u'
 WHERE indrelid = ANY ('{{{tables}}}'::regclass[]) AND NOT indisprimary;
SELECT away FROM bench_aside \\gexec
"""
BACK = """
SET synchronous_commit = off;
SET maintenance_work_mem = '1GB';
SELECT back FROM bench_aside \\gexec
DROP TABLE bench_aside;
"""


@contextmanager
def aside(server: Any, database: str, tables: Iterable[str]) -> Iterator[None]:
    """Promise that these tables have only their primary keys within, and after it what they had before, every unique key looked at."""
    server.sql(AWAY.format(tables=",".join(tables)), database)
    yield
    server.sql(BACK, database)
