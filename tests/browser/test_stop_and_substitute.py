"""A stop with five bookings and one substitute in a real browser: stopped, offered, accepted on a phone, one called and settled."""

import pytest
from playwright.sync_api import expect

from referral.booking.models import Booking
from referral.disruptions.models import Disruption
from referral.disruptions.sweep import look_after
from tests.browser.steps import read
from tests.cast_stops import Scene, day, scene
from tests.cast_substitutes import only

pytestmark = pytest.mark.django_db(transaction=True)
FIVE = ("陈秀兰", "李国强", "王桂英", "赵铁柱", "孙小妹")


@pytest.fixture
def held(transactional_db: None) -> Scene:
    made = scene()
    only(made.morning(afternoon=True), 1)
    bands = [slot for slot in made.slots for _free in range(slot.published)]
    for slot, name in zip(bands, FIVE, strict=False):
        made.booked(slot, name)
    return made


def test_a_stopped_morning_is_offered_accepted_and_negotiated(held, seat, open_page):
    desk = seat(held.coordinator.user)
    desk.goto("/stops/new/")
    desk.select_option("#f-service", str(held.heart.public_id))
    desk.fill("#f-first_day", day(3).isoformat())
    desk.select_option("#f-half_day", "am")
    desk.select_option("#f-reason", "illness")
    desk.get_by_role("button", name="看看会怎样").or_(desk.locator("button[name=preview]")).first.click()
    read(desk, "stop-preview")
    desk.locator("a.btn.danger[href='#confirm']").click()
    desk.locator("#confirm button.danger").click()
    desk.wait_for_url("**/stops/*-*/")
    look_after()
    desk.reload()
    read(desk, "stop-page")
    assert desk.get_by_text("已安排 0，共 5").is_visible()

    first = Disruption.objects.get(pool_slot__isnull=False)
    phone = open_page(phone=True)
    phone.goto("/r/")
    phone.fill("#f-number", first.booking.number)
    phone.fill("#f-code", first.booking.confirmation_code)
    phone.locator("main form button").first.click()
    expect(phone.get_by_text("已为您保留")).to_be_visible()
    read(phone, "resident-stopped")
    phone.get_by_role("button", name="接受这个时间").click()
    expect(phone.get_by_text("识别码").first).to_be_visible()
    read(phone, "resident-moved")

    desk.goto("/stops/calls/")
    read(desk, "stop-calls")
    assert desk.locator("tbody tr").count() == 4
    desk.locator("tbody tr td.act a").first.click()
    read(desk, "stop-call")
    desk.locator("a[href='#settle']").click()
    desk.fill("#f-settled", "本院加号")
    desk.locator("#settle button.primary").click()
    expect(desk.get_by_text("本院加号").first).to_be_visible()
    assert sorted(Disruption.objects.values_list("status", flat=True)) == ["negotiated", "open", "open", "open", "substituted"]
    assert Booking.objects.filter(status="cancelled", cancel_cause="stopped").count() == 2
