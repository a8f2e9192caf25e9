"""The words of examinations: every message within the provider's limits, every form with its own title, on one page (R202)."""

import io
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pypdf
import pytest

from clinics.models import ServiceKind
from clinics.models.offer import BOOKED_BY_NAME
from referral.booking.exam_messages import OF_EXAMS, OF_STAYS, text_for
from referral.booking.exam_words import FORMS, form_title, in_one_line
from referral.booking.messages import BOOKED, REMINDER, told, told_of_moving
from referral.slips import checks, render
from referral.slips.render import render_pdf
from tests.unit.slips.papers import UP, changed
from tests.unit.slips.test_messages import LONGEST, SHANGHAI
from vault.outbox.templates import SmsTemplate

PACKAGE = [{"name": f"第{number}项常规检验", "code": f"HY{number:04d}", "fee": "15.00"} for number in range(6)]
LONG = replace(
    LONGEST,
    kind="check_up",
    item="冠心病、高血压、糖尿病及其并发症风险筛查综合套餐（含颈动脉、心脏彩色多普勒超声）",
    preparation="空腹八小时；" * 9,
)
NEEDS = checks.printing_needs()


@pytest.mark.parametrize("template", [*OF_EXAMS.values(), *OF_STAYS.values()], ids=lambda one: one.key)
def test_the_longest_words_stay_within_the_providers_limits(template: SmsTemplate) -> None:
    held = told_of_moving(LONG, datetime(2026, 12, 28, 15, 30, tzinfo=SHANGHAI))
    words = {name: held[name] for name in template.params}

    assert template.fill(words) == words, "nothing is cut a second time by the outbox"
    assert max(map(len, words.values())) <= 35
    assert len(template.render(words)) <= 320


def test_a_message_says_what_it_is_and_how_to_get_ready_and_a_clinics_stays_as_it_was() -> None:
    ultrasound = replace(LONGEST, kind="ultrasound", item="腹部超声", preparation="空腹八小时。\n检查前一晚清淡饮食。")

    text = text_for(REMINDER, ultrasound).render(told(ultrasound) | {"when": "11月26日周四上午8:30"})

    assert "做超声检查：腹部超声。准备：空腹八小时；检查前一晚清淡饮食。请带证件" in text
    assert text_for(BOOKED, LONGEST) is BOOKED
    assert set(told(LONGEST)) == set(BOOKED.params)


def test_who_is_admitted_reports_with_her_papers_and_fetches_no_number() -> None:
    """R072: a bed and day surgery have words of their own."""
    surgery = replace(LONGEST, kind="day_surgery", item="日间白内障超声乳化术", preparation="术前三天滴抗生素眼药水")
    booked, reminded = (text_for(one, surgery).render(told(surgery)) for one in (BOOKED, REMINDER))

    assert "您的日间手术已约好：日间白内障超声乳化术" in booked
    assert "准备：术前三天滴抗生素眼药水。请带身份证、医保卡到" in booked
    assert "办理日间手术：日间白内障超声乳化术" in reminded
    assert "取号，" not in booked + reminded


def test_every_kind_has_a_form_of_its_own() -> None:
    titles = [form_title(kind, "32.05") for kind in FORMS]

    assert set(FORMS) == BOOKED_BY_NAME
    assert len(set(titles)) == len(FORMS) == 7
    assert (form_title("exam", "32.02"), form_title("exam", "03.02"), form_title("lab", "30")) == (
        "放射检查预约单",
        "检查预约单",
        "检验预约单",
    )
    assert in_one_line(" \n") == "按医院通知准备"


@pytest.mark.pdf
@pytest.mark.skipif(bool(NEEDS), reason=NEEDS)
def test_the_form_of_a_package_of_six_stands_on_one_page() -> None:
    words = FORMS[ServiceKind.LAB]
    said: dict[str, Any] = {
        "what": words.what, "items_label": words.items, "items": PACKAGE, "code": "HY01", "fee": "90.00", "purpose_label": words.purpose,
        "indications": "糖尿病、血脂异常的诊断和随访", "preparation_label": words.preparation, "preparation": "空腹八小时以上。",
        "reason": "右上腹痛两周",
    }  # fmt: skip
    form = {"template": "slips/exam_slip.html", "title": form_title("lab", "30"), "exam": said}

    try:
        pages = pypdf.PdfReader(io.BytesIO(render_pdf(form["template"], changed(UP, booking={"service": "糖脂代谢组合"}) | form))).pages
    finally:
        render.press.stop()

    text = re.sub(r"[\s\u2060\u00a0]", "", "".join(page.extract_text() for page in pages))
    assert len(pages) == 1
    for part in (
        "检验预约单",
        "糖脂代谢组合（HY01）90.00元",
        "6.第5项常规检验（HY0005）15.00元",
        "申请理由：右上腹痛两周",
        "采样准备：空腹八小时以上",
    ):
        assert part in text
