"""A bed in a real browser: the doctor asks, the hospital accepts, the doctor books a day, and the paper says where to report (R072)."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from permissions.models import User
from referral.booking.models import Booking
from tests.browser.site import Site
from tests.browser.steps import eventually, on_the_phone, read, texts
from tests.integration.beds.cast_beds import BED, NOTE, ward

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_bed_is_asked_for_accepted_and_booked(site: Site, seat: Callable[[User], Page]) -> None:
    held = ward()
    held.day()
    referral = held.loop.world.referral()
    page = seat(held.doctor.user)

    page.goto(f"/referrals/{referral.public_id}/book/")
    page.get_by_label("项目类型").select_option("bed")
    expect(page.get_by_role("rowheader", name=BED)).to_be_visible()
    page.locator("a.cell").first.click()
    expect(page.get_by_text("须先询问医院能否接收")).to_be_visible()
    expect(page.locator("a.band")).to_have_count(0)
    on_the_phone(page, "bed-calendar-phone")
    page.get_by_role("link", name="向医院申请").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(BED)
    dialog.get_by_label("给医院的留言").fill(NOTE)
    on_the_phone(page, "bed-ask-phone")
    dialog.get_by_role("button", name="向医院申请").click()
    expect(page.get_by_text("已向医院申请。")).to_be_visible()
    expect(page.get_by_role("button", name="撤回申请")).to_be_visible()
    on_the_phone(page, "bed-case-phone")

    desk = seat(held.cardiologist.user)
    desk.goto("/review/")
    expect(desk.get_by_role("heading", name="预约前的申请")).to_be_visible()
    on_the_phone(desk, "bed-review-phone")
    desk.get_by_role("row").filter(has_text=BED).get_by_role("link", name="查看").click()
    expect(desk.get_by_text(NOTE)).to_be_visible()
    on_the_phone(desk, "bed-request-phone")
    desk.get_by_role("button", name="接收").click()
    expect(desk.get_by_text("已同意接收。")).to_be_visible()

    page.goto("/")
    expect(page.get_by_text("已同意接收，待选日期")).to_be_visible()
    read(page, "bed-home")
    page.get_by_role("link", name="选择日期").click()
    expect(page.get_by_text("同意接收该患者")).to_be_visible()
    page.locator("a.cell").first.click()
    page.locator("a.band").first.click()
    expect(page.get_by_role("dialog")).to_contain_text(BED)
    page.get_by_role("dialog").get_by_role("button", name="确认预约").click()
    expect(page.get_by_text("已约好")).to_be_visible()
    read(page, "bed-booked")

    booking = Booking.objects.get(referral=referral)
    (message,) = eventually(page, lambda: texts(site, booking.public_id, "referral_booked_stay"))
    assert f"您的住院已约好：{BED}" in message["text"]
    page.goto(f"/bookings/{booking.public_id}/slip/")
    expect(page.get_by_role("heading", name=re.compile("住院预约单")).first).to_be_visible()
