"""Runs one figure, or all of them into docs/figures.md; the last line is the figure as JSON."""

import importlib
import json
import os
import pkgutil
import subprocess
import sys
import time
from types import ModuleType
from typing import Any

from bench import figures
from bench.figure import ROOT, Figure, commit
from bench.stage import prepared

PAGE = ROOT / "docs" / "figures.md"
HEAD = """# Figures

Measured by `make figures` on {machine}, in {minutes} minutes. Each row is `make figure NAME=…`; ratios come from interleaved
runs on one machine and say more than the numbers themselves.

| figure | value | goal | met | attempts | seconds |
|---|---|---|---|---|---|
"""


def main(arguments: list[str]) -> int:
    """One figure by name, or every figure in a process of its own on a copy of one database; 1 when a goal was missed."""
    profile = os.environ.get("PROFILE", "short")
    if arguments:
        return shown(measured(arguments[0], profile))
    with prepared():
        found = [run_apart(name, profile) for name in names()]
    return written(found)


def names() -> list[str]:
    """Every figure there is."""
    return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(figures.__path__))


def measured(name: str, profile: str) -> Figure:
    """The figure, timed; an unknown name lists the known ones."""
    if name.replace("_", "-") not in names():
        sys.exit(f"There is no figure {name}. Known: {', '.join(names())}")
    module: ModuleType = importlib.import_module(f"bench.figures.{name.replace('-', '_')}")
    began = time.monotonic()
    figure: Figure = module.measure(profile)
    figure.seconds, figure.commit = round(time.monotonic() - began, 1), commit()
    return figure


def shown(figure: Figure) -> int:
    """Its line, last."""
    print(figure.line(), flush=True)
    return 0 if figure.ok else 1


def run_apart(name: str, profile: str) -> dict[str, Any]:
    """One figure in its own process, so that none warms or hinders another."""
    print(f"{name} …", flush=True)
    command = [sys.executable, "-m", "bench", name]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"PROFILE": profile}, capture_output=True, text=True)
    lines = done.stdout.strip().splitlines()
    try:
        found: dict[str, Any] = json.loads(lines[-1])
    except (IndexError, json.JSONDecodeError):
        print(done.stderr[-3000:], file=sys.stderr)
        found = {"figure": name, "value": None, "unit": "", "goal": "", "ok": False, "n": 0, "seconds": 0, "detail": {}}
    print(f"{name}: {found['value']} {found['unit']} ({'ok' if found['ok'] else 'MISSED'})", flush=True)
    return found


def written(found: list[dict[str, Any]]) -> int:
    """All figures as a page."""
    rows = [row(one) for one in found]
    details = [f"\n## {one['figure']}\n\n```json\n{json.dumps(one['detail'], ensure_ascii=False, indent=1)}\n```" for one in found]
    minutes = sum(one["seconds"] for one in found) / 60
    head = HEAD.format(machine=f"{os.cpu_count()} cores, commit {commit() or 'none'}", minutes=f"{minutes:.0f}")
    PAGE.write_text(head + "\n".join(rows) + "\n" + "\n".join(details) + "\n", encoding="utf-8")
    return 0 if all(one["ok"] for one in found) else 1


def row(one: dict[str, Any]) -> str:
    """One figure as a line of the table."""
    cells = (one["figure"], f"{one['value']} {one['unit']}", one["goal"], "yes" if one["ok"] else "NO", one["n"], one["seconds"])
    return f"| {' | '.join(str(cell) for cell in cells)} |"
