"""Runs one of the product's commands with the settings of `make serve`, beside the running product: make manage ARGS="first_admin …"."""

import os
import subprocess
import sys
from pathlib import Path

from deploy import places
from deploy.beside import addresses
from deploy.processes import Trouble
from deploy.run import embedded_server, serve_environment
from deploy.setup import PYTHON


def main() -> None:
    """The command speaks for itself; its result is ours. An embedded database answers while `make serve` is running."""
    words = sys.argv[1:]
    if not words:
        sys.exit('Name a command: make manage ARGS="first_admin --help"')
    state = Path(os.environ.get("STATE_DIR", places.VAR / "serve")).resolve()
    try:
        environment = dict(os.environ) | serve_environment(state)
        if environment.get("DATABASE_URL"):
            embedded_server(state, environment)
        else:
            environment |= addresses(places.home_of_database(state)) or _nothing_runs()
    except Trouble as trouble:
        sys.exit(str(trouble))
    sys.exit(subprocess.run([PYTHON, "manage.py", *words], cwd=places.ROOT, env=environment, check=False).returncode)


def _nothing_runs() -> dict[str, str]:
    raise Trouble("There is no database of this copy yet; start it first: make serve")


if __name__ == "__main__":
    main()
