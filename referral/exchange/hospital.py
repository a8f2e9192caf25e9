"""Whose system is speaking: the one hospital of the acting coordinator's post, and how often it may."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from clinics.access import MANAGE_POOLS, institutions_where
from clinics.models import Institution
from permissions.acting import Acting
from permissions.roles import Capability
from vault.outbox.budgets import Allowance, spend
from vault.refusal import Refusal

# A system that polls each of four lists every half minute stays below.
OFTEN: Final = (Allowance(120, timedelta(minutes=1)), Allowance(1200, timedelta(hours=1)))
WITHIN: Final = frozenset({Capability.MANAGE_POOLS.value, Capability.SEE_BOOKINGS.value})
NOTHING_HERE: Final = _("There is nothing here that you may see.")


def hospital_of(by: Acting) -> Institution:
    """The hospital of the acting post, whose pools the person runs; one query. Refuses with `not_allowed` and `not_found`."""
    if not by.can(Capability.EXCHANGE):
        raise Refusal("not_allowed", _("Your role does not include this."))
    mine = institutions_where(by.user, MANAGE_POOLS).select_related("district")
    hospital = mine.filter(pk=by.post.institution_id).first() if by.post is not None else None
    if hospital is None:
        raise Refusal("not_found", NOTHING_HERE)
    return hospital


def as_system(by: Acting) -> Acting:
    """The same person for what lies inside connecting the hospital's system: its sessions, stops and bookings.

    A key that was given this one thing needs no other scope for it; what the post itself does not include stays closed.
    """
    return by if by.scopes is None else replace(by, scopes=by.scopes | WITHIN)


def count_call(by: Acting) -> None:
    """Promise that this call is counted for its key or login. Refuses with `too_many_requests`. Outside any transaction."""
    subject = str(by.session.public_id if by.session else by.user.public_id)
    wait = spend(subject, "feed", OFTEN)
    if wait:
        raise Refusal("too_many_requests", _("Your system asks too often. Wait %(seconds)s seconds.") % {"seconds": wait}, retry_after=wait)
