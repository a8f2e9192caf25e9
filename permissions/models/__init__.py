"""Every model of the app, re-exported."""

from permissions.models.district import District
from permissions.models.login import Challenge, CodeBudget, KnownBrowser, PhoneDevice
from permissions.models.right import ReferralRight
from permissions.models.session import Session
from permissions.models.user import RoleAssignment, User

__all__ = [
    "Challenge",
    "CodeBudget",
    "District",
    "KnownBrowser",
    "PhoneDevice",
    "ReferralRight",
    "RoleAssignment",
    "Session",
    "User",
]
