"""Imports run one way: config → referral → reserved_pools → clinics → permissions → vault, and downwards inside referral."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, LINT_IMPORTS, "--no-cache"], cwd=root, capture_output=True, text=True)


def test_no_module_imports_from_above() -> None:
    answer = lint_imports(ROOT)

    assert answer.returncode == 0, answer.stdout


def test_an_import_from_above_would_be_seen(tmp_path: Path) -> None:
    for app in ("config", "referral", "reserved_pools", "clinics", "permissions", "vault"):
        (tmp_path / app).mkdir()
        (tmp_path / app / "__init__.py").touch()
    for room in ("urls", "api", "views", "tasks", "worklist", "returns", "slips", "review", "booking", "cases", "inbox", "patients"):
        (tmp_path / "referral" / room).mkdir()
        (tmp_path / "referral" / room / "__init__.py").touch()
    (tmp_path / "clinics" / "__init__.py").write_text("import referral.patients\n")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())

    answer = lint_imports(tmp_path)

    assert answer.returncode == 1
    assert "clinics is not allowed to import referral" in answer.stdout
