"""A place a rule refuses, in a real browser: the sentence, count, limit, next lawful day and article, and another place with one click."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models import F
from playwright.sync_api import Locator, Page, expect

from referral.booking.book import book
from referral.booking.models import Booking
from reserved_pools.models import PoolSlot
from tests.browser.site import Site
from tests.browser.steps import read
from tests.cast import a_session
from tests.cast_referral import BONES, HEART, SUGAR, today
from tests.cast_ways_out import a_key
from tests.integration.pages.scene import Scene, scene

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[..., Page]


@pytest.fixture
def day(transactional_db: None) -> Scene:
    return scene()


@pytest.fixture
def doctor(day: Scene, site: Site, open_page: Open) -> Open:
    """周晓岚 at her desk, or with the phone in her hand."""
    _session, key = a_session(day.world.zhou.user)

    def sit(**how: bool) -> Page:
        page = open_page(**how)
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": site.url}])
        return page

    return sit


def booked(day: Scene, ahead: int, code: str) -> Booking:
    """One more booking of 陈秀兰, as lawful as the others."""
    free = PoolSlot.objects.filter(visit_date=today() + timedelta(days=ahead), standard_code=code, claimed__lt=F("published"))
    written = day.world.referral(day.chen)
    place = free.order_by("pk")[0]
    made = book(referral=written.public_id, pool_slot=place.public_id, version=1, key=a_key(), by=day.world.doctor)
    return Booking.objects.get(public_id=made)


def choose(page: Page, day: Scene, ahead: int, place: str) -> Locator:
    """A half-day of a hospital, its first free band, and the button that decides; what the page then says."""
    page.goto(f"/referrals/{day.draft.public_id}/book/")
    wanted = today() + timedelta(days=ahead)
    page.locator(f'a.cell[href*="{wanted}"][aria-label^="{place}"]').first.click()
    page.locator("a.band").first.click()
    page.get_by_role("button", name="确认预约").click()
    refusal = page.locator(".refuse")
    expect(refusal).to_be_focused()
    return refusal


def spoken(ahead: int) -> str:
    one = today() + timedelta(days=ahead)
    return f"{one.year}年{one.month}月{one.day}日"


def taken_instead(page: Page, refusal: Locator, day: Scene, before: list[Booking]) -> Booking:
    """The first of what the page offers instead, with one click."""
    assert Booking.objects.filter(patient=day.chen).count() == len(before)
    refusal.get_by_role("button", name="预约").first.click()
    expect(page.get_by_role("heading", name="请逐项告知患者")).to_be_visible()
    return Booking.objects.exclude(pk__in=[one.pk for one in before]).get(patient=day.chen)


def test_a_second_booking_of_one_department_on_one_day_is_refused_and_another_hospital_taken(day: Scene, doctor: Open) -> None:
    held = [booked(day, 4, HEART)]
    page = doctor()

    refusal = choose(page, day, 4, "北大医院")

    expect(refusal.get_by_role("heading", name="患者当天在这家医院的这个科室已有 1 次预约，最多 1 次。")).to_be_visible()
    expect(refusal.locator(".count")).to_have_text("1/1")
    expect(refusal.locator("q")).to_contain_text("同一就诊日、同一医院、同一科室只能预约一次")
    expect(refusal.locator("cite")).to_have_text("北京市预约挂号统一平台问答（2011年） 答问二")
    expect(refusal).to_contain_text(f"此后最早可约日期为{spoken(5)}。")
    read(page, "refused-1-day")
    taken = taken_instead(page, refusal, day, held)
    read(page, "refused-2-taken")
    assert (taken.visit_date, taken.institution) == (today() + timedelta(days=4), day.world.other_hospital)
    assert (taken.referral, held[0].institution) == (day.draft, day.world.hospital)


def test_a_fourth_booking_in_seven_days_is_refused_on_a_phone_and_a_later_day_taken(day: Scene, doctor: Open) -> None:
    held = [booked(day, 2, HEART), booked(day, 3, BONES), booked(day, 4, SUGAR)]
    page = doctor(phone=True)

    refusal = choose(page, day, 8, "宣武医院")

    expect(refusal.get_by_role("heading")).to_contain_text(["患者 7 日内已有 3 次预约，合计最多 3 次。", "依据", "计数", "可以这样办"])
    expect(refusal.locator(".count")).to_have_text("3/3")
    expect(refusal).to_contain_text(f"此后最早可约日期为{spoken(9)}。")
    read(page, "refused-3-week-phone")
    taken = taken_instead(page, refusal, day, held)
    read(page, "refused-4-taken-phone")
    assert taken.visit_date == today() + timedelta(days=9)
