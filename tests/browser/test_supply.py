"""The supply side at the browser: a timetable published and booked, places rebalanced, a clinic stopped, the day's list, the shares."""

import io
import re
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from openpyxl import load_workbook
from playwright.sync_api import Download, Page, expect

from clinics import mirror
from clinics.models import ClinicSession, ClinicStop, SessionTemplate
from referral.booking.models import Booking
from reserved_pools.models import PoolSlot, Rebalancing
from tests import cast_balance, cast_stops
from tests.browser.site import PHONE, WIDE
from tests.cast_balance import next_monday
from tests.cast_clinics import a_coordinator, a_department, a_hospital
from tests.cast_stops import Scene
from vault.models import AccessEntry, AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)
Sit = Callable[..., Page]
NAV = "主导航"
# How many of its places were booked by so many days before the cut-off, in the weeks before.
EMPTY, FULL = (2, 1, 1, 0, 0, 0, 0, 0, 0, 0), (8, 8, 8, 8, 8, 7, 5, 3, 2, 0)


@pytest.fixture
def hospital_day() -> Scene:
    """北大医院 with its people, and 周晓岚 who refers to it."""
    held = cast_stops.scene()
    with transaction.atomic():
        mirror.mirror([held.world.zhou.user_id])
    return held


def tab(page: Page, address: str) -> None:
    """Through the main navigation, as everybody does it."""
    page.goto("/")
    bar, link = page.get_by_role("navigation", name=NAV), f'a[href="{address}"]'
    menu = bar.locator("details").filter(has=page.locator(link))
    if menu.count():
        menu.locator("summary").click()
    bar.locator(link).click()


