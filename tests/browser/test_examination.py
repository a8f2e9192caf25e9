"""A doctor books an ultrasound in a real browser: she chooses the kind, reads what it wants, and the message says it (R072, R202)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from permissions.models import User
from referral.booking.models import Booking
from tests.browser.site import Site
from tests.browser.steps import eventually, on_the_phone, read, texts
from tests.integration.exams.cast_exams import ABDOMEN, sonography

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_doctor_books_an_ultrasound_for_her_patient(site: Site, seat: Callable[[User], Page]) -> None:
    cast = sonography()
    cast.published(cast.abdomen, cast.visit_day)
    cast.loop.world.place()
    referral = cast.loop.world.referral()
    page = seat(cast.loop.doctor.user)

    page.goto(f"/referrals/{referral.public_id}/book/")
    page.get_by_label("项目类型").select_option("ultrasound")
    row = page.get_by_role("rowheader", name=ABDOMEN)
    expect(row).to_contain_text("160元；空腹八小时")
    read(page, "exam-calendar")
    on_the_phone(page, "exam-calendar-phone")
    page.locator("a.cell").first.click()
    page.locator("a.band").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("空腹八小时，检查前一晚清淡饮食")
    expect(dialog).to_contain_text("肝胆胰脾肾疾病")
    read(page, "exam-confirm")
    on_the_phone(page, "exam-confirm-phone")
    dialog.get_by_role("button", name="确认预约").click()

    expect(page.get_by_text("已约好")).to_be_visible()
    read(page, "exam-booked")
    booking = Booking.objects.get(referral=referral)
    (message,) = eventually(page, lambda: texts(site, booking.public_id, "referral_booked_exam"))
    assert f"您的超声检查已约好：{ABDOMEN}" in message["text"]
    assert "准备：空腹八小时，检查前一晚清淡饮食。" in message["text"]
