"""One list of criteria on a page: its lines, what its writer and the second person may do with it, and what happened to it."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.criteria import life
from clinics.criteria.history import standing, timeline
from clinics.criteria.judging import Line, pasted
from clinics.criteria.queries import line_seen_by, set_seen_by
from clinics.criteria.write import add_lines, change_line, line_of, remove_line, require_own_draft, rewrite_set
from clinics.models import CriteriaSet, Criterion
from clinics.models.criteria import LONGEST_DISEASE, LONGEST_TEXT, CriteriaStatus, Direction
from clinics.views import typed
from clinics.views.criteria import HEAD, LABELS, LIMITS, SETTING, head_from, held_today
from permissions.doors import Page
from permissions.doors.fields import typed_day_or_none
from vault.refusal import Refusal, invalid

REDRAWN = frozenset({"invalid_input", "second_person_required", "stale_state", "too_late"})
LINE = ("disease", "codes", "direction", "text", "text_en")
ALL_LIMITS = LIMITS | {"disease": LONGEST_DISEASE, "text": LONGEST_TEXT, "text_en": LONGEST_TEXT}
DIRECTIONS = (("", ""), *Direction.choices)


class CriteriaSetPage(Page):
    """One list; its acts are those the reader may take now, its forms stand there while she writes it."""

    policies = {"GET": SETTING, "POST": SETTING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.shown(request, set_seen_by(self.acting, public_id))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        criteria = set_seen_by(self.acting, public_id)
        act = request.POST.get("act", "")
        messages.success(request, self.written(request, criteria, act) or self.decided(request, criteria, act))
        return redirect("criteria_set", public_id)

    def written(self, request: HttpRequest, criteria: CriteriaSet, act: str) -> str:
        """An act of whoever writes the list, and the sentence about it; nothing when it is none."""
        seen: dict[str, Any] = {"expected_version": typed.version(request), "by": self.acting}
        today = timezone.localdate()
        match act:
            case "add":
                add_lines(criteria, [line_from(request)], **seen)
                return _("Added.")
            case "paste":
                text = typed.texts(request, ("lines",), several_lines={"lines"})["lines"]
                added = add_lines(criteria, pasted(text), field="lines", **seen)
                return ngettext("%(n)d line was added.", "%(n)d lines were added.", added) % {"n": added}
            case "correct":
                rewrite_set(criteria, head_from(request), today=today, **seen)
                return _("Saved.")
            case "hand_in":
                life.hand_in(criteria, today=today, **seen)
                return _("Handed in. Another person of the district decides; until then nothing changes.")
            case "withdraw":
                life.withdraw(criteria, **seen)
                return _("Withdrawn. Nothing changes.")
        return ""

    def decided(self, request: HttpRequest, criteria: CriteriaSet, act: str) -> str:
        """A decision about a list that was handed in or is in force, and the sentence about it."""
        seen: dict[str, Any] = {"expected_version": typed.version(request), "by": self.acting}
        today = timezone.localdate()
        match act:
            case "approve":
                life.approve(criteria, today=today, **seen)
                return _("Approved. From its first day on doctors see these criteria when they write a referral.")
            case "send_back":
                life.send_back(criteria, reason=typed.texts(request, ("reason",))["reason"], **seen)
                return _("Sent back. It can be changed again.")
            case "undo":
                life.undo(criteria, reason=typed.texts(request, ("reason",))["reason"], today=today, **seen)
                return _("Undone. What held before holds on.")
            case "ask_end":
                day = typed_day_or_none("ends_on", request.POST.get("ends_on", "").strip())
                life.ask_end(criteria, ends_on=day, today=today, **seen)
                return _("Asked for. Another person of the district decides about the end.")
            case "approve_end":
                life.end(criteria, today=today, **seen)
                return _("The end is approved.")
            case "refuse_end":
                life.keep(criteria, **seen)
                return _("It stays in force.")
        raise invalid("act", _("Choose what to do."))

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in REDRAWN:
            return None
        return self.shown(request, set_seen_by(self.acting, public_id), refusal)

    def shown(self, request: HttpRequest, criteria: CriteriaSet, refusal: Refusal | None = None) -> HttpResponse:
        today = timezone.localdate()
        kind, word = standing(criteria, today, [line.criteria_id for line in held_today(self.acting, today)])
        lines = list(criteria.lines.all())
        head = {name: str(getattr(criteria, name)) for name in HEAD}
        said = {name: request.POST.get(name, "") for name in (*HEAD, *LINE, "lines", "reason", "ends_on")}
        context = {
            "criteria": criteria,
            "kind": kind,
            "word": word,
            "lines": lines,
            "acts": acts_open_to(self, criteria, today),
            "timeline": timeline(criteria),
            "head": said if request.POST.get("act") == "correct" else head,
            "said": said,
            "directions": [(value, label or _("please choose")) for value, label in DIRECTIONS],
            "limits": ALL_LIMITS,
            "labels": LABELS,
            **typed.errors_in(refusal),
        }
        return self.render(request, "clinics/criteria_set.html", context)


class CriterionEdit(Page):
    """One line of a draft: changed, moved, or taken out."""

    policies = {"GET": SETTING, "POST": SETTING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        line = line_seen_by(self.acting, public_id)
        require_own_draft(line.criteria, self.acting)
        return self.form(request, line, {name: getattr(line, name) for name in (*LINE, "place")})

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        line = line_seen_by(self.acting, public_id)
        seen: dict[str, Any] = {"expected_version": typed.version(request), "by": self.acting}
        match request.POST.get("act", ""):
            case "change":
                change_line(line, line_from(request), place_from(request), **seen)
                messages.success(request, _("Saved."))
            case "remove":
                remove_line(line, **seen)
                messages.success(request, _("Taken out."))
            case _other:
                raise invalid("act", _("Choose what to do."))
        return redirect("criteria_set", line.criteria.public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in REDRAWN:
            return None
        said = {name: request.POST.get(name, "") for name in (*LINE, "place")}
        return self.form(request, line_seen_by(self.acting, public_id), said, refusal)

    def form(self, request: HttpRequest, line: Criterion, said: dict[str, Any], refusal: Refusal | None = None) -> HttpResponse:
        context = {
            "line": line, "criteria": line.criteria, "said": said, "held": line_of(line), "limits": ALL_LIMITS, "labels": LABELS,
            "directions": [(value, label or _("please choose")) for value, label in DIRECTIONS], **typed.errors_in(refusal),
        }  # fmt: skip
        return self.render(request, "clinics/criterion.html", context)


def line_from(request: HttpRequest) -> Line:
    """One line as typed. Refuses with `invalid_input`."""
    return Line(**typed.texts(request, LINE))


def place_from(request: HttpRequest) -> int:
    """Where in the list the line stands. Refuses with `invalid_input`."""
    text = request.POST.get("place", "").strip()
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 4 and int(text) > 0):
        raise invalid("place", _("Enter a whole number from 1 on."))
    return int(text)


def acts_open_to(page: Page, criteria: CriteriaSet, today: Any) -> set[str]:
    """What the reader may do with the list now; the use cases ask again."""
    me = page.acting.user.pk
    mine = criteria.entered_by_id == me
    if criteria.status == CriteriaStatus.DRAFT:
        return {"write", "withdraw"} if mine else {"withdraw"}
    if criteria.status == CriteriaStatus.WAITING:
        return {"send_back"} if mine else {"approve", "send_back"}
    if criteria.status != CriteriaStatus.IN_FORCE:
        return set()
    if criteria.valid_from > today:
        return {"undo"}
    if criteria.valid_to is not None:
        return set()
    if criteria.ends_on is None:
        return {"ask_end"}
    return {"refuse_end"} if criteria.end_asked_by_id == me else {"approve_end", "refuse_end"}
