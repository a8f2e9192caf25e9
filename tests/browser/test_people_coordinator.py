"""A hospital's coordinator at her browser: the doctors who may refer to it, her objection to one, and the district's answer."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from clinics.models import RightDispute, TargetGrant
from permissions.models import ReferralRight
from tests import cast
from tests.browser.steps import to_section
from tests.cast_clinics import a_centre, a_coordinator, a_hospital, a_referrer

pytestmark = pytest.mark.django_db(transaction=True)
Sit = Callable[..., Page]


def test_she_disputes_a_doctor_and_reads_the_districts_answer(seat: Sit) -> None:
    hospital, centre = a_hospital("北大医院"), a_centre("德胜")
    ours = a_referrer(hospital, institution=centre, right=cast.a_right(cast.a_user("周晓岚")))
    a_referrer(a_hospital("市二医院"), institution=centre, right=cast.a_right(cast.a_user("沈佳")))
    coordinator, district = seat(a_coordinator(hospital).user), seat(cast.an_admin("李敏"))

    disputes(coordinator)
    assert ReferralRight.objects.in_force().count() == 2  # an objection takes nothing away
    answers(district)
    coordinator.reload()
    expect(coordinator.locator("main")).to_contain_text("已致电德胜核实，取消转往贵院的范围")
    expect(coordinator.locator("main")).to_contain_text("取消其转往本院的范围")
    expect(coordinator.locator("main")).to_contain_text("李敏")
    coordinator.goto("/district/rights/")
    expect(coordinator.locator("main")).not_to_contain_text("周晓岚")

    assert RightDispute.objects.get().status == "upheld"
    assert not TargetGrant.objects.live().filter(right=ours.post.right).exists()  # type: ignore[union-attr]


def disputes(page: Page) -> None:
    """Only who may refer to her hospital stands there; her objection waits for the district."""
    page.goto("/")
    to_section(page, "转诊权限")
    expect(page.get_by_role("row", name="周晓岚")).to_contain_text("德胜")
    expect(page.locator("main")).not_to_contain_text("沈佳")
    page.get_by_role("row", name="周晓岚").get_by_role("link", name="查看").click()
    page.get_by_role("link", name="提出异议").click()
    page.get_by_role("button", name="提交区级管理员").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("原因").select_option(label="已不在该机构")
    page.get_by_label("说明").fill("电话核实，已调离")
    page.get_by_role("button", name="提交区级管理员").click()
    expect(page.get_by_text("已提交区级管理员，答复将显示在此。")).to_be_visible()
    expect(page.locator("main")).to_contain_text("待区级答复")


def answers(page: Page) -> None:
    """From the worklist to the answer: upheld, the grant on this hospital ends."""
    page.goto("/district/")
    expect(page.get_by_text("1 条医院异议待答复")).to_be_visible()
    page.get_by_role("link", name="答复", exact=True).click()
    page.get_by_role("row", name="周晓岚").get_by_role("link", name="答复").click()
    expect(page.locator("main")).to_contain_text("电话核实，已调离")
    page.get_by_role("link", name="成立", exact=True).click()
    dialog = page.get_by_role("dialog", name="认定异议成立")
    dialog.get_by_label("处理方式").select_option(label="取消其转往本院的范围")
    dialog.get_by_label("给医院的答复").fill("已致电德胜核实，取消转往贵院的范围")
    dialog.get_by_role("button", name="成立").click()
    expect(page.get_by_text("已记录，对方即时可见。")).to_be_visible()
