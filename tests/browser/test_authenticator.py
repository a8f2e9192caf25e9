"""A manager and the second factor in a real browser: set up, asked for, lost, stood in for, and opening a locked screen."""

import json
import re
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from playwright.sync_api import Browser, Page, expect

from deploy.processes import start, stop
from permissions.models import Session, User
from permissions.roles import Role
from tests import cast
from tests.browser.site import ROOT, Site, environment, free_port, new_page, wait_for
from tests.cast_clinics import a_centre, a_post
from tests.cast_factors import PAPER, an_authenticator, unused_now

pytestmark = pytest.mark.django_db(transaction=True)
LATIN = re.compile(r"[A-Za-z]{2,}")


@pytest.fixture
def strict_site(site: Site, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The same product and worker behind a second web process, in which the second factor is compulsory."""
    port, log = free_port(), tmp_path_factory.mktemp("strict") / "server.log"
    monkeypatch.setenv("SECOND_FACTOR", "1")
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "config.wsgi:application",
    ]
    with log.open("wb") as output:
        server = start(command, env=environment(site.state, port), cwd=ROOT, output=output)
        try:
            wait_for(port, log, seconds=90)
            yield Site(f"http://127.0.0.1:{port}", site.state)
        finally:
            stop(server, signal.SIGTERM)


@pytest.fixture
def desk(browser: Browser, strict_site: Site) -> Iterator[Callable[[], Page]]:
    """A browser of one's own."""
    opened: list[Page] = []

    def sit() -> Page:
        opened.append(new_page(browser, strict_site))
        return opened[-1]

    yield sit
    for page in opened:
        page.context.close()


def codes(site: Site, phone: str) -> list[str]:
    """Every login code the worker has sent to a number."""
    if not site.sms_file.exists():
        return []
    lines = [json.loads(line) for line in site.sms_file.read_text(encoding="utf-8").splitlines()]
    return [re.findall(r"[0-9]{6}", line["text"])[0] for line in lines if line["phone"] == phone and line["template"] == "login_code"]


def by_sms(page: Page, site: Site, phone: str) -> None:
    """Phone, code out of the SMS."""
    known = len(codes(site, phone))
    page.goto("/login/")
    page.get_by_label("手机号").fill(phone)
    page.get_by_role("button", name="获取验证码").click()
    box = page.get_by_role("textbox", name="验证码")
    expect(box).to_be_visible()
    for _ in range(100):
        if len(codes(site, phone)) > known:
            break
        page.wait_for_timeout(100)
    box.fill(codes(site, phone)[-1])
    page.get_by_role("button", name="登录").click()


def otherwise(page: Page, phone: str, code: str) -> None:
    """From the login page by the way without an SMS."""
    page.goto("/login/")
    page.get_by_role("link", name="用其他方式登录").click()
    page.get_by_label("手机号").fill(phone)
    page.get_by_label("验证码").fill(code)
    page.get_by_role("button", name="登录").click()


def second(page: Page, code: str) -> None:
    """The second proof."""
    expect(page.get_by_role("heading", name="再验证一次")).to_be_visible()
    chinese(page)
    page.get_by_label("动态码").fill(code)
    page.get_by_role("button", name="继续操作", exact=True).click()


def inside(page: Page, user: User) -> None:
    expect(page.locator(".me .who summary b")).to_have_text(user.name)


def chinese(page: Page) -> None:
    """Nothing but Chinese stands on the page, codes apart."""
    text = page.evaluate(
        "(() => { const copy = document.querySelector('main').cloneNode(true);"
        " copy.querySelectorAll('.code, svg').forEach(e => e.remove()); return copy.textContent })()"
    )
    assert LATIN.findall(text) == []


def log_out(page: Page) -> None:
    page.locator(".me .who summary").click()
    page.locator(".me").get_by_role("button", name="退出登录").click()
    expect(page.get_by_label("手机号")).to_be_visible()


def set_up(page: Page, user: User) -> tuple[str, list[str]]:
    """What the product asks a manager to do once; gives the secret and the paper."""
    expect(page.get_by_role("heading", name="设置身份验证器")).to_be_visible()
    chinese(page)
    page.get_by_role("button", name="开始设置").click()
    expect(page.get_by_role("img", name="供身份验证器扫描的图").locator("svg")).to_be_visible()
    chinese(page)
    secret = page.locator(".letters").inner_text().replace(" ", "")
    page.get_by_label("动态码").fill(unused_now(user, secret))
    page.get_by_role("button", name="启用").click()
    expect(page.get_by_role("heading", name="恢复码")).to_be_visible()
    chinese(page)
    paper = PAPER.findall(page.locator(".codes").inner_text())
    page.get_by_role("link", name="已保存").click()
    return secret, paper


def test_a_manager_sets_up_uses_loses_and_replaces_her_second_factor(strict_site: Site, desk: Callable[[], Page]) -> None:
    manager, admin = cast.a_user("何静"), cast.an_admin("李敏")
    a_post(manager, a_centre(), Role.MANAGER)
    admins_secret = an_authenticator(admin)

    page = desk()
    by_sms(page, strict_site, manager.phone)
    secret, paper = set_up(page, manager)
    inside(page, manager)
    assert len(paper) == 10

    log_out(page)
    by_sms(page, strict_site, manager.phone)
    second(page, unused_now(manager, secret))
    inside(page, manager)

    page.goto("/me/sessions/")
    Session.objects.filter(user=manager).update(seen_at=Now() - timedelta(minutes=31))
    page.reload()
    expect(page.get_by_role("heading", name="屏幕已锁定")).to_be_visible()
    page.get_by_label("动态码").fill(unused_now(manager, secret))
    page.get_by_role("button", name="用动态码解锁").click()
    expect(page.get_by_role("heading", name="我的登录")).to_be_visible()

    log_out(page)
    otherwise(page, manager.phone, paper[0])
    second(page, unused_now(manager, secret))
    inside(page, manager)

    # The phone is lost, and with it SMS and authenticator; the paper is at home.
    office = desk()
    by_sms(office, strict_site, admin.phone)
    second(office, unused_now(admin, admins_secret))
    inside(office, admin)
    code = one_time_code(office, manager)
    lost = desk()
    otherwise(lost, manager.phone, code)
    second(lost, paper[1])
    inside(lost, manager)
    page.goto("/me/sessions/")
    expect(page.get_by_label("手机号")).to_be_visible()  # one desk: the login before has ended

    new_number = cast.a_phone()
    entered(office, manager, act="phone", phone=new_number)
    expect(office.locator("main")).to_contain_text("新手机号已登记")
    entered(office, manager, act="reset", phone="")
    expect(office.locator("main")).to_contain_text("第二重验证已停用")
    chinese(office)
    by_sms(lost, strict_site, new_number)
    set_up(lost, manager)
    inside(lost, manager)


def entered(page: Page, person: User, *, act: str, phone: str) -> None:
    """The form of the district for one person."""
    page.goto(f"/people/{person.public_id}/access/")
    page.get_by_label("办理事项").select_option(act)
    page.get_by_label("新手机号").fill(phone)
    page.get_by_label("身份核实方式").select_option("in_person")
    page.get_by_label("核实情况").fill("本人到场，出示身份证，李敏核对")
    page.get_by_role("button", name="办理").click()


def one_time_code(page: Page, person: User) -> str:
    """The district's code, read off the page it is shown on once."""
    entered(page, person, act="unlock", phone="")
    expect(page.get_by_role("heading", name="一次性登录码")).to_be_visible()
    chinese(page)
    return page.locator(".unlock").inner_text()
