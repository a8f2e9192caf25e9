"""The resident's own word against a missed visit, on the page that number and code opened."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from permissions.doors import PUBLIC, Page
from referral.credit.appeal import LONGEST, appeal_by_resident, is_open
from referral.credit.models import Breach
from referral.credit.notices import appeal_until
from referral.credit.papers import MOST_PAPERS, papers_of, present
from referral.credit.queries import breach_of
from referral.views.appeal_form import handed_in, typed_in
from referral.views.resident import recognised, resident
from vault.audit import saw
from vault.refusal import Refusal


class ResidentAppeal(Page):
    """GET: the missed visit of whoever was recognised in this browser and what became of it. POST: her appeal."""

    policies = {"GET": PUBLIC, "POST": PUBLIC}

    def get(self, request: HttpRequest) -> HttpResponse:
        booking = recognised(request)
        breach = breach_of(booking) if booking else None
        if booking is None or breach is None:
            return redirect("resident")
        saw(resident(booking), "breach", breach.public_id, "resident page")
        return self.render(request, "referral/resident_appeal.html", context_of(breach))

    def post(self, request: HttpRequest) -> HttpResponse:
        booking = recognised(request)
        breach = breach_of(booking) if booking else None
        if booking is None or breach is None:
            return redirect("resident")
        try:
            appeal_by_resident(booking, **handed_in(request, request.FILES.getlist("file")))
        except Refusal as refusal:
            breach.refresh_from_db()
            shown = context_of(breach) | {"values": typed_in(request)}
            return self.again(request, "referral/resident_appeal.html", refusal, shown)
        return redirect("resident_appeal")


def context_of(breach: Breach) -> dict[str, Any]:
    """What the page shows."""
    return {
        "breach": breach,
        "appeal": getattr(breach, "appeal", None),
        "may_appeal": is_open(breach, timezone.localdate()),
        "until": appeal_until(breach),
        "limit": LONGEST,
        "papers": [one for one in present(papers_of(breach)) if one.added_by_id is None],
        "most_papers": MOST_PAPERS,
        "values": {},
    }
