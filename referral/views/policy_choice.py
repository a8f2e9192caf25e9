"""One choice of a document: its values, whom they concern while it waits, and the second person's decision, the end, and the undoing."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.models import PolicySetChoice
from clinics.models.policy_set import ChoiceStatus
from clinics.policy.sets import DRAFT_QUOTE, DRAFT_RULE, set_named
from clinics.policy.sets_compare import compare
from clinics.policy.sets_history import choice_timeline, chosen
from clinics.policy.sets_life import ask_end_of_choice, end_day, keep_choice, reject_choice, withdraw_choice
from clinics.policy.sets_queries import choice_seen_by
from clinics.views import typed
from permissions.doors import Page
from permissions.doors.fields import typed_day_or_none
from referral.supervision.set_effects import Preview, preview_of, preview_of_end
from referral.views.policy_sets import SETTING, choice_line
from reserved_pools.policy_set_acts import approve_set, end_set, undo_set
from vault.refusal import Refusal, invalid

REDRAWN = frozenset({"invalid_input", "no_effect", "second_person_required", "stale_state", "too_late"})


class PolicyChoice(Page):
    """One choice; its acts are those the reader may take now."""

    policies = {"GET": SETTING, "POST": SETTING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.shown(request, choice_seen_by(self.acting, public_id))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        choice = choice_seen_by(self.acting, public_id)
        if request.POST.get("act") == "preview_end":
            last = typed_day_or_none("ends_on", request.POST.get("ends_on", "").strip())
            return self.shown(request, choice, ends_on=end_day(choice, last, timezone.localdate()))
        messages.success(request, self.done(request, choice))
        return redirect("policy_choice", public_id)

    def done(self, request: HttpRequest, choice: PolicySetChoice) -> str:
        """One act, and the sentence that says what became of it."""
        seen: dict[str, Any] = {"expected_version": typed.version(request), "by": self.acting}
        today = timezone.localdate()
        match request.POST.get("act", ""):
            case "approve":
                approve_set(choice, knows_draft=request.POST.get("knows_draft", "") == "1", today=today, **seen)
                return _("Approved. Its values hold from their first day on.")
            case "reject":
                reject_choice(choice, reason=typed.texts(request, ("reason",))["reason"], **seen)
                return _("Rejected. Nothing changes.")
            case "withdraw":
                withdraw_choice(choice, **seen)
                return _("Withdrawn. Nothing changes.")
            case "undo":
                undo_set(choice, reason=typed.texts(request, ("reason",))["reason"], today=today, **seen)
                return _("Undone. What held before holds on.")
            case "ask_end":
                ask_end_of_choice(
                    choice, ends_on=typed_day_or_none("ends_on", request.POST.get("ends_on", "").strip()), today=today, **seen
                )
                return _("Asked for. Another person of the district decides about the end.")
            case "approve_end":
                end_set(choice, today=today, **seen)
                return _("The end is approved.")
            case "refuse_end":
                keep_choice(choice, **seen)
                return _("It stays in force.")
            case _other:
                raise invalid("act", _("Choose what to do."))

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in REDRAWN:
            return None
        return self.shown(request, choice_seen_by(self.acting, public_id), refusal)

    def shown(
        self, request: HttpRequest, choice: PolicySetChoice, refusal: Refusal | None = None, *, ends_on: date | None = None
    ) -> HttpResponse:
        today, document = timezone.localdate(), set_named(choice.document)
        ends_on = ends_on or end_awaited(choice, today)
        context = {
            **choice_line(choice, today),
            "document": document,
            "values": chosen(choice, today),
            "preview": preview_shown(choice, ends_on, today),
            "effects_end": ends_on,
            "timeline": choice_timeline([choice]),
            "acts": acts_open_to(self, choice, today),
            "draft": {"rule": DRAFT_RULE, "quote": DRAFT_QUOTE, "source": document.source, "article": ""},
            "today": today,
            "said": request.POST,
            **typed.errors_in(refusal),
        }
        return self.render(request, "referral/policy_choice.html", context)


def end_awaited(choice: PolicySetChoice, today: date) -> date | None:
    """The day from which a choice would no longer hold, while it can still be undone or a second person decides about its end."""
    if choice.status != ChoiceStatus.IN_FORCE or choice.valid_to is not None:
        return None
    if choice.valid_from > today:
        return choice.valid_from
    return max(choice.ends_on, today) if choice.ends_on is not None else None


def preview_shown(choice: PolicySetChoice, ends_on: date | None, today: date) -> Preview | None:
    """What a draft, or the end on that day of what is in force, would change; nothing for what is decided."""
    if choice.status == ChoiceStatus.DRAFT:
        return preview_of_draft(choice, today)
    return preview_of_end(choice, ends_on) if choice.status == ChoiceStatus.IN_FORCE and ends_on is not None else None


def preview_of_draft(choice: PolicySetChoice, today: Any) -> Preview:
    """What approving would do, by what holds now."""
    document, day = set_named(choice.document), max(choice.valid_from, today)
    keys = set(choice.values.values_list("parameter", flat=True))
    lines = [line for line in compare(document, choice.district, day, keys) if line.may_be_chosen]
    return preview_of(document, lines, choice.district, day)


def acts_open_to(page: Page, choice: PolicySetChoice, today: Any) -> set[str]:
    """What the reader may do with the choice now; the use cases ask again."""
    me = page.acting.user.pk
    if choice.status == ChoiceStatus.DRAFT:
        return {"withdraw"} if choice.entered_by_id == me else {"approve", "reject"}
    if choice.status != ChoiceStatus.IN_FORCE or choice.valid_to is not None:
        return set()
    if choice.valid_from > today:
        return {"undo"}
    if choice.ends_on is None:
        return {"ask_end"}
    return {"refuse_end"} if choice.end_asked_by_id == me else {"approve_end", "refuse_end"}
