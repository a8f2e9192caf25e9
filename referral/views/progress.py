"""The life of a case in six words."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from referral.booking.models import Booking
from referral.cases.models import Referral

ARRIVED = ("arrived", "fulfilled")


@dataclass(frozen=True, slots=True)
class Step:
    """One word of the life: done, now, or still to come."""

    label: str
    text: str
    state: str


def progress_of(referral: Referral, booking: Booking | None, sent_back: Any | None) -> list[Step]:
    """Seen, written, booked, attended, reported, returned: what is done, and where the case is now."""
    arrived = booking is not None and booking.status in ARRIVED
    report = getattr(referral, "report", None)
    where = _("visit on %(day)s") % {"day": f"{booking.visit_date:%m-%d}"} if booking else _("no place yet")
    facts = [
        (_("seen"), clocked(referral.encounter.seen_at), True),
        (_("written"), clocked(referral.created_at), True),
        (_("booked"), where, booking is not None),
        (_("attended"), booking.institution.display_short_name if arrived and booking else _("checked at the window"), arrived),
        (_("report"), clocked(report.created_at) if report else _("within 3 days of the visit"), report is not None),
        (_("returned"), clocked(sent_back.created_at) if sent_back else _("when the condition is stable"), sent_back is not None),
    ]
    last = max(index for index, (_label, _text, done) in enumerate(facts) if done)
    return [Step(label, text, "now" if index == last else "done" if done else "") for index, (label, text, done) in enumerate(facts)]


def clocked(at: Any) -> str:
    """11-23 09:15."""
    return f"{timezone.localtime(at):%m-%d %H:%M}"
