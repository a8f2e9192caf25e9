"""Moving a booking in a real browser, by keyboard alone, and what the resident then reads with her old code."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from referral.booking.models import Booking
from tests.browser.keyboard import Keyboard
from tests.browser.site import Site
from tests.cast import a_session
from tests.cast_ways_out import out

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_doctor_moves_a_booking_by_keyboard_and_the_resident_learns_it(site: Site, open_page: Callable[..., Page]) -> None:
    cast = out()
    old = cast.ahead()
    place = cast.place(7)
    page = open_page()
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": a_session(cast.doctor.user)[1], "url": site.url}])

    page.goto(f"/referrals/{old.referral.public_id}/")
    keys = Keyboard(page)
    keys.enter(page.get_by_role("link", name="改约", exact=True))
    page.wait_for_url("**/move/")
    keys.to(page.locator("a.cell[tabindex='0']"))  # one stop for the whole calendar; its first line is the old place's
    keys.press("ArrowDown")
    expect(page.locator("a.cell:focus")).to_have_attribute("href", re.compile(str(place.visit_date)))
    keys.press("Enter")
    expect(page.locator("a.cell[aria-current]")).to_be_focused()
    keys.press("Tab")
    expect(page.locator("a.band").first).to_be_focused()
    keys.press("Enter")
    confirm = page.get_by_role("dialog").get_by_role("button", name="改约")
    expect(confirm).to_be_focused()
    keys.press("Enter")

    expect(page.get_by_text("已改约。")).to_be_visible()
    new = Booking.objects.get(moved_from=old)
    assert (new.pool_slot_id, Booking.objects.get(pk=old.pk).status) == (place.pk, "moved")
    resident = open_page(phone=True, script=False)
    resident.goto("/r/")
    resident.fill("[name=number]", old.number)
    resident.fill("[name=code]", old.confirmation_code)
    resident.locator("main button").first.click()
    expect(resident.get_by_text("该预约已改到")).to_be_visible()
    assert resident.evaluate("document.documentElement.scrollWidth") <= 390
