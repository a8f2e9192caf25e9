"""A stopped clinic from beginning to end in a real browser: five booked visits, one substitute, and what becomes of each of the five."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from permissions.models import User
from referral.booking.messages import spoken
from referral.booking.models import COUNTED, Booking
from referral.credit.models import BookingBan, Breach
from referral.credit.verify import verify
from referral.disruptions.models import Disruption
from reserved_pools.models import PoolSlot
from tests.browser.site import Site
from tests.browser.steps import eventually, logged_in, messages, read, texts
from tests.cast_stops import Scene, day, scene
from tests.cast_substitutes import books_are_right, only

pytestmark = pytest.mark.django_db(transaction=True)
FIVE = ("陈秀兰", "李国强", "王桂英", "赵铁柱", "孙小妹")
DOOR = re.compile(r"凭单号([0-9]{16})和识别码([0-9A-Z]{4} ?[0-9A-Z]{4})")
UNCOUNTED = "停诊不计爽约。"


@pytest.fixture
def held(transactional_db: None) -> Scene:
    """A morning with the five, and one free place in the afternoon."""
    made = scene()
    only(made.morning(afternoon=True), 1)
    bands = [slot for slot in made.slots for _free in range(slot.published)]
    for slot, name in zip(bands, FIVE, strict=False):
        made.booked(slot, name)
    return made


def test_five_visits_of_a_stopped_morning_each_come_to_their_end(
    held: Scene, site: Site, seat: Callable[[User], Page], open_page: Callable[..., Page]
) -> None:
    desk = logged_in(open_page(), site, held.coordinator.user)
    stopped(desk, held)
    eventually(desk, lambda: Disruption.objects.filter(searched_at__isnull=False).count() == len(FIVE))  # the worker was there
    accepting, choosing, declining, agreed, unreached = (of(name) for name in FIVE)
    offered = accepting.pool_slot
    assert offered is not None
    later = only(held.morning(5), 1)  # somebody opens one more clinic afterwards
    desk.reload()
    read(desk, "stop-page")
    assert desk.get_by_text("已安排 0，共 5").is_visible()

    accepted(told_of_offer(desk, site, accepting), open_page)
    other_time(told_of_call(desk, site, choosing), open_page)
    given_up(told_of_call(desk, site, declining), open_page)
    told_of_call(desk, site, agreed)
    told_of_call(desk, site, unreached)
    settled(desk, agreed, "本院加号")
    not_reached(desk, unreached)

    rows = Disruption.objects.in_bulk(field_name="public_id")
    ends = [rows[one.public_id].status for one in (accepting, choosing, declining, agreed, unreached)]
    assert ends == ["substituted", "other_time", "declined", "negotiated", "not_reached"]
    assert [new_of(one).pool_slot for one in (accepting, choosing)] == [offered, later]
    written_to(desk, site, accepting, choosing, declining, agreed, unreached)
    nothing_counts(accepting, choosing, declining, agreed, unreached)
    desk.goto("/stops/calls/?state=settled")
    read(desk, "stop-settled")
    told_in_the_inbox(seat(held.doctor.user), declining)


def stopped(desk: Page, held: Scene) -> None:
    """The coordinator sees whom it meets and stops the morning."""
    desk.goto("/stops/new/")
    desk.select_option("#f-service", str(held.heart.public_id))
    desk.fill("#f-first_day", day(3).isoformat())
    desk.select_option("#f-half_day", "am")
    desk.select_option("#f-reason", "illness")
    desk.get_by_role("button", name="看看会怎样").or_(desk.locator("button[name=preview]")).first.click()
    read(desk, "stop-preview")
    desk.locator("a.btn.danger[href='#confirm']").click()
    desk.locator("#confirm button.danger").click()
    desk.wait_for_url("**/stops/*-*/")


def of(name: str) -> Disruption:
    rows = Disruption.objects.select_related("booking__patient", "booking__referral", "pool_slot__institution", "pool_slot__department")
    return rows.get(booking__patient__name=name)


def new_of(one: Disruption) -> Booking:
    return Booking.objects.select_related("pool_slot").get(moved_from=one.booking)


def told_of_offer(page: Page, site: Site, one: Disruption) -> str:
    """The SMS that names the place kept for her."""
    (sms,) = eventually(page, lambda: texts(site, one.public_id, "clinic_stopped_offer"))
    slot: PoolSlot = one.pool_slot  # type: ignore[assignment]
    place = f"{spoken(slot.starts_at)}，{slot.institution.name}{slot.department.name}"
    assert sms["phone"] == one.booking.patient.phone
    assert f"您{spoken(one.booking.starts_at)}在" in sms["text"] and f"医师的号：{place}。" in sms["text"]
    assert sms["text"].endswith(UNCOUNTED)
    return sms["text"]


def told_of_call(page: Page, site: Site, one: Disruption) -> str:
    """The SMS that says that somebody will call."""
    (sms,) = eventually(page, lambda: texts(site, one.public_id, "clinic_stopped_call"))
    assert sms["phone"] == one.booking.patient.phone
    assert "停诊。医院会尽快与您联系改约；" in sms["text"] and sms["text"].endswith(UNCOUNTED)
    return sms["text"]


def entered(text: str, open_page: Callable[..., Page]) -> Page:
    """A phone, and what her SMS says she enters."""
    number, code = DOOR.search(text).groups()  # type: ignore[union-attr]
    phone = open_page(phone=True)
    phone.goto("/r/")
    phone.fill("#f-number", number)
    phone.fill("#f-code", code)
    phone.locator("main form button").first.click()
    expect(phone.get_by_text("不计爽约").first).to_be_visible()
    return phone


def accepted(text: str, open_page: Callable[..., Page]) -> None:
    """She takes what is kept for her."""
    phone = entered(text, open_page)
    expect(phone.get_by_text("已为您保留")).to_be_visible()
    read(phone, "resident-stopped")
    phone.get_by_role("button", name="接受这个时间").click()
    expect(phone.get_by_text("识别码").first).to_be_visible()
    read(phone, "resident-moved")


def other_time(text: str, open_page: Callable[..., Page]) -> None:
    """Nothing is kept for him; he chooses the one time there is."""
    phone = entered(text, open_page)
    assert phone.get_by_text("已为您保留").count() == 0
    expect(phone.locator("ul.bands li")).to_have_count(1)
    read(phone, "resident-times")
    phone.locator("ul.bands label").click()
    phone.locator("button[name=act][value=other]").click()
    expect(phone.get_by_text("识别码").first).to_be_visible()
    read(phone, "resident-other-time")


def given_up(text: str, open_page: Callable[..., Page]) -> None:
    """She needs it no more, and is asked once."""
    phone = entered(text, open_page)
    phone.locator("a[href='#decline']").click()
    phone.locator("#decline button[value=decline]").click()
    expect(phone.locator("a[href='#decline']")).to_have_count(0)
    read(phone, "resident-given-up")


def call_page(desk: Page, one: Disruption) -> None:
    """From the list of those to call to one of them."""
    desk.goto("/stops/calls/")
    read(desk, "stop-calls")
    desk.locator(f'a[href="/stops/calls/{one.public_id}/"]').click()
    read(desk, "stop-call")


def settled(desk: Page, one: Disruption, note: str) -> None:
    """Agreed on the telephone."""
    call_page(desk, one)
    desk.locator("a[href='#settle']").click()
    desk.fill("#f-settled", note)
    desk.locator("#settle button.primary").click()
    expect(desk.get_by_text(note).first).to_be_visible()


def not_reached(desk: Page, one: Disruption) -> None:
    """Nobody answers, and in the end she is written to."""
    call_page(desk, one)
    desk.select_option("#f-outcome", "unreachable")
    desk.locator("button[value=note_call]").click()
    expect(desk.locator("dl dt", has_text="未接通")).to_be_visible()
    desk.locator("a[href='#settle']").click()
    desk.fill("#f-settled", "三次未接")
    desk.locator("#settle input[name=tell_patient]").check()
    desk.locator("#settle button.primary").click()
    expect(desk.get_by_text("三次未接").first).to_be_visible()


def written_to(page: Page, site: Site, *five: Disruption) -> None:
    """Whose time changed has the new one and its code, whose visit ended without a word on the telephone is told, nobody twice."""
    accepting, choosing, declining, agreed, unreached = five
    for one in (accepting, choosing):
        new = new_of(one)
        (sms,) = eventually(page, lambda new=new: texts(site, new.public_id, "referral_changed"))
        assert f"您原定{spoken(one.booking.starts_at)}的转诊已改到：{spoken(new.starts_at)}，" in sms["text"]
        assert f"新识别码{new.confirmation_code[:4]} {new.confirmation_code[4:]}，原识别码作废" in sms["text"]
    for one in (declining, unreached):
        (sms,) = eventually(page, lambda one=one: texts(site, one.booking.public_id, "referral_cancelled"))
        assert f"您{spoken(one.booking.starts_at)}在" in sms["text"] and "的转诊预约已取消" in sms["text"]
    about = {str(agreed.public_id), str(agreed.booking.public_id)}
    assert {m["template"] for m in messages(site) if m["about"] in about} <= {"referral_booked", "clinic_stopped_call"}


def nothing_counts(*five: Disruption) -> None:
    """No strike, no ban; of the old visits none stands, and only who has a new time has something that counts."""
    assert (Breach.objects.count(), BookingBan.objects.count(), list(verify())) == (0, 0, [])
    old = Booking.objects.filter(pk__in=[one.booking_id for one in five])
    assert list(old.values_list("status", "cancel_cause")) == [("cancelled", "stopped")] * 5
    counting = [Booking.objects.filter(patient=one.booking.patient_id, status__in=COUNTED).count() for one in five]
    assert counting == [1, 1, 0, 0, 0]
    assert books_are_right()


def told_in_the_inbox(page: Page, declining: Disruption) -> None:
    """The referring doctor opens what she was told of one of them; before she books again nothing of the stopped visit counts."""
    page.goto("/inbox/")
    read(page, "stop-inbox")
    expect(page.locator("ul.notices li")).to_have_count(14)  # five stopped, four without a new time, five answered
    expect(page.locator("ul.notices")).to_contain_text("孙*妹已答复：未联系上，未商定")
    page.locator("ul.notices button", has_text="王*英已答复：放弃就诊").click()
    page.wait_for_url(f"**/referrals/{declining.booking.referral.public_id}/")
    read(page, "stop-referral")
    expect(page.locator(".tl")).to_contain_text("停诊")
    page.goto(f"/referrals/{declining.booking.referral.public_id}/book/")
    expect(page.locator(".strip")).to_contain_text("约得最多的一天0/2七日内0/3三个月内0/5不限转诊爽约0/3")
