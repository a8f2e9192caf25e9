"""Puts a copy in place: beside the database, behind the fence, and only then under its name.

Until the last step the old database keeps its name and nobody can speak to the new one, so an attempt that is cut off leaves
nothing half done and is simply begun anew.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, connection

from vault.audit import anchor
from vault.audit.seal import head
from vault.audit.verify import verify
from vault.backup import manifest as manifests
from vault.backup import server
from vault.backup.counter import count_on
from vault.backup.making import count_rows
from vault.backup.manifest import DATABASE, Manifest
from vault.backup.programs import Trouble, started
from vault.backup.sealed import open_stream
from vault.crypto import Undecipherable
from vault.fence.models import Restoration
from vault.fence.passing import Copy, journal_of_this, pass_fence
from vault.journal import pages
from vault.journal.acts import JournalAltered
from vault.journal.follow import DatabaseBehind, follow

Say = Callable[[str], None]
PATIENCE = 15.0  # seconds


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asked for: which copy, why, the name of the database that may be replaced, and whether to do without a journal."""

    folder: Path
    reason: str
    replace: str = ""
    without_journal: bool = False


def restore(wanted: Wanted, say: Say) -> Restoration:
    """Promise the copy in place with the fence passed, or the database as it was; raises `Trouble` with one sentence.

    An existing database gives its name away only when it is named, and stays under another name. Before that it is closed to
    everybody, and what it did last goes into the journal, so that of a database that can still be read nothing is lost unlisted.
    """
    server.check_program()
    copy, name = checked(wanted.folder), str(connection.settings_dict["NAME"])
    say(f"Backup {copy.name} of {copy.database} is whole: {sum(copy.rows.values())} rows in {len(copy.rows)} tables.")
    is_there = _check_replaced(name, wanted)
    if is_there:
        server.close(name)
    try:
        with journal_alone():
            if is_there:
                _follow_the_last(say)
            _check_journal(copy, wanted)
            restoration = _build(name, copy, wanted, say)
            aside = f"{name}_before_{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
            server.swap(f"{name}_restoring", name, aside)
            leave_the_past(restoration)
    finally:  # the new one is open anyhow; the old one is, when it kept its name
        if server.exists(name):
            server.open_again(name)
    if is_there:
        say(f"The database that was replaced is kept as {aside}; nobody can connect to it.")
    return restoration


def fence_here(name: str, reason: str) -> Restoration:
    """Promise the fence passed on the database as it stands: for a copy that somebody put in place by other means."""
    with journal_alone():
        last = head()
        restoration = pass_fence(Copy(name, None, 0, last.seq if last else 0), reason=reason)
        leave_the_past(restoration)
    return restoration


def checked(folder: Path) -> Manifest:
    """The manifest of a whole, unaltered backup that our keys open. Raises `Trouble`; changes nothing."""
    copy = manifests.read(folder)
    manifests.check_files(folder, copy)
    try:
        with (folder / DATABASE).open("rb") as source:
            for _piece in open_stream(source):
                pass
    except Undecipherable as problem:
        raise Trouble(f"{folder / DATABASE} cannot be opened: {problem}. Nothing was restored.") from None
    return copy


def leave_the_past(restoration: Restoration) -> None:
    """Put aside the journal and the anchors of what is no more; doing it twice is once."""
    stamp = restoration.created_at.strftime("%Y%m%dT%H%M%SZ")
    if journal_of_this(restoration):
        pages.put_aside(stamp)
    last = head()
    known = [one for one in anchor.anchors() if one.seq <= (last.seq if last else 0)]
    lost = [one for one in anchor.anchors() if one not in known]
    if lost:
        anchor.rewrite(known, lost, stamp)


def _check_replaced(name: str, wanted: Wanted) -> bool:
    """Whether there is a database to take the name from; one that holds tables gives it only when it is named."""
    if not server.exists(name) or (not server.others(name) and server.is_empty(name)):
        return server.exists(name)
    if wanted.replace != name:
        here = server.others(name)
        used = f"{here} connections use it" if here else "it holds tables"
        raise Trouble(f"The database {name} is not replaced unasked: {used}. To replace it, say --replace {name}")
    return True


