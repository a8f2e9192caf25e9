"""Runs the tests and says at the end how long they took and what could not run on this machine."""

import argparse
import os
import shutil
import subprocess
import sys
import time

from deploy import places, postgres, system
from deploy.setup import PYTHON

IN_PARALLEL = ["-n", "2", "--dist", "worksteal"]


def test(words: list[str], *, nightly: bool, began: float) -> int:
    """Pytest's own answer; its arguments may narrow the run. By night each test tries everything it otherwise takes in turns.

    Those that wait for the horizon run first and one after the other: a transaction that another test keeps open anywhere on the
    server holds every seal and every feed back.
    """
    environment = _environment() | ({"THOROUGH": "1"} if nightly else {})
    if words:
        answer = _pytest(words, environment)
    else:
        answer = _horizon_first(environment)
    for line in system.last_lines(with_tests=True):
        print(line)
    seconds = time.time() - began
    verdict = "passed" if answer == 0 else "FAILED"
    print(f"make test: {verdict} in {seconds // 60:.0f} min {seconds % 60:.0f} s, set-up included", flush=True)
    return answer


def _horizon_first(environment: dict[str, str]) -> int:
    """Both parts, one after the other, on databases that the first of them makes."""
    suffix = f"run{os.getpid()}"
    shared = environment | {"TEST_DB_SUFFIX": suffix}
    try:
        first = _pytest(["-n", "1", "-m", "horizon", "--reuse-db"], shared)
        return max(first, _pytest(["-m", "not horizon", "--reuse-db"], shared))
    finally:
        shutil.rmtree(postgres.throwaway(places.ROOT, suffix).home, ignore_errors=True)


def _pytest(words: list[str], environment: dict[str, str]) -> int:
    return subprocess.run([str(PYTHON), "-m", "pytest", *IN_PARALLEL, *words], cwd=places.ROOT, env=environment).returncode


def _environment() -> dict[str, str]:
    """Nothing of a developer's own product may leak into tests."""
    ours = {"DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SEALER_URL", "STATE_DIR", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in os.environ.items() if name not in ours}


def main() -> None:
    """Called by make; unknown words go to pytest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--began", type=float, default=time.time())
    parser.add_argument("--nightly", action="store_true")
    wanted, words = parser.parse_known_args()
    sys.exit(test(words, nightly=wanted.nightly, began=wanted.began))


if __name__ == "__main__":
    main()
