"""Writing a referral in the order of the official form; every fault is told at once and nothing typed is lost."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinics.views.typed import chosen_ids
from permissions.doors import Needs, Page
from permissions.doors.serializers import unprintable_in
from permissions.roles import Capability
from referral.cases.criteria import met_of
from referral.cases.emergencies import BY_CODE as SIGNS_BY_CODE
from referral.cases.emergencies import SIGNS
from referral.cases.models import Priority, Referral
from referral.cases.place_requests import open_request
from referral.cases.queries import referral_of
from referral.cases.texts import text_faults
from referral.cases.write import LONGEST, REQUIRED, Record, edit_draft, write_referral
from referral.patients.models import Patient
from referral.patients.queries import contract_on, encounters_of
from referral.views.book import version_from
from referral.views.booker_form import FIELDS as BOOKER_FIELDS
from referral.views.booker_form import LABELS as BOOKER_LABELS
from referral.views.booker_form import NONE as NO_BOOKER
from referral.views.booker_form import booker_faults, booker_from, booker_values
from referral.views.criteria_form import criteria_context, ticked_in
from referral.views.patients import patient_of
from referral.views.strip import strip_of
from referral.worklist.queries import unused
from vault.audit import saw
from vault.refusal import Refusal, Violation

OPTIONAL = frozenset(LONGEST) - frozenset(REQUIRED)
SHOWN_VISITS = 10
LABELS = {
    "reason": _("Reason for referral"),
    "impression": _("First impression"),
    "present_history": _("Present illness"),
    "past_history": _("Past history"),
    "treatment": _("Treatment so far"),
    "emergency_sign": _("Emergency sign"),
    "criteria": _("Referral criteria of the district"),
}


class ReferralNew(Page):
    """The form of a new referral, from one of the patient's visits."""

    policies = {"GET": Needs(Capability.WRITE_REFERRAL), "POST": Needs(Capability.WRITE_REFERRAL)}
    repeated = frozenset({"criteria"})

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        answer = self.form(request, patient_of(self, public_id), blank(request.GET.get("encounter", "")))
        saw(self.acting.actor, "patient", public_id, "referral form")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        booker = booker_from(request)
        record, ticked = checked_record(request), chosen_ids(request, "criteria")
        given: dict[str, Any] = {"booker": booker, "criteria": ticked}
        referral = write_referral(visit_from(request), record, truth_accepted=True, by=self.acting, **given)
        messages.success(request, _("Written. Now choose a place."))
        return redirect("book", referral.public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in ("invalid_input", "encounter_required", "already_exists", "right_not_in_force", "limit_reached"):
            return None
        return self.form(request, patient_of(self, public_id), typed(request), refusal)

    def form(self, request: HttpRequest, patient: Patient, values: dict[str, str], refusal: Refusal | None = None) -> HttpResponse:
        visits = list(encounters_of(self.acting, patient)[:SHOWN_VISITS])
        free = set(unused(encounters_of(self.acting, patient)).values_list("pk", flat=True))
        context = form_context(patient, values, refusal, visits[0].seen_at if visits else None)
        context |= criteria_context(self.acting, values["impression"], ticked_in(request))
        return self.render(request, "referral/write.html", context | {"visits": [visit for visit in visits if visit.pk in free]})


class ReferralEdit(Page):
    """The same form for a draft."""

    policies = {"GET": Needs(Capability.WRITE_REFERRAL), "POST": Needs(Capability.WRITE_REFERRAL)}
    repeated = frozenset({"criteria"})

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        referral = referral_of(self.acting, public_id)
        if referral.status != "draft":
            return redirect("referral", public_id)
        values = {name: getattr(referral, name) for name in asdict(Record("", "", ""))} | booker_values(referral)
        answer = self.form(request, referral, values)
        saw(self.acting.actor, "referral", public_id, "referral form")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        record, version, booker = checked_record(request), version_from(request), booker_from(request)
        given: dict[str, Any] = {"booker": booker, "criteria": chosen_ids(request, "criteria")}
        edit_draft(public_id, record, expected_version=version, truth_accepted=True, by=self.acting, **given)
        messages.success(request, _("Saved."))
        return redirect("referral", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in ("invalid_input", "right_not_in_force", "limit_reached"):
            return None
        return self.form(request, referral_of(self.acting, public_id), typed(request), refusal)

    def form(self, request: HttpRequest, referral: Referral, values: dict[str, str], refusal: Refusal | None = None) -> HttpResponse:
        context = form_context(referral.patient, values, refusal, referral.encounter.seen_at)
        kept = [str(one.criterion.public_id) for one in met_of(referral)]
        context |= criteria_context(self.acting, values["impression"], ticked_in(request) if refusal else kept, referral)
        return self.render(request, "referral/write.html", context | {"referral": referral, "visits": [], "asked": open_request(referral)})


def form_context(patient: Patient, values: Mapping[str, str], refusal: Refusal | None, seen_at: datetime | None) -> dict[str, Any]:
    """The form with its values and, after a refusal, what is wrong where."""
    violations = refusal.violations if refusal else ()
    return {
        "patient": patient,
        "strip": strip_of(patient, contract_on(patient, timezone.localdate()), seen_at=seen_at),
        "values": values,
        "priorities": Priority.choices,
        "signs": [("", _("none of these")), *((sign.code, sign.words) for sign in SIGNS)],
        "limits": LONGEST,
        "violations": violations or ([Violation(refusal.code, refusal.message)] if refusal else ()),
        "labels": LABELS | BOOKER_LABELS,
        "errors": {violation.field: violation.message for violation in violations},
        "other": refusal.current.get("id") if refusal else None,
    }


def checked_record(request: HttpRequest) -> Record:
    """What was typed, when nothing is wrong with it; otherwise every fault at once (`invalid_input`)."""
    values = typed(request)
    record = Record(**{name: values[name] for name in asdict(Record("", "", ""))})
    faults = text_faults({name: getattr(record, name) for name in LONGEST}, Referral, optional=OPTIONAL)
    unreadable = [name for name in LONGEST if unprintable_in(values[name])]
    faults += [Violation("invalid_input", _("This holds a character that cannot be stored or shown."), field=name) for name in unreadable]
    if record.priority not in Priority.values:
        faults.append(Violation("invalid_input", _("There is no such priority."), field="priority"))
    if record.emergency_sign and record.emergency_sign not in SIGNS_BY_CODE:
        faults.append(Violation("invalid_input", _("There is no such emergency sign."), field="emergency_sign"))
    if values["truth"] != "1":
        faults.append(Violation("invalid_input", _("Confirm that what you wrote is true and complete."), field="truth"))
    faults += booker_faults(request)
    if faults:
        raise Refusal("invalid_input", _("Some of what was entered needs another look."), tuple(faults))
    return record


def typed(request: HttpRequest) -> dict[str, str]:
    """Everything the form sent, line ends as one character."""
    names = (*asdict(Record("", "", "")), "encounter", "truth", *BOOKER_FIELDS)
    return {name: request.POST.get(name, "").replace("\r\n", "\n") for name in names}


def blank(encounter: str) -> dict[str, str]:
    """An empty form; the visit it was opened from is chosen."""
    return asdict(Record("", "", "")) | {"encounter": encounter, "truth": ""} | NO_BOOKER


def visit_from(request: HttpRequest) -> UUID:
    """The chosen visit."""
    try:
        return UUID(request.POST.get("encounter", ""))
    except ValueError:
        raise Refusal(
            "encounter_required", _("Choose the visit this referral comes from."),
            (Violation("encounter_required", _("Choose the visit this referral comes from."), field="encounter"),),
        )  # fmt: skip
