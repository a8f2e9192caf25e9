"""Who is served first: a centre's list with what needs verifying, and one resident's proof set, verified again or ended (R188, R201)."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.views.exporting import MOST_ROWS, handed_out
from permissions.acting import Acting
from permissions.doors import Page
from permissions.doors.fields import typed_day_or_none
from permissions.identity.masking import mask_name
from referral.patients import priority
from referral.patients.models import Patient, PriorityGroup
from referral.patients.priority import LONGEST_PROOF, Shown
from referral.patients.priority_queries import STANDINGS, group_of, group_word, in_group, priorities_of, proof_of
from referral.patients.queries import searched
from referral.patients.residents import answered_for, resident_of
from referral.views import typed
from referral.views.residents import KEEPING, LONGEST_SEARCH, page_of
from vault.audit import saw
from vault.refusal import Refusal, invalid

PER_PAGE: Final = 25
KINDS: Final = {"expired": "bad", "without_proof": "few", "expiring": "few", "proved": "ok"}
GROUPS: Final = [one for one in PriorityGroup.choices if one[0]]
FORM: Final = ("group", "proof", "last_day")
DAY: Final = timedelta(days=1)


class Priorities(Page):
    """Residents in a priority group, those whose proof is over or missing first."""

    policies = {"GET": KEEPING}

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        asked = asked_for(request)
        page = Paginator(found_for(self.acting, asked, today), PER_PAGE).get_page(request.GET.get("page"))
        context = asked | {
            "page": page, "rows": [line_of(one) for one in page], "filtered": any(asked.values()),
            "standings": [("", _("all")), *STANDINGS.items()], "groups": [("", _("all groups")), *GROUPS],
        }  # fmt: skip
        return self.render(request, "referral/priorities.html", context)


class PrioritiesExport(Page):
    """POST: what the filters of the address leave, masked like the list."""

    policies = {"POST": KEEPING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        asked, today = asked_for(request), timezone.localdate()
        columns = [_("Name"), _("Birth date"), _("Priority group"), _("State"), _("Proof"), _("Last day"), _("Seen by")]
        rows = found_for(self.acting, asked, today).defer("phone", "landline", "address")[:MOST_ROWS]
        said = {name: asked[name] for name in ("standing", "group")}
        return handed_out(request, "priorities", _("Priority groups"), columns, map(cells_of, rows), by=self.acting, filters=said)


class ResidentPriority(Page):
    """One resident's group, what proves it and until when; verified again by saving it with a new last day."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        resident = self.resident(public_id)
        answer = self.form(resident, None)
        saw(self.acting.actor, "patient", public_id, "priority form")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        resident = self.resident(public_id)
        request.refused = partial(self.refused, resident)  # type: ignore[attr-defined]
        act, today = request.POST.get("act", ""), timezone.localdate()
        if act == "end":
            priority.end_priority(public_id, by=self.acting, today=today)
            messages.success(request, _("The resident is in no priority group any more."))
        elif act == "set":
            priority.set_priority(public_id, shown_in(request), by=self.acting, today=today)
            messages.success(request, _("Verified."))
        else:
            raise invalid("act", _("Choose what to do."))
        return redirect("priorities" if request.POST.get("next") == "list" else page_of(self.acting, resident))

    def resident(self, public_id: UUID) -> Patient:
        """A resident this unit answers for; whom another centre has now is verified there."""
        resident = resident_of(self.acting, public_id)
        if not answered_for(self.acting, timezone.localdate()).filter(pk=resident.pk).exists():
            raise Refusal("not_allowed", _("Another centre has the contract of this resident; she is corrected there."))
        return resident

    def refused(self, resident: Patient, refusal: Refusal) -> HttpResponse | None:
        if refusal.code in ("not_found", "not_allowed"):
            return None
        return self.form(resident, refusal)

    def form(self, resident: Patient, refusal: Refusal | None) -> HttpResponse:
        today = timezone.localdate()
        proof = proof_of(resident)
        violations = refusal.violations if refusal else ()
        latest = priority.longest_end(self.acting, today) - DAY
        group, said = (proof.group, proof.proof) if proof else (resident.priority_group, "")
        held = {"group": group, "proof": said, "last_day": latest.isoformat()}
        values = {name: typed.text(self.request, name) for name in FORM} if self.request.method == "POST" else held
        context = {
            "resident": resident, "back": page_of(self.acting, resident), "proof": proof, "values": values, "refusal": refusal,
            "last_day": proof.valid_to - DAY if proof else None, "is_over": proof is not None and proof.valid_to <= today,
            "violations": [moved(one) for one in violations], "errors": {moved(one).field: one.message for one in violations},
            "groups": [("", _("please choose")), *GROUPS], "most": LONGEST_PROOF, "latest": latest,
            "labels": {"group": _("Priority group"), "proof": _("Proof"), "last_day": _("Last day")},
            "in_a_group": bool(resident.priority_group or proof), "from_list": self.request.GET.get("from") == "list",
        }  # fmt: skip
        return self.render(self.request, "referral/priority.html", context)


def shown_in(request: HttpRequest) -> Shown:
    """What the form sent: the last day becomes the first day without."""
    values = typed.printable_texts(request, FORM, one_line=FORM)
    last = typed_day_or_none("last_day", values["last_day"])
    return Shown(values["group"], values["proof"], last + DAY if last else None)


def moved(violation: Any) -> Any:
    """The page asks for the last day, not for the first day without."""
    return replace(violation, field="last_day") if violation.field == "valid_to" else violation


def asked_for(request: HttpRequest) -> dict[str, str]:
    """The search and filters of the address; what is not among the choices is as if it had not been said."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    standing, group = request.GET.get("standing", ""), request.GET.get("group", "")
    return {"q": text, "standing": standing if standing in STANDINGS else "", "group": group if group in PriorityGroup.values else ""}


def found_for(acting: Acting, asked: dict[str, str], today: date) -> QuerySet[Patient]:
    """The residents these filters leave."""
    rows = in_group(searched(priorities_of(acting, today), asked["q"]), asked["group"])
    return rows.filter(priority_standing=asked["standing"]) if asked["standing"] else rows


def line_of(resident: Any) -> dict[str, Any]:
    """One line of the list, masked."""
    return {
        "resident": resident, "name": mask_name(resident.name), "group": group_word(group_of(resident)), "proof": resident.proof_said or "",
        "standing": STANDINGS[resident.priority_standing], "kind": KINDS[resident.priority_standing], "seen_by": resident.proof_by or "",
        "last_day": resident.proof_until - DAY if resident.proof_until else None,
    }  # fmt: skip


def cells_of(resident: Any) -> list[object]:
    """One line of the file."""
    row = line_of(resident)
    return [
        row["name"], resident.birth_date, row["group"], row["standing"], row["proof"], row["last_day"], row["seen_by"],
    ]  # fmt: skip
