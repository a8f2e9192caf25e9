"""Demonstration data carry a mark, so that they never mix with real ones."""

from django.conf import settings

from clinics.models import Institution
from permissions.models import User
from referral.demo.places import MARK


def holds_demonstration() -> bool:
    """Whether this database was filled with the demonstration."""
    return Institution.objects.filter(source=MARK).exists()


def reasons_against() -> list[str]:
    """Why the demonstration may not be loaded here, in sentences; nothing means it may."""
    found = []
    if not settings.DEMO:
        found.append("The demonstration is loaded with DEMO=1 only.")
    if settings.SMS_GATEWAY != "file":
        found.append("The phones of the demonstration are invented and may belong to strangers: SMS_GATEWAY must be «file».")
    if User.objects.exists() and not holds_demonstration():
        found.append("This database holds accounts that are not the demonstration's; choose an empty one.")
    return found
