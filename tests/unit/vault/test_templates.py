"""Texts of messages: what a variable may carry, and which texts no provider would take."""

from datetime import timedelta

import pytest

from vault.outbox.templates import SmsTemplate

BOOKED = SmsTemplate("t_booked", "notice", {"hospital": 8, "when": 20}, "您已预约${hospital}，${when}就诊。")


def test_a_text_is_filled_and_read():
    params = BOOKED.fill({"hospital": "北大医院", "when": "11月30日上午9点"})

    assert BOOKED.render(params) == "您已预约北大医院，11月30日上午9点就诊。"


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("【其他医院】北大", "其他医院北大"),
        ("看 http://x.cn/a 吧", "看  吧"),
        ("WWW.x.cn 北大", " 北大"),
        ("北大\n\x00医院", "北大医院"),
        ("北京大学第一医院东区", "北京大学第一医…"),
        ("阿不都·买买提", "阿不都·买买提"),
    ],
)
def test_a_variable_carries_no_forged_signature_link_or_excess(raw, kept):
    assert BOOKED.fill({"hospital": raw, "when": ""})["hospital"] == kept


@pytest.mark.parametrize("params", [{}, {"hospital": "北大"}, {"hospital": "北大", "when": "今", "diagnosis": "x"}])
def test_a_missing_or_foreign_variable_is_our_own_error(params):
    with pytest.raises(ValueError, match="t_booked needs"):
        BOOKED.fill(params)


@pytest.mark.parametrize(
    ("cls", "params", "text"),
    [
        ("notice", {"a": 5}, "没有变量"),
        ("notice", {}, "多了${a}"),
        ("notice", {"a": 490}, "太长的一条短信，超出上限${a}"),
        ("otp", {"code": 7}, "验证码${code}"),
        ("otp", {"code": 6, "b": 2}, "验证码${code}，${b}"),
    ],
)
def test_a_text_no_provider_would_take_is_refused_when_declared(cls, params, text):
    with pytest.raises(ValueError, match="bad"):
        SmsTemplate("bad", cls, params, text)


def test_a_code_is_worth_nothing_after_five_minutes_and_a_notice_lasts():
    code = SmsTemplate("t_code", "otp", {"code": 6}, "验证码${code}")

    assert code.expires_after == timedelta(minutes=5)
    assert BOOKED.expires_after is None
