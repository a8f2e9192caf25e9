"""Brings the database to the state the product needs before it is served."""

import os
import tempfile
from threading import Event

from deploy import places
from deploy.postgres import Server
from deploy.processes import Trouble, start, stop
from deploy.setup import PYTHON

MIGRATE = ["migrate", "--verbosity", "0"]
UNUSED = [word for name in ("redoc", "rest_framework", "guardian", "django_otp") for word in ("--ignore", name)]
COLLECT = ["collectstatic", "--noinput", "--verbosity", "0", *UNUSED]
STEPS = {
    "demo": [MIGRATE, ["demo"]],
    "serve": [MIGRATE, COLLECT, ["check", "--deploy", "--database", "default", "--fail-level", "WARNING"]],
}


def prepare(kind: str, environment: dict[str, str], server: Server | None, stopping: Event) -> None:
    """Server, schema and, for the demonstration, its people and sessions; ends early when asked to stop."""
    if server is not None:
        print("Starting the database", flush=True)
        server.start()
    for words in STEPS[kind]:
        if not stopping.is_set():
            manage(words, environment, stopping)


def manage(words: list[str], environment: dict[str, str], stopping: Event) -> None:
    """One of the product's commands, to its end; when it fails, what it said last is the sentence."""
    print(f"Running manage.py {words[0]}", flush=True)
    with tempfile.TemporaryFile() as said:
        child = start([PYTHON, "manage.py", *words], cwd=places.ROOT, env=os.environ | environment, output=said)
        while child.poll() is None:
            if stopping.wait(0.05):
                stop(child)
                return
        said.seek(0)
        text = said.read().decode(errors="replace").strip()
    if child.returncode:
        raise Trouble(_sentence(words[0], text))


def _sentence(name: str, said: str) -> str:
    """A setting that is missing names itself in the last line; anything else is shown as it was said."""
    last = said.splitlines()[-1] if said else "it said nothing"
    if "ImproperlyConfigured: " in last:
        return last.partition("ImproperlyConfigured: ")[2]
    return f"«manage.py {name}» failed:\n{said[-3000:]}"
