"""Dates, times and what is left are said as the design says them, in both languages."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from config.templatetags import words

THURSDAY = date(2026, 11, 26)
MORNING = datetime(2026, 11, 26, 0, 30, tzinfo=UTC)

SAID = [
    (words.day, THURSDAY, "11月26日 周四", "Thu 26 Nov"),
    (words.plain_day, THURSDAY, "11月26日", "26 Nov"),
    (words.long_day, THURSDAY, "2026年11月26日 星期四", "Thursday 26 November 2026"),
    (words.iso_day, THURSDAY, "2026-11-26", "2026-11-26"),
    (words.weekday, THURSDAY, "周四", "Thu"),
    (words.clock, MORNING, "08:30", "08:30"),
    (words.clock, time(9, 5), "09:05", "09:05"),
    (words.day_and_clock, MORNING, "11月26日 08:30", "26 Nov 08:30"),
    (words.half_day, "am", "上午", "morning"),
    (words.sex, "1", "男", "male"),
    (words.sex, "0", "性别未知", "sex unknown"),
    (words.fours, "1101022611230047", "1101 0226 1123 0047", "1101 0226 1123 0047"),
    (words.record_number, "11010200100000031", "110102*******0031", "110102*******0031"),
]


@pytest.mark.parametrize(("say", "value", "chinese", "english"), SAID)
def test_a_value_is_said_as_the_design_says_it(say, value, chinese, english):
    with translation.override("zh-hans"):
        assert say(value) == chinese
    with translation.override("en"):
        assert say(value) == english


@pytest.mark.parametrize(
    ("days", "chinese", "english"),
    [
        (3, "剩 3 天", "3 days left"),
        (1, "剩 1 天", "1 day left"),
        (0, "今天", "today"),
        (-1, "逾期 1 天", "1 day overdue"),
        (-6, "逾期 6 天", "6 days overdue"),
    ],
)
def test_a_deadline_says_what_is_left(days, chinese, english):
    deadline = timezone.localdate() + timedelta(days=days)

    with translation.override("zh-hans"):
        assert words.left(deadline) == chinese
    with translation.override("en"):
        assert words.left(deadline) == english


def test_an_instant_belongs_to_the_day_of_beijing():
    last_minute_of_wednesday_in_utc = datetime(2026, 11, 25, 23, 59, tzinfo=UTC)

    with translation.override("zh-hans"):
        assert words.day(last_minute_of_wednesday_in_utc) == "11月26日 周四"


def test_a_time_band_is_two_clocks_with_a_dash():
    assert words.until(time(8, 30), time(9)) == "08:30–09:00"


def test_an_age_counts_whole_years():
    today = timezone.localdate()

    assert words.age(today.replace(year=today.year - 68)) == 68
    assert words.age(today.replace(year=today.year - 68) + timedelta(days=1)) == 67


def test_nothing_is_said_of_nothing():
    for say in (words.day, words.plain_day, words.long_day, words.short_day, words.clock, words.moment, words.left, words.time_left):
        assert say(None) == ""


def test_a_dialog_opens_by_its_address_or_at_once():
    source = "{% load words %}{% dialog id='gone' title='T' open=now %}<p>{{ name }}</p>{% enddialog %}"

    closed = Template(source).render(Context({"now": False, "name": "<b>"}))
    opened = Template(source).render(Context({"now": True, "name": "<b>"}))

    assert 'class="modal" id="gone"' in closed
    assert 'class="modal open"' in opened
    assert "<p>&lt;b&gt;</p>" in opened
