"""A request for a bed or day surgery before the hospital: what the doctor wrote, and the two answers to it (R072)."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.views.typed import errors_in, texts
from permissions.doors import Page
from permissions.doors.fresh import is_fresh
from permissions.roles import Capability
from referral.cases.ending import day_ahead
from referral.cases.submission_models import PlaceRequest
from referral.patients.queries import contract_on
from referral.review.advice import Written
from referral.review.models import LONGEST_ADVICE, AdviceReason
from referral.review.requests import accept_request, request_under_review, return_request
from referral.review.story import story_of
from referral.views import typed
from referral.views.availability import what_to_know
from referral.views.review import REVIEWS
from referral.views.strip import strip_of
from vault.audit import saw
from vault.refusal import Refusal, invalid


class ReviewRequest(Page):
    """One request with everything the hospital needs to decide; accepting is one click, advice is signed."""

    policies = {"GET": REVIEWS, "POST": REVIEWS}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        answer = self.shown(request, public_id)
        saw(self.acting.actor, "referral", public_id, "review page")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        act = request.POST.get("act", "")
        if act == "accept":
            held = accept_request(public_id, expected_version=typed.version(request), by=self.acting)
            day = f"{held.valid_until:%m-%d}"
            messages.success(request, _("Accepted. The referring doctor is told; the last day to book is %(day)s.") % {"day": day})
        elif act == "return":
            words = texts(request, ["reason", "advice"], several_lines={"advice"})
            written = Written(words["reason"], words["advice"])
            return_request(public_id, written, expected_version=typed.version(request), by=self.acting)
            messages.success(request, _("Signed and returned. The referring doctor reads it and tells the patient."))
        else:
            raise invalid("act", _("Choose what to do."))
        return redirect("review_request", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        """The same page with what was typed; an old proof keeps it too, beside the way to a new one."""
        if request.POST.get("act") != "return" or refusal.code not in ("invalid_input", "second_factor_required"):
            return None
        values = {"reason": request.POST.get("reason", ""), "advice": request.POST.get("advice", "")[: LONGEST_ADVICE * 2]}
        return self.shown(request, public_id, values=values, **errors_in(refusal))

    def shown(self, request: HttpRequest, public_id: UUID, **more: Any) -> HttpResponse:
        held = request_under_review(self.acting, public_id)
        waits = held.status == "asked" and held.referral.status == "submitted"
        session = self.acting.session
        context = head_of(held) | {
            "waits": waits,
            "signs": waits and self.acting.can(Capability.RECORD_VISIT),
            "fresh": session is not None and is_fresh(session),
            "reasons": [("", _("please choose")), *AdviceReason.choices],
            "longest": LONGEST_ADVICE,
        }
        return self.render(request, "referral/review/request.html", context | more)


def head_of(held: PlaceRequest) -> dict[str, Any]:
    """What was asked, for whom, by whom, and what the service asks of a patient."""
    referral = held.referral
    contract = contract_on(referral.patient, timezone.localdate())
    return {
        "asked": held,
        "referral": referral,
        "last_day": day_ahead(held),
        "says": what_to_know(held.service),
        "story": story_of(referral),
        "strip": strip_of(referral.patient, contract, seen_at=referral.encounter.seen_at),
    }
