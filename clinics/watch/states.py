"""The lives of an institution's suspension and of a dispute, and the codes both are written with."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from permissions.roles import Role
from vault.states import StateTable, Transition


class SanctionStatus(TextChoices):
    SUSPENDED = "suspended", _("Institution suspended")
    REVOKED = "revoked", _("Institution excluded")
    LIFTED = "lifted", _("Suspension lifted")


class SanctionReason(TextChoices):
    """Why an institution may not refer; the reader sees the sentence, statistics count the code."""

    UNSEEN = "unseen", _("Referrals of patients who were not seen")
    RESALE = "resale", _("Places sold on")
    MISCONDUCT = "misconduct", _("Misconduct")
    LICENCE = "licence", _("Licence of the institution no longer valid")
    OWN_REQUEST = "own_request", _("At the institution's own request")
    CLOSED = "closed", _("Closed or under repair")


# After these a second person of the district has to agree before the institution refers again, as with a person's right.
MISCONDUCT = frozenset({SanctionReason.UNSEEN, SanctionReason.RESALE, SanctionReason.MISCONDUCT})
IN_FORCE = (SanctionStatus.SUSPENDED.value, SanctionStatus.REVOKED.value)

DISTRICT = Role.DISTRICT_ADMIN.value
COORDINATOR = Role.COORDINATOR.value
SUSPENDED, REVOKED, LIFTED = (status.value for status in SanctionStatus)

SANCTION_STATES = StateTable(
    kind="sanction",
    transitions=(
        Transition("", SUSPENDED, (DISTRICT,), "suspend_institution", "R052"),
        Transition("", REVOKED, (DISTRICT,), "revoke_institution", "R052"),
        Transition(SUSPENDED, REVOKED, (DISTRICT,), "revoke_institution", "R052"),
        Transition(SUSPENDED, LIFTED, (DISTRICT,), "reinstate_institution", "R052"),
        Transition(REVOKED, LIFTED, (DISTRICT,), "readmit_institution", "R052"),
    ),
    final=frozenset({LIFTED}),
)


class DisputeStatus(TextChoices):
    OPEN = "open", _("Waiting for the district")
    UPHELD = "upheld", _("Upheld")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class DisputeReason(TextChoices):
    """Why a hospital objects to a doctor who may refer to it."""

    UNKNOWN = "unknown", _("Not known as a referring doctor of ours")
    DETAILS = "details", _("Name, title or institution is not right")
    LEFT = "left", _("No longer works there")
    CONDUCT = "conduct", _("Referrals that break the rules")
    OTHER = "other", _("Another reason")


class Remedy(TextChoices):
    """What follows when a dispute is upheld."""

    GRANT_ENDED = "grant_ended", _("The doctor may no longer refer to this hospital")
    SUSPENDED = "suspended", _("The doctor's right is suspended")


OPEN, UPHELD, REJECTED, WITHDRAWN = (status.value for status in DisputeStatus)

DISPUTE_STATES = StateTable(
    kind="dispute",
    transitions=(
        Transition("", OPEN, (COORDINATOR,), "open_dispute", "R054"),
        Transition(OPEN, UPHELD, (DISTRICT,), "uphold_dispute", "R054"),
        Transition(OPEN, REJECTED, (DISTRICT,), "reject_dispute", "R054"),
        Transition(OPEN, WITHDRAWN, (COORDINATOR,), "withdraw_dispute", "R054"),
    ),
    final=frozenset({UPHELD, REJECTED, WITHDRAWN}),
)


class BulkAct(TextChoices):
    """What may be done to many rights at once."""

    SUSPEND = "suspend", _("Suspend")
    REVOKE = "revoke", _("Revoke")
    EXTEND = "extend", _("Extend")
