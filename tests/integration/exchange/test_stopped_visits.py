"""A hospital's system reports who did not come to a clinic that was stopped: nobody's missed visit, and answered again as before (R126)."""

import pytest

from clinics.models import Slot
from referral.booking.models import Booking
from referral.credit.models import Breach
from referral.inbox.models import Notice
from reserved_pools.models import PoolSlot
from tests.integration.exchange.scene import a_system, pushed
from tests.integration.exchange.test_bookings import a_report, over
from vault.models import AuditEntry, Event

pytestmark = pytest.mark.django_db


def test_not_arrived_said_again_of_a_visit_that_ended_as_stopped_is_answered_as_before() -> None:
    cast, key = a_system()
    missed = over(cast.booked())
    Slot.objects.filter(pk=missed.pool_slot.slot_id).update(is_blocked=True)
    report = a_report("1", missed, "noshow", cause="no_word")

    first = pushed(key, "attendance", report)
    kept = written()
    again = pushed(key, "attendance", report)
    renewed = pushed(key, "attendance", report | {"key": "2"})

    assert [one["outcome"] for one in first + again + renewed] == ["created", "unchanged", "unchanged"]
    assert [first[0]["status"], renewed[0]["status"]] == ["cancelled", "cancelled"]
    ended = Booking.objects.select_related("referral").get()
    assert (ended.status, ended.cancel_cause, ended.referral.status) == ("cancelled", "stopped", "draft")
    assert (written(), Breach.objects.count(), PoolSlot.objects.get(pk=missed.pool_slot_id).claimed) == (kept, 0, 0)


def written() -> tuple[int, int, int]:
    """How much stands in the trail and the inbox about bookings."""
    return (
        Event.objects.filter(kind__in=("booking", "referral")).count(),
        AuditEntry.objects.filter(kind="booking").count(),
        Notice.objects.count(),
    )
