"""How a broken rule is said before it is spoken: its article, what it counted, and the next lawful day; pure (no Django)."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from referral.booking.articles import Article
from referral.booking.facts import SHANGHAI, BookingFacts
from referral.booking.lawful_days import first_day_beyond, next_lawful_date
from vault.refusal import Violation


def is_between(hour: time, begin: time, end: time) -> bool:
    """Whether an hour lies in a stretch of the day that may run past midnight; its end is outside."""
    return begin <= hour < end if begin < end else hour >= begin or hour < end


def first_day_from(until: datetime) -> date:
    """The first day on which nothing of what ends at this instant is left."""
    local = until.astimezone(SHANGHAI)
    return local.date() if local.time() == time.min else local.date() + timedelta(days=1)


def over(article: Article, facts: BookingFacts, count: int, limit: int) -> Violation | None:
    """A violation when one more would exceed the limit."""
    return violation_of(article, "limit_reached", facts, count, limit) if count >= limit else None


def violation_of(
    article: Article, code: str, facts: BookingFacts | None = None, count: int | None = None, limit: int | None = None
) -> Violation:
    """A violation that cites its article; with facts it cites what decided the value, and names the next lawful day."""
    found = Violation(
        code, "", rule=article.rule, source=article.source, article=article.number, quote=article.quote, count=count, limit=limit,
    )  # fmt: skip
    return grounded(dated(found, facts), facts) if facts else found


def dated(violation: Violation, facts: BookingFacts) -> Violation:
    """With the next lawful day; where the horizon ends before it, the first day behind, and from when the horizon reaches that (R106)."""
    following = next_lawful_date(facts)
    later = None if following else first_day_beyond(facts)
    opens = max(facts.today, later - timedelta(days=facts.limits.horizon_days)) if later else None
    return replace(violation, next_date=following, later_date=later, possible_from=opens)


def grounded(violation: Violation, facts: BookingFacts) -> Violation:
    """The same violation citing the decision that set its value, where it is not the article's own."""
    grounds = facts.grounds.get(violation.rule)
    if grounds is None:
        return violation
    if grounds.quote is None:
        return replace(violation, source=grounds.source)
    return replace(violation, source=grounds.source, article="", quote=grounds.quote)
