"""The resident on her phone: she enters number and code, reads when and where, and cancels after being asked once more."""

import pytest
from playwright.sync_api import expect

from referral.booking.book import book
from referral.booking.messages import spoken
from referral.models import Booking
from tests import cast_referral as cast
from tests.browser.steps import eventually, look, texts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def booking():
    world = cast.world()
    world.hospital.address, world.hospital.arrival_text = "西什库大街 8 号", "8:15 前取号"
    world.hospital.save()
    referral, place = world.referral(world.patient("陈秀兰")), world.place()
    public_id = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key="key-of-browser", by=world.doctor)
    return Booking.objects.get(public_id=public_id)


def enter(page, booking):
    page.goto("/r/")
    look(page, "resident-form")
    page.fill("#f-number", booking.number)
    page.fill("#f-code", booking.confirmation_code.lower())
    page.get_by_role("button", name="查看我的预约").click()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_resident_reads_and_cancels_her_booking_on_a_phone(open_page, seat, site, booking, script):
    before = booking.pool_slot.claimed
    page = open_page(phone=True, script=script)
    enter(page, booking)

    look(page, "resident")
    assert page.get_by_text("北京大学第一医院").first.is_visible()
    assert page.get_by_text("上午 8:00 至 8:30").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390 if script else True

    page.get_by_role("link", name="取消预约").click()
    look(page, "resident-asked")
    page.get_by_role("button", name="取消这次预约").click()

    expect(page.get_by_text("这次预约已失效")).to_be_visible()
    look(page, "resident-cancelled")
    booking.refresh_from_db()
    assert (booking.status, booking.cancel_cause, booking.referral.status) == ("cancelled", "by_resident", "draft")
    place = booking.pool_slot
    assert (before, place.claimed, place.claimed + place.cooling) == (1, 0, 1)  # it rests before it opens again
    (sms,) = eventually(page, lambda: texts(site, booking.public_id, "referral_cancelled"))
    assert sms["phone"] == booking.patient.phone
    assert f"您{spoken(booking.starts_at)}在北京大学第一医院的转诊预约已取消" in sms["text"]
    doctor = seat(booking.post.user)
    doctor.goto("/inbox/")
    expect(doctor.locator("ul.notices li")).to_have_count(1)
    doctor.locator("ul.notices button", has_text="陈*兰").click()
    doctor.wait_for_url(f"**/referrals/{booking.referral.public_id}/")
    expect(doctor.locator("main")).to_contain_text("预约取消")


def test_keeping_the_booking_changes_nothing(open_page, booking):
    page = open_page(phone=True)
    enter(page, booking)

    page.get_by_role("link", name="取消预约").click()
    page.get_by_role("link", name="不取消").click()

    expect(page.get_by_role("dialog")).not_to_be_visible()
    expect(page.get_by_role("link", name="取消预约")).to_be_visible()
    booking.refresh_from_db()
    assert booking.status == "booked"


def test_everything_to_press_is_large_enough_for_a_thumb(open_page, booking):
    page = open_page(phone=True)
    enter(page, booking)

    pressed = page.locator(".res .tap:visible, .res .btn:visible, .res-top a:visible")
    small = [box for box in (pressed.nth(n).bounding_box() for n in range(pressed.count())) if box and box["height"] < 44]
    assert small == []


def test_a_slip_is_checked_by_its_token(open_page, booking):
    page = open_page(phone=True)

    page.goto(f"/slips/{booking.slip_token}/")
    look(page, "verify")
    assert page.get_by_text("这张转诊单有效").is_visible()

    page.goto("/slips/r1.AAAAAAAAAAAAAAAAAAAAAA/")
    look(page, "verify-unknown")
    assert page.get_by_text("查无此单").is_visible()
