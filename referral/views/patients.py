"""Finding a patient of one's own, her page, and recording that she was seen."""

from datetime import datetime, time
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from permissions.doors import Needs, Page
from permissions.doors.fields import read_day
from permissions.doors.serializers import unprintable_in
from permissions.identity.masking import mask_address, mask_name, mask_phone
from permissions.roles import Capability
from referral.cases.queries import referrals_of
from referral.patients.encounters import record_encounter
from referral.patients.models import Patient
from referral.patients.queries import contract_on, encounters_of, patients_of
from referral.patients.register import must_sign
from referral.patients.residents import answered_for, is_own, places_to_sign
from referral.views import typed
from referral.views.strip import strip_of
from referral.worklist.queries import listed_patients, unused, with_booking
from vault.audit import saw
from vault.refusal import Refusal, Violation

PER_PAGE = 20
NOTE = 1000
LONGEST_SEARCH = 50


class Patients(Page):
    """Residents of the acting unit, found by name, pinyin initials, last four, phone or health-record number."""

    policies = {"GET": Needs(Capability.SEE_PATIENTS)}

    def get(self, request: HttpRequest) -> HttpResponse:
        text = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
        rows = listed_patients(self.acting, text, timezone.localdate())
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        context = {"q": text, "page": page, "rows": [row_of(patient) for patient in page]}
        return self.render(request, "referral/patients.html", context)


def row_of(patient: Any) -> dict[str, Any]:
    """One line of the list: masked, as more people than the doctor look at a screen."""
    phone = patient.phone or patient.landline
    return {
        "patient": patient,
        "name": mask_name(patient.name),
        "phone": mask_phone(phone) if phone else "",
        "document": f"**{patient.document_tail}" if patient.document_tail else "",
        "contract_until": patient.contract_until,
    }


class PatientPage(Page):
    """One patient: contract, visits, referrals; the visit can be recorded here."""

    policies = {"GET": Needs(Capability.SEE_PATIENTS)}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        patient = patient_of(self, public_id)
        answer = self.render(request, "referral/patient.html", patient_context(self, patient))
        saw(self.acting.actor, "patient", patient.public_id, "patient page")
        return answer


class EncounterNew(Page):
    """Records that the doctor saw the patient; the referral is written from that visit."""

    policies = {"GET": Needs(Capability.WRITE_REFERRAL), "POST": Needs(Capability.WRITE_REFERRAL)}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return redirect(reverse("patient", args=[public_id]) + "#f-seen_time")

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        note = typed.text(request, "note")
        encounter = record_encounter(public_id, seen_at=seen_at_from(request, note), note=note, by=self.acting)
        messages.success(request, _("Recorded. Now the referral can be written."))
        address = reverse("referral_new", args=[public_id]) + f"?encounter={encounter.public_id}"
        return redirect(address if "write" in request.POST else reverse("patient", args=[public_id]))

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        """The patient's page with what was typed and what is wrong with it."""
        if refusal.code != "invalid_input":
            return None
        context = patient_context(self, patient_of(self, public_id))
        errors = {violation.field: violation.message for violation in refusal.violations}
        said = {name: request.POST.get(name, "") for name in ("seen_day", "seen_time", "note")}
        return self.render(request, "referral/patient.html", context | said | {"violations": refusal.violations, "errors": errors})


def seen_at_from(request: HttpRequest, note: str) -> datetime:
    """The day and time typed, in Beijing; every fault of the form at once."""
    faults = []
    try:
        day, clock = request.POST.get("seen_day", ""), request.POST.get("seen_time", "")
        seen_at = timezone.make_aware(datetime.combine(read_day(day), time.fromisoformat(clock)))
    except ValueError:
        faults.append(Violation("invalid_input", _("Enter the day and the time of the visit."), field="seen_time"))
    if len(note) > NOTE:
        faults.append(Violation("invalid_input", _("The note has at most %(limit)d characters.") % {"limit": NOTE}, field="note"))
    elif unprintable_in(note):
        faults.append(Violation("invalid_input", _("This holds a character that cannot be stored or shown."), field="note"))
    if faults:
        raise Refusal("invalid_input", _("Some of what was entered needs another look."), tuple(faults))
    return seen_at


def patient_of(page: Page, public_id: UUID) -> Patient:
    """A patient with a relation to the acting unit; somebody else's looks like none."""
    patient = patients_of(page.acting).select_related("registered_at__parent").filter(public_id=public_id).first()
    if patient is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return patient


def patient_context(page: Page, patient: Patient) -> dict[str, Any]:
    """Everything on the patient's page."""
    now = timezone.localtime()
    contract = contract_on(patient, now.date())
    visits = list(encounters_of(page.acting, patient)[:PER_PAGE])
    own = contract is not None and is_own(contract, page.acting)
    answers = own or answered_for(page.acting, now.date()).filter(pk=patient.pk).exists()
    return {
        "patient": patient,
        "strip": strip_of(patient, contract, seen_at=visits[0].seen_at if visits else None),
        "contract": contract,
        "own_contract": own,
        "answers": answers,
        "must_move": not own and must_sign(page.acting),
        "address": patient.address if answers else mask_address(patient.address),
        "places": [] if contract else places_to_sign(patient, page.acting),
        "visits": visits,
        "unused_visit": unused(encounters_of(page.acting, patient)).values_list("public_id", flat=True).first(),
        "referrals": list(with_booking(referrals_of(page.acting).filter(patient=patient)).order_by("-created_at")[:PER_PAGE]),
        "phone": mask_phone(patient.phone) if patient.phone else mask_phone(patient.landline),
        "may_write": page.acting.can(Capability.WRITE_REFERRAL),
        "seen_day": f"{now:%Y-%m-%d}",
        "seen_time": f"{now:%H:%M}",
        "today": f"{now:%Y-%m-%d}",
        "note": "",
    }
