"""Installs the function that locks a right and says how it stands."""

from typing import ClassVar

from django.db import migrations

from vault.sqlfiles import InstallSql


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("permissions", "0001_initial")]

    operations: ClassVar[list[object]] = [InstallSql("permissions", "right_lock.sql")]
