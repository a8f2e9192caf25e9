"""What developers call through make: check, messages, lock."""

import argparse
import base64
import os
import subprocess
import sys
import time
from pathlib import Path

from deploy import places
from deploy.setup import PYTHON, RUNTIME, TESTS

KEY = base64.b64encode(b"tools only, these are 32 bytes!!").decode()
ENVIRONMENT = {
    "DEBUG": "1",
    "SECRET_KEY": "development only",
    "VAULT_KEYS": f"k1:{KEY}",
    "VAULT_HASH_KEYS": f"h1:{KEY}",
    "AUDIT_KEY": KEY,
    "DATABASE_URL": "postgresql://none@127.0.0.1:9/none",
    "DATABASE_OWNER_URL": "postgresql://none@127.0.0.1:9/none",
    "DJANGO_SETTINGS_MODULE": "config.settings",
}
PY = str(PYTHON)
CHECKS = {
    "lint": [PY, "-m", "ruff", "check", "."],
    "format": [PY, "-m", "ruff", "format", "--check", "."],
    "types": [PY, "-m", "mypy"],
    "imports": [PY, str(PYTHON.parent / "lint-imports")],
    "doors": [PY, "-m", "deploy.lint_doors"],
    "templates": [PY, "manage.py", "lint_templates"],
    "system check": [PY, "manage.py", "check", "--fail-level", "WARNING"],
    "migrations": [PY, "-W", "ignore::RuntimeWarning", "manage.py", "makemigrations", "--check", "--dry-run"],
    "translations": [PY, "manage.py", "messages", "--check"],
}


def check() -> int:
    """Every tool in turn, all of them even after a failure; what failed is shown in full."""
    failed = []
    for name, command in CHECKS.items():
        began = time.monotonic()
        done = subprocess.run(command, cwd=places.ROOT, env=os.environ | ENVIRONMENT, capture_output=True, text=True)
        print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name} ({time.monotonic() - began:.1f} s)", flush=True)
        if done.returncode:
            failed.append(name)
            print((done.stdout + done.stderr).rstrip(), flush=True)
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def messages() -> int:
    """Merge the pieces of the Chinese catalogue and compile it."""
    return subprocess.run([PY, "manage.py", "messages"], cwd=places.ROOT, env=os.environ | ENVIRONMENT).returncode


def lock() -> int:
    """Resolve both lists anew from PyPI alone; an old result would be taken as a wish, so it goes first."""
    for wanted in (RUNTIME, TESTS):
        source, target = wanted.replace(".txt", ".in"), places.ROOT / wanted
        fresh = Path(f"{target}.new")
        command = [PY, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"]
        command += ["--no-header", "--no-config", source, "-o", fresh.name]
        command += ["-c", RUNTIME] if wanted == TESTS else []
        done = subprocess.run(command, cwd=places.ROOT)
        if done.returncode:
            return done.returncode
        fresh.replace(target)
    return 0


def main() -> None:
    """Called by make."""
    verbs = {"check": check, "messages": messages, "lock": lock}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=verbs)
    sys.exit(verbs[parser.parse_args().verb]())


if __name__ == "__main__":
    main()
