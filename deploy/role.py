"""Becomes one process of the product, for systemd or a container: python -m deploy.role web|worker|beat|sealer|gateway|prepare."""

import argparse
import os
import sys
from pathlib import Path
from threading import Event

from deploy import places, tls
from deploy.prepare import STEPS, manage
from deploy.processes import Trouble
from deploy.product import commands, role_of
from deploy.run import embedded_server, serve_environment

FONTS = ["slip_fonts"]


def become(name: str, gateway: Path, prefix: Path) -> None:
    """Take this process's place, with the settings of `make serve`; the gateway is told no secret. Does not return."""
    os.chdir(places.ROOT)
    if name == "gateway":
        words, told = tls.command(gateway / "nginx.conf", prefix), {"PATH": os.environ.get("PATH", "")}
    else:
        environment = settings()
        words, told = commands(environment)[name], environment | {"DATABASE_ROLE": role_of(name)}
    os.execvpe(words[0], words, told)


def prepare(gateway: Path, log: str) -> None:
    """Once before each version is served: schema, files, fonts, the deployment check, the gateway's configuration where one is wanted."""
    environment = settings()
    steps = [*STEPS["serve"], FONTS]
    if tls.is_wanted(environment):
        steps.append(["gateway", "--into", str(gateway), "--log", log])
    for words in steps:
        manage(words, environment, Event())


def settings() -> dict[str, str]:
    """The settings of `make serve`, and a database that somebody else keeps running."""
    state = Path(os.environ.get("STATE_DIR", places.VAR / "serve")).resolve()
    environment = dict(os.environ) | serve_environment(state)
    if not environment.get("DATABASE_URL"):
        raise Trouble("DATABASE_URL is not set. Processes that are started one by one need a database that runs by itself.")
    embedded_server(state, environment)
    return environment


def main() -> None:
    """Called by the units in deploy/systemd and by the image."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=[*commands({}), "gateway", "prepare"])
    parser.add_argument("--gateway", type=Path, default=Path("/var/cache/referral-gateway"), help="the gateway's configuration and pages")
    parser.add_argument("--prefix", type=Path, default=Path("/run/referral-gateway"), help="where the gateway writes while it runs")
    parser.add_argument("--log", default="/dev/stdout", help="where the gateway says who came, as nginx names it")
    wanted = parser.parse_args()
    try:
        if wanted.role == "prepare":
            prepare(wanted.gateway, wanted.log)
        else:
            become(wanted.role, wanted.gateway, wanted.prefix)
    except Trouble as trouble:
        sys.exit(str(trouble))


if __name__ == "__main__":
    main()
