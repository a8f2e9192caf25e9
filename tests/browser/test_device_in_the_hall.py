"""A device in the hall in a real browser: nobody leaves its page but who proves herself, and nothing of the clerk stays behind it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from playwright.sync_api import Page, expect

from permissions.models import Session, User
from referral.patients.models import PatientIdentifier
from tests.browser.site import Site
from tests.browser.test_every_person import last_code
from tests.cast_ledger import Ledger, ledger
from tests.cast_loop import fresh

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Ledger:
    return ledger()


def test_the_hall_sees_the_check_in_and_nothing_behind_it(cast: Ledger, seat: Callable[[User], Page], site: Site) -> None:
    booking, clerk, page = cast.loop.booked(), cast.clerk.user, seat(cast.clerk.user)
    page.clock.install()
    page.goto("/arrivals/")
    page.get_by_role("link", name="自助取号页").click()
    page.get_by_role("button", name="开启自助取号页").click()
    field = page.locator("#f-kiosk")
    expect(field).to_be_visible()

    page.go_back()
    expect(page.get_by_role("heading", name="今日到诊")).to_have_count(0)
    page.goto("/absent/")
    expect(page.get_by_role("heading", name="工作人员入口")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(clerk.name)
    page.get_by_role("link", name="返回自助取号").click()
    Session.objects.update(seen_at=Now() - timedelta(minutes=45))
    page.reload()
    expect(field).to_be_visible()

    field.fill(booking.confirmation_code)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_text("第二步（共两步）")).to_be_visible()
    field.fill(PatientIdentifier.objects.get(patient=booking.patient).number)
    page.get_by_role("button", name="取号", exact=True).click()
    expect(page.get_by_role("heading", name="陈**")).to_be_visible()
    assert fresh(booking).status == "arrived"
    page.get_by_role("link", name="已完成").click()

    page.get_by_role("link", name="工作人员").click()
    page.get_by_role("button", name="向开机人员的手机发送验证码").click()
    page.locator("input[name=code]").fill(last_code(site, page, clerk.phone))
    page.get_by_role("button", name="解锁", exact=True).click()
    expect(page.get_by_role("heading", name="今日到诊")).to_be_visible()
