"""Makes a fresh clone able to run: virtual environment, locked packages, system packages, translations, slip fonts."""

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from deploy import places, system
from deploy.keys import demo_environment
from deploy.processes import Trouble

VENV = places.ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME, TESTS = "requirements.txt", "requirements-dev.txt"
PREPARATIONS = (["messages", "--lenient"], ["slip_fonts"])


def set_up(*, with_tests: bool) -> None:
    """Everything that is missing, and nothing twice: a second call takes about a second."""
    with places.lock(_lock_file(), "Another set-up of this copy is running."):
        make_environment()
        install_packages(TESTS if with_tests else RUNTIME)
        system.install(with_tests=with_tests)
        prepare()


def make_environment() -> None:
    """A virtual environment of this very Python; a broken one, or one of another version, is made again."""
    if _works(PYTHON):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise Trouble("Python cannot make virtual environments here; install the package python3-venv and run the command again.")
    print("Making the virtual environment", flush=True)
    done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Trouble(
            "Python could not make a virtual environment; install the package python3-venv and run the command again. "
            f"It said: {(done.stdout + done.stderr).strip()[-300:]}"
        )


def install_packages(requirements: str) -> None:
    """Exactly the locked versions, each checked by its hash; skipped while the lock has not changed."""
    if any(_is_installed(each) for each in {requirements, TESTS}):
        return
    print(f"Installing the packages of {requirements} (a minute or two the first time)", flush=True)
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes"]
    done = subprocess.run([*command, "-r", requirements], cwd=places.ROOT, capture_output=True, text=True)
    if done.returncode:
        raise Trouble(f"pip could not install {requirements}: {(done.stderr or done.stdout).strip()[-600:]}")
    _stamp(requirements).write_text(_mark(requirements))


def prepare() -> None:
    """What is made from the sources: compiled translations and the small slip fonts."""
    environment = os.environ | demo_environment(places.VAR) | {"DATABASE_URL": "postgresql://none@localhost/none"}
    for words in PREPARATIONS:
        done = subprocess.run([PYTHON, "manage.py", *words], cwd=places.ROOT, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise Trouble(f"«manage.py {' '.join(words)}» failed: {(done.stderr or done.stdout).strip()[-600:]}")


def _works(python: Path) -> bool:
    """Whether the environment runs, and is of our version."""
    if not python.exists():
        return False
    words = [str(python), "-c", "import sys, pip; print(*sys.version_info[:2], sys.prefix)"]
    done = subprocess.run(words, capture_output=True, text=True)
    return done.returncode == 0 and done.stdout.strip() == f"{sys.version_info[0]} {sys.version_info[1]} {VENV}"


def _is_installed(requirements: str) -> bool:
    return _stamp(requirements).exists() and _stamp(requirements).read_text() == _mark(requirements)


def _mark(requirements: str) -> str:
    locks = {RUNTIME, requirements}
    return hashlib.sha256(b"".join((places.ROOT / each).read_bytes() for each in sorted(locks))).hexdigest()


def _stamp(requirements: str) -> Path:
    return VENV / f".installed-{requirements}"


def _lock_file() -> Path:
    places.VAR.mkdir(exist_ok=True)
    return places.VAR / "setup.lock"


def main() -> None:
    """Called by make before every other target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", action="store_true", help="also what tests and tools need")
    try:
        set_up(with_tests=parser.parse_args().tests)
    except Trouble as trouble:
        sys.exit(str(trouble))


if __name__ == "__main__":
    main()
