"""Runs the whole product on this machine: `demo` with invented people, `serve` with real settings and gateways."""

import argparse
import errno
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

from deploy import places, postgres, tls
from deploy.keys import demo_environment, read_environment
from deploy.prepare import manage, prepare
from deploy.processes import LIBC, PR_SET_PDEATHSIG, Trouble
from deploy.product import children
from deploy.readiness import Site, announce, await_readiness
from deploy.supervise import Supervisor

KEPT_BY_RESET = {"setup.lock", "run.lock", "serve", "serve.env"}


def run(kind: str, began: float, visit: Callable[[str, dict[str, str]], None] | None = None) -> None:
    """From nothing to a served address, then until Ctrl-C (or until the visit is over); leaves no process behind."""
    state = places.VAR if kind == "demo" else Path(os.environ.get("STATE_DIR", places.VAR / "serve")).resolve()
    environment = os.environ | (demo_environment(state) if kind == "demo" else serve_environment(state))
    port = number_of_port(environment.setdefault("PORT", "8000"))
    address = f"http://127.0.0.1:{port}"
    site = Site(address, environment.get("PUBLIC_URL", address))
    state.mkdir(parents=True, exist_ok=True)
    with places.lock(state / "run.lock", "This copy is already running; stop that one first."):
        refuse_taken_port(environment.get("HOST", "127.0.0.1"), port)
        if kind == "serve":
            look_at_the_gateway(environment)
        supervisor = Supervisor(places.ROOT, [], state / "heartbeat", embedded_server(state, environment))
        supervisor.listen_for_the_end()
        try:
            prepare(kind, environment, supervisor.server, supervisor.stopping)
            if supervisor.stopping.is_set():
                return
            if tls.is_wanted(environment):
                manage(["gateway", "--into", str(tls.home(state))], environment, supervisor.stopping)
            supervisor.children = children(environment, state)
            supervisor.start()
            if await_readiness(supervisor, site):
                announce(kind, site, state, time.time() - began)
                visit(address, environment) if visit else supervisor.watch()
        finally:
            print("Stopping", flush=True)
            supervisor.stop()


def photograph(began: float) -> None:
    """The pictures of the README, of a demonstration that runs only for them."""

    def visit(address: str, environment: dict[str, str]) -> None:
        manage(["screenshots", "--url", address], environment, Event())

    run("demo", began, visit)


def serve_environment(state: Path) -> dict[str, str]:
    """Production settings: from the environment, and from var/serve.env for what the environment does not say."""
    wanted = {"DEBUG": "0", "DEMO": "0", "STATE_DIR": str(state), "DJANGO_SETTINGS_MODULE": "config.settings"}
    written = places.VAR / "serve.env"
    environment = wanted | (read_environment(written) if written.exists() else {}) | dict(os.environ) | {"DEBUG": "0", "DEMO": "0"}
    if not environment.get("PUBLIC_URL", "").startswith("https://"):
        raise Trouble("PUBLIC_URL must be the https:// address people type. Put it into the environment or var/serve.env.")
    return tls.believed(environment)


def look_at_the_gateway(environment: dict[str, str]) -> None:
    """Either everything ours needs is there, or somebody else's proxy says in a header who calls."""
    if tls.is_wanted(environment):
        tls.refuse_what_is_missing(environment)
        for name, usual in (("HTTP_PORT", "80"), ("HTTPS_PORT", "443")):
            refuse_taken_port("", number_of_port(environment.get(name, usual)), name)
    elif not environment.get("TRUSTED_PROXY_HEADER"):
        print(tls.NOBODY_BELIEVED, flush=True)


def embedded_server(state: Path, environment: dict[str, str]) -> postgres.Server | None:
    """The embedded database, when no other is named; its three addresses join the environment."""
    if environment.get("DATABASE_URL"):
        _share_one_role(environment)
        return None
    server = postgres.Server(places.home_of_database(state))
    environment.update(server.environment())
    return server


def number_of_port(written: str) -> int:
    """The port as a number a program may listen on."""
    if not (written.isascii() and written.isdigit() and 0 < int(written) < 65536):
        raise Trouble(f"PORT={written} is not a port; name a number from 1 to 65535.")
    return int(written)


def refuse_taken_port(host: str, port: int, name: str = "PORT") -> None:
    """One sentence instead of a web process that fails again and again."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                raise Trouble(f"Port {port} is taken by another program; choose another one with {name}={port + 1}") from None
            raise Trouble(f"Port {port} cannot be used here: {problem.strerror}.") from None


def reset() -> None:
    """Forget the demonstration: its database, keys, messages and papers."""
    with places.lock(places.VAR / "run.lock", "This copy is running; stop it first."):
        home = places.home_of_database(places.VAR)
        shutil.rmtree(home)
        for each in places.VAR.iterdir():
            if each.name not in KEPT_BY_RESET:
                shutil.rmtree(each) if each.is_dir() else each.unlink()
    print("The demonstration is forgotten; make demo starts with a new one.")


def _share_one_role(environment: dict[str, str]) -> None:
    lacking = [name for name in ("DATABASE_OWNER_URL", "DATABASE_SEALER_URL") if not environment.get(name)]
    if lacking:
        print(f"{' and '.join(lacking)} not set: one database role does everything, so the trail of acts is not protected from it.")
    for name in lacking:
        environment[name] = environment["DATABASE_URL"]


def _end_with_parent() -> None:
    """When make itself is killed, everything ends in order."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


def main() -> None:
    """Called by make."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["demo", "serve", "reset", "screenshots"])
    parser.add_argument("--began", type=float, default=time.time(), help="when make began, in seconds")
    wanted = parser.parse_args()
    _end_with_parent()
    try:
        if wanted.kind == "reset":
            reset()
        elif wanted.kind == "screenshots":
            photograph(wanted.began)
        else:
            run(wanted.kind, wanted.began)
    except Trouble as trouble:
        sys.exit(str(trouble))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
