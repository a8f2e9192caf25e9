"""A hospital's own system lives a day against the served product and a real receiver; a key that opens nothing is found out."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from bench.sim.hospital import main, play
from referral.booking.models import Booking
from referral.tasks import tell_hospitals
from reserved_pools.models import PlacesTaken, PoolSlot
from reserved_pools.release import close_due
from tests.browser.site import Site
from tests.cast_referral import today
from tests.cast_stops import Scene
from tests.integration.exchange.scene import a_system
from vault.outbox.webhooks.models import WebhookDelivery
from vault.tasks import send_webhooks

pytestmark = [pytest.mark.horizon, pytest.mark.django_db(transaction=True)]
BEAT = 0.3  # seconds; beat itself says so every five


@pytest.fixture
def beat() -> Iterator[None]:
    """What the worker does for hospitals' systems at every beat."""
    over = threading.Event()

    def ask() -> None:
        while not over.wait(BEAT):
            tell_hospitals()
            send_webhooks()
        connections.close_all()

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    yield
    over.set()
    thread.join()


@pytest.fixture
def hospital(site: Site) -> tuple[Scene, str]:
    """A booking of today, one ahead, and places that came back."""
    cast, key = a_system()
    now = timezone.now()
    due, _ahead = cast.booked(), cast.booked(cast.slots[1], "王建国")
    Booking.objects.filter(pk=due.pk).update(visit_date=today(), starts_at=now - timedelta(minutes=5), ends_at=now + timedelta(minutes=25))
    PoolSlot.objects.update(opens_at=now - timedelta(days=3), closes_at=now - timedelta(minutes=1))
    close_due()
    return cast, key


def test_a_hospitals_system_lives_a_day(site: Site, beat: None, hospital: tuple[Scene, str]) -> None:
    _cast, key = hospital
    told: list[str] = []

    faults = play(site.url, key, today(), told.append)

    assert faults == 0, "\n".join(told)
    assert Booking.objects.get(visit_date=today()).status == "arrived"
    assert PlacesTaken.objects.filter(by_program=True).count() == 1
    assert WebhookDelivery.objects.exclude(state="sent").filter(type="endpoint.test").count() == 0


def test_a_key_that_opens_nothing_ends_the_day_with_one(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--base", site.url, "--key", "rk_nobody"]) == 1
    assert "BROKEN after 0 checks: GET /feed/services: 401" in capsys.readouterr().out
