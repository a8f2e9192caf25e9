"""A second person's word on a value: it comes into force or ends, and published places follow it."""

from datetime import date

from celery import current_app
from django.db import transaction

from clinics.models import PolicyRow
from clinics.policy.rows import approve_row, end_row
from clinics.policy.scope import institutions_in, scope_of_row
from permissions.acting import Acting
from reserved_pools.rewindow import MOVES_WINDOWS


def approve(row: PolicyRow, *, today: date, expected_version: int, by: Acting) -> None:
    """Use case: put a draft in force (R053, R138). Refusals are those of `approve_row`.

    Where the value moves windows, published places of visit days from its first day on follow soon after; shares count for
    sessions published from now on, weeks already published keep their numbers (R125).
    """
    with transaction.atomic(durable=True):
        approve_row(row, today=today, expected_version=expected_version, by=by)
        _follow(row)


def approve_end(row: PolicyRow, *, today: date, expected_version: int, by: Acting) -> None:
    """Use case: agree that a value stops to hold. Refusals are those of `end_row`."""
    with transaction.atomic(durable=True):
        end_row(row, today=today, expected_version=expected_version, by=by)
        _follow(row)


def _follow(row: PolicyRow) -> None:
    """After the commit the worker is woken; a call that gets lost is made up for at night."""
    scope = scope_of_row(row)
    if row.parameter in MOVES_WINDOWS and scope is not None:
        concerned = list(institutions_in(scope).values_list("pk", flat=True))
        transaction.on_commit(lambda: _wake(concerned), robust=True)


def _wake(institutions: list[int]) -> None:
    current_app.send_task("reserved_pools.tasks.move_windows", [institutions], retry=False, ignore_result=True, expires=3600)