def _follow_the_last(say: Say) -> None:
    """The old database's last acts, while it can still be read; a journal that nobody kept does not begin now."""
    if pages.last_round() is None:
        return
    try:
        _wait_for_quiet()
        follow()
    except DatabaseBehind:
        say("The database that is being replaced is itself older than the journal; the journal stays as it is.")
    except (DatabaseError, InterfaceError) as problem:
        say(f"The old database cannot be read ({str(problem).splitlines()[0]}); the journal ends where it ended.")
    finally:
        connection.close()


def _wait_for_quiet() -> None:
    """Until no transaction is left that began before now: everybody else was sent away."""
    deadline = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
        now = int(cursor.fetchone()[0])
        while time.monotonic() < deadline:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())")
            if int(cursor.fetchone()[0]) > now:
                return
            time.sleep(0.1)


def _check_journal(copy: Manifest, wanted: Wanted) -> None:
    begins = pages.first_horizon()
    if begins is not None and begins <= copy.horizon:
        return
    if not wanted.without_journal:
        what = "There is no journal" if begins is None else "The journal does not reach back to this backup"
        raise Trouble(f"{what} in {pages.folder()}: revoked rights and lost bookings would stay unknown. "
                      "Bring the journal there, or say --without-journal and look for them in other records.")  # fmt: skip


def _build(name: str, copy: Manifest, wanted: Wanted, say: Say) -> Restoration:
    fresh = f"{name}_restoring"
    server.make_empty(fresh, name)
    _load(wanted.folder / DATABASE, fresh)
    with server.speaking_to(fresh):
        _check_rows(copy)
        call_command("migrate", verbosity=0, interactive=False)
        say("Loaded, and every table has the rows it had.")
        used = count_on(copy.horizon)
        say(f"{used} transaction numbers were used up, so that this server counts on from where the other one stood." if used else
            "This server counts transactions from above the copy's.")  # fmt: skip
        _check_trail(copy)
        try:
            last = pages.last_round()
            restoration = pass_fence(Copy(copy.name, copy.taken_at, copy.horizon, copy.seal["seq"]), reason=wanted.reason)
        except JournalAltered as problem:
            raise Trouble(f"The journal was altered: {problem}. Nothing was restored.") from None
        except Undecipherable as problem:
            raise Trouble(f"The journal cannot be read: {problem}. Nothing was restored.") from None
        say(f"The journal was read until {last.at}." if last else "No journal was read.")
    return restoration


def _load(sealed: Path, database: str) -> None:
    """pg_restore, fed piece by piece; the first error ends it."""
    with tempfile.TemporaryFile() as said, sealed.open("rb") as source:
        child = started("pg_restore", ["--exit-on-error", "--dbname", database], database=database, stdin=-1, stderr=said)
        assert child.stdin is not None
        with suppress(BrokenPipeError):  # it ended early, and says why
            for piece in open_stream(source):
                child.stdin.write(piece)
            child.stdin.close()
        if child.wait():
            said.seek(0)
            raise Trouble(f"pg_restore failed: {said.read().decode(errors='replace').strip()[-600:]}")


def _check_rows(copy: Manifest) -> None:
    here = count_rows()
    wrong = sorted(name for name, rows in copy.rows.items() if here.get(name) != rows)
    if wrong:
        raise Trouble(f"The loaded tables do not have the rows they had: {', '.join(wrong[:10])}. Nothing was replaced.")


def _check_trail(copy: Manifest) -> None:
    """The trail is proved down to its last seal, and that seal is the one the manifest names."""
    last = head()
    here = {"seq": last.seq, "mac": bytes(last.mac).hex()} if last else {"seq": 0, "mac": ""}
    seen = verify([one for one in anchor.anchors() if one.seq <= copy.seal["seq"]])
    if here != copy.seal or seen.findings:
        found = "; ".join(str(one) for one in seen.findings[:5]) or "its newest seal is another one"
        raise Trouble(f"The trail in this backup is not what it was: {found}. Nothing was replaced.")


@contextmanager
def journal_alone() -> Iterator[None]:
    """The journal's writer has to let go first: it does when its database is closed to it."""
    deadline = time.monotonic() + PATIENCE
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(pages.held_by_one())
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Trouble("The journal is being written by another process; stop the product first.") from None
                time.sleep(0.1)
        yield
