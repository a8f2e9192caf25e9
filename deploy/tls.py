"""The gateway `make serve` starts when a certificate is named: what it needs, where its files lie, and the words that start it."""

import os
from pathlib import Path

from deploy import places, system
from deploy.processes import Trouble

# Our own gateway is the only one that is believed about a caller's address.
BELIEVED = {"TRUSTED_PROXY_HEADER": "X-Real-IP", "TRUSTED_PROXIES": "127.0.0.0/8,::1/128"}
NOBODY_BELIEVED = (
    "TRUSTED_PROXY_HEADER is not set: all callers count as the one address of your proxy, and codes for logging in run out "
    "for everybody at once. Name the header in which your proxy puts the caller's address."
)


def is_wanted(environment: dict[str, str]) -> bool:
    """Whether this start brings its own gateway; a demonstration never does."""
    return bool(environment.get("TLS_CERTIFICATE")) and environment.get("DEMO") != "1"


def believed(environment: dict[str, str]) -> dict[str, str]:
    """The environment with what a gateway of ours implies; what was said otherwise stays."""
    return BELIEVED | environment if is_wanted(environment) else environment


def refuse_what_is_missing(environment: dict[str, str]) -> None:
    """One sentence before anything is started: the program, or a file nobody can read."""
    if system.nginx() is None:
        raise Trouble(
            "TLS_CERTIFICATE asks for the gateway, and nginx is not installed here. An administrator can run: apt-get install nginx"
        )
    for name in ("TLS_CERTIFICATE", "TLS_KEY"):
        if not os.access(environment.get(name, ""), os.R_OK):
            raise Trouble(f"{name}={environment.get(name, '')} cannot be read; it must name a file.")


def home(state: Path) -> Path:
    """The folder of its configuration, pages and cache: nothing secret, and as root in reach of the account it runs under."""
    if places.runner().uid is None or places.reachable_by_others(state):
        return places.private_folder(state / "gateway")
    return places.private_folder(Path("/var/tmp") / f"referral-gateway-{places.name_of(state)}")


def command(configuration: Path, prefix: Path) -> list[str]:
    """Nginx in the foreground: what it writes goes below the prefix."""
    return [system.nginx() or "nginx", "-e", "stderr", "-p", f"{prefix}/", "-c", str(configuration)]
