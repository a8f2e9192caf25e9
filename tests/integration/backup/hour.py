"""An hour after a backup, in small: what is done, and how the journal and a restore are called."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from referral.booking.book import book
from referral.booking.models import Booking
from tests.cast import a_session
from tests.cast_referral import World, referring_post, world
from vault.audit.seal import seal
from vault.backup import making, restoring
from vault.backup.manifest import Manifest
from vault.fence.models import Restoration
from vault.journal import pages
from vault.journal.follow import follow
from vault.journal.pages import Round
from vault.models import AuditEntry

PATIENCE = 60  # seconds; a transaction of another test on this server holds the horizon


@dataclass
class Site:
    """A district with a doctor who will be revoked, places, and a login."""

    cast: World
    leaving: Any
    place: Any
    session: Any


def a_site() -> Site:
    cast = world()
    alliance = cast.zhou.right.target_grants.get().alliance
    leaving = referring_post("吴离岗", cast.centre, cast.admin, alliance)
    session, _key = a_session(cast.zhou.user)
    return Site(cast, leaving, cast.place(places=50), session)


def booked(site: Site) -> Booking:
    made = book(referral=site.cast.referral().public_id, pool_slot=site.place.public_id, version=1, key=str(uuid4()), by=site.cast.doctor)
    return Booking.objects.get(public_id=made)


def written() -> None:
    """Until the journal holds the newest act."""
    newest = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    deadline = time.monotonic() + PATIENCE
    while _row_of(follow()) < newest:
        assert time.monotonic() < deadline, "the horizon did not move"
        time.sleep(0.05)


def _row_of(last: Round) -> int:
    return last.last.row if last.last else 0


def sealed() -> None:
    seal()


def backed_up(where: Path) -> tuple[Path, Manifest]:
    made = making.make(where, now=timezone.now())
    return where / made.name, made


def restored(folder: Path, name: str, said: list[str] | None = None, **fields: Any) -> Restoration:
    wanted = restoring.Wanted(folder, "演练", **({"replace": name} | fields))
    return restoring.restore(wanted, (said if said is not None else []).append)


def databases(name: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1", [name])
        return [each for (each,) in cursor.fetchall()]


def acts_in_journal() -> list[tuple[str, str]]:
    return [(act.verb, act.kind) for act in pages.acts_since(0)]
