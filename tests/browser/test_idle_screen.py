"""A screen nobody touches: covered when its session locks, with what was typed kept behind the cover until its person is back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from playwright.sync_api import Page, expect

from permissions.models import Session, User
from tests.browser.site import Site
from tests.browser.test_every_person import last_code
from tests.cast_referral import World, world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def day() -> World:
    return world()


def test_a_screen_nobody_touches_shows_nothing_and_keeps_what_was_typed(day: World, seat: Callable[[User], Page], site: Site) -> None:
    patient, page = day.patient("陈秀兰"), seat(day.zhou.user)
    page.clock.install()
    page.goto(f"{site.url}/patients/{patient.public_id}/")
    note = page.locator("textarea").first
    note.fill("血压 150/95，头晕三天")

    page.clock.fast_forward("29:00")
    page.keyboard.press("Shift")
    page.clock.fast_forward("29:00")
    expect(page.get_by_role("heading", name="陈秀兰")).to_be_visible()

    page.clock.fast_forward("02:00")
    expect(page.get_by_role("heading", name="屏幕已锁定")).to_be_visible()
    assert "陈秀兰" not in page.locator("body").inner_text()
    assert page.title() == "屏幕已锁定"

    Session.objects.update(seen_at=Now() - timedelta(minutes=31))
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="解锁").click()
    lock = opened.value
    lock.get_by_role("button", name="发送验证码").click()
    lock.locator("input[name=code]").fill(last_code(site, lock, day.zhou.user.phone))
    lock.get_by_role("button", name="解锁").click()
    lock.wait_for_url(f"{site.url}/patients/{patient.public_id}/")

    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(note).to_have_value("血压 150/95，头晕三天")
    expect(note).to_be_visible()
    page.get_by_role("button", name="只记录").click()
    expect(page.get_by_text("血压 150/95，头晕三天").first).to_be_visible()
