"""The bookings of a hospital for its own system: all of them once, then every change, in an order that loses none."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinics.models import Institution
from permissions.acting import Acting
from permissions.identity.masking import mask_name
from referral.booking.models import Booking
from referral.exchange.models import BookingReceipt
from vault import audit
from vault.refusal import Refusal, Violation, invalid

MOST: Final = 200  # bookings of one answer
MOST_EVENTS: Final = 5000  # of all hospitals, looked through for one answer
EARLIER: Final = timedelta(days=7)  # how far back the first reading begins
WHOLE = re.compile(r"\As\.([0-9]{1,19})\.([0-9]{4}-[0-9]{2}-[0-9]{2})\.([0-9]{1,18})\Z")
CHANGES = re.compile(r"\Ae\.([0-9]{1,19})\.([0-9]{1,18})\Z")
BEHIND: Final = ("patient", "department", "pool_slot__service", "pool_slot__slot__session")


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a system has read. First everything from a day on, by (day, id); `tx` is the horizon taken before the first page.
    Then the changes of transactions from that horizon up, by (tx, event)."""

    tx: int
    last: int = 0
    day: date | None = None

    def __str__(self) -> str:
        text = f"e.{self.tx}.{self.last}" if self.day is None else f"s.{self.tx}.{self.day.isoformat()}.{self.last}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Batch:
    """Bookings as they are now, where to go on, and whether more is there already."""

    bookings: Sequence[Booking]
    cursor: Cursor
    more: bool


def bookings_since(hospital: Institution, since: str, *, today: date) -> Batch:
    """What a hospital's system has not read yet; without a cursor everything from a week ago on.

    An event's number is given when it is written, not when it is committed, so that reading by number alone would skip what commits
    late. Only transactions below the snapshot's horizon are read (none of them can still be running), in the order (tx, event): what
    is skipped today cannot appear below the cursor later. A booking that changed several times comes once, as it is now. A cursor
    from before a restored backup begins again. Refuses with `invalid_input` what is no cursor of ours.
    """
    horizon = _horizon()
    cursor = read_cursor(since) if since else Cursor(horizon, 0, today - EARLIER)
    if cursor.tx > horizon:
        cursor = Cursor(horizon, 0, today - EARLIER)
    return _all_from(hospital, cursor) if cursor.day else _changed(hospital, cursor, horizon)


def read_cursor(text: str) -> Cursor:
    """A cursor as we gave it. Refuses with `invalid_input` on the field `since`."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        if whole := WHOLE.match(plain):
            return Cursor(int(whole[1]), int(whole[3]), date.fromisoformat(whole[2]))
        if changes := CHANGES.match(plain):
            return Cursor(int(changes[1]), int(changes[2]))
    except (binascii.Error, ValueError):
        pass
    raise invalid("since", _("This is no cursor of this list. Send it as the last answer gave it, or leave it out to begin anew."))


@transaction.atomic(durable=True)
def acknowledge(hospital: Institution, versions: Mapping[UUID, int], *, by: Acting) -> int:
    """Use case: the hospital's word that its system has these versions of these bookings; returns how many are new.

    Said again it changes nothing. Refuses the whole with `invalid_input`, row by row, for bookings that are not the hospital's and
    for versions nobody has seen yet.
    """
    found = {one.public_id: one for one in Booking.objects.filter(institution=hospital, public_id__in=versions)}
    wrong = tuple(_fault(position, found.get(one), version) for position, (one, version) in enumerate(versions.items()))
    faults = tuple(fault for fault in wrong if fault is not None)
    if faults:
        raise Refusal("invalid_input", _("Some of these are not known here. Nothing was noted."), faults)
    before = set(BookingReceipt.objects.filter(booking__in=found.values()).values_list("booking__public_id", "version"))
    fresh = [(found[one], version) for one, version in versions.items() if (one, version) not in before]
    rows = [BookingReceipt(booking=booking, version=version, acknowledged_by=by.user) for booking, version in fresh]
    BookingReceipt.objects.bulk_create(rows, ignore_conflicts=True)
    audit.record("feed.acknowledge", "institution", hospital.public_id, by=by.actor, details={"bookings": len(rows)})
    return len(rows)


def acknowledged(bookings: Sequence[Booking]) -> dict[int, int]:
    """The newest version of each that the hospital's system says it has; one query."""
    found: dict[int, int] = {}
    for booking, version in BookingReceipt.objects.filter(booking__in=bookings).values_list("booking_id", "version"):
        found[booking] = max(version, found.get(booking, 0))
    return found


