"""What the review of one case has been: every act with how long it took, questions with answers, the advice, and the wordings before."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from referral.cases.amend import Difference, differences, versions_of
from referral.cases.models import Referral
from referral.review.advice import patient_to_call
from referral.review.decide import stand_in_force
from referral.review.models import Advice, Question, ReviewDecision


@dataclass(frozen=True, slots=True)
class Wording:
    """One change of the record: the number of the wording that came, by whom, when and why, and where it differs."""

    number: int
    at: datetime
    by: str
    why: str
    changes: list[Difference]
    is_news: bool


@dataclass(frozen=True, slots=True)
class Story:
    """The whole review of one referral."""

    decisions: list[ReviewDecision]
    questions: list[Question]
    advice: Advice | None
    wordings: list[Wording]
    patient_to_call: bool = False

    @property
    def open_question(self) -> Question | None:
        """The question that waits for the referring doctor."""
        return next((one for one in reversed(self.questions) if one.is_open), None)

    @property
    def news(self) -> list[Wording]:
        """What was amended since the hospital last stood by its acceptance."""
        return [one for one in self.wordings if one.is_news]


def story_of(referral: Referral) -> Story:
    """The review of a referral, everything in its order; four queries, five with advice, one more where it is booked."""
    decisions = list(referral.decisions.select_related("post__user", "post__department", "post__institution").order_by("pk"))
    questions = list(referral.questions.select_related("post__user", "post__institution", "answered_by__user").order_by("pk"))
    behind = ("booking", "referral", "signed_by__user", "signed_by__department", "signed_by__institution", "seen_by__user")
    advice = Advice.objects.filter(referral=referral).select_related(*behind).first()
    return Story(decisions, questions, advice, wordings_of(referral), advice is not None and patient_to_call(advice))


def wordings_of(referral: Referral) -> list[Wording]:
    """Every amendment, the latest first, with where it differs from the wording before it."""
    stood = stand_in_force(referral)
    held: list[Any] = [*versions_of(referral), referral]
    found = [_wording(before, after, stood) for before, after in pairwise(held)]
    return found[::-1]


def _wording(before: Any, after: Any, stood: ReviewDecision | None) -> Wording:
    is_news = stood is not None and before.created_at > stood.created_at
    name = before.replaced_by.user.display_name
    return Wording(before.number + 1, before.created_at, name, before.why, differences(before, after), is_news)
