"""A band blocked with bookings in it is a stop of its session in part: said too late it counts against the hospital (R126, R128)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinics.models import ClinicStop, Slot
from clinics.timetables.stop_queries import special_stops_of_year
from referral.disruptions.special import special_stops
from referral.disruptions.stop import stop_clinic
from referral.evaluation.counting import counted
from referral.evaluation.scope import Month, Scope
from reserved_pools.models import PoolSlot
from reserved_pools.sessions.band_blocks import block, unblock
from tests.cast import bearer
from tests.cast_referral import today
from tests.cast_stops import Scene, day, five_days_of_notice, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def held() -> Scene:
    """A hospital that asks five days of notice, so that whatever happens to the morning three days ahead is said too late."""
    made = scene()
    five_days_of_notice(made)
    return made


def blocked(held: Scene, place: PoolSlot) -> Slot:
    """The band of this place, blocked by the coordinator."""
    band = Slot.objects.select_related("session__service__institution", "session__service__department").get(pk=place.slot_id)
    block(band.session, band.public_id, reason="医生外出", by=held.coordinator, expected_version=band.session.version)
    return Slot.objects.select_related("session__service__institution").get(pk=band.pk)


def figures(held: Scene) -> tuple[int, int, int]:
    """What the board's tile says, what the list of special stops says, and what the month's evaluation says."""
    year, month = day(3).year, Month(day(3).replace(day=1))
    admin = held.world.district_admin
    rows = special_stops(admin, year)
    of_month = counted(Scope(admin.district_id, None), month, today()).counts().special_stops
    return special_stops_of_year(admin, year).count(), sum(row.stops for row in rows), of_month


def test_bands_with_bookings_blocked_too_late_count_once_for_the_session_and_the_day(held: Scene) -> None:
    held.booked(held.slots[0])
    held.booked(held.slots[1], "李国强")

    blocked(held, held.slots[0])
    blocked(held, held.slots[1])

    (stop,) = ClinicStop.objects.all()
    assert (stop.is_special, stop.status, stop.first_day, stop.last_day, stop.half_day) == (True, "in_force", day(3), day(3), "am")
    assert (set(stop.bands.all()), stop.sessions.count()) == ({held.slots[0].slot, held.slots[1].slot}, 0)
    assert figures(held) == (1, 1, 1)
    browser = Client(headers=bearer(held.world.district_admin.user, held.world.district_admin.post))
    tile = browser.get(reverse("district")).context["tiles"][-1]
    assert tile["count"] == special_stops_of_year(held.world.district_admin, today().year).count()
    listed = browser.get(reverse("stops"), {"state": "special"})
    assert [(line.affected, line.sessions_count, line.bands_count) for line, _tag in listed.context["lines"]] == [(2, 0, 2)]
    assert [one.starts_at for one in browser.get(reverse("stop", args=[stop.public_id])).context["bands"]] == sorted(
        slot.starts_at for slot in held.slots[:2]
    )


def test_in_good_time_it_does_not_count_and_without_bookings_it_is_no_stop(held: Scene) -> None:
    far = held.morning(6)
    held.booked(far[0])

    blocked(held, held.slots[0])
    nobody = ClinicStop.objects.count()
    blocked(held, far[0])

    assert (nobody, [one.is_special for one in ClinicStop.objects.all()], figures(held)) == (0, [False], (0, 0, 0))


def test_opened_again_it_still_counts_and_affects_nobody(held: Scene) -> None:
    held.booked(held.slots[0])
    past = timezone.now() - timedelta(hours=1)  # its cut-off is over, so that blocking it loses no place
    PoolSlot.objects.filter(slot=held.slots[0].slot).update(opens_at=past - timedelta(days=1), closes_at=past, closed_at=past)
    band = blocked(held, held.slots[0])

    unblock(band.session, band.public_id, reason="医生已回", by=held.coordinator, expected_version=band.session.version)

    assert figures(held) == (1, 1, 1)
    browser = Client(headers=bearer(held.coordinator.user, held.coordinator.post))
    assert browser.get(reverse("stop", args=[ClinicStop.objects.get().public_id])).context["affected"] == 0


def test_the_session_stopped_after_its_band_is_another_stop_and_counts_alone(held: Scene) -> None:
    held.booked(held.slots[0])
    held.booked(held.slots[1], "李国强")
    blocked(held, held.slots[0])

    made = stop_clinic(held.wanted(half_day="am"), by=held.coordinator)

    assert (made.is_new, made.stop.is_special, list(made.stop.sessions.all())) == (True, True, [held.session])
    assert held.session.status == "stopped"
    assert (ClinicStop.objects.count(), figures(held)) == (2, (1, 1, 1))
    (row,) = special_stops(held.coordinator, day(3).year)
    assert (row.stops, row.of_all, row.sessions, row.patients) == (1, 1, 1, 2)


def test_a_blocked_band_leaves_the_half_day_on_the_timetable(held: Scene) -> None:
    held.booked(held.slots[0])
    blocked(held, held.slots[0])

    assert held.session.status == "planned"
    assert not ClinicStop.objects.of_sessions().exists()


def test_a_stop_that_took_nothing_away_does_not_count(held: Scene) -> None:
    named = {"service": held.heart, "reason_code": "leave", "asked_by": held.coordinator.user, "status": "in_force"}
    ClinicStop.objects.create(first_day=day(3), last_day=day(3), is_special=True, **named)

    assert figures(held) == (0, 0, 0)
    browser = Client(headers=bearer(held.coordinator.user, held.coordinator.post))
    assert browser.get(reverse("stops"), {"state": "special"}).context["lines"] == []


def test_before_a_band_is_blocked_the_page_says_how_many_are_booked_and_leads_to_the_stop(held: Scene) -> None:
    browser = Client(headers=bearer(held.coordinator.user, held.coordinator.post))
    at = reverse("clinic_session", args=[held.session.public_id])
    leads = f'<a class="push" href="{reverse("stop_new")}?session={held.session.public_id}"'

    nobody = browser.get(at)
    held.booked(held.slots[0])
    page = browser.get(at)

    assert (nobody.context["booked_ahead"], leads in nobody.content.decode()) == (0, False)
    assert (page.context["booked_ahead"], leads in page.content.decode()) == (1, True)
    words = dict(page.context["block_options"])
    assert [("已约 1 人" in words[str(slot.slot.public_id)]) for slot in held.slots[:2]] == [True, False]
