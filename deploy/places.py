"""Where things of this copy live: its folders, who runs the database server, and locks between two starts."""

import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from deploy.processes import Trouble

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
OWN_COPY = "pg18"


@dataclass(frozen=True)
class Runner:
    """The system account the database server runs under; None means the account we already are."""

    uid: int | None = None
    gid: int | None = None

    def give(self, path: Path) -> None:
        """Hand one path of ours to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def runner() -> Runner:
    """PostgreSQL refuses to run as root, so root lends it the unprivileged account every system has."""
    if os.geteuid() != 0:
        return Runner()
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise Trouble("The database may not run as root and there is no account «nobody»; start as an ordinary user.") from None
    return Runner(nobody.pw_uid, nobody.pw_gid)


def home_of_database(state: Path) -> Path:
    """The folder for this copy's database: under `state`, or beside /var/tmp when another account could not get there."""
    state.mkdir(parents=True, exist_ok=True)
    wanted = state / "postgres"
    if runner().uid is None or reachable_by_others(state):
        return private_folder(wanted)
    return _tied_to(state, private_folder(Path("/var/tmp") / f"referral-{name_of(state)}"))


def name_of(path: Path) -> str:
    """A short name for a path, the same in every process."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def private_folder(path: Path) -> Path:
    """Make (or find) a folder of ours; others may at most pass through it, and only when the server needs that."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = 0o700 if runner().uid is None else 0o711
    try:
        path.mkdir()
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise Trouble(f"{path} belongs to someone else; remove it or start from another folder.") from None
    path.chmod(mode)
    return path


def reachable_by_others(path: Path) -> bool:
    """Whether any account may walk to this path (the path itself may not exist yet)."""
    resolved = path.resolve()
    parents = [each for each in (resolved, *resolved.parents) if each.exists()]
    return all(each.stat().st_mode & stat.S_IXOTH for each in parents)


def open_to_all(folder: Path) -> None:
    """Let any account read and run what lies in a folder of ours, whatever the umask was."""
    for each in (folder, *folder.rglob("*")):
        if not each.is_symlink():
            mode = each.stat().st_mode
            each.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def short_folder(owner: Runner) -> Path:
    """A new private folder with a short path: a socket address has room for 107 bytes only."""
    for parent in ("/tmp", os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir()):
        if parent and len(parent) < 60 and os.access(parent, os.W_OK | os.X_OK):
            folder = Path(tempfile.mkdtemp(prefix="ref-", dir=parent))
            owner.give(folder)
            return folder
    raise Trouble("No writable temporary folder with a short path was found; /tmp must be writable.")


def lock(path: Path, sentence: str) -> IO[str]:
    """Hold a lock for as long as the answer stays open; whoever comes second reads the sentence."""
    handle = path.open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        holder = handle.read().strip()
        handle.close()
        raise Trouble(sentence + (f" (process {holder})" if holder else "")) from None
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


def _tied_to(state: Path, home: Path) -> Path:
    """A database kept outside the copy ends with the copy: without its mark in `state` its keys are gone too."""
    mark, twin = state / "postgres.id", home / "id"
    if not mark.exists() or not twin.exists() or mark.read_text() != twin.read_text():
        for each in home.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        mark.write_text(os.urandom(16).hex())
        shutil.copyfile(mark, twin)
    return home
