"""Keeps guardian's rows equal to what live grants and posts ask for; called by grants.py and posts.py only."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission
from django.db import models

from clinics import access
from clinics.models import (
    AllianceUserPermission,
    DepartmentUserPermission,
    InstitutionUserPermission,
    Post,
    TargetGrant,
)
from permissions.roles import Role
from vault.transactions import requires_transaction

TABLES: dict[str, type[models.Model]] = {
    "institution": InstitutionUserPermission,
    "department": DepartmentUserPermission,
    "alliance": AllianceUserPermission,
}
BY_TARGET = {
    "institution": access.REFER_TO_INSTITUTION,
    "department": access.REFER_TO_DEPARTMENT,
    "alliance": access.REFER_TO_ALLIANCE,
}
BY_POST = {
    Role.MANAGER: access.MANAGE_INSTITUTION,
    Role.COORDINATOR: access.MANAGE_POOLS,
    Role.RECEIVING_DOCTOR: access.RECEIVE_PATIENTS,
    Role.WINDOW_CLERK: access.RECEIVE_PATIENTS,
}


@dataclass(frozen=True, slots=True)
class Opening:
    """One guardian row as values: who may do what with which object."""

    user: int
    codename: str
    table: str
    object: int


@dataclass(frozen=True, slots=True)
class Differences:
    """What guardian holds too little and too much of."""

    missing: frozenset[Opening]
    surplus: frozenset[Opening]

    def __bool__(self) -> bool:
        return bool(self.missing or self.surplus)


def mirror(users: Collection[int] | None = None) -> Differences:
    """Step: make guardian's rows of these users (of everybody without any given) what grants and posts ask for.

    Two transactions that change one person's grants meet on the right's row, and two that end with the same row on
    guardian's unique key, so that the later one never undoes the earlier.
    """
    requires_transaction()
    found = differences(users)
    _insert(found.missing)
    _delete(found.surplus)
    return found


def differences(users: Collection[int] | None = None) -> Differences:
    """What guardian lacks and has too much of, beside the live grants and posts; compared nightly and by a test."""
    wanted, held = frozenset(_wanted(users)), frozenset(_held(users))
    return Differences(wanted - held, held - wanted)


def _wanted(users: Collection[int] | None) -> Iterator[Opening]:
    grants, posts = TargetGrant.objects.live(), Post.objects.live().filter(kind__in=BY_POST)
    if users is not None:
        grants, posts = grants.filter(right__user__in=users), posts.filter(user__in=users)
    for user, *targets in grants.values_list("right__user", *(f"{table}_id" for table in BY_TARGET)):
        for (table, codename), target in zip(BY_TARGET.items(), targets, strict=True):
            if target is not None:
                yield Opening(user, codename, table, target)
    for user, kind, institution in posts.values_list("user", "kind", "institution"):
        yield Opening(user, BY_POST[Role(kind)], "institution", institution)


def _held(users: Collection[int] | None) -> Iterator[Opening]:
    for table, model in TABLES.items():
        rows: Any = model._default_manager.all()
        if users is not None:
            rows = rows.filter(user__in=users)
        for user, codename, target in rows.values_list("user", "permission__codename", "content_object"):
            yield Opening(user, codename, table, target)


def _insert(openings: frozenset[Opening]) -> None:
    permissions = dict(Permission.objects.filter(content_type__app_label="clinics").values_list("codename", "pk"))
    for table, model in TABLES.items():
        model._default_manager.bulk_create(
            (
                model(user_id=one.user, permission_id=permissions[one.codename], content_object_id=one.object)
                for one in openings
                if one.table == table
            ),
            ignore_conflicts=True,
        )


def _delete(openings: frozenset[Opening]) -> None:
    for one in openings:
        TABLES[one.table]._default_manager.filter(user=one.user, permission__codename=one.codename, content_object=one.object).delete()
