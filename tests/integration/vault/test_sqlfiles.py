"""Every SQL function of the product is, in the database, the text in its file."""

from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from vault.sqlfiles import FUNCTION


@pytest.mark.django_db
def test_the_database_runs_the_functions_as_the_files_have_them():
    files = [file for app in apps.get_app_configs() for file in sorted(Path(app.path).glob("sql/*.sql"))]
    expected = {}
    for file in files:
        text = file.read_text(encoding="utf-8")
        bodies = text.split("$$")[1::2]
        names = [name for _, name in FUNCTION.findall(text)]
        assert len(names) == len(bodies) >= 1, f"{file}: one body a function"
        expected |= dict(zip(names, bodies, strict=True))

    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE proname = ANY(%s)", [list(expected)])
        installed = cursor.fetchall()

    names = [name for name, _body in installed]
    assert sorted(names) == sorted(expected), "a function is missing or has two overloads"
    assert {name for name, body in installed if body != expected[name]} == set()
