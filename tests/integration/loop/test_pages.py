"""The loop on pages: what each role sees, that a refusal keeps what was typed, and that lists stay masked."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from permissions.acting import Acting
from referral.booking.models import Booking
from referral.returns.models import Return
from tests.cast import sign_in
from tests.cast_loop import PLAN, REPORT, Loop, fresh, loop
from tests.cast_referral import SUGAR, today
from vault.models import AccessEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Loop:
    return loop()


def browser_of(who: Acting) -> Client:
    client = Client()
    sign_in(client, who.user, who.post)
    return client


def page(answer: Any) -> str:
    return str(answer.content.decode())


def form(sent: dict[str, str]) -> dict[str, str]:
    """A plan as the page sends it, with one drug and two empty rows."""
    rows = {f"drugs.{row}.{word}": "" for row in range(3) for word in ("name", "strength", "usage", "course", "supply", "substitute")}
    drug = {"drugs.1.name": "缬沙坦胶囊", "drugs.1.usage": "80 mg，每日1次", "drugs.1.supply": "yes"}
    return PLAN.texts | rows | drug | sent


def test_the_window_receives_by_code_and_offers_to_undo(cast: Loop) -> None:
    booking, browser = cast.booked(), browser_of(cast.clerk)

    listed = page(browser.get(reverse("arrivals")))
    arrived = browser.post(reverse("arrive"), {"proof": f"{booking.confirmation_code[:4]} {booking.confirmation_code[4:]}"})
    after = page(browser.get(arrived["Location"]))
    undone = browser.post(reverse("arrive_undo", args=[booking.public_id]), {"version": 2})

    assert all(word in listed for word in ("陈*兰", "待到诊", "已到 0/1 人")) and "陈秀兰" not in listed
    assert arrived["Location"] == reverse("arrivals") + f"?arrived={booking.public_id}"
    assert all(word in after for word in ("已到诊", "撤回", "已到 1/1 人"))
    assert (undone["Location"], fresh(booking).status) == (reverse("arrivals"), "booked")


@pytest.mark.parametrize(("days", "status", "sentence"), [(3, 422, "请届时再来"), (-1, 422, "已经过期"), (0, 400, "既不是识别码")])
def test_a_refusal_stands_at_the_field_on_the_same_page(cast: Loop, days: int, status: int, sentence: str) -> None:
    booking, browser = cast.booked(days=days), browser_of(cast.clerk)

    answer = browser.post(reverse("arrive"), {"proof": booking.confirmation_code if days else "？"})

    assert answer.status_code == status
    assert sentence in page(answer) and 'id="f-proof"' in page(answer)
    assert booking.confirmation_code not in page(answer)
    assert fresh(booking).status == "booked"


def test_two_bookings_of_one_patient_today_are_asked_about(cast: Loop) -> None:
    patient = cast.world.patient()
    heart, sugar = cast.booked(patient), cast.booked(patient, code=SUGAR)
    browser, shown = browser_of(cast.clerk), {"proof": patient.identifiers.get().number}

    asked = browser.post(reverse("arrive"), shown)
    chosen = browser.post(reverse("arrive"), shown | {"booking": str(sugar.public_id)})

    assert asked.status_code == 200 and "今天有几个预约" in page(asked)
    assert chosen.status_code == 302
    assert (fresh(heart).status, fresh(sugar).status) == ("booked", "arrived")


def test_a_patient_who_is_late_is_shown_with_the_minutes(cast: Loop) -> None:
    booking = cast.booked()
    Booking.objects.filter(pk=booking.pk).update(
        starts_at=booking.created_at - timedelta(minutes=84), ends_at=booking.created_at - timedelta(minutes=54)
    )

    assert "迟 54 分" in page(browser_of(cast.clerk).get(reverse("arrivals")))


def test_the_doctor_sees_reports_and_sends_back(cast: Loop) -> None:
    booking, browser = cast.arrived(), browser_of(cast.cardiologist)
    visit = reverse("visit", args=[booking.public_id])

    listed, opened = page(browser.get(reverse("visits"))), page(browser.get(visit))
    browser.post(reverse("visit_fulfil", args=[booking.public_id]), {"version": 2})
    referral = fresh(booking).referral
    wrong = browser.post(
        reverse("visit_report", args=[booking.public_id]),
        {"version": referral.version, "diagnosis": "高血压", "findings": "", "treatment": "治" * 2001},
    )
    browser.post(
        reverse("visit_report", args=[booking.public_id]),
        {"version": referral.version, "diagnosis": REPORT.diagnosis, "findings": REPORT.findings, "treatment": REPORT.treatment},
    )
    referral.refresh_from_db()
    blank = page(browser.get(reverse("return_new", args=[referral.public_id])))
    sent = browser.post(reverse("return_new", args=[referral.public_id]), form({"version": str(referral.version)}))

    assert "陈*兰" in listed and "陈秀兰" not in listed
    assert "三药联合四周未达标" in opened
    assert AccessEntry.objects.filter(purpose="visit page", object_id=booking.public_id).count() == 1
    assert wrong.status_code == 400
    assert "有 2 处要改" in page(wrong) and 'value="高血压"' in page(wrong)
    assert REPORT.treatment in blank and "德胜社区卫生服务中心" in blank
    sent_back = Return.objects.get()
    assert sent["Location"] == reverse("return", args=[sent_back.public_id])
    assert [drug.name for drug in sent_back.drugs.all()] == ["缬沙坦胶囊"]


def test_a_wrong_plan_keeps_everything_and_more_rows_change_nothing(cast: Loop) -> None:
    referral, browser = cast.reported(), browser_of(cast.cardiologist)
    address = reverse("return_new", args=[referral.public_id])

    wrong = browser.post(
        address, form({"version": str(referral.version), "drugs.1.supply": "substitute", "rehabilitation_plan": "好\u202e"})
    )
    unnamed = browser.post(address, form({"version": str(referral.version), "drugs.1.supply": "substitute"}))
    more = page(browser.post(address, form({"version": str(referral.version), "more": "1"})))

    assert wrong.status_code == 400 and PLAN.follow_up_plan in page(wrong)
    assert unnamed.status_code == 400 and "请写明社区可供的替代药品" in page(unnamed) and "缬沙坦胶囊" in page(unnamed)
    assert more.count('name="drugs.') == 24 and "缬沙坦胶囊" in more
    assert Return.objects.count() == 0


def test_the_centre_takes_over_follows_up_and_closes(cast: Loop) -> None:
    sent_back, browser = cast.sent_back(), browser_of(cast.doctor)
    address = reverse("return", args=[sent_back.public_id])

    inbox, opened = page(browser.get(reverse("returns"))), page(browser.get(address))
    past = browser.post(
        reverse("return_accept", args=[sent_back.public_id]), {"version": 1, "first_follow_up_on": str(today() - timedelta(days=1))}
    )
    browser.post(reverse("return_accept", args=[sent_back.public_id]), {"version": 1, "first_follow_up_on": str(today())})
    browser.post(reverse("return_follow_up", args=[sent_back.public_id]), {"version": 2, "seen_on": str(today()), "note": "血压平稳"})
    browser.post(reverse("return_close", args=[sent_back.public_id]), {"version": 3, "outcome": "stable"})
    closed = page(browser.get(address))

    assert all(word in inbox for word in ("陈*兰", "待接收")) and "陈秀兰" not in inbox
    assert all(word in opened for word in ("陈秀兰", PLAN.follow_up_plan, "改用替代药品", "缬沙坦胶囊 80 mg", "医院转回"))
    assert past.status_code == 400 and 'modal open" id="accept"' in page(past)
    assert all(word in closed for word in ("回转已结束", "病情稳定", "血压平稳"))
    assert AccessEntry.objects.filter(purpose="return page", object_id=sent_back.public_id).count() == 2


def test_the_manager_names_an_owner_without_reading_the_medical_part(cast: Loop) -> None:
    sent_back = cast.sent_back()
    browser_of(cast.doctor).post(reverse("return_decline", args=[sent_back.public_id]), {"version": 1, "reason": "暂无该药"})
    browser = browser_of(cast.manager)

    opened = page(browser.get(reverse("return", args=[sent_back.public_id])))
    named = browser.post(
        reverse("return_assign", args=[sent_back.public_id]), {"version": 2, "owner": str(cast.world.shen.public_id)}, follow=True
    )

    assert "暂无该药" in opened and "陈*兰" in opened
    assert not any(word in opened for word in ("陈秀兰", PLAN.diagnosis, PLAN.follow_up_plan, "缬沙坦"))
    assert "已指定 沈佳 接收" in page(named)
    assert Return.objects.get().owner == cast.world.shen
