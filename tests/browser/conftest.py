"""Fixtures of browser tests: one Chromium for all of them, before the one server of the run."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect, sync_playwright

from permissions.models import User
from tests.browser.site import CHROMIUM, PHONE, WIDE, Site, chromium, new_page
from tests.cast import a_session

# Playwright keeps an event loop in this thread; the tests talk to the database from the same thread, one at a time.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs Chromium; without it the tests say so and are skipped."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not Path(CHROMIUM).exists():
                item.add_marker(pytest.mark.skip(reason="needs Chromium: apt-get install chromium"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium; each page gets a context of its own."""
    expect.set_options(timeout=15_000)  # a busy machine is no failure
    with sync_playwright() as playwright:
        opened = chromium(playwright)
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Opens pages, wide or of a phone, with script or without; closes what it opened."""
    opened: list[Page] = []

    def open_one(*, phone: bool = False, script: bool = True) -> Page:
        opened.append(new_page(browser, site, size=PHONE if phone else WIDE, script=script))
        return opened[-1]

    yield open_one
    for page in opened:
        page.context.close()


@pytest.fixture
def seat(site: Site, open_page: Callable[..., Page]) -> Iterator[Callable[[User], Page]]:
    """Opens a browser somebody is logged in at; anything the browser complains about fails the test."""
    complaints: list[str] = []

    def sit(user: User) -> Page:
        page = open_page()
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": a_session(user)[1], "url": site.url}])
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
        return page

    yield sit
    assert complaints == []
