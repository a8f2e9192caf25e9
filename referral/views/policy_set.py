"""One document of the regulation on a page: tick what to choose, look whom it affects, send it to a second person, or only try it out."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.models.policy_set import ChoiceStatus
from clinics.policy.sets import DRAFT_QUOTE, DRAFT_RULE, SUPERIOR_QUOTE, SUPERIOR_RULE, PolicySet, set_named
from clinics.policy.sets_compare import Line, compare
from clinics.policy.sets_judging import LONGEST_DECISION, NewChoice, judge_choice
from clinics.policy.sets_life import enter_choice
from clinics.policy.sets_queries import choices_of, district_of
from clinics.views import typed
from permissions.doors import Page
from permissions.doors.fields import read_day, typed_day_or_none
from referral.supervision.set_effects import Preview, preview_of
from referral.supervision.simulate import DAYS, simulate
from referral.views.policy_sets import KINDS, SETTING, STANDINGS, choice_line, place_words
from vault.faults import Faults
from vault.refusal import Refusal, invalid

REDRAWN = frozenset({"invalid_input", "no_effect"})
TEXTS = ("valid_from", "decision")


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the form: the comparison, its box, and the hospitals' own values in words."""

    line: Line
    ticked: bool
    kind: str
    own: list[dict[str, Any]]


class PolicySetPage(Page):
    """What the document says beside what holds on its first day; the form chooses some of it or all."""

    policies = {"GET": SETTING, "POST": SETTING}
    repeated = frozenset({"parameters"})

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        return self.shown(request, set_named(key))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        document = set_named(key)
        request.refused = partial(self.refused, request, document)  # type: ignore[attr-defined]
        today = timezone.localdate()
        match request.POST.get("act", ""):
            case "preview":
                return self.shown(request, document, preview=self.preview(read_choice(request, document), today))
            case "enter":
                choice = enter_choice(read_choice(request, document), today=today, by=self.acting)
                messages.success(request, _("Sent. Another person of the district decides; until then nothing changes."))
                return redirect("policy_choice", choice.public_id)
            case "simulate":
                return self.tried(request, document, today)
            case _other:
                raise invalid("act", _("Choose what to do."))

    def preview(self, new: NewChoice, today: Any) -> Preview:
        """Whom the choice would concern; refuses what could not be sent."""
        district = district_of(self.acting)
        lines = judge_choice(new, district, today=today)
        assert new.valid_from is not None
        return preview_of(new.document, lines, district, new.valid_from)

    def tried(self, request: HttpRequest, document: PolicySet, today: Any) -> HttpResponse:
        """A run over the bookings there are; the page of the run shows how far it is."""
        faults = Faults()
        day = faults.of(typed_day_or_none, "valid_from", request.POST.get("valid_from", "").strip())
        days = faults.of(_days, request.POST.get("days", ""))
        faults.of(_mode, request.POST.get("mode", ""))
        faults.tell()
        is_alone = request.POST.get("mode") == "alone"
        keys = frozenset(request.POST.getlist("parameters")) | (self.settled(document, day or today) if is_alone else set())
        run = simulate(document, keys, days=days or 0, from_day=day, is_alone=is_alone, today=today, by=self.acting)
        return redirect("policy_simulation", run.public_id)

    def settled(self, document: PolicySet, day: Any) -> set[str]:
        """What has no box because a higher value settles it; alone the document says it all the same."""
        lines = compare(document, district_of(self.acting), day)
        return {line.parameter.key for line in lines if line.said.value is not None and not line.may_be_chosen}

    def refused(self, request: HttpRequest, document: PolicySet, refusal: Refusal) -> HttpResponse | None:
        return self.shown(request, document, refusal=refusal) if refusal.code in REDRAWN else None

    def shown(
        self, request: HttpRequest, document: PolicySet, *, refusal: Refusal | None = None, preview: Preview | None = None
    ) -> HttpResponse:
        today = timezone.localdate()
        lines = compare(document, district_of(self.acting), day_of(request, today))
        ticked = set(request.POST.getlist("parameters")) if request.method == "POST" else {one.parameter.key for one in lines}
        mine = [one for one in choices_of(self.acting).filter(document=document.key)[:10] if one.status != ChoiceStatus.WITHDRAWN]
        context = {
            "document": document,
            "kind": STANDINGS[document.standing],
            "lines": [shown_line(one, ticked) for one in lines],
            "choosable": any(one.may_be_chosen for one in lines),
            "preview": preview,
            "choices": [choice_line(one, today) for one in mine],
            "draft": {"rule": DRAFT_RULE, "quote": DRAFT_QUOTE, "source": document.source, "article": ""},
            "superior": {"rule": SUPERIOR_RULE, "quote": SUPERIOR_QUOTE},
            "days": [(str(days), _("the last %(n)d days") % {"n": days}) for days in DAYS],
            "modes": modes(),
            "said": {name: request.POST.get(name, "") for name in (*TEXTS, "days", "mode", "knows_draft")},
            "longest": LONGEST_DECISION,
            "day": day_of(request, today),
            "labels": {"valid_from": _("First day"), "decision": _("Decision or document"), "parameters": _("Values")},
            **typed.errors_in(refusal),
        }
        return self.render(request, "referral/policy_set.html", context)


def shown_line(line: Line, ticked: set[str]) -> Shown:
    """One line with its box: what a higher value settles cannot be ticked."""
    own = [
        {"place": place_words(one), "before": one.before, "after": one.after, "stops": one.stops, "counts": one.counts} for one in line.own
    ]
    return Shown(line, line.may_be_chosen and line.parameter.key in ticked, KINDS[line.verdict], own)


def modes() -> list[tuple[str, Any]]:
    """How a document is tried out."""
    return [("together", _("as it would hold here: higher values win")), ("alone", _("as the document alone says"))]


def read_choice(request: HttpRequest, document: PolicySet) -> NewChoice:
    """The choice as typed. Refuses with `invalid_input`, every fault at once."""
    faults = Faults()
    texts = faults.of(typed.texts, request, TEXTS) or dict.fromkeys(TEXTS, "")
    day = faults.of(typed_day_or_none, "valid_from", texts["valid_from"])
    faults.tell()
    keys = frozenset(request.POST.getlist("parameters"))
    return NewChoice(document, keys, day, texts["decision"], request.POST.get("knows_draft", "") == "1")


def day_of(request: HttpRequest, today: Any) -> Any:
    """The day of the comparison: the one typed if it can be one, else today."""
    try:
        found = read_day((request.POST if request.method == "POST" else request.GET).get("valid_from", "").strip())
    except ValueError:
        return today
    return max(found, today)


def _days(text: str) -> int:
    if text not in {str(days) for days in DAYS}:
        raise invalid("days", _("Choose one of those shown."))
    return int(text)


def _mode(text: str) -> str:
    if text not in dict(modes()):
        raise invalid("mode", _("Choose one of those shown."))
    return text
