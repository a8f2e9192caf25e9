"""A doctor and what is hers: her authenticator, her own looks, a key for a program, the shared machine, and a resident's registration."""

import re
from collections.abc import Callable

import pytest
from django.db import transaction
from playwright.sync_api import APIRequestContext, APIResponse, Locator, Page, expect

from clinics import mirror
from permissions.models import User
from tests.cast_factors import an_authenticator, unused_now
from tests.cast_referral import World, world

pytestmark = pytest.mark.django_db(transaction=True)
Sit = Callable[..., Page]


@pytest.fixture
def day(transactional_db: None) -> World:
    """周晓岚 and 沈佳 at 德胜, and their resident 陈秀兰."""
    made = world()
    made.patient("陈秀兰")
    with transaction.atomic():
        mirror.mirror([made.zhou.user_id, made.shen.user_id])
    return made


def test_she_sets_up_an_authenticator_logs_in_with_it_and_hands_the_machine_over(day: World, seat: Sit) -> None:
    zhou, shen = day.zhou.user, day.shen.user
    page = seat(zhou)
    secret = sets_up(page, zhou)
    menu(page).get_by_role("button", name="退出登录").click()
    by_authenticator(page, zhou, secret)

    menu(page).get_by_role("button", name="换人登录").click()
    expect(page.get_by_role("form", name="曾在本机登录")).to_contain_text("周*岚")
    page.go_back()
    expect(page.get_by_label("手机号")).to_be_visible()  # nothing of her is behind it
    by_authenticator(page, shen, an_authenticator(shen))
    menu(page).get_by_role("button", name="换人登录").click()
    here = page.get_by_role("form", name="曾在本机登录")
    expect(here.get_by_role("button")).to_have_text([re.compile("沈"), re.compile("周")])
    here.get_by_role("button").last.click()
    expect(page.get_by_role("textbox", name="验证码")).to_be_visible()


def test_she_corrects_a_registration_once_a_month_and_reads_her_own_looks(day: World, seat: Sit) -> None:
    page = seat(day.zhou.user)
    page.goto("/patients/")
    page.get_by_role("row", name="陈*兰").get_by_role("link", name="打开").click()
    page.get_by_role("link", name="更正", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("本月还可修改 1 次")
    page.get_by_role("textbox", name="座机").fill("66180000")
    page.get_by_role("button", name="保存更正").click()
    expect(page.get_by_role("alert")).to_contain_text("座机")
    page.get_by_role("textbox", name="座机").fill("010-66180000")
    page.get_by_label("住址").fill("新风街1号")
    page.get_by_role("button", name="保存更正").click()

    expect(page.get_by_text("已更正。")).to_be_visible()
    expect(page.locator("aside")).to_contain_text("新风街1号")
    page.get_by_role("link", name="更正", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("本月已修改")
    menu(page).get_by_role("link", name="我的查阅记录").click()
    looks = page.get_by_role("region", name="我的查阅记录").get_by_role("row", name="陈*兰")
    expect(looks.first).to_contain_text("打开建档信息准备更正")
    expect(looks.filter(has_text="查看居民页面")).not_to_have_count(0)
    assert looks.count() >= 2


def test_she_lets_a_program_read_and_takes_its_key_back(day: World, seat: Sit, open_page: Sit) -> None:
    page = seat(day.zhou.user)
    page.goto("/")
    menu(page).get_by_role("link", name="程序密钥").click()
    page.get_by_label("用途").fill("血压随访")
    page.get_by_role("button", name="生成密钥").click()
    expect(page.get_by_role("alert")).to_contain_text("至少选择一项")
    page.get_by_role("checkbox", name="查看本人签约居民").check()
    page.get_by_label("有效期").select_option("30")
    page.get_by_role("button", name="生成密钥").click()
    key = page.get_by_role("region", name="新密钥").locator("code").inner_text()

    program = open_page().request  # a browser nobody is logged in at
    assert [row["name"] for row in asked(program, key, "patients").json()["results"]] == ["陈*兰"]
    assert asked(program, key, "referrals").status == 403
    page.goto("/me/keys/")
    expect(page.locator("main")).not_to_contain_text(key)
    row = page.get_by_role("row", name="血压随访")
    expect(row).to_contain_text("查看本人签约居民")
    row.get_by_role("button", name="结束").click()
    expect(page.get_by_text("密钥已停用。")).to_be_visible()
    assert asked(program, key, "patients").status == 401


def asked(program: APIRequestContext, key: str, path: str) -> APIResponse:
    """What the product answers a program that shows this key."""
    return program.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {key}"})


def menu(page: Page) -> Locator:
    """Her menu, open."""
    page.locator(".me .who summary").click()
    return page.locator(".me .menu")


def sets_up(page: Page, user: User) -> str:
    """The letters under the picture go into the authenticator, whose code takes it into use."""
    page.goto("/")
    menu(page).get_by_role("link", name="身份验证器").click()
    page.get_by_role("button", name="开始设置").click()
    expect(page.get_by_role("img", name="供身份验证器扫描的图")).to_be_visible()
    secret = page.locator(".letters").inner_text().replace(" ", "")
    page.get_by_label("动态码").fill(unused_now(user, secret))
    page.get_by_role("button", name="启用").click()
    expect(page.get_by_role("heading", name="恢复码")).to_be_visible()
    page.get_by_role("link", name="已保存").click()
    return secret


def by_authenticator(page: Page, user: User, secret: str) -> None:
    """Phone and the code it shows now; no SMS."""
    expect(page.get_by_label("手机号")).to_be_visible()
    page.get_by_role("link", name="用其他方式登录").click()
    page.get_by_label("手机号").fill(user.phone)
    page.get_by_label("验证码").fill(unused_now(user, secret))
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".me .who summary b")).to_have_text(user.name)
