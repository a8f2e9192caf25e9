"""The hospital's form of the way back: the report is its beginning, drugs come in rows, nothing typed is lost."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from permissions.doors import Needs, Page
from permissions.roles import Capability
from referral.booking.expected import NOTHING_HERE
from referral.cases.models import Referral
from referral.cases.texts import longest
from referral.cases.visit import seen_here
from referral.patients.queries import contract_on
from referral.returns.models import Return, Supply
from referral.returns.plan import MOST_DRUGS, Drug, Plan
from referral.returns.send import centre_of, send
from referral.views import typed
from referral.views.strip import strip_of
from vault.audit import saw
from vault.refusal import Refusal

SENDING = Needs(Capability.SEND_BACK)
FIRST_ROWS, MORE_ROWS = 3, 3
LABELS = {
    "diagnosis": _lazy("Diagnosis result"),
    "inpatient_number": _lazy("Inpatient number"),
    "treatment_summary": _lazy("Treatment summary"),
    "follow_up_plan": _lazy("Follow-up plan"),
    "rehabilitation_plan": _lazy("Rehabilitation plan"),
}
DRUG_LABELS = {
    "name": _lazy("Drug (generic name)"),
    "strength": _lazy("Strength"),
    "usage": _lazy("How to take it"),
    "course": _lazy("How long"),
    "supply": _lazy("At the centre"),
    "substitute": _lazy("Instead"),
}
LIMITS = {name: longest(Return, name) for name in LABELS}


class ReturnNew(Page):
    """The form of the way back; the report is its beginning."""

    policies = {"GET": SENDING, "POST": SENDING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        referral = reported_here(self, public_id)
        if referral.status != "reported":
            return redirect("visits")
        report = referral.report
        answer = self.form(request, referral, {"diagnosis": report.diagnosis, "treatment_summary": report.treatment}, [])
        saw(self.acting.actor, "referral", public_id, "return form")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        if "more" in request.POST:
            return self.form(request, reported_here(self, public_id), typed_texts(request), drug_rows(request), more=MORE_ROWS)
        sent_back = send(public_id, plan_in(request), expected_version=typed.version(request), by=self.acting)
        messages.success(request, _("Sent back; the centre and the patient know. Print the slip for her."))
        return redirect("return", sent_back.public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        """The form with everything typed and what is wrong with it."""
        if refusal.code != "invalid_input":
            return None
        return self.form(request, reported_here(self, public_id), typed_texts(request), drug_rows(request), refusal=refusal)

    def form(
        self, request: HttpRequest, referral: Referral, values: dict[str, str], drugs: list[dict[str, str]], *,
        more: int = 0, refusal: Refusal | None = None,
    ) -> HttpResponse:  # fmt: skip
        violations = refusal.violations if refusal else ()
        errors = {violation.field: violation.message for violation in violations}
        rows = (drugs + [{}] * max(more, FIRST_ROWS - len(drugs)))[:MOST_DRUGS]
        context = {
            "referral": referral,
            "report": referral.report,
            "strip": strip_of(referral.patient, contract_on(referral.patient, timezone.localdate()), seen_at=referral.encounter.seen_at),
            "centre": centre_of(referral, timezone.now()),
            "values": values,
            "drugs": [drug_line(index, row, errors) for index, row in enumerate(rows)],
            "supplies": [("", "—"), *Supply.choices],
            "limits": LIMITS,
            "violations": violations,
            "labels": LABELS | drug_labels(len(rows)),
            "errors": errors,
        }
        return self.render(request, "referral/return_new.html", context)


def reported_here(page: Page, public_id: UUID) -> Referral:
    """A referral seen at the acting doctor's department, once it has its report; anybody else's looks like none."""
    rows = seen_here(page.acting).filter(report__isnull=False)
    found = rows.select_related("patient", "institution", "report", "encounter", "post__user").filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def plan_in(request: HttpRequest) -> Plan:
    """The plan as typed; rows of drugs that were left empty do not count."""
    texts, rows = typed_texts(request), drug_rows(request)
    words = {f"drugs.{index}.{word}": text for index, row in enumerate(rows) for word, text in row.items()}
    typed.check_printable(texts | words, one_line={"diagnosis", "inpatient_number", *words})
    return Plan(**texts, drugs=tuple(Drug(**row) for row in rows))


def typed_texts(request: HttpRequest) -> dict[str, str]:
    """The texts of the form as typed."""
    return {name: typed.text(request, name) for name in LABELS}


def drug_rows(request: HttpRequest) -> list[dict[str, str]]:
    """The rows in which anything was typed."""
    rows = [{word: typed.text(request, f"drugs.{row}.{word}") for word in DRUG_LABELS} for row in range(row_count(request))]
    return [row for row in rows if any(row.values())]


def drug_line(index: int, row: dict[str, str], errors: Mapping[str, Any]) -> dict[str, Any]:
    """One row of the form with its values and what is wrong with it."""
    prefix = f"drugs.{index}."
    wrong = {word: errors[prefix + word] for word in DRUG_LABELS if prefix + word in errors}
    faults = [(DRUG_LABELS[word], message) for word, message in wrong.items()]
    return {"prefix": prefix, "number": index + 1, "values": row, "faults": faults, "wrong": wrong}


def drug_labels(rows: int) -> dict[str, str]:
    """The words of every field of the drug rows."""
    words = {word: str(label) for word, label in DRUG_LABELS.items()}
    return {f"drugs.{row}.{word}": f"{_('Drug %(n)s') % {'n': row + 1}} {label}" for row in range(rows) for word, label in words.items()}


def row_count(request: HttpRequest) -> int:
    """How many rows the form had."""
    return next((row for row in range(MOST_DRUGS) if f"drugs.{row}.name" not in request.POST), MOST_DRUGS)
