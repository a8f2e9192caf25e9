"""What the platform looks up about a nomination before the district decides: pure functions over facts, no database."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, IntEnum

from django.utils.translation import gettext as _

from permissions.identity.licences import check_digit_differs, is_of_an_assistant, licence_is_well_formed
from permissions.right_states import RightReason
from permissions.roles import REFERRING_KINDS, Role
from vault.refusal import Sentence


class Grade(IntEnum):
    """How grave a finding is; the gravest of all is the verdict."""

    PASS = 0  # worth knowing at most
    LOOK = 1  # somebody has to look, and may go on
    TWO = 2  # two persons of the district have to agree
    STOP = 3  # cannot be verified as it is


class Topic(Enum):
    """The four columns of the worklist."""

    LICENCE = "licence"
    PERSON = "person"
    POST = "post"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found, and what to do about it."""

    topic: Topic
    grade: Grade
    message: Sentence
    remedy: Sentence = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the checks need, read beforehand; names are those of institutions of the same district."""

    licence: str = ""
    attachments: int = 1
    licence_in_use: tuple[str, ...] = ()  # institutions of other persons with this number, whose right may still count
    licence_was_used: bool = False  # another person's right that is over had this number
    account_is_active: bool = True
    same_name: tuple[str, ...] = ()  # institutions of others of this name
    same_name_and_tail: tuple[str, ...] = ()  # and of those whose phone ends alike too
    nominated_herself: bool = False
    duties_accepted: bool = True
    post_is_live: bool = True
    kind: Role = Role.FAMILY_DOCTOR
    at_hospital: bool = False
    institution_suspended: bool = False
    revoked: tuple[RightReason, ...] = ()  # why earlier rights of the person were revoked
    revoked_by_licence: tuple[RightReason, ...] = ()  # and those of other accounts with the same number


@dataclass(frozen=True, slots=True)
class Examination:
    """All findings about one nomination, in the order of the columns."""

    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Grade:
        """The gravest grade found."""
        return max((finding.grade for finding in self.findings), default=Grade.PASS)

    def of(self, topic: Topic) -> list[Finding]:
        """The findings of one column, the gravest first."""
        return sorted((one for one in self.findings if one.topic == topic), key=lambda one: -one.grade)

    @property
    def stops(self) -> list[Finding]:
        """What makes verifying impossible."""
        return [finding for finding in self.findings if finding.grade == Grade.STOP]


def examine(facts: Facts) -> Examination:
    """Every check over the facts of one nomination."""
    return Examination(tuple(finding for check in CHECKS for finding in check(facts)))


def certificate(facts: Facts) -> Iterable[Finding]:
    """The number is there, has a known form, and is a physician's (R046)."""
    send_back = _("Send it back, so that the institution puts it right.")
    if not facts.licence:
        yield Finding(Topic.LICENCE, Grade.STOP, _("No certificate number"), send_back)
    elif not licence_is_well_formed(facts.licence):
        yield Finding(Topic.LICENCE, Grade.STOP, _("Number has %(n)d characters") % {"n": len(facts.licence)}, send_back)
    elif check_digit_differs(facts.licence):
        yield Finding(Topic.LICENCE, Grade.LOOK, _("Check character differs"), _("Compare the number with the paper."))
    elif is_of_an_assistant(facts.licence):
        yield Finding(Topic.LICENCE, Grade.LOOK, _("Assistant physician's number"), _("Ask whether she may refer by herself."))


def paper(facts: Facts) -> Iterable[Finding]:
    """Somebody can compare the number with a paper."""
    if not facts.attachments:
        yield Finding(Topic.LICENCE, Grade.LOOK, _("No paper attached"), _("Look the number up in the register of doctors."))


def certificate_elsewhere(facts: Facts) -> Iterable[Finding]:
    """One number belongs to one person; her second post is no contradiction."""
    if facts.licence_in_use:
        message = _("Same number at %(places)s") % {"places": listed(facts.licence_in_use)}
        yield Finding(Topic.LICENCE, Grade.STOP, message, _("Find out whose number it is; end the other right or send this one back."))
    elif facts.licence_was_used:
        yield Finding(Topic.LICENCE, Grade.LOOK, _("Number once stood with another account"), _("Find out whether it is the same person."))


