"""The documents of the regulation on one page: what each says beside what holds today, the district's choices, and the same as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from clinics.models import PolicySetChoice
from clinics.policy.board import Line as Held
from clinics.policy.board import lines_of
from clinics.policy.scope import scope_of
from clinics.policy.sets import SETS, TEMPLATES, PolicySet, Standing, spoken_of
from clinics.policy.sets_compare import Line, compare
from clinics.policy.sets_history import choice_standing
from clinics.policy.sets_queries import choices_of, district_of, simulations_of
from clinics.policy.sets_resolve import Verdict
from clinics.policy.sets_said import Said
from clinics.policy.typed import said_stored
from clinics.policy.words import Group
from clinics.views import typed
from clinics.views.exporting import handed_out
from permissions.doors import Needs, Page
from permissions.roles import Capability
from vault.refusal import Sentence

SETTING = Needs(Capability.SET_POLICY)
PER_PAGE = 20
RUNS_SHOWN = 5
KINDS = {Verdict.CHANGES: "few", Verdict.SAME: "ok", Verdict.FINAL: "info", Verdict.STRICTER: "info", Verdict.SILENT: "off"}
STANDINGS = {Standing.IN_FORCE: "ok", Standing.DRAFT: "few", Standing.EXAMPLE: "off"}
SHOWN = {"": gettext_lazy("all"), "differ": gettext_lazy("only what differs"), "final": gettext_lazy("only what a higher value settles")}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one document says of one parameter, and what choosing it would do; empty where it says nothing."""

    title: Sentence
    said: Said | None
    value: str = ""
    verdict: Verdict | None = None

    @property
    def kind(self) -> str:
        return KINDS[self.verdict] if self.verdict else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter: today's value, what each document says, and hospitals' examples."""

    held: Held
    cells: list[Cell]
    examples: list[tuple[str, Said]]


class PolicySets(Page):
    """Every document beside today's values, and the choices the district made of them."""

    policies = {"GET": SETTING}

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        district = district_of(self.acting)
        compared = {key: compare(document, district, today) for key, document in SETS.items()}
        page = Paginator(choices_of(self.acting), PER_PAGE).get_page(request.GET.get("page"))
        group, shown = typed.one_of(request.GET, "group", Group.values), typed.one_of(request.GET, "show", SHOWN)
        words = typed.search_in(request.GET)
        rows = [row for row in rows_of(self, compared, today) if fits(row, group, shown, words)]
        context = {
            "today": today,
            "documents": [document_line(one, compared[one.key]) for one in SETS.values()],
            "templates": TEMPLATES,
            "rows": rows,
            "groups": [("", _("all")), *Group.choices],
            "group": group,
            "shown": list(SHOWN.items()),
            "show": shown,
            "q": words,
            "page": page,
            "choices": [choice_line(one, today) for one in page],
            "runs": [run_line(one) for one in simulations_of(self.acting)[:RUNS_SHOWN]],
        }
        return self.render(request, "referral/policy_sets.html", context)


class PolicySetsExport(Page):
    """The comparison as a file: one line for each sentence of each document."""

    policies = {"POST": SETTING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        district = district_of(self.acting)
        columns = [
            pgettext("regulation", "Document"), _("State"), _("Parameter"), _("Says"), _("Article"), _("Rule"), _("Quotation"), _("Note"),
            _("In force today"), _("Decided by"), _("Effect"), _("Hospitals with a value of their own"),
        ]  # fmt: skip
        rows = [row for document in SETS.values() for row in exported(document, compare(document, district, timezone.localdate()))]
        return handed_out(request, "policy_sets", _("Documents of the regulation"), columns, rows, by=self.acting)


def exported(document: PolicySet, lines: list[Line]) -> Iterator[list[Any]]:
    """The lines of one document."""
    for line in lines:
        own = "; ".join(f"{place_words(one)} {one.before} → {one.after}" for one in line.own)
        yield [
            document.title, document.standing.label, line.words.title, line.value, line.said.article, line.said.rule, line.said.quote,
            line.said.note, line.held, line.level, line.verdict.label, own,
        ]  # fmt: skip


def place_words(own: Any) -> str:
    """A hospital, or one of its departments."""
    return f"{own.institution.display_short_name} {own.department.name}" if own.department else str(own.institution.display_name)


def rows_of(page: Page, compared: dict[str, list[Line]], today: Any) -> list[Row]:
    """One row for each parameter some document speaks of, group by group."""
    by_key = {key: {line.parameter.key: line for line in lines} for key, lines in compared.items()}
    held = lines_of(spoken_of(), scope_of(page.acting, None, None), today)
    examples: dict[str, list[tuple[str, Said]]] = {}
    for one in TEMPLATES.said:
        examples.setdefault(one.parameter, []).append((said_words(one, held), one))
    documents = list(SETS.items())
    found = [
        Row(
            one,
            [cell_of(document, by_key[key].get(one.parameter.key)) for key, document in documents],
            examples.get(one.parameter.key, []),
        )
        for one in held
    ]
    return sorted(found, key=lambda row: list(Group).index(row.held.words.group))


def said_words(said: Said, held: list[Held]) -> str:
    """A value of a template in words; one without a number says only that the matter is spoken of."""
    parameter = next((one.parameter for one in held if one.parameter.key == said.parameter), None)
    return said_stored(parameter, said.value) if parameter and said.value is not None else _("names no value")


def cell_of(document: PolicySet, line: Line | None) -> Cell:
    """One document's word on one parameter."""
    return Cell(document.title, None) if line is None else Cell(document.title, line.said, line.value, line.verdict)


def fits(row: Row, group: str, shown: str, words: str) -> bool:
    """Whether the filters let a row through."""
    verdicts = {cell.verdict for cell in row.cells}
    wanted = {"differ": Verdict.CHANGES, "final": Verdict.FINAL}.get(shown)
    text = " ".join([str(row.held.words.title), *(cell.said.quote for cell in row.cells if cell.said)]).lower()
    return (not group or row.held.words.group == group) and (wanted is None or wanted in verdicts) and words.lower() in text


def document_line(document: PolicySet, lines: list[Line]) -> dict[str, Any]:
    """One document with how many of its values hold, would change something, or are settled above."""
    counts = {verdict: sum(line.verdict == verdict for line in lines) for verdict in Verdict}
    return {
        "set": document,
        "kind": STANDINGS[document.standing],
        "same": counts[Verdict.SAME],
        "changes": counts[Verdict.CHANGES],
        "final": counts[Verdict.FINAL] + counts[Verdict.STRICTER],
        "silent": counts[Verdict.SILENT],
        "all": len(lines),
    }


def choice_line(choice: PolicySetChoice, today: Any) -> dict[str, Any]:
    """One choice as a table shows it."""
    kind, word = choice_standing(choice, today)
    document = SETS.get(choice.document)
    return {"choice": choice, "title": document.title if document else choice.document, "kind": kind, "word": word}


def run_line(run: Any) -> dict[str, Any]:
    """One trial as a table shows it."""
    document = SETS.get(run.document)
    return {"run": run, "title": document.title if document else run.document, "newly": run.found.get("newly", 0)}
