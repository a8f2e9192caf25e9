"""The bar holds every section of a role without scrolling, in both languages and on the phone; its menus open by keyboard."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from clinics import mirror
from permissions.models import User
from permissions.roles import Role
from tests import cast_stops
from tests.browser.site import PHONE
from tests.browser.steps import look
from tests.cast import a_user, an_admin
from tests.cast_clinics import a_post

pytestmark = pytest.mark.django_db(transaction=True)
Sit = Callable[..., Page]
MEASURE = """() => {
  const bar = document.querySelector('.top nav'), page = document.documentElement;
  return {page: page.scrollWidth <= window.innerWidth, bar: bar.scrollWidth <= bar.clientWidth + 1, wide: bar.clientHeight};
}"""


@pytest.fixture
def people() -> dict[str, User]:
    """One of each kind that has a bar of some length."""
    held = cast_stops.scene()
    centre_manager = a_post(a_user("钱主任"), held.world.centre, Role.MANAGER)
    specialist = a_post(a_user("孙专科"), held.world.centre, Role.REGIONAL_SPECIALIST)
    with transaction.atomic():
        mirror.mirror([held.world.zhou.user_id])
    return {
        "doctor": held.doctor.user,
        "specialist": specialist.user,
        "clerk": held.clerk.user,
        "receiving": held.cardiologist.user,
        "coordinator": held.coordinator.user,
        "manager": held.manager.user,
        "centre_manager": centre_manager.user,
        "district": an_admin("李敏", district=held.world.district),
    }


def test_no_bar_scrolls_at_a_desk_and_no_page_does_on_a_phone(seat: Sit, people: dict[str, User]) -> None:
    measured: dict[str, Any] = {}

    for who, user in people.items():
        page = seat(user)
        for language in ("zh", "en"):
            page.goto("/")
            if language == "en":
                page.get_by_role("button", name="English").click()
            expect(page.locator("html")).to_have_attribute("lang", "en" if language == "en" else "zh-CN")
            page.wait_for_load_state()
            measured[f"{who} {language}"] = page.evaluate(MEASURE)
            look(page, f"bar-{who}-{language}")
            wide = page.viewport_size
            page.set_viewport_size(PHONE)  # type: ignore[arg-type]
            measured[f"{who} {language} phone"] = page.evaluate(MEASURE) | {"bar": True}
            look(page, f"bar-{who}-{language}-phone")
            page.set_viewport_size(wide)  # type: ignore[arg-type]

    assert {key: said for key, said in measured.items() if not (said["page"] and said["bar"])} == {}
    assert {key for key, said in measured.items() if said["wide"] > 60 and "phone" not in key} == set()


def test_a_menu_opens_by_keyboard_leads_on_and_closes_with_escape(seat: Sit, people: dict[str, User]) -> None:
    page = seat(people["coordinator"])
    page.goto("/services/")
    bar = page.get_by_role("navigation", name="主导航")
    menu = bar.locator("summary", has_text="机构与人员")

    expect(menu).to_have_attribute("aria-current", "true")
    menu.focus()
    page.keyboard.press("Enter")
    expect(bar.get_by_role("link", name="项目与医生")).to_have_attribute("aria-current", "page")
    look(page, "menu-coordinator-zh")
    page.keyboard.press("Escape")
    expect(bar.get_by_role("link", name="项目与医生")).to_be_hidden()
    expect(menu).to_be_focused()

    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    menu.click()
    expect(bar.get_by_role("link", name="导入名单")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    look(page, "menu-coordinator-phone")
    bar.get_by_role("link", name="导入名单").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("导入名单")
