"""Carries every encrypted value and its keyed hash over to the newest keys, in batches, while the product runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from vault.crypto import EncryptedTextField, decrypt, encrypt, key_prefix, keyed_hash

BATCH = 500


@dataclass(frozen=True, slots=True)
class Column:
    """One encrypted column and, when it is searched by hash, its sibling."""

    model: type[models.Model]
    field: EncryptedTextField

    @property
    def label(self) -> str:
        return f"{self.model._meta.label}.{self.field.name}"

    @property
    def name(self) -> str:
        return _column(self.field)

    @property
    def hash_column(self) -> str:
        return _column(self.model._meta.get_field(self.field.hash_field)) if self.field.hash_field else ""


def columns() -> list[Column]:
    """Every encrypted column of every table of ours."""
    return [
        Column(model, field)
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_fields
        if isinstance(field, EncryptedTextField)
    ]


def rekey(column: Column) -> Iterator[int]:
    """Promise that every value is under the first keys when this is exhausted; yields the size of each batch done.

    Each batch commits on its own, and rows already done are not found again: it may be stopped and started at will.
    A value somebody changes meanwhile is left to them; they write under the first key anyhow.
    """
    last = 0
    while rows := _stale_after(column, last):
        yield sum(_renew(column, *row) for row in rows)
        last = rows[-1][0]


def _stale_after(column: Column, last: int) -> list[tuple[Any, ...]]:
    """The next rows whose ciphertext or hash is under another key; empty values have neither."""
    prefix = key_prefix(next(iter(settings.VAULT_KEYS)))
    quote = connection.ops.quote_name
    name, table = quote(column.name), quote(column.model._meta.db_table)
    stale = f"substring({name} FROM 1 FOR %s) <> %s"
    params: list[Any] = [last, len(prefix), prefix]
    if column.hash_column:
        stale += f" OR left({quote(column.hash_column)}, %s) <> %s"
        hash_prefix = next(iter(settings.VAULT_HASH_KEYS)) + ":"
        params += [len(hash_prefix), hash_prefix]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {name} FROM {table} WHERE id > %s AND length({name}) > 0 AND ({stale}) ORDER BY id LIMIT %s",  # noqa: S608
            [*params, BATCH],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _renew(column: Column, pk: int, blob: bytes) -> bool:
    text = decrypt(blob, column.field.purpose)
    quote = connection.ops.quote_name
    name, table = quote(column.name), quote(column.model._meta.db_table)
    changes = f"{name} = %s"
    params: list[Any] = [encrypt(text, column.field.purpose)]
    if column.hash_column:
        changes += f", {quote(column.hash_column)} = %s"
        params.append(keyed_hash(text, column.field.purpose))
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {changes} WHERE id = %s AND {name} = %s", [*params, pk, blob])  # noqa: S608
        return bool(cursor.rowcount)


def _column(field: Any) -> str:
    return str(field.column)