def _fault(position: int, booking: Booking | None, version: int) -> Violation | None:
    if booking is None:
        return Violation("not_found", _("There is no such booking at this hospital."), field=f"bookings.{position}.id")
    if version > booking.version:
        return Violation("invalid_input", _("Nobody has seen this version yet."), field=f"bookings.{position}.version")
    return None


def _all_from(hospital: Institution, cursor: Cursor) -> Batch:
    further = Q(visit_date__gt=cursor.day) | Q(visit_date=cursor.day, pk__gt=cursor.last)
    rows = Booking.objects.filter(further, institution=hospital, visit_date__gte=cursor.day).select_related(*BEHIND)
    found = list(rows.order_by("visit_date", "pk")[: MOST + 1])
    if len(found) <= MOST:
        return Batch(found, Cursor(cursor.tx), more=False)
    page = found[:MOST]
    return Batch(page, Cursor(cursor.tx, page[-1].pk, page[-1].visit_date), more=True)


CHANGED: Final = """
    WITH span AS MATERIALIZED (
        SELECT tx, id, object_id, kind FROM vault_event
         WHERE tx >= %s::text::xid8 AND (tx, id) > (%s::text::xid8, %s) AND tx < %s::text::xid8
         ORDER BY tx, id LIMIT %s
    )
    SELECT span.tx::text, span.id, b.id FROM span
      LEFT JOIN referral_booking b ON span.kind = 'booking' AND b.public_id = span.object_id AND b.institution_id = %s
     ORDER BY span.tx, span.id
"""


def _changed(hospital: Institution, cursor: Cursor, horizon: int) -> Batch:
    """The bookings of the next events below the horizon; the cursor moves past what was looked through, also where nothing was."""
    with connection.cursor() as database:
        database.execute(CHANGED, [cursor.tx, cursor.tx, cursor.last, horizon, MOST_EVENTS, hospital.pk])
        events = database.fetchall()
    keys: dict[int, None] = {}
    taken = 0
    for _tx, _event, booking in events:
        if booking is not None and booking not in keys and len(keys) == MOST:
            break
        if booking is not None:
            keys[booking] = None
        taken += 1
    more = taken < len(events) or len(events) == MOST_EVENTS
    end = Cursor(int(events[taken - 1][0]), events[taken - 1][1]) if more else Cursor(horizon)
    bookings = Booking.objects.filter(pk__in=keys).select_related(*BEHIND).in_bulk()
    return Batch([bookings[pk] for pk in keys], end, more)


def _horizon() -> int:
    with connection.cursor() as database:
        database.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())")
        return int(database.fetchone()[0])


def shown(booking: Booking, version_known: int | None) -> dict[str, Any]:
    """One booking as the hospital's window sees it: the name masked, no document, no medical word."""
    return {
        "id": booking.public_id,
        "version": booking.version,
        "acknowledged_version": version_known,
        "number": booking.number,
        "status": booking.status,
        "cancel_cause": booking.cancel_cause,
        "name": mask_name(booking.patient.name),
        "sex": booking.patient.sex,
        "department": booking.department.public_id,
        "department_name": booking.department.name,
        "department_code": booking.department.local_code,
        "standard_code": booking.standard_code,
        "service": booking.pool_slot.service.public_id,
        "service_code": booking.pool_slot.service.code,
        "session": booking.pool_slot.slot.session.public_id,
        "slot_class": booking.slot_class,
        "title": booking.title,
        "visit_date": booking.visit_date,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
    }
