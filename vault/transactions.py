"""Holds steps to their rule: a step runs inside the transaction of the use case that called it."""

from django.db import connection
from django.db.transaction import TransactionManagementError


def requires_transaction() -> None:
    """Promise that the caller is inside a transaction opened by a use case; a test case's own block does not count."""
    if not _is_inside():
        raise TransactionManagementError("a step was called outside a use case's transaction")


def forbids_transaction() -> None:
    """Promise that what follows commits at once, so that no caller's rollback can take it back."""
    if _is_inside():
        raise TransactionManagementError("this must commit on its own, outside any transaction")


def _is_inside() -> bool:
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)
