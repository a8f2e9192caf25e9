"""A manager's month at her browser: she nominates a doctor, attests her people, brings a staff list in and signs the monthly list."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from clinics.models import Attestation, Institution, Post
from permissions.models import ReferralRight
from permissions.right_states import RightStatus
from permissions.roles import Role
from referral.supervision.models import ConductSignature
from referral.supervision.month import before
from tests import cast
from tests.browser.steps import to_section
from tests.cast_clinics import BEIJING, a_centre, a_hospital, a_post, an_alliance, today
from tests.cast_imports import STAFF, a_workbook
from tests.cast_nominations import PDF
from tests.database import as_owner
from vault.audit import saw

pytestmark = pytest.mark.django_db(transaction=True)
Sit = Callable[..., Page]
LAST = before(today().replace(day=1))


@pytest.fixture
def centre() -> Institution:
    """德胜, two years old, in an alliance: 周晓岚 may refer since long, 罗一鸣 has no right yet, 何静 manages."""
    made = a_centre("德胜", created_at=timezone.now())
    Institution.objects.filter(pk=made.pk).update(created_at=timezone.now() - timedelta(days=730))
    an_alliance(made, lead=a_hospital("北大医院"))
    zhou = cast.a_user("周晓岚")
    a_post(zhou, made, right=cast.a_right(zhou, valid_from=timezone.now() - timedelta(days=200)))
    a_post(cast.a_user("罗一鸣"), made)
    a_post(cast.a_user("何静"), made, Role.MANAGER)
    saw(cast.acting_as(zhou, Post.objects.get(user=zhou)).actor, "patient", made.public_id, "patient page")
    set_back()
    return made


def set_back() -> None:
    """Every look so far was taken on the third of last month: the data moves, not the clock."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE vault_accessentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE vault_accessentry SET at = %s", [datetime(LAST.year, LAST.month, 3, 9, tzinfo=BEIJING)])
        cursor.execute("ALTER TABLE vault_accessentry ENABLE TRIGGER USER")


def test_a_manager_nominates_attests_imports_and_signs(centre: Institution, seat: Sit, tmp_path: Path) -> None:
    page = seat(Post.objects.get(kind=Role.MANAGER).user)
    nominates(page, tmp_path / "执业证.pdf")
    attests(page)
    imports(page, tmp_path / "德胜人员.xlsx")
    signs(page)

    assert ReferralRight.objects.get(status=RightStatus.NOMINATED).user.name == "罗一鸣"
    assert [(one.right.user.name, one.holds) for one in Attestation.objects.all()] == [("周晓岚", True)]
    assert set(Post.objects.filter(institution=centre, kind=Role.FAMILY_DOCTOR).values_list("user__name", flat=True)) == {
        "周晓岚", "罗一鸣", "王小明", "李晓月",
    }  # fmt: skip
    assert ConductSignature.objects.get().acts == 1


def section(page: Page, name: str) -> None:
    """A section of the top bar."""
    to_section(page, name)
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def nominates(page: Page, paper: Path) -> None:
    """罗一鸣 with his certificate; afterwards he waits for the district."""
    paper.write_bytes(PDF)
    page.goto("/rights/nominations/")
    page.get_by_role("row", name="罗一鸣").get_by_role("link", name="提名", exact=True).click()
    page.get_by_label("证书编号").fill("110110102123456")
    page.get_by_role("checkbox", name=re.compile("医联体")).check()
    page.get_by_label("附件").set_input_files(paper)
    page.get_by_role("button", name="提名").click()

    expect(page.get_by_text("已提名罗一鸣，等待区级审核。")).to_be_visible()
    expect(page.get_by_role("link", name="执业证.pdf")).to_be_visible()
    section(page, "提名")
    expect(page.get_by_role("row", name="罗一鸣")).to_contain_text("待区级审核")
    expect(page.get_by_role("heading", level=1)).to_contain_text("待区级审核 1")


def attests(page: Page) -> None:
    """周晓岚 still holds her post; nobody waits for a word afterwards."""
    section(page, "季度核对")
    expect(page.get_by_text("1 名医生待核对")).to_be_visible()
    page.get_by_role("row", name="周晓岚").get_by_label("是", exact=True).check()
    page.get_by_role("button", name="提交核对").click()

    expect(page.get_by_text("已记录：在岗 1 人，不在岗 0 人，未变 0 人。")).to_be_visible()
    expect(page.get_by_text("本季度已全部核对。")).to_be_visible()


def imports(page: Page, file: Path) -> None:
    """The template, three rows of which one is wrong, what is wrong and what to do, and the two good ones come in."""
    section(page, "导入名单")
    with page.expect_download() as taken:
        page.get_by_role("link", name="人员和岗位").click()
    titles = [cell.value for cell in load_workbook(BytesIO(taken.value.path().read_bytes())).worksheets[0][1]]
    assert [str(title).rstrip(" *") for title in titles][:4] == ["姓名", "手机号", "机构", "岗位类型"]
    rows = [("王小明", "13700000001"), ("李晓月", "13700000002"), ("周示误", "1370000")]
    file.write_bytes(a_workbook([STAFF, *((name, phone, "", "家庭医生", "", "主治医师", "") for name, phone in rows)]))
    page.get_by_label("名单种类").last.select_option("staff")
    page.get_by_label("文件").set_input_files(file)
    page.get_by_role("button", name="上传并核对").click()

    expect(page.get_by_text("已核对 3/3 行")).to_be_visible(timeout=60_000)
    fault = page.get_by_role("region", name="有错的行").get_by_role("row", name=re.compile("^4 "))
    expect(fault).to_contain_text("1370000")
    expect(fault).to_contain_text("11 位")
    expect(page.get_by_role("region", name="读到的前几行")).to_contain_text("李晓月")
    page.get_by_label("略过有错的 1 行").check()
    page.get_by_role("button", name="导入：新增 2，变更 0").click()
    expect(page.locator(".tag", has_text="已导入")).to_be_visible(timeout=60_000)


def signs(page: Page) -> None:
    """Last month's list holds one look of 周晓岚's; once signed it says by whom."""
    section(page, "月度清单")
    row = page.get_by_role("row", name=re.compile(f"^德胜 {LAST:%Y-%m} "))
    expect(row).to_contain_text(re.compile("待签署|逾期未签"))
    row.get_by_role("link", name="打开").click()
    expect(page.get_by_role("region", name="操作记录")).to_contain_text("周晓岚")
    page.get_by_role("link", name="签署").click()
    dialog = page.get_by_role("dialog", name="确认签署此清单？")
    dialog.get_by_label("已逐项核对").check()
    dialog.get_by_role("button", name="签署").click()

    expect(page.get_by_text("清单已签署。")).to_be_visible()
    expect(page.get_by_role("region", name="签署")).to_contain_text("何静")
    section(page, "月度清单")
    expect(page.get_by_role("row", name=re.compile(f"^德胜 {LAST:%Y-%m} "))).to_contain_text("已签署")
