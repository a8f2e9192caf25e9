"""The no-show rule in words: each window as it counts, what a ban covers, and no ban where there is none (C1, C4)."""

import pytest

from referral.credit.rule_words import no_show_rule_on_paper
from referral.credit.terms import Terms


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (Terms(3, "calendar_year", 3, 3, "booking_and_referral"), "一个自然年内满3次，暂停预约和转诊3个月。"),
        (Terms(3, "rolling_months", 3, 3, "booking_and_referral"), "3个月内累计满3次，暂停预约和转诊3个月。"),
        (Terms(1, "lifetime", 3, 6, "booking"), "累计满1次，暂停自行预约6个月，转诊不受影响。"),
        (Terms(3, "lifetime", 3, 0, "booking"), "未取消又未就诊的记爽约。"),
    ],
)
def test_the_paper_says_the_window_that_counts(terms: Terms, said: str) -> None:
    assert no_show_rule_on_paper(terms).endswith(said)
