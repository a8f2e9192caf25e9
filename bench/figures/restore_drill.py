"""An hour of acts after a backup, then the database dies in the middle of booking, and the backup is restored on a new server.

Bookings, cancellations, revocations, ended posts, a changed phone, reminders and messages, all by the product's use cases, with its worker,
sealer and journal running. Counted afterwards: rights that came back, messages of the past that left, and whether the list of lost
bookings names those that were acknowledged after the backup and no others. Those of the last moments, which the journal may not have
reached (ADR 25), are counted by themselves. The same copy restored without the fence shows what it is for.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.aftermath import powers_now
from bench.figure import ROOT, Figure
from bench.settled import drained, journal_delay
from bench.stage import stage
from deploy import postgres, processes
from deploy.product import role_of

NAME = "restore-drill"
GOAL_SECONDS = 600
SIZES = {"short": (12, 30), "long": (40, 2000)}  # doctors, bookings after the backup
LAST_WORDS = 4.0  # seconds of booking right before the crash
UNPROMISED = 1.5  # seconds before the crash: the one between two rounds of the journal, and what a round takes (ADR 25)
SETTLED = 4.0  # seconds the worker has for messages of the past
MORE = {"DEBUG": "1", "SMS_GATEWAY": "file", "SMS_QUIET_HOURS": "0", "SMS_NOTICES_PER_DAY": "1000", "SMS_PER_HOUR": "1000000"}
WORKER = [
    "-m",
    "celery",
    "-A",
    "config.celery",
    "worker",
    "--pool",
    "threads",
    "--concurrency",
    "4",
    "--without-gossip",
    "--without-mingle",
]


@dataclass
class Hour:
    """What happened after the backup, as those who did it know it."""

    booked: list[str] = field(default_factory=list)  # numbers acknowledged and still live at the end
    cancelled: list[Any] = field(default_factory=list)  # bookings of the copy that were cancelled afterwards
    reminded: int = 0  # visits of tomorrow that the copy knows, reminded of after it was taken
    last_moments: list[str] = field(default_factory=list)  # numbers acknowledged so late that nobody is promised a list
    acts: int = 0


def measure(profile: str) -> Figure:
    """One backup, one hour, one fenced and one unfenced restore."""
    doctors, bookings = SIZES[profile]
    with stage(more=MORE) as server, tempfile.TemporaryDirectory(prefix="ref-bench-backup-") as backups:
        state = Path(os.environ["STATE_DIR"])
        with running("sealer", "journal", "worker") as (*_others, worker):
            play = Play(doctors)
            play.before_the_backup(worker)
            copy = backed_up(Path(backups))
            worker.send_signal(signal.SIGCONT)
            hour = play.an_hour(bookings)
            drained()
            behind, powers = journal_delay(), set(powers_now())
            play.until_the_crash(hour, server)
        shutil.rmtree(server.home)
        bare = state.with_name(state.name + "-unfenced")
        shutil.copytree(state, bare, ignore=shutil.ignore_patterns("journal"))  # beside it the sender would still refuse
        fenced = restored(state, hour, powers, ["manage.py", "restore", str(copy), "--reason", "drill"])
        planted = restored(bare, hour, powers, ["-m", "bench.unfenced", str(copy)])
        shutil.rmtree(bare)
    return told(fenced, planted, hour, behind)


class Play:
    """The people of the drill and what they do."""

    def __init__(self, doctors: int) -> None:
        from bench import people
        from tests.cast import acting_as, an_admin
        from tests.cast_referral import world

        self.cast = world()
        self.team = people.doctors(self.cast, doctors)
        self.second = acting_as(an_admin("赵建国"))
        self.third = an_admin("孙卸任")
        self.places = [self.cast.place(ahead=ahead, places=400, hour=hour) for ahead in (2, 3, 4, 5, 6) for hour in (8, 9, 10)]
        self.turn = 0

    def before_the_backup(self, worker: "subprocess.Popen[bytes]") -> None:
        """Some bookings, their messages sent; and some more whose messages still wait while the copy is taken."""
        self.old = [self.book() for _ in range(10)]
        drained()
        worker.send_signal(signal.SIGSTOP)
        self.old += [self.book() for _ in range(6)]
        self.tomorrow(self.old[2:8])

    def tomorrow(self, bookings: list[Any]) -> None:
        """These visits are tomorrow's, and the hospital's hour of reminding has come; the data moves, not the clock."""
        from django.utils import timezone

        from clinics.models import PolicyRow
        from referral.booking.models import Booking

        day = timezone.localdate() + timedelta(days=1)
        starts = datetime.combine(day, clock(8), timezone.get_current_timezone())
        rows = Booking.objects.filter(pk__in=[one.pk for one in bookings])
        rows.update(visit_date=day, starts_at=starts, ends_at=starts + timedelta(minutes=30))
        held = {"institution": self.cast.hospital, "valid_from": day - timedelta(days=9), "source": "drill", "status": "in_force"}
        PolicyRow.objects.create(parameter="reminder_time", value="00:00", **held)

    def remind(self) -> int:
        """The evening's reminders, which the copy does not know of; how many of them are about bookings it knows."""
        from django.utils import timezone

        from referral.booking.remind import due, remind

        found = due(timezone.now())
        for one in found:
            remind(one)
        return len({one.public_id for one in self.old} & set(found))

    def book(self) -> Any:
        from bench.people import drafts
        from referral.booking.book import book
        from referral.booking.models import Booking

        self.turn += 1
        by = self.team[self.turn % (len(self.team) - 4)][0]  # the last four are sent away
        (referral,) = drafts(self.cast, 1)
        place = self.places[self.turn % len(self.places)]
        made = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=by)
        return Booking.objects.select_related("referral").get(public_id=made)

    def an_hour(self, bookings: int) -> Hour:
        from django.db import transaction

        from clinics import rights as places_rights
        from clinics.posts import end_post
        from permissions import accounts, administrators
        from permissions.reasons import clean_reason
        from tests.cast import a_phone

        hour, admin = Hour(), self.cast.district_admin
        made = [self.book() for _ in range(bookings)]
        for one in (*made[:3], *self.old[:2], *self.old[-2:]):
            self.cancel(one)
        hour.booked = sorted(one.number for one in made[3:])
        hour.cancelled = [*self.old[:2], *self.old[-2:]]
        revoked, suspended, ended, renamed = (who.post for who, _header in self.team[-4:])
        places_rights.revoke(revoked.right, by=admin, reason="misconduct", note="决定书")
        places_rights.suspend(suspended.right, by=admin, reason="leave")
        with transaction.atomic():
            end_post(ended, by=admin, reason="left")
            accounts.change_phone(renamed.user, a_phone(), by=admin.actor)
            accounts.deactivate(self.cast.shen.user, by=admin.actor, reason=clean_reason("离职"))
        administrators.end(self.third.roles.get().public_id, "任期已满", by=admin)
        hour.acts = bookings + 7 + 6
        hour.reminded = self.remind()
        return hour

    def until_the_crash(self, hour: Hour, server: Any) -> None:
        """Bookings that go on while the machine dies; of those of the last moments nobody is promised a list (ADR 25)."""
        from django.db import Error, connection
        from kombu.exceptions import OperationalError

        from vault.refusal import Refusal

        made: list[tuple[float, str]] = []
        died: list[float] = []

        def crash() -> None:
            died.append(time.monotonic())
            processes.stop(server._child, signal.SIGKILL)

        dying = threading.Timer(LAST_WORDS, crash)
        dying.start()
        try:
            while True:
                booking = self.book()
                made.append((time.monotonic(), booking.number))
        except (Error, OperationalError, Refusal):  # the database is gone, and whether the last one stands nobody can say
            if not died:
                raise
            dying.join()
            connection.close()
        for at, number in made:
            (hour.booked if at <= died[0] - UNPROMISED else hour.last_moments).append(number)
        assert hour.last_moments, "nobody booked when the machine died"
        hour.booked.sort()
        hour.acts += len(made)

    def cancel(self, booking: Any) -> None:
        from referral.booking.cancel import cancel_by_system

        assert cancel_by_system(booking.public_id, reason="drill") is not None


