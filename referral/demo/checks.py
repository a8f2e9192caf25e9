"""A product for real people does not start on a database that holds invented ones."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from referral.demo.marks import holds_demonstration

HINT = "Give DATABASE_URL an empty database, or start the demonstration with make demo."


def check_no_demonstration(app_configs: Any = None, databases: Any = None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001  (Django calls it so)
    """Asked with `check --database default`, which `make serve` does before it serves anybody."""
    if not databases or settings.DEMO or not holds_demonstration():
        return []
    return [Error("This database holds the demonstration; invented and real people do not mix.", hint=HINT, id="referral.E002")]
