"""A doctor takes back what a hospital was asked for, before or after its answer, as long as no day is booked."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from permissions.doors import Needs, Page
from permissions.roles import Capability
from referral.booking.asking import withdraw
from referral.cases.ending import day_ahead
from referral.cases.models import Referral
from referral.cases.place_requests import requests_of
from referral.cases.submission_models import PlaceRequest
from referral.views import typed


class ReferralWithdraw(Page):
    """POST: the referral is a draft again, and the hospital's list without it."""

    policies = {"POST": Needs(Capability.WRITE_REFERRAL)}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        withdraw(public_id, expected_version=typed.version(request), by=self.acting)
        messages.success(request, _("Taken back. The referral is a draft again; the hospital is told."))
        return redirect("referral", public_id)


def asked_of(referral: Referral) -> dict[str, Any] | None:
    """The latest request of a case as its page shows it; None where no hospital was asked."""
    held = requests_of(referral).first()
    if held is None:
        return None
    return {"request": held, "last_day": day_ahead(held), "book": link_to_book(held)}


def link_to_book(held: PlaceRequest) -> str:
    """The calendar with the days of what was accepted."""
    service = held.service
    said = {"kind": service.kind, "department": service.department.standard_code, "institution": service.institution.public_id}
    return f"{reverse('book', args=[held.referral.public_id])}?{urlencode(said)}"
