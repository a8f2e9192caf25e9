"""Finds where the code speaks of an article: docstrings, SQL comments, parameters, state tables and tests."""

import ast
import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

from clinics.policy import REGISTRY
from clinics.policy.sets import SETS, TEMPLATES
from vault.states import StateTable

ARTICLE = re.compile(r"\bR([0-9]{3})\b")
APPS = ("vault", "permissions", "clinics", "reserved_pools", "referral", "config")
Places = dict[str, set[str]]
NAMED = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
DOCUMENTED = (ast.Module, *NAMED)


@cache
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
    """Each documented thing of a module, by its whole dotted name, with its docstring."""
    module = ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts).removesuffix(".__init__")
    yield from documented(module, ast.parse(path.read_text(encoding="utf-8")))


def documented(name: str, node: ast.AST) -> Iterator[tuple[str, str]]:
    """The docstring of a node and of everything in it; what stands in a class or function is named after it."""
    if isinstance(node, DOCUMENTED) and (words := ast.get_docstring(node)):
        yield name, words
    for part in ast.iter_child_nodes(node):
        yield from documented(f"{name}.{part.name}" if isinstance(part, NAMED) else name, part)


def parameters() -> Places:
    """Article → the policy parameters that rest on it, by their own word or that of a document of the regulation."""
    found: Places = defaultdict(set)
    for key, parameter in REGISTRY.items():
        collect(found, [(key, parameter.rule)])
    for document in (*SETS.values(), TEMPLATES):
        collect(found, [(one.parameter, one.rule) for one in document.said])
    return found


def transitions(tables: list[StateTable]) -> Places:
    """Article → the steps of the state tables that rest on it."""
    found: Places = defaultdict(set)
    for table in tables:
        for step in table.transitions:
            collect(found, [(f"{table.kind}: {step.source or '–'} → {step.target}", step.rule)])
    return found


@cache
def tests() -> Places:
    """Article → the tests that docs/rules/tests.tsv names for it, and the test files that name it themselves."""
    found: Places = defaultdict(set)
    with (settings.BASE_DIR / "docs" / "rules" / "tests.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            found[row["id"]] |= {f"tests/{one}" for one in row["tests"].split()}
    for path in sorted((settings.BASE_DIR / "tests").rglob("test_*.py")):
        if path.stem != "test_regulation":
            collect(found, [(str(path.relative_to(settings.BASE_DIR)), path.read_text(encoding="utf-8"))])
    return found


def collect(found: Places, spoken: list[tuple[str, str]] | Iterator[tuple[str, str]]) -> None:
    """Adds each place under every article its words name."""
    for place, words in spoken:
        for number in ARTICLE.findall(words):
            found[f"R{number}"].add(place)
