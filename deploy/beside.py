"""Lets `manage.py` speak to the product of this copy while it runs: its keys and its database, found where it keeps them."""

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
    found = addresses(places.home_of_database(state))
    return demo_environment(state) | found if found else {}


def addresses(home: Path) -> dict[str, str]:
    """The three addresses of the embedded database that somebody else started here; empty when nobody ever did."""
    try:
        socket = (home / "socket").read_text().strip()
        passwords = json.loads((home / "passwords.json").read_text())
    except OSError:
        return {}
    names = ("DATABASE_OWNER_URL", "DATABASE_URL", "DATABASE_SEALER_URL")
    found = [f"postgresql://{role}:{passwords[role]}@{quote(socket, safe='')}/{DATABASE}" for role in ROLES]
    return dict(zip(names, found, strict=True))
