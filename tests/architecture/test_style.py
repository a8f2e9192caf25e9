"""The house style that a program can see: sizes, names, first lines, forbidden words, doors."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from deploy.lint_doors import door_files, faults_in

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("vault", "permissions", "clinics", "reserved_pools", "referral", "config", "deploy", "bench")
LONGEST_FUNCTION, LONGEST_FILE = 60, 300
SAYS_NOTHING = {"utils", "helpers", "common", "base", "manager", "service", "services", "misc", "actions"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
FOLDERS = {*ROOMS, "tests", "docs", "templates", "static", "locale", "var"}
FILES = {"manage.py", "Makefile", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "CODEOWNERS", "pyproject.toml"}
LOCKS = {"requirements.in", "requirements.txt", "requirements-dev.in", "requirements-dev.txt"}


def sources() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{name_of(path)}:{function.lineno} {function.name}"
        for path in sources()
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno + 1 > LONGEST_FUNCTION
    ]

    assert long == []


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    assert [name_of(path) for path in sources() if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name_of(path) for path in sources() if path.stem in SAYS_NOTHING or path.parent.name in SAYS_NOTHING] == []


def test_the_first_line_of_every_file_says_what_it_is_for() -> None:
    silent = [name_of(path) for path in sources() if (text := path.read_text(encoding="utf-8")) and not ast.get_docstring(ast.parse(text))]

    assert silent == []


def test_every_function_is_annotated() -> None:
    bare = [
        f"{name_of(path)}:{function.lineno} {function.name}" for path in sources() for function in functions(path) if not function.returns
    ]

    assert bare == []


def test_nothing_is_left_for_later() -> None:
    found = [f"{name_of(path)}: {match.group()}" for path in sources() if (match := UNFINISHED.search(path.read_text(encoding="utf-8")))]

    assert found == []


def test_failures_are_caught_by_name() -> None:
    greedy = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    ]

    assert greedy == []


def test_doors_ask_queries_and_use_cases_only() -> None:
    faults = [f"{name_of(path)}:{line}: {why}" for path in door_files(ROOT) for line, why in faults_in(path.read_text(encoding="utf-8"))]

    assert faults == []


def test_a_door_that_reaches_past_its_queries_would_be_seen() -> None:
    door = "from django.db import transaction\ndef get(request):\n    with transaction.atomic():\n        return Booking.objects.all()\n"

    assert [line for line, _ in faults_in(door)] == [3, 4]


def test_nothing_stands_at_the_top_without_a_reason() -> None:
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".") and path.name != "__pycache__"}

    assert found - FOLDERS - FILES - LOCKS == set()
