"""Signing, renewing and ending the contract of a resident of one's own centre."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.doors import Page
from referral.patients.contract_life import CHOSEN_ENDINGS, NOTE, Ending, Renewal, contract_held, end_contract, renew_contract
from referral.patients.contracts import NewContract, sign_contract, terms_of
from referral.patients.faults import Faults
from referral.patients.models import FamilyDoctorContract, Patient
from referral.patients.queries import care_teams_of
from referral.patients.residents import resident_of
from referral.views import typed
from referral.views.register import LABELS, a_year_from, contract_from
from referral.views.residents import KEEPING, page_of
from vault.audit import saw
from vault.refusal import Refusal, Violation

FIELDS = ("contract.care_team", "contract.doctor", "contract.health_record_number", "contract.from", "contract.to")
WORDS = {**LABELS, "contract.doctor": _("Doctor"), "reason": _("Reason"), "on": _("No contract from"), "note": _("Note")}
Form = dict[str, str]


class ContractNew(Page):
    """Signs a contract with one of the centre's teams."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        resident = resident_of(self.acting, public_id)
        answer = sign_form(self, resident, a_year(timezone.localdate(), latest_number(resident)))
        saw(self.acting.actor, "patient", public_id, "contract form")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        resident = resident_of(self.acting, public_id)
        values = typed_contract(request)
        request.refused = lambda refusal: sign_form(self, resident, values, refusal)  # type: ignore[attr-defined]
        today = timezone.localdate()
        sign_contract(public_id, contract_of(self.acting, request, values, today), by=self.acting, today=today)
        messages.success(request, gettext("The contract is signed."))
        return redirect(page_of(self.acting, resident))


class ContractRenew(Page):
    """The contract that follows, without a gap."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        old = contract_held(public_id, self.acting)
        begins = max(old.valid_to, timezone.localdate())
        care = {"contract.care_team": str(old.care_team.public_id), "contract.doctor": str(old.doctor.public_id)}
        answer = renew_form(self, old, care | {"contract.to": (a_year_from(begins) - timedelta(days=1)).isoformat()})
        saw(self.acting.actor, "patient", old.patient.public_id, "contract form")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        old = contract_held(public_id, self.acting)
        values = {field: typed.text(request, field) for field in ("contract.care_team", "contract.doctor", "contract.to")}
        request.refused = lambda refusal: renew_form(self, old, values, refusal)  # type: ignore[attr-defined]
        faults = Faults()
        last = faults.of(typed.day, request, "contract.to")
        team = faults.of(typed.public_id, request, "contract.care_team")
        doctor = faults.of(typed.public_id, request, "contract.doctor")
        faults.tell()
        assert last
        renewal = Renewal(last + timedelta(days=1), team, doctor)
        renew_contract(public_id, renewal, by=self.acting, today=timezone.localdate())
        messages.success(request, gettext("The contract is renewed."))
        return redirect(page_of(self.acting, old.patient))


class ContractEnd(Page):
    """Ends a contract before its time; said plainly that it cannot be taken back."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        contract = contract_held(public_id, self.acting)
        answer = end_form(self, contract, {"reason": "", "on": timezone.localdate().isoformat(), "note": ""})
        saw(self.acting.actor, "patient", contract.patient.public_id, "contract form")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        contract = contract_held(public_id, self.acting)
        values = {name: typed.text(request, name) for name in ("reason", "on", "note")}
        request.refused = lambda refusal: end_form(self, contract, values, refusal)  # type: ignore[attr-defined]
        typed.check_printable(values, one_line=values)
        ending = Ending(values["reason"], typed.day(request, "on"), values["note"])
        end_contract(public_id, ending, by=self.acting, today=timezone.localdate())
        messages.success(request, gettext("The contract has been ended."))
        return redirect(page_of(self.acting, contract.patient))


def a_year(today: date, number: str) -> Form:
    """An empty contract: a year from today, the health record number as it was."""
    term = {"contract.from": today.isoformat(), "contract.to": (a_year_from(today) - timedelta(days=1)).isoformat()}
    return dict.fromkeys(FIELDS, "") | term | {"contract.health_record_number": number}


def latest_number(resident: Patient) -> str:
    """The health record number of the last contract; the record stays the resident's."""
    latest = resident.contracts.order_by("-valid_from", "-pk").first()
    return latest.health_record_number if latest else ""


def typed_contract(request: HttpRequest) -> Form:
    """Every field of a contract as typed."""
    return {field: typed.text(request, field) for field in FIELDS}


def contract_of(acting: Acting, request: HttpRequest, values: Form, today: date) -> NewContract:
    """The contract as typed; refuses with everything that cannot be read or signed."""
    faults = Faults()
    faults.of(typed.check_printable, values, one_line=values)
    new = contract_from(request, values, today, faults)
    doctor = faults.of(typed.public_id, request, "contract.doctor") if values["contract.doctor"] else None
    new = replace(new, doctor=doctor)
    if faults:
        faults.of(terms_of, new, by=acting, today=today)
    faults.tell()
    return new


def care_choices(acting: Acting) -> dict[str, Any]:
    """The unit's teams, and every doctor of them with the team beside the name."""
    teams = sorted(care_teams_of(acting), key=lambda team: (acting.user not in team.doctors.all(), team.name))
    doctors = {str(one.public_id): f"{one.display_name}　{team.name}" for team in teams for one in team.doctors.all()}
    return {"teams": [(str(team.public_id), team.name) for team in teams], "doctors": list(doctors.items())}


def said(refusal: Refusal | None) -> dict[str, Any]:
    """What was refused, as the forms show it."""
    violations = (refusal.violations or (Violation(refusal.code, refusal.message),)) if refusal else ()
    errors = {violation.field: violation.message for violation in violations}
    return {"violations": violations, "errors": errors, "labels": WORDS}


def sign_form(page: Page, resident: Patient, values: Form, refusal: Refusal | None = None) -> HttpResponse:
    """The form of a new contract, again when it was refused."""
    back = {"resident": resident, "back": page_of(page.acting, resident), "values": values}
    return page.render(page.request, "referral/residents_contract.html", back | care_choices(page.acting) | said(refusal))


def renew_form(page: Page, old: FamilyDoctorContract, values: Form, refusal: Refusal | None = None) -> HttpResponse:
    """The form of the contract that follows."""
    begins = max(old.valid_to, timezone.localdate())
    back = {"resident": old.patient, "back": page_of(page.acting, old.patient), "values": values, "old": old, "begins": begins}
    return page.render(page.request, "referral/residents_contract.html", back | care_choices(page.acting) | said(refusal))


def end_form(page: Page, contract: FamilyDoctorContract, values: Form, refusal: Refusal | None = None) -> HttpResponse:
    """The form that ends a contract."""
    context = {
        "contract": contract,
        "last_day": contract.valid_to - timedelta(days=1),
        "resident": contract.patient,
        "back": page_of(page.acting, contract.patient),
        "values": values,
        "reasons": [("", gettext("Choose")), *((code.value, code.label) for code in CHOSEN_ENDINGS)],
        "limit": NOTE,
    }
    return page.render(page.request, "referral/residents_end.html", context | said(refusal))
