"""A hospital's rules of booking (R075): what holds today, what held and what comes, a newer text, and one text as a paper."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.models import Institution
from clinics.models.institution import InstitutionKind
from clinics.register.booking_rules import LONGEST_RULES, dated, enter_rules, one_of, rules_of
from clinics.register.particulars import day_of
from clinics.register.place_queries import NOTHING_HERE, institution_registered
from clinics.views import typed
from clinics.views.institutions import KEEPING
from permissions.doors import Page
from vault.refusal import Refusal


class BookingRules(Page):
    """Every text of one hospital, and the form for the next one."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.shown(request, hospital_of(self, public_id))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        hospital = hospital_of(self, public_id)
        begins = day_of(request.POST.get("valid_from", "").strip())
        text = request.POST.get("text", "")
        enter_rules(hospital, text=text, valid_from=begins, today=timezone.localdate(), by=self.acting)
        messages.success(request, _("Entered. The rules that held before stay readable below."))
        return redirect("booking_rules", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        return self.shown(request, hospital_of(self, public_id), refusal) if refusal.code == "invalid_input" else None

    def shown(self, request: HttpRequest, hospital: Institution, refusal: Refusal | None = None) -> HttpResponse:
        today = timezone.localdate()
        texts = dated(list(rules_of(hospital)), today)
        context: dict[str, Any] = {
            "institution": hospital,
            "now": next((one for one in texts if one.standing == "now"), None),
            "later": [one for one in texts if one.standing == "later"][::-1],
            "earlier": [one for one in texts if one.standing == "earlier"],
            "said": {name: request.POST.get(name, "") for name in ("text", "valid_from")},
            "limit": LONGEST_RULES,
            "labels": {"text": _("Text"), "valid_from": _("In force from")},
            **typed.errors_in(refusal),
        }
        return self.render(request, "clinics/booking_rules.html", context)


class BookingRulesPaper(Page):
    """One text as it is printed: an A4 sheet with the hospital, the days and who entered it."""

    policies = {"GET": KEEPING}

    def get(self, request: HttpRequest, public_id: UUID, rules: UUID) -> HttpResponse:
        hospital = hospital_of(self, public_id)
        one = one_of(hospital, rules, timezone.localdate())
        return self.render(request, "clinics/booking_rules_paper.html", {"institution": hospital, "one": one})


def hospital_of(page: Page, public_id: UUID) -> Institution:
    """The hospital, if this person answers for it. Refuses with `not_found`, also for a centre or station."""
    institution = institution_registered(page.acting, public_id)
    if institution.kind != InstitutionKind.HOSPITAL:
        raise Refusal("not_found", NOTHING_HERE)
    return institution
