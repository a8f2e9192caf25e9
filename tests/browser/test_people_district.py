"""A district administrator at her browser: a new centre, its doctor granted, the centre suspended and back, a colleague confirmed."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from clinics.models import Institution, InstitutionSanction, Post
from permissions.models import ReferralRight, RoleAssignment, User
from tests import cast
from tests.cast_clinics import a_hospital, an_alliance, today
from tests.cast_nominations import a_nomination

pytestmark = pytest.mark.django_db(transaction=True)
Sit = Callable[..., Page]
NAME = "北京市西城区新街口社区卫生服务中心"
ENDS = today() + timedelta(days=180)


@pytest.fixture
def admin() -> User:
    """李敏; 北大医院 leads an alliance already."""
    an_alliance(lead=a_hospital("北大医院"))
    return cast.an_admin("李敏")


def test_a_centre_begins_and_its_doctor_may_refer(admin: User, seat: Sit) -> None:
    page = seat(admin)
    registers(page)
    appoints(page)
    post = Post.objects.get(user__name="罗一鸣")
    cast.accept_all_duties(post.user)
    a_nomination(post)
    grants(page)
    right = ReferralRight.objects.in_force().get()
    assert (right.user, right.granted_by) == (post.user, admin)

    suspends(page)
    assert ReferralRight.objects.in_force().count() == 0
    takes_back(page)
    assert ReferralRight.objects.in_force().get() == right
    assert InstitutionSanction.objects.get().status == "lifted"


def test_a_colleagues_administrator_counts_once_confirmed(admin: User, seat: Sit) -> None:
    zhao, li = seat(cast.an_admin("赵建国")), seat(admin)
    zhao.goto("/administrators/")
    zhao.get_by_role("link", name="任命").click()
    dialog = zhao.get_by_role("dialog", name="任命管理员")
    dialog.get_by_label("姓名").fill("孙丽华")
    dialog.get_by_label("手机号").fill("13700000088")
    dialog.get_by_label("职务").select_option(label="区管理员")
    dialog.get_by_role("button", name="登记").click()
    expect(zhao.get_by_text("已登记 孙丽华，待另一名区级管理员确认。")).to_be_visible()
    expect(zhao.get_by_role("row", name="孙丽华").get_by_role("button", name="确认")).to_have_count(0)
    assert not RoleAssignment.objects.live().filter(user__name="孙丽华").exists()

    li.goto("/administrators/")
    row = li.get_by_role("row", name="孙丽华")
    expect(row).to_contain_text("待确认")
    row.get_by_role("button", name="确认").click()
    expect(li.get_by_text("孙丽华 即刻起担任此职务。")).to_be_visible()
    expect(li.get_by_role("row", name="孙丽华")).to_contain_text("赵建国")
    assert RoleAssignment.objects.live().get(user__name="孙丽华").confirmed_by == admin


def registers(page: Page) -> None:
    """A community health centre with the person who answers for it."""
    page.goto("/institutions/")
    page.locator(".head").get_by_role("link", name="登记机构").click()
    page.get_by_role("navigation", name="机构类型").get_by_role("link", name="社区卫生服务中心").click()
    page.get_by_label("全称").fill(NAME)
    page.get_by_label("简称").fill("新街口")
    page.get_by_role("textbox", name="责任人", exact=True).fill("刘主任")
    page.get_by_label("责任人电话").fill("12345")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("alert")).to_contain_text("责任人电话")
    page.get_by_label("责任人电话").fill("010-66180000")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text(f"{NAME}已登记。")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)


def appoints(page: Page) -> None:
    """罗一鸣 becomes its family doctor, without a right as yet."""
    page.get_by_role("link", name="添加人员").click()
    page.get_by_label("姓名").fill("罗一鸣")
    page.get_by_label("手机号").fill("137 0000 0001")
    page.get_by_label("岗位类型").select_option(label="家庭医生")
    page.get_by_label("职称").select_option(label="主治医师")
    page.get_by_role("button", name="开立账号并上岗").click()
    expect(page.get_by_text("罗一鸣现在可以用本人手机登录。")).to_be_visible()
    expect(page.get_by_role("region", name="岗位")).to_contain_text(NAME)


def grants(page: Page) -> None:
    """Verified first, then granted to the alliance until a day."""
    page.goto("/rights/worklist/")
    expect(page.get_by_role("row", name="罗一鸣")).to_contain_text("可授权")
    page.get_by_role("row", name="罗一鸣").get_by_role("link", name="查看").click()
    page.get_by_role("button", name="仅核验").click()
    expect(page.get_by_text("已核验罗一鸣的提名。")).to_be_visible()
    page.goto("/rights/worklist/?step=verified")
    page.get_by_role("row", name="罗一鸣").get_by_role("link", name="查看").click()
    page.get_by_role("link", name="授权", exact=True).click()
    dialog = page.get_by_role("dialog", name="授予罗一鸣转诊权限")
    dialog.get_by_role("checkbox", name=re.compile("^医联体")).check()
    dialog.get_by_label("截止日期").fill(ENDS.isoformat())
    dialog.get_by_role("button", name="授权").click()
    expect(page.get_by_text("罗一鸣现在可以转诊。")).to_be_visible()
    page.goto("/district/rights/?q=罗一鸣")
    expect(page.get_by_role("row", name="罗一鸣")).to_contain_text(ENDS.isoformat())


def suspends(page: Page) -> None:
    """Who is hit stands there first; then the whole centre may not refer."""
    page.goto(f"/institutions/{Institution.objects.get(name=NAME).public_id}/")
    page.get_by_role("link", name="暂停机构").click()
    expect(page.get_by_role("region", name=re.compile("将被暂停的权限"))).to_contain_text("罗一鸣")
    page.get_by_role("link", name="暂停机构").click()
    dialog = page.get_by_role("dialog", name="暂停新街口")
    expect(dialog).to_contain_text("涉及 1 项权限")
    dialog.get_by_label("原因").select_option(label="机构申请")
    dialog.get_by_role("button", name="暂停机构").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("依据材料")
    dialog.get_by_label("依据材料").fill("装修停诊报告，2026年11月，区里留存")
    dialog.get_by_role("button", name="暂停机构").click()
    expect(page.get_by_text("新街口已暂停，所属医生的下一次操作即被拒绝。")).to_be_visible()
    page.goto("/district/rights/?q=罗一鸣")
    expect(page.get_by_role("row", name="罗一鸣")).to_contain_text("暂停")


def takes_back(page: Page) -> None:
    """The same right counts again, with the same end."""
    page.goto(f"/district/suspensions/{Institution.objects.get(name=NAME).public_id}/")
    page.get_by_role("link", name="恢复机构").click()
    dialog = page.get_by_role("dialog", name="恢复新街口")
    expect(dialog).to_contain_text("涉及 1 项权限")
    dialog.get_by_role("button", name="恢复机构").click()
    expect(page.get_by_text("新街口已恢复。")).to_be_visible()
    page.goto("/district/rights/?q=罗一鸣")
    row = page.get_by_role("row", name="罗一鸣")
    expect(row).to_contain_text("有效")
    expect(row).to_contain_text(ENDS.isoformat())
