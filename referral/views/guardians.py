"""A child's guardian: named anew, corrected, and taken off when the child has a document of its own (R025)."""

from functools import partial
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from permissions.doors import Page
from permissions.identity.documents import DocumentType
from referral.patients.accepted import accepted_kinds, choices_of
from referral.patients.guardians import LONGEST, OwnDocument, give_own_document, needs_own_document, set_guardian
from referral.patients.models import Guardian, Patient
from referral.patients.person import NewGuardian
from referral.patients.residents import answered_for, resident_of
from referral.views import typed
from referral.views.residents import KEEPING, page_of
from vault.audit import saw
from vault.refusal import Refusal, invalid

OF_GUARDIAN: Final = (
    "guardian.name", "guardian.document.type", "guardian.document.number", "guardian.relation", "guardian.phone", "reason",
)  # fmt: skip
OF_CHILD: Final = ("document.type", "document.number")


class ResidentGuardian(Page):
    """Both forms: who answers for the child, and the child's own document."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        resident = self.resident(public_id)
        answer = self.form(resident, None)
        saw(self.acting.actor, "patient", public_id, "guardian form")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        resident = self.resident(public_id)
        request.refused = partial(self.refused, resident)  # type: ignore[attr-defined]
        act, today = request.POST.get("act", ""), timezone.localdate()
        if act == "guardian":
            form = typed.printable_texts(request, OF_GUARDIAN, one_line=OF_GUARDIAN)
            name, kind, number, relation, phone, reason = (form[field] for field in OF_GUARDIAN)
            set_guardian(public_id, NewGuardian(name, kind, number, relation, phone), reason, by=self.acting, today=today)
            messages.success(request, _("The guardian is noted; what was before stays in the history."))
        elif act == "document":
            form = typed.printable_texts(request, OF_CHILD, one_line=OF_CHILD)
            give_own_document(public_id, OwnDocument(form["document.type"], form["document.number"]), by=self.acting, today=today)
            messages.success(request, _("The child is known by its own document from now on."))
        else:
            raise invalid("act", _("Choose what to do."))
        return redirect(page_of(self.acting, resident))

    def resident(self, public_id: UUID) -> Patient:
        """A resident this unit answers for."""
        resident = resident_of(self.acting, public_id)
        if not answered_for(self.acting, timezone.localdate()).filter(pk=resident.pk).exists():
            raise Refusal("not_allowed", _("Another centre has the contract of this resident; she is corrected there."))
        return resident

    def refused(self, resident: Patient, refusal: Refusal) -> HttpResponse | None:
        if refusal.code in ("not_found", "not_allowed"):
            return None
        return self.form(resident, refusal)

    def form(self, resident: Patient, refusal: Refusal | None) -> HttpResponse:
        guardian: Guardian | None = getattr(resident, "guardian", None)
        has_own = resident.identifiers.exists()
        violations = refusal.violations if refusal else ()
        context: dict[str, Any] = {
            "resident": resident, "back": page_of(self.acting, resident), "guardian": guardian, "has_own": has_own,
            "too_old": needs_own_document(resident, timezone.localdate(), has_own=has_own), "refusal": refusal,
            "values": self.values(guardian), "violations": violations, "errors": {one.field: one.message for one in violations},
            "labels": labels(), "documents": choices_of(accepted_kinds(self.acting, timezone.localdate())), "most": LONGEST["reason"],
        }  # fmt: skip
        return self.render(self.request, "referral/guardian.html", context)

    def values(self, guardian: Guardian | None) -> dict[str, str]:
        """What was typed, or what stands; the guardian's number is never shown."""
        names = (*OF_GUARDIAN, *OF_CHILD)
        if self.request.method == "POST":
            return {name: typed.text(self.request, name) for name in names}
        card = dict.fromkeys(("guardian.document.type", "document.type"), DocumentType.RESIDENT_ID.value)
        if guardian is None:
            return dict.fromkeys(names, "") | card
        held = {"guardian.name": guardian.name, "guardian.relation": guardian.relation, "guardian.phone": guardian.phone}
        return dict.fromkeys(names, "") | card | held | {"guardian.document.type": guardian.document_type}


def labels() -> dict[str, str]:
    """The fields as the list of faults names them."""
    return {
        "guardian.name": _("Guardian's name"), "guardian.document.type": _("Guardian's document"),
        "guardian.document.number": _("Guardian's document number"), "guardian.relation": _("Relation to the child"),
        "guardian.phone": _("Guardian's phone"), "reason": _("Reason and document seen"), "document.type": _("Document"),
        "document.number": _("Document number"),
    }  # fmt: skip
