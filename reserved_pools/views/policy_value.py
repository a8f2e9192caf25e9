"""One value of the regulation on a page: its rows, every hospital beside the others, and the form with a preview of who is concerned."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.models import Department
from clinics.policy import Level, Parameter, ValueType
from clinics.policy.board import beside, lines_of, rows_of, timeline
from clinics.policy.judging import LONGEST_QUOTE, LONGEST_SOURCE, NewRow, judge, parameter_named
from clinics.policy.rows import enter
from clinics.policy.scope import governs, institutions_of, scope_of
from clinics.policy.typed import from_page, options_of
from clinics.policy.words import LEVELS, merge_words, words_of
from clinics.register.place_queries import departments_of
from clinics.views import typed
from permissions.doors import Page
from permissions.doors.fields import typed_day_or_none
from reserved_pools.policy_effects import Effects, effects_of
from reserved_pools.views.policy import SETTING, chosen_scope, place_filter, row_line
from vault.faults import Faults
from vault.refusal import Refusal, invalid

PER_PAGE = 20
REDRAWN = frozenset({"invalid_input", "no_effect"})
TEXTS = ("valid_from", "valid_to", "source", "quote", "institution", "department")


class PolicyValue(Page):
    """History, comparison, and the form: first the preview, then the draft for a second person."""

    policies = {"GET": SETTING, "POST": SETTING}
    repeated = frozenset({"value"})

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        return self.shown(request, parameter_named(key))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        parameter = parameter_named(key)
        request.refused = partial(self.refused, request, parameter)  # type: ignore[attr-defined]
        today = timezone.localdate()
        given = read_row(request, parameter, self)
        match request.POST.get("act", ""):
            case "preview":
                judged = judge(parameter, given, today=today)
                return self.shown(request, parameter, effects=effects_of(parameter, judged), entered=judged)
            case "enter":
                row = enter(parameter, given, today=today, by=self.acting)
                messages.success(request, _("Sent. Another person of the district decides; until then nothing changes."))
                return redirect("policy_row", row.public_id)
            case _other:
                raise invalid("act", _("Choose what to do."))

    def refused(self, request: HttpRequest, parameter: Parameter, refusal: Refusal) -> HttpResponse | None:
        return self.shown(request, parameter, refusal=refusal) if refusal.code in REDRAWN else None

    def shown(
        self,
        request: HttpRequest,
        parameter: Parameter,
        *,
        refusal: Refusal | None = None,
        effects: Effects | None = None,
        entered: NewRow | None = None,
    ) -> HttpResponse:
        today, places = timezone.localdate(), list(institutions_of(self.acting))
        wanted = request.POST.get("institution", "") if request.method == "POST" else request.GET.get("institution", "")
        scope = chosen_scope(self.acting, places, wanted)
        page = Paginator(rows_of(parameter, self.acting), PER_PAGE).get_page(request.GET.get("page"))
        context = {
            **place_filter(self.acting, places, scope),
            "parameter": parameter,
            "words": words_of(parameter),
            "line": lines_of([parameter], scope, today)[0] if scope else None,
            "merge": merge_words(parameter),
            "reach": LEVELS[words_of(parameter).reach],
            "page": page,
            "lines": [row_line(row) for row in page],
            "beside": beside(parameter, self.acting, today) if words_of(parameter).reach > Level.DISTRICT else [],
            "timeline": timeline(page),
            "effects": effects,
            "entered": entered,
            "today": today,
            **form_of(request, parameter, self, scope),
            **typed.errors_in(refusal),
            "labels": labels(),
        }
        return self.render(request, "reserved_pools/policy_value.html", context)


def labels() -> dict[str, Any]:
    """The names of the fields, for the list of faults."""
    return {
        "value": _("Value"), "valid_from": _("First day"), "valid_to": _("No longer from"), "source": _("Decision or document"),
        "quote": _("Quotation"), "institution": _("Institution"), "department": _("Department"),
    }  # fmt: skip


def read_row(request: HttpRequest, parameter: Parameter, page: Page) -> NewRow:
    """The row as typed. Refuses with `invalid_input`, every fault at once."""
    faults = Faults()
    texts = faults.of(typed.texts, request, ("value", *TEXTS), several_lines=("quote",)) or dict.fromkeys(TEXTS, "")
    value = faults.of(from_page, parameter, request.POST.getlist("value"))
    first = faults.of(typed_day_or_none, "valid_from", texts["valid_from"])
    last = faults.of(typed_day_or_none, "valid_to", texts["valid_to"])
    institution = faults.of(typed.chosen_id, request, "institution")
    department = faults.of(typed.chosen_id, request, "department")
    scope = faults.of(scope_of, page.acting, institution, department)
    if first is None and not faults:
        faults.add(invalid("valid_from", _("Enter the first day, like 2026-11-26.")))
    faults.tell()
    assert scope is not None
    assert value is not None
    return NewRow(scope, value, first, texts["source"], last, texts["quote"])


def form_of(request: HttpRequest, parameter: Parameter, page: Page, scope: Any) -> dict[str, Any]:
    """What the form shows: the input for this kind of value, the departments of the chosen hospital, and what was typed."""
    said = request.POST if request.method == "POST" else request.GET
    reach = words_of(parameter).reach
    own = scope is not None and (scope.institution is not None or governs(page.acting))
    choices = [(name, word, name in said.getlist("value")) for name, word in options_of(parameter).items()]
    return {
        "said": {name: said.get(name, "") for name in ("value", *TEXTS)},
        "input": kind_of_input(parameter),
        "choices": choices,
        "options_of_value": [("", _("please choose")), *((name, word) for name, word, _ticked in choices)],
        "unit": "%" if parameter.type is ValueType.FRACTION else words_of(parameter).unit,
        "departments": _departments(scope) if reach >= Level.DEPARTMENT else [],
        "may_enter": own and (scope.level <= reach),
        "longest_source": LONGEST_SOURCE,
        "longest_quote": LONGEST_QUOTE,
    }


def kind_of_input(parameter: Parameter) -> str:
    """Boxes for a set, a list for a choice, an hour, or a text."""
    if parameter.type is ValueType.CHOICES:
        return "boxes"
    return "choice" if options_of(parameter) else "time" if parameter.type is ValueType.TIME else "text"


def _departments(scope: Any) -> typed.Options:
    if scope is None or scope.institution is None:
        return []
    found: list[Department] = list(departments_of(scope.institution))
    return [("", _("the whole hospital")), *((str(one.public_id), one.name) for one in found)]
