"""Lets `manage.py` speak to the demonstration of this copy while it runs: its keys and its database, found where it keeps them."""

import json
from pathlib import Path
from urllib.parse import quote

from deploy import places
from deploy.keys import demo_environment
from deploy.postgres import DATABASE, ROLES


def demonstration(state: Path = places.VAR) -> dict[str, str]:
    """The environment of the demonstration in this copy; empty when there is none, so that settings say what is missing."""
    if not (state / "env").exists():
        return {}
    home = places.home_of_database(state)
    try:
        socket = (home / "socket").read_text().strip()
        passwords = json.loads((home / "passwords.json").read_text())
    except OSError:
        return {}
    names = ("DATABASE_OWNER_URL", "DATABASE_URL", "DATABASE_SEALER_URL")
    addresses = [f"postgresql://{role}:{passwords[role]}@{quote(socket, safe='')}/{DATABASE}" for role in ROLES]
    return demo_environment(state) | dict(zip(names, addresses, strict=True))
