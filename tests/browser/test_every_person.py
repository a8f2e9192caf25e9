"""Every person of the demonstration logs in through the pages with the code from her SMS, sees her work, and leaves."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from io import StringIO
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect

from tests.browser.site import Site, new_page
from tests.cast import a_user
from tests.integration.language.reading import words_of
from tests.integration.language.test_pages import ALLOWED, LATIN
from tests.thorough import THOROUGH

pytestmark = pytest.mark.django_db(transaction=True)
TABS = 12
EVERYWHERE = 2 if THOROUGH else 1  # people of each role who open every section of their bar
CODE = re.compile(r"[0-9]{6}")
Open = Callable[..., Page]


class Tab:
    """A browser of its own that complains; people use it one after another."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.page = new_page(browser, site)
        self.page.set_default_timeout(30_000)
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None)


@pytest.fixture
def people(site: Site, settings: Any) -> list[dict[str, str]]:
    """The demonstration, loaded by its command into the database the site serves; everybody who can log in."""
    settings.DEMO, settings.STATE_DIR = True, site.state
    call_command("demo", stdout=StringIO())
    return list(json.loads((site.state / "demo" / "accounts.json").read_text(encoding="utf-8")))


def test_every_person_of_the_demonstration_logs_in_sees_her_work_and_leaves(
    browser: Browser, site: Site, people: list[dict[str, str]]
) -> None:
    tabs = [Tab(browser, site) for _ in range(TABS)]
    chosen = people if THOROUGH else in_turns(people)
    rows = iter(chosen)
    sections: dict[str, list[str]] = {}
    met: Counter[str] = Counter()
    while batch := list(islice(rows, TABS)):
        seated = list(zip(tabs, batch, strict=False))
        for tab, person in seated:  # all ask before the first enters: the worker sends while the others type
            ask(tab.page, person["phone"])
        for tab, person in seated:
            enter(tab.page, last_code(site, tab.page, person["phone"]))
            met[person["role"]] += 1
            accept_duties(tab)
            sections[person["phone"]] = look_around(tab, person, everywhere=met[person["role"]] <= EVERYWHERE)
            leave(tab.page)

    assert [tab.complaints for tab in tabs] == [[]] * TABS
    assert (len(people), len(sections)) == (127, len(chosen))
    assert set(met) == {person["role"] for person in people}
    assert [person["role"] for person in chosen if not sections[person["phone"]]] == []


def in_turns(people: list[dict[str, str]]) -> list[dict[str, str]]:
    """The first of every role; by night everybody comes."""
    met: Counter[str] = Counter()
    chosen = []
    for person in people:
        met[person["role"]] += 1
        if met[person["role"]] == 1:
            chosen.append(person)
    return chosen


def ask(page: Page, phone: str) -> None:
    """The first page: the number, then the page for the code."""
    page.goto("/login/")
    page.get_by_label("手机号").fill(phone)
    page.get_by_role("button", name="获取验证码").click()
    expect(page.get_by_role("textbox", name="验证码")).to_be_visible()


def enter(page: Page, code: str) -> None:
    """The second page: the code, then wherever it leads."""
    page.get_by_role("textbox", name="验证码").fill(code)
    page.get_by_role("button", name="登录").click()


def accept_duties(tab: Tab) -> None:
    """Whoever comes for the first time reads her duties and gives her word before anything else opens."""
    expect(tab.page.locator("h1")).to_be_visible()
    if urlsplit(tab.page.url).path != "/duties/":
        return
    tab.page.get_by_label("我已阅读以上职责并承诺遵守").check()
    tab.page.get_by_role("button", name="承诺履行职责").click()


def look_around(tab: Tab, person: dict[str, str], *, everywhere: bool) -> list[str]:
    """Her name and place, then, for the first of a role, each section of the bar; answers their addresses."""
    expect(tab.page.locator(".me .who summary b")).to_have_text(person["name"])
    read(tab, person)
    addresses = tab.page.eval_on_selector_all("header.top nav a", "links => links.map(link => link.getAttribute('href'))")
    for address in addresses if everywhere else ():
        if urlsplit(tab.page.url).path != address:
            answer = tab.page.goto(address)
            assert answer is not None and answer.status == 200, (person, address)
            read(tab, person)
    return list(addresses)


def read(tab: Tab, person: dict[str, str]) -> None:
    """Nothing but Chinese, and nothing the browser minds."""
    words = words_of(tab.page.content())
    assert set(LATIN.findall(words)) <= ALLOWED, (person, tab.page.url)
    assert tab.complaints == [], (person, tab.page.url)


def leave(page: Page) -> None:
    """Out, and the way back asks for the phone again."""
    page.locator(".me .who summary").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_label("手机号")).to_be_visible()


def last_code(site: Site, page: Page, phone: str, known: int = 0) -> str:
    """The newest code the gateway wrote for this number, once there are more than `known`."""
    for _ in range(300):
        codes = list(codes_of(site, phone))
        if len(codes) > known:
            return codes[-1]
        page.wait_for_timeout(50)
    raise AssertionError(f"no code for {phone}")


def codes_of(site: Site, phone: str) -> Iterator[str]:
    """The codes sent to a number, oldest first."""
    if site.sms_file.exists():
        for line in site.sms_file.read_text(encoding="utf-8").splitlines():
            sms = json.loads(line)
            found = CODE.search(sms["text"])
            if sms["phone"] == phone and sms["template"] == "login_code" and found:
                yield found[0]


def test_after_five_wrong_codes_the_right_one_is_refused_and_a_new_one_opens(site: Site, open_page: Open) -> None:
    user = a_user("周晓岚")
    known = len(list(codes_of(site, user.phone)))
    page = open_page()
    ask(page, user.phone)
    right = last_code(site, page, user.phone, known)
    wrong = f"{(int(right) + 1) % 10**6:06d}"

    for left in (4, 3, 2, 1):
        enter(page, wrong)
        expect(page.get_by_role("alert").first).to_contain_text(f"还可以再试 {left} 次")
    enter(page, wrong)
    expect(page.get_by_role("alert").first).to_contain_text("验证码已失效，请重新获取")
    enter(page, right)

    expect(page.get_by_role("alert").first).to_contain_text("验证码已失效，请重新获取")
    expect(page.locator(".me .who")).to_have_count(0)
    page.wait_for_timeout(1100)  # the demonstration lets one code a second go to a number
    page.get_by_role("button", name="重新发送验证码").click()
    enter(page, last_code(site, page, user.phone, known + 1))
    expect(page.locator(".me .who summary b")).to_have_text("周晓岚")
