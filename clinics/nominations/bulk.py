"""Decides about many nominations at once: shows what would happen, then does each in a transaction of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clinics.grants import Target
from clinics.nominations.checks import Consequence, Examination, consequence
from clinics.nominations.facts import examinations
from clinics.rights import verify_and_grant
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.right_states import RightStatus
from vault.refusal import Refusal

MOST_AT_ONCE = 30
DONE = frozenset({Consequence.GRANT, Consequence.VERIFY_ONLY})


@dataclass(frozen=True, slots=True)
class Prospect:
    """One chosen nomination, what was found, and what deciding would do to it."""

    right: ReferralRight
    examination: Examination
    consequence: Consequence

    @property
    def is_done(self) -> bool:
        """Whether anything happens to it."""
        return self.consequence in DONE


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one of them: granted, verified, or refused and why."""

    right: ReferralRight
    status: str
    refusal: Refusal | None = None


def prospects(rights: Sequence[ReferralRight], *, by: Acting) -> list[Prospect]:
    """What "verify and grant" would do to each, by the checks as they stand now."""
    found = examinations(rights)
    return [_prospect(right, found[right.pk], by) for right in rights]


def _prospect(right: ReferralRight, examined: Examination, by: Acting) -> Prospect:
    mine = right.verified_by_id == by.user.pk
    return Prospect(right, examined, consequence(right.status, examined.verdict, verified_by_me=mine))


def settle(chosen: Sequence[Prospect], versions: dict[int, int], *, targets: Sequence[Target], last_day: date, by: Acting) -> list[Result]:
    """Verifies and grants those that can be, one after the other; a refusal of one changes nothing for the others."""
    return [_settled(one.right, versions.get(one.right.pk), targets, last_day, by) for one in chosen if one.is_done]


def _settled(right: ReferralRight, version: int | None, targets: Sequence[Target], last_day: date, by: Acting) -> Result:
    try:
        done = verify_and_grant(right, targets=targets, last_day=last_day, by=by, expected_version=version)
    except Refusal as refusal:
        return Result(right, right.status, refusal)
    return Result(right, RightStatus(done.status))