def person(facts: Facts) -> Iterable[Finding]:
    """One person has one account, and somebody else nominates her."""
    if not facts.account_is_active:
        yield Finding(Topic.PERSON, Grade.STOP, _("Account is closed"), _("Open the account again first."))
    if facts.same_name_and_tail:
        message = _("Same name and phone ending at %(places)s") % {"places": listed(facts.same_name_and_tail)}
        yield Finding(Topic.PERSON, Grade.LOOK, message, _("Find out whether one person has two accounts."))
    elif facts.same_name:
        message = _("Same name at %(places)s") % {"places": listed(facts.same_name)}
        yield Finding(Topic.PERSON, Grade.LOOK, message, _("Find out whether one person has two accounts."))
    if facts.nominated_herself:
        yield Finding(Topic.PERSON, Grade.LOOK, _("Nominated herself"), _("Ask the institution's head."))


def duties(facts: Facts) -> Iterable[Finding]:
    """Duties are accepted at the first login; before it nothing can be done with the right (R034)."""
    if not facts.duties_accepted:
        yield Finding(Topic.PERSON, Grade.PASS, _("Duties not accepted yet"), _("They are asked for at the next login."))


def place(facts: Facts) -> Iterable[Finding]:
    """Only two kinds of posts may refer, and only while post and institution work (R045, R052)."""
    if not facts.post_is_live:
        yield Finding(Topic.POST, Grade.STOP, _("Post has ended"))
    if facts.kind not in REFERRING_KINDS:
        yield Finding(Topic.POST, Grade.STOP, _("Post: %(kind)s") % {"kind": facts.kind.label}, _("This post may not refer; send it back."))
    if facts.institution_suspended:
        yield Finding(Topic.POST, Grade.STOP, _("Institution is suspended"), _("Reinstate the institution first."))
    if facts.kind == Role.FAMILY_DOCTOR and facts.at_hospital:
        yield Finding(Topic.POST, Grade.LOOK, _("Family doctor at a hospital"), _("Ask whether she signs contracts with residents."))


def past(facts: Facts) -> Iterable[Finding]:
    """Earlier revocations; after misconduct two persons decide (R052)."""
    for reasons, who in ((facts.revoked, ""), (facts.revoked_by_licence, _(" (other account)"))):
        if RightReason.MISCONDUCT in reasons:
            yield Finding(Topic.PAST, Grade.TWO, _("Revoked for misconduct") + who, _("One person verifies, another one grants."))
        elif RightReason.QUALIFICATION in reasons:
            yield Finding(Topic.PAST, Grade.LOOK, _("Revoked: qualification") + who, _("Ask for the new certificate."))
        elif reasons:
            yield Finding(Topic.PAST, Grade.PASS, _("Revoked: %(reason)s") % {"reason": reasons[-1].label} + who)


CHECKS: tuple[Callable[[Facts], Iterable[Finding]], ...] = (
    certificate, paper, certificate_elsewhere, person, duties, place, past,
)  # fmt: skip


class Consequence(Enum):
    """What deciding about many at once does to one of them."""

    GRANT = "grant"
    VERIFY_ONLY = "verify_only"
    SECOND_PERSON = "second_person"
    LOOK_FIRST = "look_first"
    STOPPED = "stopped"
    DECIDED = "decided"


def consequence(status: str, verdict: Grade, *, verified_by_me: bool) -> Consequence:
    """What "verify and grant" does to a nomination: what needs a look is decided alone, never in passing."""
    if status not in ("nominated", "verified"):
        return Consequence.DECIDED
    if verdict == Grade.STOP:
        return Consequence.STOPPED
    if verdict == Grade.TWO and status == "nominated":
        return Consequence.VERIFY_ONLY
    if verdict == Grade.TWO and verified_by_me:
        return Consequence.SECOND_PERSON
    if verdict == Grade.LOOK and status == "nominated":
        return Consequence.LOOK_FIRST
    return Consequence.GRANT


def listed(places: tuple[str, ...]) -> str:
    """The first two names and how many there are beyond."""
    shown = _(", ").join(places[:2])
    return shown if len(places) <= 2 else _("%(shown)s and %(n)d more") % {"shown": shown, "n": len(places) - 2}
