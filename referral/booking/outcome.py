"""Tells a commit that is known from one that is not: nobody may hear "booked" or "refused" when it is neither."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _

from vault.refusal import Refusal

ROLLED_BACK = "40"  # the class of SQLSTATE in which the server says that it undid everything


@contextmanager
def known_outcome() -> Iterator[None]:
    """One durable transaction. Raises Refusal("outcome_unknown") when COMMIT was sent and nobody can say whether it held.

    A connection lost during COMMIT, or a warning in it (PostgreSQL warns when a wait for the synchronous standby was
    cancelled, and still answers COMMIT), is unknown. Everything before COMMIT flies as it is.
    """
    committing = False
    doubts: list[str] = []

    def on_notice(diagnostic: Any) -> None:
        if committing and diagnostic.severity_nonlocalized == "WARNING":
            doubts.append(diagnostic.message_primary)

    try:
        with _notices_to(on_notice), transaction.atomic(durable=True):
            yield
            committing = True
    except (OperationalError, InterfaceError) as error:
        sqlstate = getattr(error.__cause__, "sqlstate", None) or ""
        if not committing or sqlstate.startswith(ROLLED_BACK):
            raise
        raise unknown() from error
    if doubts:
        raise unknown()


def unknown() -> Refusal:
    """The one answer that is neither yes nor no."""
    return Refusal(
        "outcome_unknown",
        _("The connection broke at the last moment. Look at the referral before you try again; the same request may be repeated."),
        retry_after=5,
    )


@contextmanager
def _notices_to(handler: Any) -> Iterator[None]:
    connection.ensure_connection()
    raw: Any = connection.connection
    raw.add_notice_handler(handler)
    try:
        yield
    finally:
        raw.remove_notice_handler(handler)
