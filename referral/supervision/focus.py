"""How many referrals of a month were about the focus diseases, disease by disease, for the district's report (R115)."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, Q

from clinics.criteria.focus import FOCUS
from permissions.acting import Acting
from referral.booking.facts import SHANGHAI
from referral.cases.models import Referral
from referral.supervision.month import end_of
from vault.refusal import Sentence

NEVER_STOOD = ("draft", "expired", "cancelled")  # nobody was asked to see the patient


@dataclass(frozen=True, slots=True)
class FocusCount:
    """One disease: its referrals of the month, those about it that were booked or went on, and how many met a criterion."""

    words: Sentence
    written: int
    stood: int
    met: int


@dataclass(frozen=True, slots=True)
class FocusMonth:
    """Everything written in the month, what of it was about any of the four, and each of them; a case may be about several."""

    written: int
    about_any: int
    rows: list[FocusCount]


def focus_month(by: Acting, first: date) -> FocusMonth:
    """The referrals that institutions of the reader's district wrote in a month; one query."""
    begins = datetime.combine(first, time.min, SHANGHAI)
    written = Referral.objects.filter(institution__district=by.district_id, created_at__gte=begins, created_at__lt=end_of(first))
    further, ticked = ~Q(status__in=NEVER_STOOD), Q(met__isnull=False)
    counts = {
        "n": Count("pk", distinct=True),
        "further": Count("pk", filter=further, distinct=True),
        "ticked": Count("pk", filter=ticked, distinct=True),
    }
    counted: list[Any] = list(written.order_by().values("focus").annotate(**counts))
    rows = [FocusCount(one.words, *_sums([row for row in counted if one.key in row["focus"].split()])) for one in FOCUS]
    return FocusMonth(sum(row["n"] for row in counted), sum(row["n"] for row in counted if row["focus"]), rows)


def _sums(rows: list[dict[str, Any]]) -> tuple[int, int, int]:
    written, further, ticked = (sum(row[name] for row in rows) for name in ("n", "further", "ticked"))
    return written, further, ticked
