"""Windows move while doctors book: real threads; every place is claimed or returned once, and nobody waits in a circle."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from clinics.models import PolicyRow
from reserved_pools import claims, release
from reserved_pools.models import PlaceEvent, PoolSlot
from reserved_pools.rewindow import rewindow
from tests.cast_clinics import a_department, a_plan, a_service, in_days, published, today
from tests.concurrency.reserved_pools.test_last_place import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_moving_windows_and_booking_neither_lose_nor_double_a_place() -> None:
    department = a_department()
    slots = published(*[a_plan(a_service(department), in_days(days)) for days in (2, 9)])
    PoolSlot.objects.update(opens_at=timezone.now() - timedelta(days=1))
    row = {"parameter": "booking_cutoff", "institution": department.institution, "source": "医院决定", "status": "in_force"}
    PolicyRow.objects.create(value="14:00", valid_from=date(2026, 1, 1), **row)
    PolicyRow.objects.create(**(row | {"parameter": "return_days_before"}), value="5", valid_from=date(2026, 1, 1))

    def book_all(keys: list[int]) -> int:
        taken = 0
        for pk in keys:
            with transaction.atomic(durable=True):
                taken += claims.claim(pk, about=uuid4())
        return taken

    keys = sorted(slot.pk for slot in slots)
    moved_a, moved_b, *taken = at_once(
        lambda: rewindow(today()),
        lambda: rewindow(today()),
        *[lambda: book_all(keys), lambda: book_all(keys[::-1]), lambda: release.close_due()[0] * 0],
    )
    release.close_due()

    assert moved_a + moved_b == PoolSlot.objects.count()
    rows = PoolSlot.objects.filter(pk__in=keys)
    assert sum(one.claimed for one in rows) == sum(taken) == PlaceEvent.objects.filter(move="claimed").count()
    assert all(one.claimed + one.returned == one.published for one in rows if one.visit_date == in_days(2))
    assert all(one.closed_at is None for one in rows if one.visit_date == in_days(9))
