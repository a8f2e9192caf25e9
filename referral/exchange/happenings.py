"""What hospitals' systems are told: bookings, stopped sessions and returned places, read from what was committed (R097)."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.utils.translation import gettext_lazy as _

from vault.outbox.webhooks.follow import Happening, follow

READER: Final = "exchange"
PLACES_READ, A_MINUTE = "exchange.places", 55  # seconds
BOOKED, CANCELLED, CHANGED = "booking.booked", "booking.cancelled", "booking.changed"
RETURNED, STOPPED = "places.returned", "session.stopped"
EVENTS: Final = {
    BOOKED: _("a booking was made"),
    CANCELLED: _("a booking was cancelled"),
    CHANGED: _("a booking changed otherwise: arrival, visit, no-show"),
    RETURNED: _("unused places came back"),
    STOPPED: _("a session was stopped"),
}

# The version of a booking is the number of its events so far: each step raises it by one and leaves one event.
OF_BOOKINGS: Final = """
    SELECT i.public_id, e.event, e.object_id, e.id, e.at, b.visit_date, e.target,
           (SELECT count(*) FROM vault_event past WHERE past.object_id = e.object_id AND past.id <= e.id)
      FROM vault_event e
      JOIN referral_booking b ON b.public_id = e.object_id
      JOIN clinics_institution i ON i.id = b.institution_id AND i.public_id = ANY (%s)
     WHERE e.kind = 'booking' AND e.tx >= %s::text::xid8 AND e.tx < %s::text::xid8
     ORDER BY e.tx, e.id
"""
OF_SESSIONS: Final = """
    SELECT i.public_id, e.object_id, e.id, e.at, s.date, s.half_day, s.version
      FROM vault_event e
      JOIN clinics_clinicsession s ON s.public_id = e.object_id
      JOIN clinics_service v ON v.id = s.service_id
      JOIN clinics_institution i ON i.id = v.institution_id AND i.public_id = ANY (%s)
     WHERE e.kind = 'clinic_session' AND e.target = 'stopped' AND e.tx >= %s::text::xid8 AND e.tx < %s::text::xid8
     ORDER BY e.tx, e.id
"""
# Moves of places bear no transaction number. What came back for a day only ever grows, so that its sum says what is new: read
# again once a minute, as often as places come back, and told once for each sum.
OF_PLACES: Final = """
    SELECT i.public_id, p.visit_date, sum(p.returned), clock_timestamp()
      FROM reserved_pools_poolslot p JOIN clinics_institution i ON i.id = p.institution_id AND i.public_id = ANY (%s)
     WHERE p.visit_date BETWEEN (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AND
                                (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date + 92 AND p.returned > 0
     GROUP BY i.public_id, p.visit_date
"""


def tell_hospitals() -> int:
    """Promise that whatever was committed is on its way to the systems that want to hear of it; returns how many are new."""
    return follow(READER, _read)


def _read(begun: int, horizon: int, owners: Iterable[UUID]) -> Iterable[Happening]:
    wanted = list(owners)
    for owner, event, about, number, at, day, status, version in _rows(OF_BOOKINGS, [wanted, begun, horizon]):
        kind = event if event in (BOOKED, CANCELLED) else CHANGED
        data = {"id": str(about), "version": version, "status": status, "visit_date": day.isoformat()}
        yield Happening(owner, kind, about, str(number), at, data)
    for owner, about, number, at, day, half_day, version in _rows(OF_SESSIONS, [wanted, begun, horizon]):
        data = {"id": str(about), "version": version, "date": day.isoformat(), "half_day": half_day}
        yield Happening(owner, STOPPED, about, str(number), at, data)
    if not cache.add(PLACES_READ, True, A_MINUTE):
        return
    for owner, day, places, now in _rows(OF_PLACES, [wanted]):
        data = {"id": str(owner), "version": int(places), "visit_date": day.isoformat(), "places": int(places)}
        yield Happening(owner, RETURNED, owner, f"{day.isoformat()} {places}", now, data)


def _rows(statement: str, arguments: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return cursor.fetchall()
