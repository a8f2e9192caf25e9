"""What the product consists of when it runs: four processes and the words that start each."""

from pathlib import Path

from deploy.setup import PYTHON
from deploy.supervise import Child

WORKERS, THREADS = "2", "4"


def children(environment: dict[str, str], state: Path) -> list[Child]:
    """Web, worker, beat and sealer; each with a database role and a file for its words."""
    logs = state / "log"
    logs.mkdir(exist_ok=True)
    for old in logs.glob("*.log"):
        old.replace(old.with_suffix(".old"))
    host, port = environment.get("HOST", "127.0.0.1"), environment["PORT"]
    return [
        Child(name, words, environment | {"DATABASE_ROLE": "sealer" if name == "sealer" else "app"}, logs / f"{name}.log")
        for name, words in _commands(host, port).items()
    ]


def _commands(host: str, port: str) -> dict[str, list[str]]:
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
    }
