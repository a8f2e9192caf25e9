"""What one process knows of the arena: people as they act, and referrals, bookings and disruptions as it last saw them."""

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from uuid import UUID

from bench.storm.arena import Arena

REFRESH, SHARE = 0.3, 6  # seconds between two looks, and at least so many times as long as the last one took
KEPT = 40  # requests that may be sent again

REFERRALS = "SELECT public_id, version, status FROM referral_referral"
BOOKINGS = """
SELECT b.public_id, b.version, b.status, b.ends_at < clock_timestamp(), b.institution_id, ps.public_id
  FROM referral_booking b JOIN reserved_pools_poolslot ps ON ps.id = b.pool_slot_id
 WHERE b.status IN ('booked', 'noshow') OR b.status = 'cancelled' AND b.id > (SELECT max(id) - 60 FROM referral_booking)
"""
DISRUPTIONS = "SELECT public_id, version, pool_slot_id IS NOT NULL, searched_at IS NULL FROM referral_disruption WHERE status = 'open'"
BREACHES = """
SELECT x.public_id, x.version, a.public_id, x.booking_id FROM referral_breach x LEFT JOIN referral_appeal a ON a.breach_id = x.id
"""
FREE = """
SELECT public_id FROM reserved_pools_poolslot
 WHERE kind = 'community_referral' AND closed_at IS NULL AND published > claimed + held + cooling + returned
"""
RIGHTS = "SELECT p.id, r.status FROM clinics_post p JOIN permissions_referralright r ON r.id = p.right_id"
SESSIONS = """
SELECT s.public_id, s.version, s.service_id, i.id,
       ARRAY(SELECT ps.public_id FROM reserved_pools_poolslot ps JOIN clinics_slot c ON c.id = ps.slot_id WHERE c.session_id = s.id)
  FROM clinics_clinicsession s JOIN clinics_service v ON v.id = s.service_id
  JOIN clinics_institution i ON i.id = v.institution_id WHERE s.status = 'planned'
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One booking as it was seen."""

    id: UUID
    version: int
    status: str
    is_over: bool
    institution: int
    slot: UUID


@dataclass(frozen=True, slots=True)
class Strike:
    """One request for a place, as it is sent once or again."""

    doctor: int
    referral: UUID
    slot: UUID
    version: int
    key: str


@dataclass
class Known:
    """Shared by the threads of one process; wrong as soon as it is read, which is what versions are for."""

    arena: Arena
    doctors: dict[int, Any] = field(default_factory=dict)
    coordinators: dict[int, Any] = field(default_factory=dict)
    clerks: dict[int, Any] = field(default_factory=dict)
    admin: Any = None
    rights: dict[int, str] = field(default_factory=dict)
    referrals: dict[UUID, tuple[int, str]] = field(default_factory=dict)
    bookings: list[Seen] = field(default_factory=list)
    disruptions: list[tuple[UUID, int, bool, bool]] = field(default_factory=list)
    breaches: list[tuple[UUID, int, UUID | None, int]] = field(default_factory=list)
    sessions: list[tuple[UUID, int, int, int]] = field(default_factory=list)
    free: list[UUID] = field(default_factory=list)
    again: deque[Strike] = field(default_factory=deque)
    earlier: deque[Strike] = field(default_factory=lambda: deque(maxlen=KEPT))
    moved_again: deque[tuple[Any, ...]] = field(default_factory=deque)
    look_again: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def people(self) -> None:
        """The doctors under their posts and rights of this moment; the others once."""
        from clinics.models import Post
        from permissions.models import User
        from tests.cast import acting_as

        arena = self.arena
        wanted = (*arena.doctors, *arena.coordinators, *arena.clerks)
        posts = Post.objects.select_related("user__district", "right", "institution").in_bulk(wanted)
        acting = {pk: acting_as(post.user, post) for pk, post in posts.items()}
        self.doctors = {pk: acting[pk] for pk in arena.doctors}
        self.coordinators = {posts[pk].institution_id: acting[pk] for pk in arena.coordinators}
        self.clerks = {posts[pk].institution_id: acting[pk] for pk in arena.clerks}
        if self.admin is None:
            self.admin = acting_as(User.objects.get(pk=arena.admin))

    def changed(self) -> None:
        """Something is not as it was seen any more: the next look comes soon."""
        self.look_again = min(self.look_again, time.monotonic() + REFRESH)

    def look(self) -> None:
        """Once in a while one thread looks at everything anew."""
        began = time.monotonic()
        if began < self.look_again or not self.lock.acquire(blocking=False):
            return
        try:
            self.people()
            self.rights = dict(rows(RIGHTS))
            self.referrals = {one: (version, status) for one, version, status in rows(REFERRALS)}
            self.bookings = [Seen(*row) for row in rows(BOOKINGS)]
            self.disruptions = rows(DISRUPTIONS)
            self.breaches = rows(BREACHES)
            self.sessions = self.fullest_first(rows(SESSIONS))
            ours = set(self.arena.slots)
            self.free = [one for (one,) in rows(FREE) if one in ours]
            took = time.monotonic() - began
            self.look_again = time.monotonic() + max(REFRESH, took * SHARE)
        finally:
            self.lock.release()

    def fullest_first(self, sessions: list[Any]) -> list[tuple[UUID, int, int, int]]:
        """The sessions in the order of how many visits a stop would hit."""
        booked = Counter(one.slot for one in self.bookings if one.status == "booked")
        fullest = sorted(sessions, key=lambda row: -sum(booked[slot] for slot in row[4]))
        return [(session, version, service, institution) for session, version, service, institution, _slots in fullest]


def rows(query: str) -> list[Any]:
    """Everything a question answers."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())
