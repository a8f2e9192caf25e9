"""What an exception is about, in words: the rule with its article, what it counted at the refused place, and how the exception stands."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from referral.booking import articles, limits, sentences
from referral.booking.override_models import Overridable, OverrideStatus, RuleOverride
from vault.refusal import Violation

ARTICLE_OF: Final = {one.rule: one for one in articles.ARTICLES}
CODE_OF: Final = {Overridable.HORIZON: "outside_horizon", Overridable.CONTRACT: "contract_required"}  # every other one is a limit


def violation_of(exception: RuleOverride) -> Violation:
    """The rule as it stood against the refused place, with article, count and limit.

    Words of an article that names another limit than the one that stood there are not quoted.
    """
    rule = Overridable(exception.rule)
    article = ARTICLE_OF[rule]
    found = Violation(
        CODE_OF.get(rule, "limit_reached"), "", rule=rule, source=article.source, article=article.number, quote=article.quote,
        count=exception.counted, limit=exception.bound,
    )  # fmt: skip
    if exception.bound is not None and str(exception.bound) != limits.DECIDING[rule][0].default:
        found = replace(found, source="", article="", quote="")
    if exception.bound is None and rule not in (Overridable.CONTRACT,):
        return replace(found, message=rule.label, source=sentences.TITLES[article.source], article=str(sentences.ARTICLES[article.number]))
    return sentences.speak(found)


def standing_of(exception: RuleOverride, now: datetime) -> tuple[str, Any]:
    """The state as it is by the clock, whether or not the task ran: its code and its words."""
    over = exception.status == OverrideStatus.GRANTED and exception.valid_to is not None and exception.valid_to <= now
    status = OverrideStatus.LAPSED if over else OverrideStatus(exception.status)
    return status.value, status.label


def title_of(rule: str) -> str:
    """The rule's short name in a sentence."""
    return _("Exception from the rule on %(rule)s") % {"rule": Overridable(rule).label}
