"""A second person's word on a document that a district chose: it comes into force, ends or is undone, and published places follow."""

from collections.abc import Iterable
from datetime import date

from celery import current_app
from django.db import transaction

from clinics.models import Institution, PolicyRow, PolicySetChoice
from clinics.policy.sets_life import approve_choice, end_choice, undo_choice
from permissions.acting import Acting
from reserved_pools.rewindow import MOVES_WINDOWS


def approve_set(choice: PolicySetChoice, *, knows_draft: bool, today: date, expected_version: int, by: Acting) -> None:
    """Use case: put everything chosen in force at once (R053, R138, R140). Refusals are those of `approve_choice`."""
    with transaction.atomic(durable=True):
        rows = approve_choice(choice, knows_draft=knows_draft, today=today, expected_version=expected_version, by=by)
        _follow(choice, rows)


def end_set(choice: PolicySetChoice, *, today: date, expected_version: int, by: Acting) -> None:
    """Use case: agree that everything chosen stops to hold. Refusals are those of `end_choice`."""
    with transaction.atomic(durable=True):
        rows = end_choice(choice, today=today, expected_version=expected_version, by=by)
        _follow(choice, rows)


def undo_set(choice: PolicySetChoice, *, reason: str, today: date, expected_version: int, by: Acting) -> None:
    """Use case: take an approved choice back before its first day. Refusals are those of `undo_choice`."""
    with transaction.atomic(durable=True):
        rows = undo_choice(choice, reason=reason, today=today, expected_version=expected_version, by=by)
        _follow(choice, rows)


def _follow(choice: PolicySetChoice, rows: Iterable[PolicyRow]) -> None:
    """After the commit the worker is woken once; a call that gets lost is made up for at night."""
    if any(row.parameter in MOVES_WINDOWS for row in rows):
        places = list(Institution.objects.filter(district=choice.district_id).order_by("pk").values_list("pk", flat=True))
        transaction.on_commit(lambda: _wake(places), robust=True)


def _wake(institutions: list[int]) -> None:
    current_app.send_task("reserved_pools.tasks.move_windows", [institutions], retry=False, ignore_result=True, expires=3600)
