"""A screen left open does nothing lasting: what outlives a login is done only soon after its person proved herself."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from permissions.models import Session
from vault.refusal import Refusal

FRESH = timedelta(minutes=15)


def is_fresh(session: Session) -> bool:
    """Whether the person proved herself in the last quarter of an hour."""
    return session.proved_at > timezone.now() - FRESH


def check_fresh(session: Session | None) -> None:
    """Refuses with `second_factor_required` when the last proof of this session is too old for a change like this."""
    if session is None or not is_fresh(session):
        raise Refusal("second_factor_required", _("Your last proof is more than 15 minutes old. Prove once more that it is you."))
