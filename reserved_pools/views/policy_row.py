"""One row of the regulation's values: what it would change, who entered it, and the second person's decision."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.models import PolicyRow
from clinics.models.policy import PolicyStatus
from clinics.policy.board import timeline
from clinics.policy.judging import NewRow, parameter_named
from clinics.policy.rows import ask_end, end_day, refuse_end, reject, withdraw
from clinics.policy.scope import governs, may_enter_for, row_seen_by, scope_of_row
from clinics.views import typed
from permissions.doors import Page
from permissions.doors.fields import typed_day_or_none
from reserved_pools.policy_acts import approve, approve_end
from reserved_pools.policy_effects import Effects, effects_of, effects_of_end
from reserved_pools.views.policy import SETTING, row_line
from vault.refusal import Refusal, invalid

REDRAWN = frozenset({"invalid_input", "no_effect", "second_person_required", "stale_state"})


class PolicyRowPage(Page):
    """One row; its acts are those the reader may take now."""

    policies = {"GET": SETTING, "POST": SETTING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.shown(request, row_seen_by(self.acting, public_id))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        row = row_seen_by(self.acting, public_id)
        if request.POST.get("act") == "preview_end":
            last = typed_day_or_none("ends_on", request.POST.get("ends_on", "").strip())
            return self.shown(request, row, ends_on=end_day(row, last, timezone.localdate()))
        messages.success(request, self.done(request, row))
        return redirect("policy_row", public_id)

    def done(self, request: HttpRequest, row: PolicyRow) -> str:
        """One act, and the sentence that says what became of it."""
        seen: dict[str, Any] = {"expected_version": typed.version(request), "by": self.acting}
        today = timezone.localdate()
        match request.POST.get("act", ""):
            case "approve":
                approve(row, today=today, **seen)
                return _("Approved. It holds from its first day on.")
            case "reject":
                reject(row, reason=typed.texts(request, ("reason",))["reason"], **seen)
                return _("Rejected. Nothing changes.")
            case "withdraw":
                withdraw(row, **seen)
                return _("Withdrawn. Nothing changes.")
            case "ask_end":
                last = typed_day_or_none("ends_on", request.POST.get("ends_on", "").strip())
                ask_end(row, ends_on=last, today=today, **seen)
                return _("Asked for. Another person of the district decides about the end.")
            case "approve_end":
                approve_end(row, today=today, **seen)
                return _("The end is approved.")
            case "refuse_end":
                refuse_end(row, **seen)
                return _("It stays in force.")
            case _other:
                raise invalid("act", _("Choose what to do."))

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in REDRAWN:
            return None
        return self.shown(request, row_seen_by(self.acting, public_id), refusal)

    def shown(self, request: HttpRequest, row: PolicyRow, refusal: Refusal | None = None, *, ends_on: date | None = None) -> HttpResponse:
        today = timezone.localdate()
        ends_on = ends_on or end_awaited(row, today)
        context = {
            **row_line(row),
            "parameter": parameter_named(row.parameter),
            "effects": effects_shown(row, ends_on),
            "effects_end": ends_on,
            "timeline": timeline([row]),
            "acts": acts_open_to(self, row, today),
            "today": today,
            "said": request.POST,
            "asked": request.POST.get("act", ""),
            **typed.errors_in(refusal),
        }
        return self.render(request, "reserved_pools/policy_row.html", context)


def end_awaited(row: PolicyRow, today: date) -> date | None:
    """The day on which a value is to end, while a second person still decides about it."""
    waits = row.status == PolicyStatus.IN_FORCE and row.ends_on is not None and row.ended_by_id is None
    return max(row.ends_on, today) if waits and row.ends_on is not None else None


def effects_shown(row: PolicyRow, ends_on: date | None) -> Effects | None:
    """What a draft, or the end on that day of what is in force, would change; nothing for what is decided, and for the city's rows."""
    if scope_of_row(row) is None:
        return None
    if row.status == PolicyStatus.DRAFT:
        return effects_of(parameter_named(row.parameter), as_new(row))
    return effects_of_end(row, ends_on) if row.status == PolicyStatus.IN_FORCE and ends_on is not None else None


def as_new(row: PolicyRow) -> NewRow:
    """A row as it was entered."""
    scope = scope_of_row(row)
    assert scope is not None
    return NewRow(scope, row.value, row.valid_from, row.source, row.valid_to, row.quote)


def acts_open_to(page: Page, row: PolicyRow, today: Any) -> set[str]:
    """What the reader may do with the row now; the use cases ask again."""
    if not may_enter_for(page.acting, row):
        return set()
    decides, me = governs(page.acting), page.acting.user.pk
    if row.status == PolicyStatus.DRAFT:
        return {"withdraw"} | ({"reject"} if decides else set()) | ({"approve"} if decides and row.entered_by_id != me else set())
    if row.status != PolicyStatus.IN_FORCE or (row.valid_to is not None and row.valid_to <= today):
        return set()
    if row.ends_on is None or row.ended_by_id is not None:
        return {"ask_end"}
    others = decides and row.end_asked_by_id != me
    return ({"approve_end"} if others else set()) | ({"refuse_end"} if decides or row.end_asked_by_id == me else set())