def fits(page: Page) -> None:
    """Nothing has to be moved sideways to be read."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_weekly_template_becomes_a_published_week_in_which_a_doctor_books(seat: Sit, hospital_day: Scene) -> None:
    coordinator, monday = seat(hospital_day.coordinator.user), next_monday()

    enters_a_half_day(coordinator, monday)
    publishes(coordinator, monday)
    template = SessionTemplate.objects.get()
    session = ClinicSession.objects.get(date=monday)
    assert (template.capacity, session.capacity, session.half_day) == (30, 30, "am")
    kept = PoolSlot.objects.referral().filter(slot__session=session)
    assert sum(slot.published for slot in kept) == 8  # 30 % of the 80 % that may be booked, rounded up

    doctor = seat(hospital_day.doctor.user)
    written = hospital_day.world.referral(hospital_day.world.patient("孙桂英"))
    books(doctor, f"/referrals/{written.public_id}/book/", monday)
    booking = Booking.objects.get(referral=written)
    assert (booking.visit_date, booking.pool_slot.slot.session_id) == (monday, session.pk)
    coordinator.reload()
    expect(coordinator.locator("table.board")).to_contain_text("留 8，已约 1")


def enters_a_half_day(page: Page, monday: date) -> None:
    """The timetable is empty; one half-day, first typed wrongly."""
    tab(page, "/week/")
    page.get_by_role("link", name="周排班", exact=True).click()
    page.get_by_role("link", name="添加半天排班").first.click()
    page.get_by_label("星期").select_option("1")
    page.get_by_label("开始时间").fill("12:00")
    page.get_by_label("结束时间").fill("08:00")
    page.get_by_role("spinbutton").fill("30")
    page.get_by_label("生效日期").fill(monday.isoformat())
    page.get_by_role("button", name="添加").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    page.get_by_label("项目").select_option(index=1)
    page.get_by_label("开始时间").fill("08:00")
    page.get_by_label("结束时间").fill("12:00")
    page.get_by_role("button", name="添加").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("table.board")).to_contain_text("30 个号")


def publishes(page: Page, monday: date) -> None:
    """What would be made is seen before it is; afterwards the week shows it."""
    page.get_by_role("link", name="发布一周").click()
    page.get_by_label("起始日期").fill(monday.isoformat())
    page.get_by_label("截止日期").fill((monday + timedelta(days=6)).isoformat())
    page.get_by_role("button", name="查看").click()
    line = page.get_by_role("row", name="心脏普通门诊")
    expect(line.get_by_role("cell")).to_contain_text(["08:00", "30", "8", "16", "6"])
    assert not ClinicSession.objects.filter(date=monday).exists()
    page.get_by_role("button", name="发布 1 个班次").click()
    expect(page.get_by_text("已发布 1 个班次，其中社区预留 8 个号。")).to_be_visible()
    expect(page.locator("table.board")).to_contain_text("留 8，已约 0")


def books(page: Page, address: str, monday: date) -> None:
    """The doctor finds the new half-day and books its first band."""
    page.goto(address)
    page.locator(f'a.cell[href*=".{monday.isoformat()}.am"]').click()
    page.locator("a.band").first.click()
    page.get_by_role("button", name="确认预约").click()
    expect(page.locator("main")).to_contain_text("孙桂英")


def test_a_proposal_is_accepted_and_taken_back(seat: Sit) -> None:
    hospital = a_hospital()
    department = a_department(hospital, name="心血管内科")
    general, expert = cast_balance.a_clinic(department), cast_balance.a_clinic(department, expert=True, share="0.700")
    empty, full = (cast_balance.a_session(general, next_monday() + timedelta(days=ahead)) for ahead in (0, 2))
    cast_balance.a_session(expert, next_monday() + timedelta(days=1), capacity=30)
    cast_balance.history(general, empty.date, EMPTY, published=6)
    cast_balance.history(general, full.date, FULL, published=8)
    before = [cast_balance.places_in(one) for one in (empty, full)]
    page = seat(a_coordinator(hospital).user)

    tab(page, "/pools/")
    line = page.get_by_role("row", name=empty.date.isoformat()).first
    expect(line).to_contain_text("普通号 4 个")
    line.get_by_role("button", name="采纳").click()
    expect(page.get_by_role("button", name="撤回")).to_be_visible()
    moved = Rebalancing.objects.get()
    assert [cast_balance.places_in(one) for one in (empty, full)] == [before[0] - moved.places, before[1] + moved.places]
    page.get_by_role("button", name="撤回").click()
    expect(page.get_by_role("button", name="撤回")).to_have_count(0)

    moved.refresh_from_db()
    assert moved.undone_at is not None
    assert [cast_balance.places_in(one) for one in (empty, full)] == before


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_clinic_is_stopped_after_its_consequences_were_seen(seat: Sit, hospital_day: Scene, size: dict[str, int]) -> None:
    booking = hospital_day.booked(name="王桂英")
    open_places = sum(slot.published for slot in PoolSlot.objects.all()) - 1
    page = seat(hospital_day.coordinator.user)

    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto("/stops/")
    fits(page)
    page.get_by_role("link", name="停诊登记").first.click()
    page.get_by_label("门诊").select_option(label="心血管内科　心脏普通门诊")
    page.get_by_label("起始日期").fill(hospital_day.session.date.isoformat())
    page.get_by_label("原因").select_option(index=1)
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_text("1 个预约", exact=True)).to_be_visible()
    assert not ClinicStop.objects.exists()
    fits(page)
    page.get_by_role("link", name="确认停诊").click()
    page.get_by_role("dialog").get_by_role("button", name="确认停诊").click()
    expect(page.locator("main")).to_contain_text(f"收回号源 {open_places} 个")
    expect(page.get_by_role("row", name="王*英")).to_contain_text("已预约")
    fits(page)

    assert ClinicStop.objects.get().status == "in_force"
    booking.refresh_from_db()
    assert booking.status == "booked"  # whoever is booked stays so until she was called
    assert sum(slot.published for slot in PoolSlot.objects.all()) == 1


def test_the_list_of_the_next_day_is_printed_and_taken_as_a_sheet(seat: Sit, hospital_day: Scene, tmp_path: Path) -> None:
    booking = hospital_day.booked(name="李淑珍")
    page = seat(hospital_day.coordinator.user)

    tab(page, "/day-list/")
    expect(page.locator("main")).to_contain_text("李淑珍")
    sheet = taken(page, lambda: page.get_by_role("button", name="导出表格").click())
    page.get_by_role("link", name="打印").click()
    expect(page).to_have_url(re.compile("/day-list/print/"))
    page.wait_for_load_state()
    page.pdf(path=tmp_path / "list.pdf", prefer_css_page_size=True)
    paper = subprocess.run(["pdftotext", "-layout", tmp_path / "list.pdf", "-"], capture_output=True, text=True, check=True).stdout

    for text in ("李淑珍", booking.confirmation_code, "北京大学第一医院", "心血管内科"):
        assert text in paper
    assert booking.patient.phone not in paper
    assert "主导航" not in paper
    assert any("李淑珍" in row for row in sheet)
    assert AccessEntry.objects.exists()


def test_the_shares_of_a_week_are_read_and_taken_as_a_sheet(seat: Sit, hospital_day: Scene) -> None:
    hospital_day.booked()
    day = hospital_day.session.date
    page = seat(hospital_day.world.admin)

    tab(page, "/compliance/")
    page.goto(f"/compliance/?first={day}&last={day}")
    line = page.get_by_role("row", name="北京大学第一医院")
    expect(line).to_contain_text("达标")
    expect(line.get_by_role("cell").nth(2)).to_have_text("1")
    sheet = taken(page, lambda: page.get_by_role("button", name="导出表格").click())

    (row,) = [row for row in sheet if "北京大学第一医院" in row]
    assert 6 in row  # places offered of 24
    assert AuditEntry.objects.filter(verb__contains="export").exists()


def taken(page: Page, act: Callable[[], Any]) -> list[tuple[Any, ...]]:
    """The rows of the sheet that this act downloads."""
    with page.expect_download() as waiting:
        act()
    download: Download = waiting.value
    assert download.suggested_filename.endswith(".xlsx")
    book = load_workbook(io.BytesIO(Path(download.path()).read_bytes()))
    return [row for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)]
