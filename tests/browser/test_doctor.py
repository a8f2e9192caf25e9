"""The doctor's main job in a real browser: with and without script, by keyboard, wide and on a phone, refused and helped."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from permissions.models import ReferralRight
from referral.booking.models import Booking
from referral.cases.models import Referral
from reserved_pools.models import PoolSlot
from tests.browser.site import Site
from tests.cast import a_session
from tests.database import as_owner
from tests.integration.pages.scene import Scene, scene

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[..., Page]


@pytest.fixture
def day() -> Scene:
    return scene()


@pytest.fixture
def doctor(day: Scene, site: Site, open_page: Open) -> Open:
    """Opens a page with 周晓岚 logged in; anything the browser complains about fails the test."""
    _session, key = a_session(day.world.zhou.user)
    complaints: list[str] = []

    def open_one(**how: bool) -> Page:
        page = open_page(**how)
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": site.url}])
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
        return page

    yield open_one
    assert complaints == []


def book_address(day: Scene) -> str:
    return f"/referrals/{day.draft.public_id}/book/"


def choose_first_free(page: Page, address: str) -> None:
    """Up to the moment of deciding: the first free half-day, its first free band."""
    page.goto(address)
    page.locator("a.cell").first.click()
    page.locator("a.band").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_patient_is_seen_referred_booked_and_told_without_any_script(doctor: Open, day: Scene):
    page = doctor(script=False)
    sun = day.world.patient("孙桂英")

    page.goto("/patients/?q=sgy")
    page.get_by_role("link", name="记录接诊").click()
    page.get_by_label("来由").fill("高血压随访")
    page.get_by_role("button", name="记录并写转诊").click()
    page.get_by_label("转诊原因").fill("血压控制不佳")
    page.get_by_label("初步印象").fill("高血压病 3 级")
    page.get_by_label("主要现病史").fill("三药联合四周未达标")
    page.get_by_label("所填内容真实、完整").check()
    page.get_by_role("button", name="保存并选号").click()
    page.locator("a.cell").first.click()
    page.locator("a.band").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("孙桂英")
    page.get_by_role("button", name="确认预约").click()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="四项均已告知").click()

    expect(page.locator("main")).to_contain_text("已告知")
    booking = Booking.objects.get(patient=sun)
    assert booking.status == "booked"
    assert booking.told_by == day.world.zhou
    assert booking.referral.status == "booked"


def test_every_fault_of_the_form_is_told_at_once_and_nothing_typed_is_lost(doctor: Open, day: Scene):
    page = doctor()
    day.world.encounter(day.chen)

    page.goto(f"/patients/{day.chen.public_id}/referrals/new/")
    page.get_by_label("初步印象").fill("高血压病")
    page.get_by_role("button", name="保存并选号").click()

    expect(page.get_by_role("alert")).to_contain_text("有 3 处要改")
    assert page.get_by_label("初步印象").input_value() == "高血压病"
    assert Referral.objects.filter(patient=day.chen).count() == 1


def test_a_place_that_went_meanwhile_is_refused_with_others_instead(doctor: Open, day: Scene):
    page = doctor()
    choose_first_free(page, book_address(day))

    with as_owner():
        chosen = page.locator("[name=pool_slot]").get_attribute("value")
        PoolSlot.objects.filter(public_id=chosen).update(claimed=3)
    page.get_by_role("button", name="确认预约").click()

    refusal = page.locator(".refuse")
    expect(refusal).to_contain_text("所选：北京大学第一医院 心血管内科")
    expect(refusal.get_by_role("listitem").first).to_contain_text("余")
    assert Booking.objects.count() == 0
    page.keyboard.press("Tab")  # the refusal has the focus, its first button is next
    expect(refusal.get_by_role("button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="请逐项告知患者")).to_be_visible()
    assert Booking.objects.count() == 1


def test_a_right_revoked_while_the_page_is_open_refuses_the_next_click_and_says_why(doctor: Open, day: Scene):
    page = doctor()
    page.goto(book_address(day))

    right = ReferralRight.objects.get(pk=day.world.zhou.right_id)
    ReferralRight.objects.filter(pk=right.pk).update(status="revoked", reason_code="moved")
    page.locator("a.cell").first.click()

    expect(page.get_by_role("alert")).to_contain_text("您的转诊权限")
    expect(page.get_by_role("alert")).to_contain_text("原因")
    assert page.locator("a.cell").count() == 0
    assert Booking.objects.count() == 0


def test_the_calendar_is_one_tab_stop_and_arrows_move_inside(doctor: Open, day: Scene):
    page = doctor()
    page.goto(book_address(day))

    assert page.locator("a.cell[tabindex='0']").count() == 1
    page.locator("a.cell[tabindex='0']").focus()
    before = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("ArrowRight")
    after = page.evaluate("document.activeElement.getAttribute('aria-label')")

    assert before != after
    assert page.locator("a.cell[tabindex='0']").count() == 1
    page.keyboard.press("Enter")
    expect(page.locator("aside h2")).to_contain_text("午")


def test_a_dialog_holds_the_focus_and_escape_leaves_it(doctor: Open, day: Scene):
    page = doctor()
    choose_first_free(page, book_address(day))
    expect(page.get_by_role("button", name="确认预约")).to_be_focused()

    for _ in range(5):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.dialog') !== null")
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    assert Booking.objects.count() == 0


def test_a_double_click_books_once(doctor: Open, day: Scene):
    page = doctor()
    choose_first_free(page, book_address(day))

    page.get_by_role("button", name="确认预约").dblclick()

    expect(page.get_by_role("heading", name="请逐项告知患者")).to_be_visible()
    assert Booking.objects.count() == 1


def test_large_type_and_language_are_remembered(doctor: Open, day: Scene):
    page = doctor(script=False)

    page.goto("/")
    page.get_by_role("button", name="大字").click()
    page.get_by_role("button", name="English").click()

    expect(page.get_by_role("link", name="My patients")).to_be_visible()
    assert "large" in (page.locator("html").get_attribute("class") or "")
    assert page.locator("html").get_attribute("lang") == "en"
    page.goto("/patients/")
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("large", [False, True])
def test_no_page_scrolls_sideways_on_a_phone_and_targets_are_large_enough(doctor: Open, day: Scene, site: Site, large: bool):
    page = doctor(phone=True)
    page.context.add_cookies([{"name": "large", "value": "1" if large else "0", "url": site.url}])
    day.world.encounter(day.chen, seen_at=timezone.now() - timedelta(hours=2))

    for address in pages_of(day):
        page.goto(address)
        width = page.evaluate("document.documentElement.scrollWidth")
        small = page.evaluate(
            "[...document.querySelectorAll('button, .btn, select, input:not([type=hidden]):not([type=checkbox]):not([type=radio])')]"
            ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 40).map(e => e.outerHTML.slice(0, 80))"
        )

        assert width <= 390, address
        assert small == [], address


def pages_of(day: Scene) -> list[str]:
    """Every page of the doctor that needs no booking."""
    chen, draft = day.chen.public_id, day.draft.public_id
    of_patient = [f"/patients/{chen}/{rest}" for rest in ("", "referrals/new/")]
    of_draft = [f"/referrals/{draft}/{rest}" for rest in ("", "edit/", "book/")]
    return ["/", "/patients/", *of_patient, "/referrals/", *of_draft, "/returns/", "/me/sessions/", "/dev/inbox/", "/nothing/"]
