"""A child without a document of its own, in a real browser: registered with its guardian, booked, told to her, cancelled by her."""

import io
import re
from collections.abc import Callable
from datetime import date

import pypdf
import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from clinics import mirror
from permissions.models import User
from referral.booking.models import Booking
from referral.patients.models import Guardian, Patient
from referral.slips import checks
from tests.browser.site import Site
from tests.browser.steps import eventually, on_the_phone, read, texts
from tests.cast_referral import World, resident_number, today, world
from tests.integration.pages.scene import fortnight

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.pdf,
    pytest.mark.skipif(bool(checks.printing_needs()), reason=checks.printing_needs()),
]
MOTHER, PHONE, RECORD = resident_number(468, date(1990, 5, 6)), "13911112222", "11010200700209999"


@pytest.fixture
def cast(transactional_db: None) -> World:
    held = world()
    with transaction.atomic():
        mirror.mirror([held.zhou.user_id])
    fortnight(held)
    return held


def born(years: int) -> str:
    """A birth date so many full years ago."""
    day = today()
    return date(day.year - years, day.month, min(day.day, 28)).isoformat()


def test_a_guardian_is_told_of_the_childs_booking_and_cancels_it(
    cast: World, seat: Callable[[User], Page], site: Site, open_page: Callable[..., Page]
) -> None:
    doctor = seat(cast.zhou.user)
    registered(doctor)
    child = Patient.objects.get(name="陈小满")
    assert Guardian.objects.get(patient=child).phone == PHONE

    booking = booked(doctor, child)
    sms = eventually(doctor, lambda: texts(site, booking.public_id, "referral_booked"))[0]
    assert sms["phone"] == PHONE and "陈*满的监护人您好" in sms["text"]
    slip = re.sub(r"[\s\u2060\u00a0]", "", printed(doctor, booking))
    assert "监护人王芳（母亲）" in slip and "请监护人持本人登记的证件陪同" in slip and "居民身份证" not in slip

    cancelled(open_page(phone=True), booking)
    booking.refresh_from_db()
    assert (booking.status, booking.cancel_cause) == ("cancelled", "by_resident")
    gone = eventually(doctor, lambda: texts(site, booking.public_id, "referral_cancelled"))[0]
    assert gone["phone"] == PHONE and "监护人" in gone["text"]


def registered(page: Page) -> None:
    """Too old for a guardian's document first; what was typed stays, the birth date is mended."""
    page.goto("/patients/")
    read(page, "child-0-nobody")
    page.get_by_role("link", name="居民建档签约").first.click()
    typed = {"name": "陈小满", "birth_date": born(14), "landline": "010-62001234", "contract.health_record_number": RECORD}
    hers = {"guardian.name": "王芳", "guardian.relation": "母亲", "guardian.document.number": MOTHER, "guardian.phone": PHONE}
    page.get_by_label("性别").select_option("2")
    page.get_by_text("未满 14 周岁").click()
    for name, words in (typed | hers).items():
        page.fill(f'[name="{name}"]', words)
    read(page, "child-1-form")
    page.locator("main form button.primary").click()
    expect(page.get_by_role("alert")).to_contain_text("14")
    read(page, "child-2-too-old")
    on_the_phone(page, "child-2-too-old-phone")
    page.fill("[name=birth_date]", born(5))
    for name, words in (hers | {"name": "陈小满"}).items():
        assert page.input_value(f'[name="{name}"]') == words
    page.locator("main form button.primary").click()
    expect(page.get_by_role("button", name="记录并写转诊")).to_be_visible()
    read(page, "child-3-registered")


def booked(page: Page, child: Patient) -> Booking:
    """Seen, referred and booked as everybody is."""
    page.get_by_label("来由").fill("反复发热")
    page.get_by_role("button", name="记录并写转诊").click()
    page.get_by_label("转诊原因").fill("请心内科会诊")
    page.get_by_label("初步印象").fill("心脏杂音待查")
    page.get_by_label("主要现病史").fill("体检闻及杂音两周")
    page.get_by_label("所填内容真实、完整").check()
    page.get_by_role("button", name="保存并选号").click()
    page.locator("a.cell").first.click()
    page.locator("a.band").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("陈小满")
    read(page, "child-4-confirm")
    page.get_by_role("button", name="确认预约").click()
    expect(page.get_by_role("heading", name="请逐项告知患者")).to_be_visible()
    read(page, "child-5-told")
    return Booking.objects.get(patient=child)


def printed(page: Page, booking: Booking) -> str:
    """The words of the slip, as soon as the worker has printed it."""
    address = f"/bookings/{booking.public_id}/slip.pdf"
    body = eventually(page, lambda: (got := page.request.get(address)).status == 200 and got.body())
    return "".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(body)).pages)


def cancelled(page: Page, booking: Booking) -> None:
    """The guardian on her own phone, with number and code out of the message."""
    page.goto("/r/")
    page.fill("#f-number", booking.number)
    page.fill("#f-code", booking.confirmation_code)
    page.get_by_role("button", name="查看我的预约").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("陈*满")
    read(page, "child-6-guardian-phone")
    page.get_by_role("link", name="取消预约").click()
    page.get_by_role("button", name="取消这次预约").click()
    expect(page.get_by_text("这次预约已失效")).to_be_visible()
    read(page, "child-7-cancelled-phone")
