"""What the rules cite is what the documents say, and every rule has its words."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.formats import date_format

from clinics.policy import REGISTRY
from referral.booking import articles, rules, sentences
from referral.booking.sentences_resident import to_resident
from tests.unit.referral.test_booking_rules import LAWFUL, TABLE
from vault.refusal import Violation

CATALOGUE = Path(__file__).parents[3] / "docs" / "rules" / "catalogue.tsv"


def catalogue() -> dict[str, dict[str, str]]:
    with CATALOGUE.open(encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


@pytest.mark.parametrize("article", articles.ARTICLES, ids=lambda article: article.rule)
def test_an_article_is_quoted_literally(article: articles.Article) -> None:
    row = catalogue()[article.rule]

    assert article.quote == row["quote"]
    assert (article.source, article.number) == (row["source"], row["article"])


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("key", sentences.SENTENCES, ids="-".join)
def test_every_sentence_can_be_spoken(key: tuple[str, str, str], language: str) -> None:
    code, rule, field = key
    article = next(one for one in articles.ARTICLES if one.rule == rule)
    violation = Violation(
        code, "", field=field, rule=rule, source=article.source, article=article.number, count=2, limit=3, next_date=date(2027, 1, 2)
    )

    with translation.override(language):
        spoken = sentences.speak(violation)

        assert "%" not in spoken.message
        assert spoken.remedy
        assert str(spoken.source) not in ("", article.source)
        assert spoken.article not in ("", article.number)


REFUSALS = [
    (rule, found)
    for rule in rules.RULES
    for found in {rule(replace(LAWFUL, **change)) for change, _expected in TABLE.values()}
    if found is not None
]


def test_every_rule_refuses_somewhere_with_words_of_its_own_and_a_quote() -> None:
    rows = catalogue()

    assert {rule.__name__ for rule, _found in REFUSALS} == {rule.__name__ for rule in rules.RULES}
    assert {(one.code, one.rule, one.field) for _rule, one in REFUSALS} == set(sentences.SENTENCES) - {("past_cutoff", "R022", "")}
    assert [one.rule for _rule, one in REFUSALS if one.quote != rows[one.rule]["quote"]] == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_count_limit_and_next_day_are_said(language: str) -> None:
    with translation.override(language):
        for _rule, found in REFUSALS:
            spoken = sentences.speak(found)

            if found.limit is not None:
                assert str(found.limit) in spoken.message, spoken
                assert str(found.count) in spoken.message, spoken
            if found.next_date is not None:
                said = {date_format(found.next_date, form) in spoken.remedy for form in ("DATE_FORMAT", "MONTH_DAY_FORMAT")}
                assert True in said, spoken


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_rule_has_other_words_for_the_resident(language: str) -> None:
    with translation.override(language):
        for _rule, found in REFUSALS:
            refusal = sentences.refusal_of((found,))
            (spoken,) = to_resident(refusal).violations

            assert spoken.message != refusal.message, spoken
            assert spoken.remedy
            assert "%" not in spoken.message
            said = f"{spoken.message} {spoken.remedy}"
            assert not [word for word in ("he patient", "患者", "coordinator", "协调员") if word in said]


def test_every_rule_that_counts_rests_on_a_value_of_the_regulation() -> None:
    counting = {found.rule for _rule, found in REFUSALS if found.limit is not None}

    assert counting == {"R050", "R106", "R108", "R015", "R109", "R017", "R018", "R147"}
    assert counting <= {parameter.rule for parameter in REGISTRY.values()}


def said(violation: Violation) -> str:
    with translation.override("en"):
        return str(sentences.speak(violation).remedy)


def test_a_day_behind_the_horizon_is_never_advised_as_if_it_could_be_booked_now() -> None:
    found = Violation("limit_reached", "", rule="R017", source=articles.WEEK.source, article=articles.WEEK.number, count=3, limit=3)
    later = replace(found, later_date=date(2027, 1, 12), possible_from=date(2027, 1, 5))

    with translation.override("en"):
        named = [date_format(day, "DATE_FORMAT") for day in (later.later_date, later.possible_from)]
    assert all(one in said(later) for one in named)
    assert "further away" not in said(later)
    assert "further away" not in said(found)
    assert "exception" in said(found)
    with translation.override("en"):
        resident = to_resident(sentences.refusal_of((later,))).violations[0].remedy
    assert resident == said(later)


def test_outside_the_hours_of_service_the_remedy_names_day_and_hour() -> None:
    found = Violation("outside_service_hours", "08:00-17:00", rule="R142", source=articles.HOURS.source, article=articles.HOURS.number)

    remedy = said(replace(found, possible_from=date(2027, 1, 5)))

    assert "08:00" in remedy
    assert "17:00" not in remedy
    with translation.override("en"):
        assert date_format(date(2027, 1, 5), "DATE_FORMAT") in remedy
