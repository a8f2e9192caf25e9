"""The life of a referral right as one table, the reasons for taking it away, and when it is in force."""

from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from permissions.roles import Role
from vault.states import StateTable, Transition


class RightStatus(TextChoices):
    NOMINATED = "nominated", _("Nominated")
    VERIFIED = "verified", _("Verified")
    SENT_BACK = "sent_back", _("Sent back to the nominator")
    GRANTED = "granted", _("Granted")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")
    EXPIRED = "expired", _("Expired")
    ENDED = "ended", _("Ended with the post")


class RightReason(TextChoices):
    """Why a right was suspended or revoked; the reader sees the sentence, statistics count the code."""

    LEAVE = "leave", _("On leave")
    DORMANT = "dormant", _("Not used for long")
    UNATTESTED = "unattested", _("Not attested by the institution")
    INSTITUTION = "institution", _("The institution was suspended")
    MOVED = "moved", _("Moved to another post")
    LEFT = "left", _("Left the institution")
    QUALIFICATION = "qualification", _("Qualification no longer held")
    MISCONDUCT = "misconduct", _("Misconduct")
    OWN_REQUEST = "own_request", _("At the doctor's own request")
    IN_ERROR = "in_error", _("Entered by mistake")


class SendBackReason(TextChoices):
    """What the institution has to put right before it nominates again."""

    LICENCE = "licence", _("Licence number to be put right")
    ATTACHMENT = "attachment", _("Attachment missing or unreadable")
    PERSON = "person", _("Name or phone to be put right")
    POST = "post", _("Post to be put right")
    TARGETS = "targets", _("Targets to be put right")
    OTHER = "other", _("Something else, as written")


R = RightReason
SUSPEND_REASONS = frozenset({R.LEAVE, R.DORMANT, R.UNATTESTED, R.INSTITUTION, R.QUALIFICATION, R.MISCONDUCT, R.OWN_REQUEST})
REVOKE_REASONS = frozenset({R.INSTITUTION, R.MOVED, R.LEFT, R.QUALIFICATION, R.MISCONDUCT, R.OWN_REQUEST, R.IN_ERROR})

SUSPEND_CHOICES = [(reason.value, reason.label) for reason in RightReason if reason in SUSPEND_REASONS]

S = RightStatus
SYSTEM = "system"
MANAGER = Role.MANAGER.value
DISTRICT = Role.DISTRICT_ADMIN.value

# The district may enter a right of its own (– → nominated); a pending nomination ends with its post like a granted right.
RIGHT_STATES = StateTable(
    kind="right",
    transitions=(
        Transition("", S.NOMINATED.value, (MANAGER, DISTRICT), "nominate", "R049"),
        Transition(S.NOMINATED.value, S.VERIFIED.value, (DISTRICT,), "verify", "R046"),
        Transition(S.NOMINATED.value, S.SENT_BACK.value, (DISTRICT,), "send_back", "R046"),
        Transition(S.SENT_BACK.value, S.NOMINATED.value, (MANAGER,), "nominate_again", "R049"),
        Transition(S.VERIFIED.value, S.GRANTED.value, (DISTRICT,), "grant", "R046"),
        Transition(S.GRANTED.value, S.SUSPENDED.value, (DISTRICT, SYSTEM), "suspend"),
        Transition(S.SUSPENDED.value, S.GRANTED.value, (DISTRICT,), "reinstate"),
        Transition(S.GRANTED.value, S.REVOKED.value, (DISTRICT,), "revoke", "R052"),
        Transition(S.SUSPENDED.value, S.REVOKED.value, (DISTRICT,), "revoke", "R052"),
        Transition(S.GRANTED.value, S.EXPIRED.value, (SYSTEM,), "expire"),
        Transition(S.SUSPENDED.value, S.EXPIRED.value, (SYSTEM,), "expire"),
        Transition(S.NOMINATED.value, S.ENDED.value, (MANAGER, DISTRICT, SYSTEM), "end", "R048"),
        Transition(S.VERIFIED.value, S.ENDED.value, (MANAGER, DISTRICT, SYSTEM), "end", "R048"),
        Transition(S.SENT_BACK.value, S.ENDED.value, (MANAGER, DISTRICT, SYSTEM), "end", "R048"),
        Transition(S.GRANTED.value, S.ENDED.value, (MANAGER, DISTRICT, SYSTEM), "end", "R048"),
        Transition(S.SUSPENDED.value, S.ENDED.value, (MANAGER, DISTRICT, SYSTEM), "end", "R048"),
    ),
    final=frozenset({S.REVOKED.value, S.EXPIRED.value, S.ENDED.value}),
)


def right_is_in_force(status: str, valid_from: datetime | None, valid_to: datetime | None, now: datetime) -> bool:
    """A right counts from its first moment to just before its last, while it is granted; suspension stops it at once."""
    if status != RightStatus.GRANTED or valid_from is None or valid_to is None:
        return False
    return valid_from <= now < valid_to
