"""The whole main job in Chinese in a real browser: referred, booked, received, reported, sent back, taken over; and a right revoked."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from clinics import mirror
from clinics.models import PolicyRow
from permissions.models import User
from referral.booking.models import Booking
from referral.returns.models import Return
from tests.browser.site import Site
from tests.browser.steps import chinese, eventually, logged_in, messages
from tests.cast_loop import Loop, loop
from tests.cast_referral import today
from tests.integration.pages.scene import fortnight

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[..., Page]


@pytest.fixture
def cast(transactional_db: None) -> Loop:
    """The loop's people, all of them able to log in, and a fortnight of places."""
    held = loop()
    world = held.world
    people = [world.zhou.user, world.shen.user, world.admin, held.clerk.user, held.cardiologist.user]
    with transaction.atomic():
        mirror.mirror([user.pk for user in people])
    fortnight(world)
    return held


@pytest.fixture
def desk(site: Site, open_page: Open) -> Callable[[User], Page]:
    """Sits somebody down at a browser of her own and logs her in with the code out of her SMS."""

    def sit(user: User) -> Page:
        return logged_in(open_page(), site, user)

    return sit


def booked(page: Page) -> Booking:
    """From the list of patients to the slip in her hand."""
    page.goto("/patients/?q=cxl")
    page.get_by_role("link", name="记录接诊").click()
    page.get_by_label("来由").fill("高血压随访")
    page.get_by_role("button", name="记录并写转诊").click()
    page.get_by_label("转诊原因").fill("三药联合血压仍不达标")
    page.get_by_label("初步印象").fill("高血压病3级")
    page.get_by_label("主要现病史").fill("三药足量联合四周，血压158/96。")
    page.get_by_label("所填内容真实、完整").check()
    page.get_by_role("button", name="保存并选号").click()
    page.locator('a.cell[aria-label^="北大医院"]').first.click()
    page.locator("a.band").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("陈秀兰")
    page.get_by_role("button", name="确认预约").click()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="四项均已告知").click()
    expect(page.locator("main")).to_contain_text("已告知")
    chinese(page)
    return Booking.objects.get()


@pytest.mark.pdf
def test_a_patient_goes_to_the_hospital_and_comes_back(cast: Loop, desk: Callable[[User], Page], site: Site) -> None:
    cast.world.patient("陈秀兰")
    family_doctor = desk(cast.world.zhou.user)
    booking = booked(family_doctor)
    code = booking.confirmation_code

    sms = eventually(family_doctor, lambda: [m["text"] for m in messages(site) if m["about"] == str(booking.public_id)])[0]
    assert f"{code[:4]} {code[4:]}" in sms and "血压" not in sms
    assert_pdf(family_doctor, f"/bookings/{booking.public_id}/slip.pdf")

    received(desk(cast.clerk.user), booking, code)
    sent_back = reported_and_sent_back(desk(cast.cardiologist.user), booking)

    family_doctor.goto("/returns/")
    expect(family_doctor.locator("main")).to_contain_text("陈*兰")
    family_doctor.get_by_role("link", name="打开").click()
    expect(family_doctor.locator("main")).to_contain_text("每两周测血压")
    chinese(family_doctor)
    family_doctor.get_by_role("link", name="接收", exact=True).click()
    family_doctor.get_by_label("首次随访").fill(str(today() + timedelta(days=7)))
    family_doctor.get_by_role("dialog").get_by_role("button", name="接收").click()

    expect(family_doctor.locator("main")).to_contain_text("现在起由您负责")
    taken = Return.objects.get(pk=sent_back.pk)
    assert (taken.status, taken.owner, taken.referral.status) == ("accepted", cast.world.zhou, "returned")


def received(page: Page, booking: Booking, code: str) -> None:
    """Too early first, in a sentence; once the hospital receives early she is received, taken back and received again."""
    page.goto("/arrivals/")
    page.get_by_label("识别码、二维码或证件号码").fill(code.lower())
    page.keyboard.press("Enter")
    expect(page.locator("#e-proof")).to_contain_text(booking.visit_date.isoformat())
    PolicyRow.objects.create(
        parameter="arrival_early_days",
        institution=booking.institution,
        value="14",
        valid_from=today(),
        source="医院规定",
        status="in_force",
    )
    for ending in ("撤回", ""):
        page.get_by_label("识别码、二维码或证件号码").fill(f"{code[:4]} {code[4:]}")
        page.get_by_role("button", name="核验并登记").click()
        expect(page.locator(".toast")).to_contain_text("陈*兰 已到诊")
        if ending:
            page.locator(".toast").get_by_role("button", name=ending).click()
            expect(page.locator("table .tag")).to_have_count(0)
    expect(page.locator("table .tag")).to_have_text("已到诊")
    chinese(page)


def reported_and_sent_back(page: Page, booking: Booking) -> Return:
    """The receiving doctor's part, from the list to the slip."""
    page.goto("/visits/")
    page.get_by_role("link", name="接诊", exact=True).click()
    expect(page.locator("main")).to_contain_text("三药足量联合四周")
    page.get_by_role("button", name="已接诊").click()
    page.get_by_label("诊断结果").fill("高血压病3级（很高危）")
    page.get_by_label("主要检查结果").fill("动态血压均值152/91。")
    page.get_by_label("治疗经过").fill("改用四药联合。")
    page.get_by_role("button", name="提交回执").click()
    page.get_by_role("link", name="转回社区").click()
    page.get_by_label("下一步治疗方案").fill("每两周测血压，连续三个月。")
    page.get_by_label("康复建议").fill("低盐饮食，每日步行三十分钟。")
    page.get_by_label("药品 1", exact=True).fill("缬沙坦胶囊")
    page.get_by_label("药品 1 的用法用量").fill("80毫克，每日1次")
    page.get_by_label("药品 1 社区能否供应").select_option(label="社区可供")
    chinese(page)
    page.get_by_role("button", name="转回社区").click()
    expect(page.locator("main")).to_contain_text("待接收")
    sent_back = Return.objects.get()
    assert_pdf(page, f"/returns/{sent_back.public_id}/slip.pdf")
    return sent_back


def assert_pdf(page: Page, address: str) -> None:
    """The slip, as soon as the worker has printed it."""
    body = eventually(page, lambda: (got := page.request.get(address)).status == 200 and got.body())
    assert body[:5] == b"%PDF-"


def test_a_right_revoked_while_the_page_is_open_refuses_the_very_next_click(cast: Loop, desk: Callable[[User], Page]) -> None:
    draft = cast.world.referral(cast.world.patient("陈秀兰"))
    doctor, admin = desk(cast.world.zhou.user), desk(cast.world.admin)
    doctor.goto(f"/referrals/{draft.public_id}/book/")
    doctor.locator("a.cell").first.click()
    doctor.locator("a.band").first.click()
    expect(doctor.get_by_role("button", name="确认预约")).to_be_visible()

    admin.goto("/district/rights/?q=周晓岚")
    admin.get_by_role("link", name="查看").click()
    admin.locator('a[href="#revoke"]').click()
    admin.locator("#revoke select").select_option("moved")
    admin.locator("#revoke button.danger").click()
    expect(admin.locator("aside .tag").first).to_contain_text("撤销")
    doctor.get_by_role("button", name="确认预约").click()

    expect(doctor.get_by_role("alert")).to_contain_text("不能预约")
    expect(doctor.get_by_role("alert")).to_contain_text("撤销")
    chinese(doctor)
    assert Booking.objects.count() == 0
