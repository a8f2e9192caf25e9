"""What a measurement says: one number, its goal, how often it was tried, and everything around it."""

import json
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Figure:
    """One result; `ok` is None while there is no goal to miss, and then counts as met."""

    figure: str
    value: float
    unit: str
    goal: str
    ok: bool
    n: int
    detail: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    commit: str = ""

    def line(self) -> str:
        """The one JSON line other programs read."""
        order = ("figure", "value", "unit", "goal", "ok", "n", "seconds", "commit", "detail")
        values = asdict(self)
        return json.dumps({name: values[name] for name in order}, ensure_ascii=False)


def commit() -> str:
    """The commit measured, with a plus when the tree differs from it; '' outside a repository."""
    done = subprocess.run(["git", "describe", "--always", "--dirty=+"], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of a list lies; the list need not be sorted."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
