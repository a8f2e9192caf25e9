"""Where a copy is asked for: what this person may print, its content gathered, one more copy issued."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from referral.slips.content import return_content, up_content
from referral.slips.issue import issue
from referral.slips.models import Slip, SlipKind
from referral.slips.papers import papers_of
from vault.refusal import Refusal


def booking_copy(booking_id: UUID, *, by: Acting, now: datetime) -> Slip:
    """A counted copy of a booking's slip. Refuses with `not_found` what this person may not print."""
    booking = papers_of(by).filter(public_id=booking_id).first()
    if booking is None:
        raise nothing()
    return issue(SlipKind.UP, booking.public_id, up_content(booking), by=by, now=now)


def return_copy(rows: "QuerySet[Any]", return_id: UUID, *, by: Acting, now: datetime) -> Slip:
    """A counted copy of the slip of one of these returns. Refuses with `not_found` what is not among them."""
    sent_back = rows.select_related("patient__district", "referral__report").filter(public_id=return_id).first()
    if sent_back is None:
        raise nothing()
    report = getattr(sent_back.referral, "report", None)
    content = return_content(sent_back, report.findings if report else "")
    return issue(SlipKind.RETURN, sent_back.public_id, content, by=by, now=now)


def nothing() -> Refusal:
    """The same answer for what is not there and for what is not theirs."""
    return Refusal("not_found", _("There is nothing here that you may see."))
