"""The messages of a booking: within the provider's limits, without a diagnosis or a link, spoken as people speak."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from referral.booking.messages import BOOKED, CANCELLED, REMINDER, Appointment, spoken, told, told_of_cancelling

SHANGHAI = ZoneInfo("Asia/Shanghai")
LONGEST = Appointment(
    name="阿不都热合曼·买买提先生女士",
    hospital="首都医科大学附属北京友谊医院西城院区（国家消化系统疾病临床医学研究中心分中心）",
    department="心血管内科冠心病中心二病区特需门诊第三诊疗组",
    starts_at=datetime(2026, 12, 28, 15, 30, tzinfo=SHANGHAI),
    pickup_place="门诊综合楼B座一层西侧大厅预约转诊服务窗口或自助取号机旁边的人工窗口",
    code="7K4M9TQX",
    cancel_until=datetime(2026, 12, 27, 15, 0, tzinfo=SHANGHAI),
    phone="010-82000000-123456",
)


@pytest.mark.parametrize("template", [BOOKED, REMINDER])
def test_the_longest_words_stay_within_the_providers_limits(template):
    words = template.fill(told(LONGEST))

    assert max(len(word) for word in words.values()) <= 35
    assert words == told(LONGEST), "nothing is cut a second time by the outbox"
    assert words["hospital"].endswith("…")
    assert words["code"] == "7K4M 9TQX"
    assert len(template.render(words)) <= 250


def test_a_booked_message_says_when_where_how_to_fetch_and_how_to_cancel():
    appointment = Appointment(
        "陈女士", "北京大学第一医院", "心血管内科", datetime(2026, 11, 26, 8, 30, tzinfo=SHANGHAI), "门诊楼一层2号窗口", "7K4M9TQX",
        datetime(2026, 11, 25, 15, 0, tzinfo=SHANGHAI), "010-82000000",
    )  # fmt: skip

    assert BOOKED.render(BOOKED.fill(told(appointment))) == (
        "陈女士您好，您的转诊已约好：11月26日周四上午8:30，北京大学第一医院心血管内科。请带证件到门诊楼一层2号窗口取号，"
        "识别码7K4M 9TQX。来不了请在11月25日下午3:00前取消，电话010-82000000。"
    )


def test_a_cancelled_message_carries_no_code():
    words = CANCELLED.fill(told_of_cancelling(LONGEST))

    assert set(words) == {"name", "when", "hospital", "phone"}
    assert "7K4M" not in CANCELLED.render(words)


def test_a_forged_signature_or_link_in_a_name_does_not_reach_the_resident():
    words = BOOKED.fill(told(LONGEST) | {"department": "【某医院】http://evil.example/"})

    assert words["department"] == "某医院"


@pytest.mark.parametrize(
    ("hour", "words"), [(0, "上午0:05"), (8, "上午8:05"), (11, "上午11:05"), (12, "下午12:05"), (13, "下午1:05"), (23, "下午11:05")]
)
def test_times_are_spoken_in_half_days(hour, words):
    assert spoken(datetime(2026, 11, 26, hour, 5, tzinfo=SHANGHAI), weekday=False) == f"11月26日{words}"


def test_an_instant_is_spoken_in_beijings_day():
    assert spoken(datetime(2026, 11, 25, 17, 0, tzinfo=ZoneInfo("UTC"))) == "11月26日周四上午1:00"
