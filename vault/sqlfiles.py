"""Installs the SQL functions kept as files in the apps, each text once."""

import re
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory

FUNCTION = re.compile(r"^CREATE (OR REPLACE )?FUNCTION (\w+)", re.MULTILINE)


class InstallSql(Operation):
    """Migration step: drop every overload of the functions in one `sql/` file of an app and create them anew.

    A file of trigger functions says CREATE OR REPLACE, and then nothing is dropped: tables hang on them.
    """

    category = OperationCategory.SQL
    reversible = True
    reduces_to_sql = True

    def __init__(self, app: str, *files: str) -> None:
        self.app = app
        self.files = files

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.app, *self.files], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Functions are no part of the model state."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:
        for file in self.files:
            text = read(self.app, file)
            _drop(schema_editor, [name for replaces, name in FUNCTION.findall(text) if not replaces])
            schema_editor.execute(text, params=None)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any) -> None:
        for file in reversed(self.files):
            _drop(schema_editor, [name for _, name in FUNCTION.findall(read(self.app, file))])

    def describe(self) -> str:
        return f"Install {', '.join(self.files)} of {self.app}"


def read(app: str, file: str) -> str:
    """The text of one SQL file of an app."""
    return (Path(apps.get_app_config(app).path) / "sql" / file).read_text(encoding="utf-8")


def _drop(schema_editor: BaseDatabaseSchemaEditor, names: list[str]) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE proname = ANY(%s) AND pronamespace = current_schema()::regnamespace",
            [names],
        )
        signatures = [row[0] for row in cursor.fetchall()]
    for signature in signatures:
        schema_editor.execute(f"DROP FUNCTION {signature}", params=None)