@contextmanager
def running(*names: str) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """The product's own processes, killed at the end as a machine that loses its power would."""
    words = {"worker": WORKER, "sealer": ["manage.py", "seal"], "journal": ["manage.py", "journal"]}
    children = [
        processes.start(
            [sys.executable, *words[name]], cwd=ROOT, env=os.environ | {"DATABASE_ROLE": role_of(name)}, output=subprocess.DEVNULL
        )
        for name in names
    ]
    try:
        yield children
    finally:
        for child in children:
            processes.stop(child, signal.SIGKILL)


def backed_up(where: Path) -> Path:
    """The product's own command."""
    owner = os.environ | {"DATABASE_ROLE": "owner"}
    subprocess.run([sys.executable, "manage.py", "backup", "--to", str(where)], cwd=ROOT, env=owner, check=True, stdout=sys.stderr)
    (copy,) = (path for path in where.iterdir() if (path / "manifest.json").exists())
    return copy


def restored(state: Path, hour: Hour, before: set[str], command: list[str]) -> dict[str, Any]:
    """A new server, the restore, the worker, and what came of it."""
    server = postgres.Server(Path(tempfile.mkdtemp(prefix="ref-bench-new-")), temporary=True)
    try:
        server.start()
        os.environ.update(server.environment() | {"STATE_DIR": str(state)})
        began, sent_before = time.monotonic(), len(messages(state))
        subprocess.run([sys.executable, *command], cwd=ROOT, env=os.environ | {"DATABASE_ROLE": "owner"}, check=True, stdout=sys.stderr)
        seconds = time.monotonic() - began
        with running("worker"):
            after = aftermath(hour)
        stray = [line["template"] for line in messages(state)[sent_before:]]
    finally:
        server.stop()
    powers = set(after.pop("powers"))
    revived = Counter(power.split()[0] for power in powers - before)
    alive = sum(power.startswith("session") for power in powers)
    return after | {"seconds": round(seconds, 1), "revived": dict(revived), "sessions_live": alive, "stray": dict(Counter(stray))}


