"""A hospital's coordinator disputes a doctor who may refer to it; the district answers; both read what became of it."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clinics.models import RightDispute
from clinics.right_queries import right_seen_by
from clinics.views.right_words import detail_of, reasons
from clinics.views.rights import note_in, version_in
from clinics.views.typed import chosen_id, one_of
from clinics.watch import disputes
from clinics.watch.disputes import Answer
from clinics.watch.queries import dispute_seen_by, disputes_seen_by, hospitals_to_dispute_for
from clinics.watch.states import OPEN, REJECTED, UPHELD, WITHDRAWN, DisputeReason, DisputeStatus, Remedy
from clinics.watch.timeline import steps_of
from permissions.doors import Needs, Page
from permissions.right_states import SUSPEND_REASONS
from permissions.roles import Capability
from vault.refusal import Refusal, invalid

DISPUTING, ANSWERING = Needs(Capability.DISPUTE_RIGHTS), Needs(Capability.GRANT_RIGHTS)
READING = Needs(Capability.DISPUTE_RIGHTS, Capability.GRANT_RIGHTS)
PER_PAGE = 30
KINDS = {OPEN: "few", UPHELD: "ok", REJECTED: "bad", WITHDRAWN: "off"}


class Disputes(Page):
    """The hospital's own disputes, or all that wait for the district and were answered by it."""

    policies = {"GET": READING}

    def get(self, request: HttpRequest) -> HttpResponse:
        status = one_of(request.GET, "status", DisputeStatus.values)
        rows = disputes_seen_by(self.acting)
        page = Paginator(rows.filter(status=status) if status else rows, PER_PAGE).get_page(request.GET.get("page"))
        context = {
            "page": page, "lines": [line_of(one) for one in page], "status": status,
            "statuses": [("", _("all")), *DisputeStatus.choices], "decides": self.acting.can(Capability.GRANT_RIGHTS),
        }  # fmt: skip
        return self.render(request, "clinics/disputes.html", context)


class Dispute(Page):
    """One dispute: what the hospital says, what happened, and the decision open to the reader."""

    policies = {"GET": READING, "POST": READING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.shown(request, public_id)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        dispute = dispute_seen_by(self.acting, public_id)
        decide = DECISIONS.get(request.POST.get("act", ""))
        if decide is None:
            raise invalid("act", _("Choose what to do."))
        decide(dispute, request.POST, version_in(request.POST), self.acting)
        messages.success(request, _("Noted; the other side sees it at once."))
        return redirect("dispute", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code in ("not_found", "not_allowed"):
            return None
        act = request.POST.get("act", "")
        opened = {f"open_{act}": True} if act in DECISIONS else {"loose": True}
        return self.shown(request, public_id, refusal=refusal, typed=request.POST, **opened)

    def shown(self, request: HttpRequest, public_id: UUID, **more: Any) -> HttpResponse:
        dispute = dispute_seen_by(self.acting, public_id)
        roles = (self.acting.role.value,) if self.acting.role else ()
        context = {
            "dispute": dispute, "kind": KINDS[dispute.status], "detail": detail_of(dispute.right), "timeline": steps_of([dispute]),
            "may": {ACTS[step.target] for step in dispute.STATES.open_to(dispute.status, roles)},
            "remedies": [("", _("please choose")), *Remedy.choices], "suspend_reasons": reasons(SUSPEND_REASONS),
        }  # fmt: skip
        return self.render(request, "clinics/dispute.html", context | more)


class NewDispute(Page):
    """The coordinator objects to one doctor."""

    policies = {"GET": DISPUTING, "POST": DISPUTING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.asked(request, public_id)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        right = right_seen_by(self.acting, public_id)
        hospitals = {one.public_id: one for one in hospitals_to_dispute_for(self.acting, right)}
        chosen = chosen_id(request, "hospital")
        if chosen not in hospitals:
            raise invalid("hospital", _("Choose one of your hospitals."))
        made = disputes.dispute(right, hospitals[chosen], reason=request.POST.get("reason", ""), note=note_in(request.POST), by=self.acting)
        messages.success(request, _("The district will answer; you will find its answer here."))
        return redirect("dispute", made.public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code in ("not_found", "not_allowed"):
            return None
        return self.asked(request, public_id, refusal=refusal, typed=request.POST)

    def asked(self, request: HttpRequest, public_id: UUID, **more: Any) -> HttpResponse:
        right = right_seen_by(self.acting, public_id)
        hospitals = [(str(one.public_id), one.display_short_name) for one in hospitals_to_dispute_for(self.acting, right)]
        context = {
            "right": right, "detail": detail_of(right), "hospitals": hospitals,
            "reasons": [("", _("please choose")), *DisputeReason.choices],
        }  # fmt: skip
        return self.render(request, "clinics/dispute_new.html", context | more)


def line_of(dispute: RightDispute) -> dict[str, Any]:
    """One line of the list."""
    return {"dispute": dispute, "kind": KINDS[dispute.status], "post": getattr(dispute.right, "post", None)}


def _uphold(dispute: RightDispute, typed: QueryDict, version: int, by: Any) -> None:
    remedy = typed.get("remedy", "")
    reason = typed.get("reason", "") if remedy == Remedy.SUSPENDED else ""
    disputes.answer(dispute, Answer(True, note_in(typed), remedy, reason), by=by, expected_version=version)


def _reject(dispute: RightDispute, typed: QueryDict, version: int, by: Any) -> None:
    disputes.answer(dispute, Answer(False, note_in(typed)), by=by, expected_version=version)


def _withdraw(dispute: RightDispute, _typed: QueryDict, version: int, by: Any) -> None:
    disputes.withdraw(dispute, by=by, expected_version=version)


DECISIONS = {"uphold": _uphold, "reject": _reject, "withdraw": _withdraw}
ACTS = {UPHELD: "uphold", REJECTED: "reject", WITHDRAWN: "withdraw"}
