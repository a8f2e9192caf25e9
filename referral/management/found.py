"""Finds where the code speaks of an article: docstrings, SQL comments, parameters, state tables and tests."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from clinics.policy import REGISTRY
from vault.states import StateTable

ARTICLE = re.compile(r"\bR([0-9]{3})\b")
APPS = ("vault", "permissions", "clinics", "reserved_pools", "referral", "config")
Places = dict[str, set[str]]
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def functions() -> Places:
    """Article → the functions, classes, modules and SQL files whose own words name it."""
    found: Places = defaultdict(set)
    for app in APPS:
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            if "migrations" not in path.parts and "management" not in path.parts:
                collect(found, speaking(path))
        for path in sorted((settings.BASE_DIR / app).rglob("*.sql")):
            comments = "\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("--"))
            collect(found, [(str(path.relative_to(settings.BASE_DIR)), comments)])
    return found


def speaking(path: Path) -> Iterator[tuple[str, str]]:
    """Each documented thing of a module with its docstring."""
    module = ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, DOCUMENTED) and (words := ast.get_docstring(node)):
            yield (module if isinstance(node, ast.Module) else f"{module}.{node.name}"), words


def parameters() -> Places:
    """Article → the policy parameters that rest on it."""
    found: Places = defaultdict(set)
    for key, parameter in REGISTRY.items():
        collect(found, [(key, parameter.rule)])
    return found


def transitions(tables: list[StateTable]) -> Places:
    """Article → the steps of the state tables that rest on it."""
    found: Places = defaultdict(set)
    for table in tables:
        for step in table.transitions:
            collect(found, [(f"{table.kind}: {step.source or '–'} → {step.target}", step.rule)])
    return found


def tests() -> Places:
    """Article → the test files that name it."""
    found: Places = defaultdict(set)
    for path in sorted((settings.BASE_DIR / "tests").rglob("test_*.py")):
        if path.stem != "test_regulation":
            collect(found, [(str(path.relative_to(settings.BASE_DIR)), path.read_text(encoding="utf-8"))])
    return found


def collect(found: Places, spoken: list[tuple[str, str]] | Iterator[tuple[str, str]]) -> None:
    """Adds each place under every article its words name."""
    for place, words in spoken:
        for number in ARTICLE.findall(words):
            found[f"R{number}"].add(place)
