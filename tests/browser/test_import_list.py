"""A district administrator brings a staff list in with a browser and a real worker: upload, watch, look, agree."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from clinics.models import Post
from tests.browser.site import Site
from tests.cast import a_session, an_admin
from tests.cast_clinics import a_centre
from tests.cast_imports import STAFF, a_workbook

pytestmark = [pytest.mark.django_db(transaction=True)]
NUMBER = 60


def test_a_list_is_uploaded_checked_and_imported(open_page: Callable[..., Page], site: Site, tmp_path: Path) -> None:
    centre, admin = a_centre(), an_admin("宋建华")
    rows = [(f"王{chr(0x4E00 + n)}", f"136{n:08d}", centre.name, "家庭医生", "", "主治医师", "") for n in range(NUMBER)]
    bad = ("周示误", 1.36e16, centre.name, "家庭医生", "", "", "")
    file = tmp_path / "展览路 2026-11.xlsx"
    file.write_bytes(a_workbook([STAFF, *rows, bad]))
    page = open_page()
    _session, key = a_session(admin)
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": site.url}])

    page.goto("/imports/")
    page.get_by_label("名单种类").last.select_option("staff")
    page.get_by_label("文件").set_input_files(file)
    page.get_by_role("button", name="上传并核对").click()

    expect(page.get_by_text("已核对 61/61 行")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("被表格软件改成了科学计数法")).to_be_visible()
    assert Post.objects.filter(institution=centre).count() == 0
    page.get_by_label("略过有错的 1 行").check()
    page.get_by_role("button", name="导入：新增 60，变更 0").click()

    expect(page.get_by_text("已处理 61/61 行")).to_be_visible(timeout=30_000)
    expect(page.locator(".tag", has_text="已导入")).to_be_visible(timeout=30_000)
    assert Post.objects.live().filter(institution=centre).count() == NUMBER
