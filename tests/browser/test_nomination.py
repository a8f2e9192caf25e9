"""A doctor is nominated, sent back, put right and granted in a real browser, by her manager and the district."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from permissions.models import Attachment, ReferralRight
from tests.browser.site import Site
from tests.cast import a_session, a_user, an_admin
from tests.cast_clinics import a_centre, a_hospital, a_post, an_alliance
from tests.cast_nominations import PDF, a_manager

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[..., Page]


@pytest.fixture
def seat(site: Site, open_page: Open) -> Open:
    """Opens a page with somebody logged in; anything the browser complains about fails the test."""
    complaints: list[str] = []

    def sit(user: Any, **how: bool) -> Page:
        page = open_page(**how)
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": a_session(user)[1], "url": site.url}])
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
        return page

    yield sit
    assert complaints == []


def test_a_nomination_goes_to_the_district_and_back_and_is_granted(seat: Open, tmp_path: Path):
    centre = a_centre("德胜")
    a_post(a_user("罗一鸣"), centre)
    alliance = an_alliance(centre, lead=a_hospital("北大医院"))
    paper = tmp_path / "执业证.pdf"
    paper.write_bytes(PDF)
    manager, district = seat(a_manager(centre).user, phone=True), seat(an_admin("宋建华"))

    manager.goto("/rights/nominations/")
    manager.get_by_role("link", name="提名", exact=True).last.click()
    manager.get_by_label("证书编号").fill("11011010212345")
    manager.get_by_role("button", name="提名").click()
    expect(manager.get_by_role("alert")).to_contain_text("14 位")
    manager.get_by_label("证书编号").fill("110110102123456")
    manager.get_by_label("附件").set_input_files(paper)
    manager.get_by_role("button", name="提名").click()
    expect(manager.get_by_text("已提名罗一鸣")).to_be_visible()

    district.goto("/rights/worklist/")
    expect(district.locator("table")).to_contain_text("可授权")
    district.get_by_role("link", name="查看").click()
    with district.expect_download() as download:
        district.get_by_role("link", name="执业证.pdf").click()
    assert download.value.path().read_bytes() == PDF
    district.get_by_role("link", name="退回").click()
    dialog = district.locator("#send_back")
    dialog.get_by_label("更正事项").select_option("licence")
    dialog.get_by_label("给机构的说明").fill("编号与证书不符，请核对")
    dialog.get_by_role("button", name="退回").click()
    expect(district.get_by_text("已退回罗一鸣的提名")).to_be_visible()

    manager.goto("/rights/nominations/")
    manager.get_by_role("link", name="更正").click()
    expect(manager.get_by_text("编号与证书不符，请核对").first).to_be_visible()
    manager.get_by_label("证书编号").fill("110110102123457")
    manager.get_by_role("button", name="再次提名").click()
    expect(manager.get_by_text("已再次提名罗一鸣")).to_be_visible()

    district.goto("/rights/worklist/")
    district.locator("input[name=right]").check()
    district.get_by_role("button", name="为所选授权").click()
    expect(district.locator("table")).to_contain_text("将授权")
    expect(district.get_by_label(alliance.name)).to_be_checked()
    district.get_by_role("button", name="办理 1 项提名").click()
    expect(district.get_by_text("已授权 1 人。")).to_be_visible()
    assert ReferralRight.objects.in_force().count() == Attachment.objects.count() == 1
