"""Correcting how a resident is reached, and by the manager a misspelt name: one edit a month, identity stays (R012)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from permissions.doors import Page
from permissions.identity.masking import mask_number
from permissions.roles import Capability
from referral.patients.correct import IMMUTABLE, INSTEAD, Correction, correct_registration, current, edits_left, next_month
from referral.patients.models import Patient, PriorityGroup
from referral.patients.residents import answered_for, resident_of
from referral.views import typed
from referral.views.register import LABELS, shown
from referral.views.residents import KEEPING, page_of
from vault.audit import saw
from vault.refusal import Refusal, invalid

FIELDS = {
    "name": "name",
    "reason": "reason",
    "mobile": "mobile",
    "landline": "landline",
    "address": "address",
    "priority_group": "priority_group",
    "guardian.relation": "guardian_relation",
    "guardian.phone": "guardian_phone",
}


class ResidentCorrect(Page):
    """The form of what may be corrected; what may not stands beside it with the way out."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        resident = self.resident(public_id)
        held = current(resident, getattr(resident, "guardian", None))
        answer = self.form(resident, {field: held.get(name, "") for field, name in FIELDS.items()})
        saw(self.acting.actor, "patient", public_id, "registration form")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        resident = self.resident(public_id)
        values = {field: typed.text(request, field) for field in FIELDS}
        request.refused = lambda refusal: self.form(resident, values, refusal)  # type: ignore[attr-defined]
        if not any(field in request.POST for field in FIELDS):
            raise invalid("", _("This page is not complete. Please load it again."))
        typed.check_printable(values, one_line=FIELDS)
        given = {FIELDS[field]: value for field, value in values.items() if field in request.POST}
        changed = correct_registration(public_id, Correction(**given), by=self.acting, today=timezone.localdate())
        messages.success(request, _("Corrected.") if changed else _("Nothing was different; this counts as no edit."))
        return redirect(page_of(self.acting, resident))

    def resident(self, public_id: UUID) -> Patient:
        """A resident this unit answers for; whom another centre has now is corrected there."""
        resident = resident_of(self.acting, public_id)
        if not answered_for(self.acting, timezone.localdate()).filter(pk=resident.pk).exists():
            raise Refusal("not_allowed", _("Another centre has the contract of this resident; she is corrected there."))
        return resident

    def form(self, resident: Patient, values: dict[str, str], refusal: Refusal | None = None) -> HttpResponse:
        today = timezone.localdate()
        document = resident.identifiers.filter(is_primary=True).first()
        violations = shown(refusal) if refusal else []
        context: dict[str, Any] = {
            "resident": resident,
            "back": page_of(self.acting, resident),
            "number": mask_number(document.number) if document else "",
            "values": values,
            "labels": LABELS | {"reason": _("Document seen")},
            "may_rename": self.acting.can(Capability.MANAGE_RESIDENTS),
            "groups": PriorityGroup.choices,
            "violations": violations,
            "errors": {violation.field: violation.message for violation in violations},
            "guardian": getattr(resident, "guardian", None),
            "left": edits_left(resident, today),
            "again": next_month(today),
            "immutable": IMMUTABLE,
            "instead": INSTEAD,
        }
        return self.render(self.request, "referral/residents_correct.html", context)
