"""What the rules cite is what the documents say, and every rule has its words."""

import csv
from pathlib import Path

import pytest
from django.utils import translation

from referral.booking import articles, rules, sentences
from referral.booking.facts import SHANGHAI  # noqa: F401
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
    violation = Violation(code, "", field=field, rule=rule, source=article.source, article=article.number, count=2, limit=3)

    with translation.override(language):
        spoken = sentences.speak(violation)

        assert "%" not in spoken.message
        assert spoken.remedy
        assert str(spoken.source) not in ("", article.source)
        assert spoken.article not in ("", article.number)


def test_no_rule_is_without_a_sentence() -> None:
    cited = {article.rule for article in (articles.RIGHT, articles.GRANT, articles.SEEN, articles.CONTRACT, articles.HORIZON)}

    assert len(rules.RULES) == 13
    assert cited <= {rule for _code, rule, _field in sentences.SENTENCES}
