"""What the hospital writes about a visit: the one report that closes the receiving doctor's part (R168)."""

from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.roles import Capability
from referral.cases.models import Referral
from referral.cases.reports import VisitReport
from referral.cases.texts import check_texts
from vault import audit
from vault.refusal import Refusal
from vault.states import advance
from vault.transactions import requires_transaction


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, what it is, what was done; all three are needed."""

    diagnosis: str
    findings: str
    treatment: str


def report(referral_id: UUID, written: Report, *, expected_version: int, by: Acting) -> VisitReport:
    """Promise the report of a referral whose patient was seen: attended → reported, with its three texts.

    Refuses with `not_allowed`, `invalid_input` (all fields at once), `not_found` (not seen at this department) or
    `stale_state`; a second report is stale.
    """
    if not by.can(Capability.RECORD_VISIT):
        raise Refusal("not_allowed", _("Your role does not include this."))
    check_texts(asdict(written), VisitReport)
    with transaction.atomic(durable=True):
        referral = locked_seen_here(referral_id, by)
        advance(referral, "reported", by=by.actor, expected_version=expected_version)
        made = VisitReport.objects.create(referral=referral, post=by.post, **asdict(written))
        audit.record("report", "referral", referral.public_id, by=by.actor, details={"report": str(made.public_id)})
    return made


def seen_here(by: Acting) -> "QuerySet[Referral]":
    """Referrals whose patient was seen at the acting post's department, or anywhere in its hospital without one."""
    if by.post is None:
        return Referral.objects.none()
    here = Q(bookings__status="fulfilled", bookings__institution_id=by.post.institution_id)
    if by.post.department_id is not None:
        here &= Q(bookings__department_id=by.post.department_id)
    return Referral.objects.filter(here)


def locked_seen_here(referral_id: UUID, by: Acting) -> Referral:
    """Step: one of those referrals, locked. Refuses with `not_found` for everything else alike."""
    requires_transaction()
    found = seen_here(by).filter(public_id=referral_id).select_for_update(of=("self",), no_key=True).order_by("pk").first()
    if found is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return found
