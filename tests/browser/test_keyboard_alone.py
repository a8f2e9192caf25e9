"""A booking by keyboard alone, from the login page to the slip: every stop is seen, none holds the reader, the order is the page's."""

from collections.abc import Callable

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from permissions.models import User
from referral.booking.models import Booking
from referral.slips import checks
from tests.browser.keyboard import Keyboard
from tests.browser.site import Site
from tests.browser.steps import codes, eventually, read
from tests.integration.pages.scene import Scene, scene

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.pdf,
    pytest.mark.skipif(bool(checks.printing_needs()), reason=checks.printing_needs()),
]
COLD = 30_000  # milliseconds a worker may take for its first paper; the page loads again by itself meanwhile


@pytest.fixture
def day(transactional_db: None) -> Scene:
    return scene()


def test_a_doctor_logs_in_books_tells_and_prints_without_a_mouse(day: Scene, site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page()
    keys = Keyboard(page)
    sun = day.world.patient("孙桂英")

    logged_in(page, keys, site, day.world.zhou.user)
    skipped(page, keys)
    written(page, keys)
    filtered(page, keys)
    chosen(page, keys)
    told(page, keys)

    booking = Booking.objects.get(patient=sun)
    assert (booking.status, booking.told_by) == ("booked", day.world.zhou)
    printed(page, keys, f"/bookings/{booking.public_id}/slip.pdf")


def logged_in(page: Page, keys: Keyboard, site: Site, user: User) -> None:
    """Phone, code out of the SMS, Enter each time."""
    page.goto("/login/")
    keys.fill(page.get_by_label("手机号"), user.phone)
    keys.press("Enter")
    code = page.get_by_role("textbox", name="验证码")
    expect(code).to_be_visible()
    keys.fill(code, eventually(page, lambda: codes(site, user.phone))[-1])
    keys.press("Enter")
    expect(page.locator(".me .who summary b")).to_have_text(user.name)
    read(page, "keys-1-home")


def skipped(page: Page, keys: Keyboard) -> None:
    """The first stop leads past the bar: the next one is inside the text."""
    keys.press("Tab")
    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    read(page, "keys-2-skip")
    keys.press("Enter")
    page.wait_for_url("**/#main")
    keys.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null"), page.evaluate("document.activeElement.outerHTML")


def written(page: Page, keys: Keyboard) -> None:
    """Found by the search key and initials, seen, and the referral written."""
    keys.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("sgy")
    keys.press("Enter")
    keys.enter(page.get_by_role("link", name="记录接诊"))
    keys.fill(page.get_by_label("来由"), "高血压随访")
    read(page, "keys-3-visit")
    keys.enter(page.get_by_role("button", name="记录并写转诊"))
    keys.fill(page.get_by_label("转诊原因"), "血压控制不佳")
    keys.fill(page.get_by_label("初步印象"), "高血压病 3 级")
    keys.fill(page.get_by_label("主要现病史"), "三药联合四周未达标")
    keys.to(page.get_by_label("所填内容真实、完整"))
    keys.press("Space")
    read(page, "keys-4-write")
    keys.enter(page.get_by_role("button", name="保存并选号"))


def filtered(page: Page, keys: Keyboard) -> None:
    """Running through the choices of a filter applies none of them; its button does."""
    expect(page.get_by_text("先选半天")).to_be_visible()
    hospital = page.locator("select[name=institution]")
    keys.to(hospital)
    keys.press("ArrowDown", "ArrowDown", "ArrowUp")
    value = hospital.input_value()
    keys.enter(page.locator(".filters .go"))
    page.wait_for_url(f"**institution={value}**")
    assert value and page.locator("select[name=institution]").input_value() == value


def chosen(page: Page, keys: Keyboard) -> None:
    """One stop for the whole calendar; the page that follows goes on where she was, not at the top."""
    keys.to(page.locator("a.cell[tabindex='0']"))
    keys.press("ArrowRight")
    read(page, "keys-5-calendar")
    keys.press("Enter")
    expect(page.locator("a.cell[aria-current]")).to_be_focused()
    keys.press("Tab")
    expect(page.locator("a.band").first).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("button", name="确认预约")).to_be_focused()
    read(page, "keys-6-confirm")
    keys.press("Enter")


def told(page: Page, keys: Keyboard) -> None:
    """Four boxes by Space, and as far as the slip."""
    expect(page.get_by_role("heading", name="请逐项告知患者")).to_be_visible()
    boxes = page.get_by_role("checkbox").all()
    assert len(boxes) == 4
    for box in boxes:
        keys.to(box)
        keys.press("Space")
    read(page, "keys-7-told")
    keys.enter(page.get_by_role("button", name="四项均已告知"))
    expect(page.locator("main .tag.ok").first).to_contain_text("已告知")
    keys.to(page.get_by_role("link", name="打印转诊单"))
    read(page, "keys-8-slip")


def printed(page: Page, keys: Keyboard, address: str) -> None:
    """Enter on the link of the slip, and the paper itself is what the browser asked for and got; its viewer is not part of this."""
    papers: list[APIResponse] = []

    def handed_over(route: Route) -> None:
        answer = route.fetch()
        if answer.headers.get("content-type") == "application/pdf":
            papers.append(answer)
            route.fulfill(body="the paper")
        else:
            route.fulfill(response=answer)

    assert keys.is_at(page.get_by_role("link", name="打印转诊单"))
    page.route(f"**{address}", handed_over)
    keys.press("Enter")
    expect(page.get_by_text("the paper", exact=True)).to_be_visible(timeout=COLD)
    (paper,) = papers
    assert (paper.status, paper.headers["content-disposition"].partition(";")[0], paper.body()[:4]) == (200, "inline", b"%PDF")
