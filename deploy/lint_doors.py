"""Doors (api and views) ask queries and use cases; this refuses `Model.objects` and transactions in them."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy import places

APPS = ("config", "permissions", "clinics", "reserved_pools", "referral")
FORBIDDEN_NAMES = {"atomic", "on_commit"}


def door_files(root: Path) -> list[Path]:
    """Every file of an app's api or views folder, and its urls."""
    return sorted(path for app in APPS for path in (root / app).rglob("*.py") if {"api", "views"} & set(path.relative_to(root).parts))


def faults_in(source: str) -> Iterator[tuple[int, str]]:
    """Line and sentence of each place where a door reaches past its queries and use cases."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr == "objects":
            yield node.lineno, "a door asks queries.py, never Model.objects"
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_NAMES:
            yield node.lineno, f"a door opens no transaction ({node.attr})"


def main() -> None:
    """Called by make check."""
    faults = [
        f"{path.relative_to(places.ROOT)}:{line}: {sentence}"
        for path in door_files(places.ROOT)
        for line, sentence in faults_in(path.read_text(encoding="utf-8"))
    ]
    print("\n".join(faults) or "doors are clean")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
