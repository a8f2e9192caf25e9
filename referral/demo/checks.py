"""A product for real people does not start on a database that holds invented ones."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connection

from clinics.models import Institution
from referral.demo.marks import holds_demonstration

HINT = "Give DATABASE_URL an empty database, or start the demonstration with make demo."


def check_no_demonstration(app_configs: Any = None, databases: Any = None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001  (Django calls it so)
    """Asked with `check --database default`, which `make serve` does before it serves anybody."""
    if not databases or settings.DEMO or not _is_migrated() or not holds_demonstration():
        return []
    return [Error("This database holds the demonstration; invented and real people do not mix.", hint=HINT, id="referral.E002")]


def _is_migrated() -> bool:
    """`migrate` itself asks the checks of the database, before there is any table."""
    return Institution._meta.db_table in connection.introspection.table_names()
