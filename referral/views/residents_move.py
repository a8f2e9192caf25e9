"""Moving a contract here: the resident shows her document, what she had elsewhere ends, and the new contract begins."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from permissions.doors import Page
from permissions.identity.documents import DocumentType
from permissions.identity.masking import mask_name
from referral.patients.contract_life import ShownDocument, current_elsewhere, found_by, move_contract
from referral.patients.models import Patient
from referral.views import typed
from referral.views.register import LABELS
from referral.views.residents import MANAGING
from referral.views.residents_contracts import a_year, care_choices, contract_of, latest_number, said, typed_contract
from vault.audit import saw
from vault.refusal import Refusal

DOCUMENT = ("document.type", "document.number", "name")


class ResidentMove(Page):
    """First who it is, then her new contract; the number stands in the form, never in an address."""

    policies = {"GET": MANAGING, "POST": MANAGING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.ask({"document.type": DocumentType.RESIDENT_ID.value, "document.number": "", "name": ""})

    def post(self, request: HttpRequest) -> HttpResponse:
        values = {name: typed.text(request, name) for name in DOCUMENT}
        request.refused = lambda refusal: self.ask(values, refusal)  # type: ignore[attr-defined]
        typed.check_printable(values, one_line=values)
        shown = ShownDocument(values["document.type"], values["document.number"], values["name"])
        today = timezone.localdate()
        resident = found_by(shown, today=today)
        saw(self.acting.actor, "patient", resident.public_id, "document shown for a move")
        if "move" not in request.POST:
            return self.offer(resident, values, a_year(today, latest_number(resident)))
        contract = typed_contract(request)
        request.refused = lambda refusal: self.offer(resident, values, contract, refusal)  # type: ignore[attr-defined]
        move_contract(shown, contract_of(self.acting, request, contract, today), by=self.acting, today=today)
        messages.success(request, _("The contract is with your centre now."))
        return redirect("resident_page", resident.public_id)

    def ask(self, values: dict[str, str], refusal: Refusal | None = None) -> HttpResponse:
        """The form for the document."""
        context: dict[str, Any] = {"values": values, "documents": DocumentType.choices}
        return self.render(self.request, "referral/residents_move.html", context | said(refusal) | {"labels": LABELS})

    def offer(self, resident: Patient, document: dict[str, str], values: dict[str, str], refusal: Refusal | None = None) -> HttpResponse:
        """Who was found, what ends, and the form of the new contract."""
        elsewhere = [
            (contract, contract.valid_to - timedelta(days=1)) for contract in current_elsewhere(resident, self.acting, timezone.localdate())
        ]
        context: dict[str, Any] = {
            "resident": resident,
            "name": mask_name(resident.name),
            "document": document,
            "elsewhere": elsewhere,
            "values": values,
        }
        return self.render(self.request, "referral/residents_move.html", context | care_choices(self.acting) | said(refusal))
