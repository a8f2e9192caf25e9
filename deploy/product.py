"""What the product consists of when it runs: its processes, the gateway where one is wanted, and the words that start each."""

import os
from pathlib import Path

from deploy import tls
from deploy.setup import PYTHON
from deploy.supervise import Child

WORKERS, THREADS = "2", "4"


def children(environment: dict[str, str], state: Path) -> list[Child]:
    """Web, worker, beat and sealer, each with a database role; the gateway, which is told no secret; a file for each one's words."""
    logs = state / "log"
    logs.mkdir(exist_ok=True)
    for old in logs.glob("*.log"):
        old.replace(old.with_suffix(".old"))
    started = {name: (words, environment | {"DATABASE_ROLE": role_of(name)}) for name, words in commands(environment).items()}
    if tls.is_wanted(environment):
        home = tls.home(state)
        started["gateway"] = (tls.command(home / "nginx.conf", home), {"PATH": os.environ.get("PATH", "")})
    return [Child(name, words, told, logs / f"{name}.log") for name, (words, told) in started.items()]


def role_of(name: str) -> str:
    """The database role of a process."""
    return "sealer" if name == "sealer" else "app"


def commands(environment: dict[str, str]) -> dict[str, list[str]]:
    """What starts each process of the product, whoever looks after them: our supervisor, systemd or containers."""
    host, port = environment.get("HOST", "127.0.0.1"), environment.get("PORT", "8000")
    python = str(PYTHON)
    celery = [python, "-m", "celery", "-A", "config.celery"]
    web = [python, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", port, "--workers", WORKERS]
    web += ["--blocking-threads", THREADS, "--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", "5"]
    worker = [*celery, "worker", "--pool", "threads", "--concurrency", THREADS, "--loglevel", "INFO"]
    return {
        "web": [*web, "config.wsgi:application"],
        "worker": [*worker, "--without-gossip", "--without-mingle"],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""],
        "sealer": [python, "manage.py", "seal"],
        "journal": [python, "manage.py", "journal"],
    }
