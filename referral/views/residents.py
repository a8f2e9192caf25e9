"""The residents of a centre: found, filtered by contract, team and doctor; one resident with her contracts and history."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.identity.masking import mask_address, mask_name, mask_number, mask_phone
from permissions.roles import Capability
from referral.patients.correct import edits_left, next_month
from referral.patients.guardians import needs_own_document
from referral.patients.models import FamilyDoctorContract, Patient
from referral.patients.priority_queries import group_word
from referral.patients.priority_shown import shown_group
from referral.patients.queries import care_teams_of, searched
from referral.patients.residents import (
    SOON,
    STANDINGS,
    answered_for,
    contracts_of,
    in_care_of,
    is_own,
    left_since,
    places_to_sign,
    resident_of,
    residents_of,
    standing_as,
    with_standing,
)
from referral.views.residents_story import entries_of
from vault.audit import saw

MANAGING = Needs(Capability.MANAGE_RESIDENTS)
KEEPING = Needs(Capability.MANAGE_RESIDENTS, Capability.SEE_PATIENTS)
PER_PAGE = 25
LONGEST_SEARCH = 50
KINDS = {"in_force": "ok", "ending": "few", "coming": "info", "elsewhere": "off", "none": "bad"}


class Residents(Page):
    """Residents with a contract with, or registered at, the centre and its stations."""

    policies = {"GET": MANAGING}

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        asked = asked_for(request, self.acting)
        page = Paginator(found_for(self.acting, asked, today), PER_PAGE).get_page(request.GET.get("page"))
        context = asked | choices_of(self.acting) | {"page": page, "rows": [row_of(resident) for resident in page]}
        context |= {"left": left_since(self.acting, today - SOON), "filtered": any(asked.values())}
        return self.render(request, "referral/residents.html", context)


class ResidentPage(Page):
    """One resident: registration, contracts, what happened; nothing of referrals or visits."""

    policies = {"GET": KEEPING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        resident = resident_of(self.acting, public_id)
        answer = self.render(request, "referral/residents_one.html", context_of(self.acting, resident, timezone.localdate()))
        saw(self.acting.actor, "patient", resident.public_id, "resident page")
        return answer


def asked_for(request: HttpRequest, acting: Acting) -> dict[str, str]:
    """The search and filters of the address; what is not among the choices is as if it had not been said."""
    teams = list(care_teams_of(acting))
    known = {
        "standing": set(STANDINGS),
        "team": {str(team.public_id) for team in teams},
        "doctor": {str(doctor.public_id) for team in teams for doctor in team.doctors.all()},
    }
    text = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    return {"q": text} | {name: value if (value := request.GET.get(name, "")) in options else "" for name, options in known.items()}


def found_for(acting: Acting, asked: dict[str, str], today: date) -> QuerySet[Patient]:
    """The residents these filters leave, by the initials of their names, each with how her contract stands."""
    found = standing_as(searched(residents_of(acting), asked["q"]), asked["standing"], acting, today)
    found = in_care_of(found, acting, today, team=asked["team"], doctor=asked["doctor"])
    return with_standing(found, acting, today).order_by("name_pinyin", "pk")


def choices_of(acting: Acting) -> dict[str, Any]:
    """The filters' choices: every standing, the unit's teams and their doctors."""
    teams = sorted(care_teams_of(acting), key=lambda team: team.name)
    doctors = {str(doctor.public_id): doctor.display_name for team in teams for doctor in team.doctors.all()}
    return {
        "standings": [("", _("all contracts")), *STANDINGS.items()],
        "teams": [("", _("all teams")), *((str(team.public_id), team.name) for team in teams)],
        "doctors": [("", _("all doctors")), *sorted(doctors.items(), key=lambda one: one[1])],
    }


def row_of(resident: Any) -> dict[str, Any]:
    """One line of the list, masked."""
    phone = resident.phone or resident.landline
    return {
        "resident": resident,
        "name": mask_name(resident.name),
        "phone": mask_phone(phone) if phone else "",
        "document": f"**{resident.document_tail}" if resident.document_tail else "",
        "standing": STANDINGS[resident.standing],
        "kind": KINDS[resident.standing],
        "last_day": resident.contract_until - timedelta(days=1) if resident.contract_until else None,
    }


def context_of(acting: Acting, resident: Patient, today: date) -> dict[str, Any]:
    """Everything on the page of one resident; address and guardian in full only where the unit answers for her."""
    contracts = list(contracts_of(resident))
    answers = answered_for(acting, today).filter(pk=resident.pk).exists()
    document = resident.identifiers.filter(is_primary=True).first()
    in_force = next((one for one in contracts if one.valid_from <= today < one.valid_to), None)
    return {
        "resident": resident,
        "acting_sees_patients": acting.can(Capability.SEE_PATIENTS),
        "number": mask_number(document.number) if document else "",
        "document": document,
        "mobile": mask_phone(resident.phone) if resident.phone else "",
        "landline": mask_phone(resident.landline) if resident.landline else "",
        "address": resident.address if answers else mask_address(resident.address),
        "guardian": getattr(resident, "guardian", None) if answers else None,
        "answers": answers,
        "edits_left": edits_left(resident, today),
        "edit_again": next_month(today),
        "contracts": [line_of(contract, contracts, acting, today) for contract in contracts],
        "in_force": in_force,
        "elsewhere": in_force is not None and not is_own(in_force, acting),
        "places": [] if in_force else places_to_sign(resident, acting),
        "story": entries_of(resident, contracts),
        "priority": group_word(shown_group(resident, today)),
        "needs_document": needs_own_document(resident, today, has_own=document is not None),
    }


def line_of(contract: FamilyDoctorContract, contracts: list[FamilyDoctorContract], acting: Acting, today: date) -> dict[str, Any]:
    """One contract, its last day, and what can be done about it here."""
    own, latest = is_own(contract, acting), contract is contracts[0]
    is_over = contract.valid_to <= today or contract.valid_from >= contract.valid_to
    return {
        "contract": contract,
        "last_day": contract.valid_to - timedelta(days=1),
        "word": word_of(contract, today),
        "kind": "off" if is_over else "few" if contract.ended_at else "ok" if contract.valid_from <= today else "info",
        "may_renew": own and latest and contract.ended_at is None,
        "may_end": own and not is_over and contract.ended_at is None,
    }


def word_of(contract: FamilyDoctorContract, today: date) -> Any:
    """How a contract stands, in a word."""
    if contract.valid_to <= today or contract.valid_from >= contract.valid_to:
        return contract.get_ending_display() if contract.ended_at else _("over")
    if contract.ended_at:
        return _("ends early")
    return _("in force") if contract.valid_from <= today else _("begins later")


def page_of(acting: Acting, resident: Patient) -> str:
    """Where somebody goes back to from a resident: a doctor to her patient, a manager to the registration."""
    name = "patient" if acting.can(Capability.SEE_PATIENTS) else "resident_page"
    return reverse(name, args=[resident.public_id])