def aftermath(hour: Hour) -> dict[str, Any]:
    """Asked by a process of its own: this one has spoken to the broker of the server that is no more."""
    words = ["-m", "bench.aftermath", str(SETTLED), *(str(one.public_id) for one in hour.cancelled)]
    done = subprocess.run([sys.executable, *words], cwd=ROOT, env=os.environ, check=True, stdout=subprocess.PIPE, timeout=120)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def messages(state: Path) -> list[dict[str, Any]]:
    """Every SMS that left, oldest first."""
    file = state / "demo" / "sms.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def told(fenced: dict[str, Any], planted: dict[str, Any], hour: Hour, behind: float) -> Figure:
    """Seconds of the restore; met when nothing came back, nothing left, and the list is whole, and without the fence all that fails."""
    listed = set(fenced.pop("listed"))
    unlisted = sorted(set(hour.booked) - listed)
    unknown = sorted(listed - {*hour.booked, *hour.last_moments})
    exact = not unlisted and len(unknown) <= 1  # the one whose answer the crash cut off may have been committed
    assert hour.reminded, "nobody was reminded before the crash"
    clean = (fenced["revived"], fenced["sessions_live"], fenced["stray"], fenced["trail_faults"]) == ({}, 0, {}, 0)
    caught = bool(planted["revived"]) and bool(planted["stray"]) and planted.pop("listed") == []
    return Figure(
        NAME, fenced["seconds"], "s to restore",
        f"≤ {GOAL_SECONDS} s, 0 revived, 0 stray, every lost booking listed that was made {UNPROMISED} s or more before the crash",
        exact and clean and caught and fenced["seconds"] <= GOAL_SECONDS, hour.acts,
        {
            "revived_rights": sum(fenced["revived"].values()), "stray_sms": sum(fenced["stray"].values()),
            "lost_bookings": len(hour.booked) + len(hour.last_moments), "list_is_exact": exact,
            "unlisted": unlisted, "listed_but_unanswered": unknown,
            "of_the_last_moments": len(hour.last_moments), "acknowledged_but_unlisted": len(set(hour.last_moments) - listed),
            "reminded_before": hour.reminded, "journal_behind_seconds": round(behind, 2),
            "fenced": fenced, "planted_fault": {"what": "the copy put in place without the fence"} | planted,
        },
    )  # fmt: skip
