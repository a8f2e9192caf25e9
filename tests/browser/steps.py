"""What every journey does with a page: takes a picture, reads its words, measures it, and waits for what the worker brings."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from permissions.models import User
from tests.browser.site import PHONE, Site

LOOK = os.environ.get("LOOK_INTO", "")  # a folder for pictures, for whoever wants to look
LATIN = re.compile(r"[A-Za-z]{2,}")
CODE = re.compile(r"[0-9A-Z]{4} ?[0-9A-Z]{4}")
ALLOWED = {"PDF", "SMS", "pdf"}  # the last as the ending of a file somebody handed in


def look(page: Page, name: str) -> None:
    """A picture of the whole page, where somebody asked for pictures; wherever the focus is, it is shown."""
    if LOOK:
        Path(LOOK).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(LOOK) / f"{name}.png", full_page=True)


def chinese(page: Page) -> None:
    """Nothing but Chinese stands on the page, codes and numbers apart."""
    text = page.evaluate(
        "(() => { const copy = document.querySelector('main').cloneNode(true);"
        " copy.querySelectorAll('.code, kbd, input, textarea').forEach(e => e.remove()); return copy.textContent })()"
    )
    assert set(LATIN.findall(CODE.sub("", text))) <= ALLOWED


def read(page: Page, name: str) -> None:
    """A step of a journey: Chinese, no wider than its screen, and in the album."""
    look(page, name)
    chinese(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} scrolls sideways"


def on_the_phone(page: Page, name: str) -> None:
    """The same page as a phone shows it, then wide again; nothing is loaded anew."""
    wide = page.viewport_size
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    read(page, name)
    page.set_viewport_size(wide)  # type: ignore[arg-type]


def to_section(page: Page, name: str) -> None:
    """A section of the bar by its name, through the menu it stands in where there are many."""
    bar = page.get_by_role("navigation", name="主导航")
    here = re.compile(rf"^\s*{re.escape(name)}\s*\d*\s*$")
    menu = bar.locator("details").filter(has=page.locator("a", has_text=here))
    if menu.count():
        menu.locator("summary").click()
    bar.get_by_role("link", name=here).click()


def messages(site: Site) -> list[dict[str, str]]:
    """Every SMS the gateway wrote."""
    if not site.sms_file.exists():
        return []
    return [json.loads(line) for line in site.sms_file.read_text(encoding="utf-8").splitlines()]


def texts(site: Site, about: object, template: str) -> list[dict[str, str]]:
    """The messages of one kind about one thing."""
    return [m for m in messages(site) if m["about"] == str(about) and m["template"] == template]


def codes(site: Site, phone: str) -> list[str]:
    """The login codes sent to a number."""
    sent = [m["text"] for m in messages(site) if m["phone"] == phone and m["template"] == "login_code"]
    return [found[0] for text in sent if (found := re.search(r"[0-9]{6}", text))]


def logged_in(page: Page, site: Site, user: User) -> Page:
    """By the login page, with the code out of her SMS."""
    known = len(codes(site, user.phone))
    page.goto("/login/")
    page.get_by_label("手机号").fill(user.phone)
    page.get_by_role("button", name="获取验证码").click()
    expect(page.get_by_role("textbox", name="验证码")).to_be_visible()
    page.get_by_role("textbox", name="验证码").fill(eventually(page, lambda: codes(site, user.phone)[known:])[-1])
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".me .who summary b")).to_have_text(user.name)
    return page


def eventually(page: Page, find: Callable[[], Any]) -> Any:
    """What the worker brings within a few seconds."""
    for _ in range(100):
        if found := find():
            return found
        page.wait_for_timeout(100)
    raise AssertionError("the worker did not bring it")
