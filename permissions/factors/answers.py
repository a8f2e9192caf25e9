"""What a person types instead of the SMS code: read by its shape, looked up with equal work for everybody, used once."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from permissions.factors import recovery, totp, unlock
from permissions.identity.folding import fold
from permissions.models import Proof
from vault import audit
from vault.actor import ANONYMOUS, Actor
from vault.refusal import Refusal, Sentence, Violation, invalid
from vault.transactions import requires_transaction

SHAPES = (
    (Proof.TOTP, re.compile(r"\A[0-9]{6}\Z")),
    (Proof.UNLOCK, re.compile(r"\A[0-9]{10}\Z")),
    (Proof.RECOVERY, re.compile(rf"\A[{recovery.LETTERS}]{{{recovery.LENGTH}}}\Z")),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One code as it is compared, and what it can only be."""

    proof: Proof
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """A right answer that was not used yet: whose, which row it uses up, and the time step of an authenticator."""

    proof: Proof
    user_id: int
    row: int
    step: int = 0

    @property
    def device(self) -> str:
        """What proved the person, in the form of django-otp's persistent ids."""
        return f"permissions.{TABLES[self.proof]}/{self.row}"


TABLES = {Proof.TOTP: "authenticator", Proof.RECOVERY: "recoverycode", Proof.UNLOCK: "unlockcode"}


def read_answer(raw: str, field: str = "code") -> Answer:
    """The code by its shape: 6 digits, 10 digits, or 12 letters and digits. Refuses with `invalid_input` before a guess is spent."""
    text = fold(raw).upper()
    for proof, shape in SHAPES:
        if shape.match(text):
            return Answer(proof, text)
    raise invalid(
        field,
        _("This is none of the codes that open here."),
        remedy=_("6 digits of the authenticator, 12 letters and digits of a recovery code, or the 10 digits of the district."),
    )


def look_up(user_id: int | None, answer: Answer) -> Found | None:
    """The row that this answer of this person would use up, or None; the same statements for a person nobody knows."""
    owner = user_id or -1
    if answer.proof == Proof.TOTP:
        row, step = totp.matching(owner, answer.text)
        return Found(answer.proof, owner, row, step) if row else None
    row = recovery.matching(owner, answer.text) if answer.proof == Proof.RECOVERY else unlock.matching(owner, answer.text)
    return Found(answer.proof, owner, row) if row else None


def use_up(found: Found) -> None:
    """Step: the answer counts now and never again; of many at the same moment one gets through. Refuses with `wrong_code`."""
    requires_transaction()
    used = {
        Proof.TOTP: lambda: totp.use_step(found.row, found.step),
        Proof.RECOVERY: lambda: recovery.use(found.row),
        Proof.UNLOCK: lambda: unlock.use(found.row),
    }[found.proof]()
    if not used:
        raise wrong(0)


def note_wrong(answer: Answer, person: UUID, *, by: Actor = ANONYMOUS) -> None:
    """Step: leaves in the trail that somebody guessed wrong; never what was typed."""
    audit.record("wrong_factor", "user", person, by=by, details={"proof": answer.proof.value})


def wrong(left: int) -> Refusal:
    """The refusal of a wrong answer, equal for everybody."""
    sentence: Sentence = _("The code does not fit, was used before, or no longer counts.")
    if left > 0:
        sentence = _("The code does not fit, was used before, or no longer counts. It can be tried %(left)s more times.") % {"left": left}
    return Refusal("wrong_code", sentence, (Violation("wrong_code", sentence, field="code"),))
