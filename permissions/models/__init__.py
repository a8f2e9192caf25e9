"""Every model of the app, re-exported."""

from permissions.models.district import District
from permissions.models.duties import DutiesAcceptance
from permissions.models.evidence import Attachment, Nomination
from permissions.models.factors import Authenticator, RecoveryCode, Rescue, UnlockCode
from permissions.models.founding import Founding
from permissions.models.login import Challenge, CodeBudget, KnownBrowser, PhoneDevice
from permissions.models.right import ReferralRight
from permissions.models.session import Proof, Session
from permissions.models.user import RoleAssignment, User

__all__ = [
    "Attachment",
    "Authenticator",
    "Challenge",
    "CodeBudget",
    "District",
    "DutiesAcceptance",
    "Founding",
    "KnownBrowser",
    "Nomination",
    "PhoneDevice",
    "Proof",
    "RecoveryCode",
    "ReferralRight",
    "Rescue",
    "RoleAssignment",
    "Session",
    "UnlockCode",
    "User",
]
