"""Photographs the demonstration as it runs: the pages of each role, wide and on a phone, into docs/screenshots."""

import json
import os
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from PIL import Image

WIDE, PHONE = 1366, 390
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run"
    " --disable-background-networking --disable-component-update --disable-sync"
)
# File name, role in accounts.json (None: nobody is logged in), address, and what is clicked on the way from there.
Shot = tuple[str, str | None, str, tuple[str, ...]]
SHOTS: tuple[Shot, ...] = (
    ("login", None, "/login/", ()),
    ("doctor-home", "family_doctor", "/", ()),
    ("patients", "family_doctor", "/patients/", ()),
    ("patient", "family_doctor", "/patients/", ("td.act a:last-child",)),
    ("write", "family_doctor", "/referrals/?state=draft", ("td.act a:last-child", "a[href$='/edit/']")),
    ("book", "family_doctor", "/", ("td.act a[href$='/book/']", "a.cell")),
    ("book-confirm", "family_doctor", "/", ("td.act a[href$='/book/']", "a.cell", "a.band")),
    ("referral", "family_doctor", "/referrals/?state=booked", ("td.act a:last-child",)),
    ("referrals", "family_doctor", "/referrals/", ()),
    ("returns", "family_doctor", "/returns/", ()),
    ("arrivals", "window_clerk", "/arrivals/", ()),
    ("visits", "receiving_doctor", "/visits/", ()),
    ("week", "coordinator", "/week/", ()),
    ("pools", "coordinator", "/pools/", ()),
    ("day-list", "coordinator", "/day-list/", ()),
    ("compliance", "district_admin", "/compliance/", ()),
    ("policy", "district_admin", "/policy/", ()),
    ("rights", "district_admin", "/district/rights/", ()),
    ("right", "district_admin", "/district/rights/", ("td.act a",)),
    ("resident", None, "/r/", ()),
    ("inbox", None, "/dev/inbox/", ()),
)


class Command(BaseCommand):
    help = "Takes the README's pictures from a running `make demo` with Debian's Chromium."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default=settings.PUBLIC_URL)
        parser.add_argument("--state", type=Path, default=settings.STATE_DIR)
        parser.add_argument("--out", type=Path, default=settings.BASE_DIR / "docs" / "screenshots")
        parser.add_argument("--english", action="store_true")

    def handle(self, *args: Any, url: str, state: Path, out: Path, english: bool, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Pictures are taken of the demonstration only, where all people are invented.")
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        out.mkdir(parents=True, exist_ok=True)
        accounts = json.loads((state / "demo" / "accounts.json").read_text(encoding="utf-8"))
        phones = {account["role"]: account["phone"] for account in reversed(accounts)}
        with chromium() as browser:
            for width in (WIDE, PHONE):
                camera = Camera(browser, url, state, width, english)
                for name, role, address, clicks in SHOTS:
                    camera.shoot(phones[role] if role else "", address, clicks, out / f"{name}-{width}.png")
                    self.stdout.write(f"{name}-{width}.png")


class Camera:
    """Logs in as each person once and photographs pages at one width."""

    def __init__(self, browser: Any, url: str, state: Path, width: int, english: bool) -> None:
        self.browser, self.url, self.state, self.width, self.english = browser, url, state, width, english
        self.pages: dict[str, Any] = {}

    def shoot(self, phone: str, address: str, clicks: tuple[str, ...], target: Path) -> None:
        if phone not in self.pages:
            self.pages[phone] = self.page_of(phone)
        page = self.pages[phone]
        page.goto(self.url + address)
        for selector in clicks:
            page.locator(selector).first.click()
        page.screenshot(path=str(target), full_page=self.width == PHONE)
        with Image.open(target) as picture:
            picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=96).save(target, optimize=True)

    def page_of(self, phone: str) -> Any:
        """A fresh browser, logged in when a phone is given."""
        height = 768 if self.width == WIDE else 844
        context = self.browser.new_context(viewport={"width": self.width, "height": height})
        language = "en" if self.english else "zh-hans"
        context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": self.url}])
        page = context.new_page()
        if phone:
            self.log_in(page, phone)
        return page

    def log_in(self, page: Any, phone: str) -> None:
        before = len(self.messages(phone))
        page.goto(f"{self.url}/login/")
        page.fill("[name=phone]", phone)
        page.press("[name=phone]", "Enter")
        page.wait_for_selector("[name=code]")
        for _ in range(100):
            if len(self.messages(phone)) > before:
                break
            page.wait_for_timeout(200)
        page.fill("[name=code]", re.findall(r"\d{6}", self.messages(phone)[-1])[0])
        page.press("[name=code]", "Enter")
        page.wait_for_url(lambda address: "/login/" not in address)

    def messages(self, phone: str) -> list[str]:
        """Texts sent to a phone so far, oldest first."""
        path = self.state / "demo" / "sms.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [entry["text"] for entry in map(json.loads, lines) if entry["phone"] == phone]


@contextmanager
def chromium() -> Iterator[Any]:
    """Debian's Chromium, headless."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=FLAGS.split(),
        )
        yield browser
        browser.close()
