"""The district administrator at her browser: an empty district gets a hospital, a department, a receiving doctor, a contact list."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from clinics.models import Institution, Post
from tests.browser.site import Site
from tests.cast import a_session, an_admin

pytestmark = pytest.mark.django_db(transaction=True)
LOOK = os.environ.get("LOOK_INTO", "")  # a folder for pictures, for whoever wants to look


def look(page: Page, name: str) -> None:
    if LOOK:
        Path(LOOK).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(LOOK) / f"{name}.png", full_page=True)


def test_a_district_begins_with_its_first_hospital(open_page: Callable[..., Page], site: Site) -> None:
    page = open_page()
    _session, key = a_session(an_admin("宋建华"))
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": site.url}])

    page.goto("/institutions/")
    expect(page.locator("main")).to_contain_text("还没有机构")
    page.locator(".head").get_by_role("link", name="登记机构").click()
    page.get_by_label("全称").fill("北京大学第一医院")
    page.get_by_label("简称").fill("北大医院")
    page.get_by_label("级别").select_option(label="三级")
    page.get_by_role("textbox", name="责任人", exact=True).fill("刘主任")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("alert")).to_contain_text("类别")
    look(page, "institution-faults")
    page.get_by_label("类别").select_option(label="综合医院")
    page.get_by_label("责任人电话").fill("010-83572211")
    page.get_by_role("button", name="登记").click()
    expect(page.locator("h1")).to_contain_text("北京大学第一医院")

    page.get_by_role("link", name="添加科室").click()
    page.get_by_role("dialog").get_by_label("诊疗科目代码").fill("03.04")
    page.get_by_role("dialog").get_by_label("名称").fill("心血管内科")
    page.get_by_role("dialog").get_by_role("button", name="添加").click()
    look(page, "institution")
    page.get_by_role("link", name="添加人员").click()
    page.get_by_label("姓名").fill("郑海")
    page.get_by_label("手机号").fill("139 1234 2046")
    page.get_by_label("岗位类型").select_option(label="接诊医生")
    page.get_by_label("科室").select_option(label="心血管内科")
    page.get_by_role("button", name="开立账号并上岗").click()
    expect(page.locator("h1")).to_contain_text("郑海")
    expect(page.locator("aside")).to_contain_text("上岗")
    look(page, "person")
    page.goto("/contacts/")
    look(page, "contacts")
    with page.expect_download() as taken:
        page.get_by_role("button", name="导出表格").click()
    assert taken.value.suggested_filename.endswith(".xlsx")

    post = Post.objects.get()
    assert (post.institution, post.department.name) == (Institution.objects.get(), "心血管内科")
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": site.url}])
    page.goto("/administrators/")  # nine sections in English, and a dialog whose fields are lines
    expect(page.locator("nav").first).to_contain_text("Administrators")
    expect(page.locator("textarea")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
