"""A missed visit in a real browser: called, reported, told, banned; appealed by the doctor, struck by the district, booked again."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from clinics import mirror
from permissions.models import User
from referral.booking.models import Booking
from referral.booking.noshow import report_noshow
from referral.credit.models import BookingBan, Breach
from referral.credit.verify import verify
from referral.patients.models import Patient
from reserved_pools.models import PoolSlot
from tests.browser.site import Site
from tests.browser.steps import eventually, on_the_phone, read, texts
from tests.cast_ledger import Ledger, ledger
from tests.cast_loop import fresh
from tests.cast_nominations import PDF
from tests.cast_referral import BONES, HEART, SUGAR

pytestmark = pytest.mark.django_db(transaction=True)
Seat = Callable[[User], Page]
PROOF = "住院证明.pdf"
TWO_OF_THREE = "爽约2/31月1日 清零"  # as the text runs, without the gaps between


@pytest.fixture
def cast(transactional_db: None) -> Ledger:
    held = ledger()
    people = [held.loop.world.zhou.user, held.clerk.user, held.coordinator.user]
    with transaction.atomic():
        mirror.mirror([user.pk for user in people])
    return held


def over(cast: Ledger, patient: Patient, code: str) -> Booking:
    """A visit of today whose time ended some minutes ago; the data moves, not the clock."""
    booking = cast.loop.booked(patient, code=code)
    ends = timezone.now() - timedelta(minutes=20)
    Booking.objects.filter(pk=booking.pk).update(starts_at=ends - timedelta(minutes=30), ends_at=ends)
    return fresh(booking)


def missed(cast: Ledger, patient: Patient, code: str) -> None:
    """One of the two that were missed before."""
    booking = over(cast, patient, code)
    report_noshow(booking.public_id, "no_word", expected_version=booking.version, by=cast.clerk)


def test_a_third_missed_visit_bans_and_a_struck_one_lifts_it(
    cast: Ledger, seat: Seat, site: Site, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    chen = cast.patient("陈秀兰")
    missed(cast, chen, SUGAR)
    missed(cast, chen, BONES)
    third = over(cast, chen, HEART)
    draft, place = cast.loop.world.referral(chen), cast.loop.world.place(9, code=SUGAR)
    book = f"/referrals/{draft.public_id}/book/?department={SUGAR}"
    doctor = seat(cast.doctor.user)
    doctor.goto(book)
    expect(doctor.locator(".strip")).to_contain_text(TWO_OF_THREE)
    read(doctor, "noshow-1-before")

    breach = reported(seat(cast.clerk.user), third)
    told = eventually(doctor, lambda: texts(site, breach.public_id, "breach_recorded"))[0]
    listed = eventually(doctor, lambda: texts(site, breach.public_id, "ban_listed"))[0]
    assert (told["phone"], listed["phone"]) == (chen.phone, chen.phone)
    assert "已记爽约第3次（满3次暂停预约）" in told["text"] and "前暂停预约和预约转诊" in listed["text"]

    tried(doctor, book, place)
    expect(doctor.locator(".refuse h2")).to_contain_text("该患者在爽约名单上，截至")
    read(doctor, "noshow-6-refused")
    assert Booking.objects.filter(referral=draft).count() == 0
    appealed(doctor, breach, papers(tmp_path))
    waiting(open_page(phone=True), third)
    struck(seat(cast.second.user))
    eventually(doctor, lambda: texts(site, breach.public_id, "breach_struck"))

    tried(doctor, book, place)
    expect(doctor.get_by_role("heading", name="请逐项告知患者")).to_be_visible()
    breach.refresh_from_db()
    assert (breach.status, breach.appeal.filed_by, breach.appeal.decided_by) == ("struck", cast.doctor.user, cast.second.user)
    assert BookingBan.objects.get().status == "lifted"
    assert list(verify()) == []


def reported(page: Page, booking: Booking) -> Breach:
    """The window calls, reaches nobody, and reports that the patient said nothing."""
    page.goto("/absent/")
    read(page, "noshow-2-worklist")
    on_the_phone(page, "noshow-2-worklist-phone")
    page.get_by_role("link", name="致电或登记").click()
    expect(page.locator(".big-number")).to_have_text(booking.patient.phone)
    page.get_by_label("通话结果").select_option("not_reached")
    page.get_by_role("button", name="记录通话").click()
    expect(page.get_by_text("1 次未联系上")).to_be_visible()
    read(page, "noshow-3-called")
    page.get_by_label("原因（由谁造成）").select_option("no_word")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("main")).to_contain_text("计为患者的一次爽约")
    read(page, "noshow-4-reported")
    on_the_phone(page, "noshow-4-reported-phone")
    return Breach.objects.get(booking=booking)


def tried(page: Page, address: str, place: PoolSlot) -> None:
    """The doctor books as always."""
    page.goto(address)
    page.locator(f'a.cell[href*="{place.visit_date}"]').click()
    page.locator("a.band").first.click()
    page.get_by_role("button", name="确认预约").click()


def papers(folder: Path) -> Path:
    """A scan of a certificate, and something that only calls itself one."""
    (folder / PROOF).write_bytes(PDF)
    (folder / "说明.pdf").write_text("<html>住院</html>", encoding="utf-8")
    return folder


def appealed(page: Page, breach: Breach, files: Path) -> None:
    """From the refusal to the missed visit, what the doctor says against it, and the paper that shows it."""
    page.get_by_role("link", name="查看爽约记录、申诉").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    read(page, "noshow-7-list")
    on_the_phone(page, "noshow-7-list-phone")
    page.locator(f'a[href="/breaches/{breach.public_id}/"]').click()
    page.get_by_label("为什么不应计爽约").fill("当天在宣武医院急诊住院")
    page.get_by_label("依据材料").fill("宣武医院住院证明 2026-113")
    page.get_by_label("文件").set_input_files(files / "说明.pdf")
    page.get_by_role("button", name="提交区里处理").click()
    expect(page.locator("#e-file")).to_contain_text("只能提交 PDF 或照片")
    page.get_by_label("文件").set_input_files(files / PROOF)
    read(page, "noshow-8-appeal")
    on_the_phone(page, "noshow-8-appeal-phone")
    page.get_by_role("button", name="提交区里处理").click()
    expect(page.locator(".head .tag")).to_have_text("申诉中")
    expect(page.get_by_role("link", name=PROOF)).to_be_visible()
    read(page, "noshow-9-appealed")
    on_the_phone(page, "noshow-9-appealed-phone")


def waiting(page: Page, booking: Booking) -> None:
    """The resident reads on her phone that somebody appealed for her."""
    page.goto("/r/")
    page.fill("#f-number", booking.number)
    page.fill("#f-code", booking.confirmation_code)
    page.get_by_role("button", name="查看我的预约").click()
    page.get_by_role("link", name="查看记录或申诉").click()
    expect(page.locator("main")).to_contain_text("医生已代您申诉")
    read(page, "noshow-10-resident-phone")


def struck(page: Page) -> None:
    """A second person of the district opens the paper, decides, and sees the count that follows."""
    page.goto("/breaches/")
    read(page, "noshow-11-district")
    page.get_by_role("link", name="处理").click()
    expect(page.locator(".tl")).to_contain_text(PROOF)
    with page.expect_download() as paper:
        page.get_by_role("link", name=PROOF).click()
    assert paper.value.path().read_bytes() == PDF
    read(page, "noshow-12-decide")
    page.get_by_label("决定").select_option("struck")
    page.get_by_label("原因").fill("住院属实")
    page.get_by_role("button", name="处理").click()
    expect(page.locator(".head .tag")).to_have_text("已撤销")
    expect(page.locator("main")).to_contain_text("2/3　1月1日 清零")
    read(page, "noshow-13-decided")
