"""Registering a resident together with her contract; every fault is told at once and nothing typed is lost."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from permissions.doors import Needs, Page
from permissions.doors.serializers import unprintable_in
from permissions.identity.documents import DocumentType
from permissions.roles import Capability
from referral.patients.accepted import accepted_kinds, choices_of
from referral.patients.contracts import NewContract
from referral.patients.faults import Faults
from referral.patients.models import PriorityGroup, Sex
from referral.patients.person import NewGuardian, NewPatient
from referral.patients.queries import care_teams_of
from referral.patients.register import looked_over, must_sign, register_patient
from referral.views import typed
from vault.refusal import Refusal, Violation, invalid

SEEING = Needs(Capability.SEE_PATIENTS)
REFUSED = frozenset({"invalid_input", "already_exists", "limit_reached"})
LABELS = {
    "name": _("Name"),
    "document.type": _("Document"),
    "document.number": _("Document number"),
    "sex": _("Sex"),
    "birth_date": _("Born"),
    "priority_group": _("Priority group"),
    "mobile": _("Mobile number"),
    "landline": _("Landline"),
    "address": _("Address"),
    "guardian.name": _("Guardian's name"),
    "guardian.document.type": _("Guardian's document"),
    "guardian.document.number": _("Guardian's document number"),
    "guardian.relation": _("Relation to the child"),
    "guardian.phone": _("Guardian's phone"),
    "contract.care_team": _("Care team"),
    "contract.health_record_number": _("Health record"),
    "contract.from": _("First day"),
    "contract.to": _("Last day"),
}
LIMITS = {"address": 200, "guardian.relation": 20}  # free words; every other field is judged by its own form
OF_GUARDIAN = ("guardian.name", "guardian.document.number", "guardian.relation", "guardian.phone")
ASKED_AT = {"guardian": "guardian.name", "contract": "contract.care_team", "contract.doctor": "contract.care_team"}
NO_TEAM = UUID(int=0)
Form = Mapping[str, str]


class PatientNew(Page):
    """The form of a new resident: who she is, how she is reached, her contract."""

    policies = {"GET": SEEING, "POST": SEEING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.form(request, blank(timezone.localdate()))

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = self.refused_form  # type: ignore[attr-defined]
        today = timezone.localdate()
        patient_in, contract_in = read(self, request, today)
        patient = register_patient(patient_in, contract_in, by=self.acting, today=today)
        messages.success(request, _("Registered and contract signed.") if contract_in else _("Registered."))
        return redirect("patient", patient.public_id)

    def refused_form(self, refusal: Refusal) -> HttpResponse | None:
        """The form with everything typed and what is wrong with it."""
        return self.form(self.request, typed_form(self.request), refusal) if refusal.code in REFUSED else None

    def form(self, request: HttpRequest, values: Form, refusal: Refusal | None = None) -> HttpResponse:
        violations = shown(refusal) if refusal else []
        context = {
            "values": values,
            "violations": violations,
            "errors": {violation.field: violation.message for violation in violations},
            "known": refusal.current.get("id") if refusal else None,
            "with_guardian": any(values[name] for name in OF_GUARDIAN) or any(one.field.startswith("guardian") for one in violations),
            "labels": LABELS,
            "documents": choices_of(accepted_kinds(self.acting, timezone.localdate())),
            "sexes": [("", _("as the number says")), *Sex.choices],
            "groups": PriorityGroup.choices,
            "must_sign": must_sign(self.acting),
            "teams": team_choices(self),
        }
        return self.render(request, "referral/register.html", context)


def team_choices(page: Page) -> list[tuple[str, str]]:
    """The care teams of the acting unit, the person's own first; whoever may do without a contract can choose none."""
    own = page.acting.user
    teams = sorted(care_teams_of(page.acting).order_by("name"), key=lambda team: own not in team.doctors.all())
    none = [] if must_sign(page.acting) else [("", gettext("no contract"))]
    return none + [(str(team.public_id), team.name) for team in teams]


def shown(refusal: Refusal) -> list[Violation]:
    """What was refused, each at a field the page has."""
    violations = refusal.violations or (Violation(refusal.code, refusal.message),)
    return [replace(violation, field=ASKED_AT.get(violation.field, violation.field)) for violation in violations]


def typed_form(request: HttpRequest) -> dict[str, str]:
    """Everything the form sent."""
    return {name: typed.text(request, name) for name in LABELS}


def blank(today: date) -> dict[str, str]:
    """An empty form: most people show an identity card, most contracts run a year from today."""
    kinds = dict.fromkeys(("document.type", "guardian.document.type"), DocumentType.RESIDENT_ID.value)
    term = {"contract.from": today.isoformat(), "contract.to": (a_year_from(today) - timedelta(days=1)).isoformat()}
    return dict.fromkeys(LABELS, "") | kinds | term


def read(page: Page, request: HttpRequest, today: date) -> tuple[NewPatient, NewContract | None]:
    """What was typed as the use case wants it; refuses with `invalid_input` and all that it or the use case minds."""
    faults = Faults()
    form = typed_form(request)
    check_words(form, faults)
    patient = patient_from(request, form, faults)
    contract = contract_from(request, form, today, faults) if must_sign(page.acting) or form["contract.care_team"] else None
    if contract is None and form["contract.health_record_number"]:
        faults.add(invalid("contract.care_team", _("Choose the care team of the contract.")))
    if faults:
        faults.of(looked_over, patient, contract, by=page.acting, today=today)
    faults.tell()
    return patient, contract


def check_words(form: Form, faults: Faults) -> None:
    """Every word can be stored and shown, and free words are not too long."""
    for name, word in form.items():
        limit = LIMITS.get(name, len(word))
        if unprintable_in(word, lines=False):
            faults.add(invalid(name, _("This holds a character that cannot be stored or shown.")))
        elif len(word) > limit:
            faults.add(invalid(name, _("At most %(limit)d characters; now %(count)d.") % {"limit": limit, "count": len(word)}))


def patient_from(request: HttpRequest, form: Form, faults: Faults) -> NewPatient:
    """The resident as typed; a birth date nobody can read is a fault."""
    born = faults.of(typed.day, request, "birth_date") if form["birth_date"] else None
    plain = {name: form[name] for name in ("name", "sex", "mobile", "landline", "address", "priority_group")}
    return NewPatient(
        **plain, document_type=form["document.type"], document_number=form["document.number"], birth_date=born,
        guardian=guardian_from(form),
    )  # fmt: skip


def guardian_from(form: Form) -> NewGuardian | None:
    """Who answers for the child, when anything was typed about her."""
    name, number, relation, phone = (form[field] for field in OF_GUARDIAN)
    given = name or number or relation or phone
    return NewGuardian(name, form["guardian.document.type"], number, relation, phone) if given else None


def contract_from(request: HttpRequest, form: Form, today: date, faults: Faults) -> NewContract:
    """The contract as typed; what cannot be read is a fault and stands in as if it were right."""
    team = faults.of(typed.public_id, request, "contract.care_team") or NO_TEAM
    begins = faults.of(typed.day, request, "contract.from") or today
    last = faults.of(typed.day, request, "contract.to")
    ends = last + timedelta(days=1) if last else a_year_from(max(begins, today))
    return NewContract(team, form["contract.health_record_number"], begins, ends)


def a_year_from(day: date) -> date:
    """The same day a year later; a leap day's is the first of March."""
    return date(day.year + 1, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)
