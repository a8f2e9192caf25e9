"""The functions in the database are those in the files, each text once, with no overload left behind."""

import re
from pathlib import Path

import pytest
from django.db import connection

from tests.database import as_owner
from vault.sqlfiles import FUNCTION

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("*/sql/*.sql"))
DEFINITIONS = "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s AND pronamespace = 'public'::regnamespace ORDER BY oid"


def definitions(name: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(DEFINITIONS, [name])
        return [row[0] for row in cursor.fetchall()]


def as_the_file_says(text: str, name: str) -> list[str]:
    """Create the functions of one file under another name beside the real ones and read one back."""
    twin = f"twin_of_{name}"
    text = re.sub(rf"FUNCTION {name}\b", f"FUNCTION {twin}", text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(text)
    return [definition.replace(twin, name) for definition in definitions(twin)]


def test_there_are_files_to_compare() -> None:
    assert "referral/sql/booking_write.sql" in FILES


@pytest.mark.django_db
@pytest.mark.parametrize("file", FILES)
def test_the_database_holds_what_the_file_says(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")

    for _, name in FUNCTION.findall(text):
        assert definitions(name) == as_the_file_says(text, name)


@pytest.mark.django_db
def test_no_function_lives_in_the_database_alone() -> None:
    known = {name for file in FILES for _, name in FUNCTION.findall((ROOT / file).read_text(encoding="utf-8"))}

    with connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname NOT LIKE '%%pgtrigger%%'")
        found = {row[0] for row in cursor.fetchall()}

    assert found - known == set()
