"""The month's evaluation on a page, on paper and as a file: figures, what fell short, what was found and what became of it."""

from collections.abc import Iterator
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from clinics.views import typed
from clinics.views.exporting import handed_out
from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.roles import Capability
from referral.booking.expected import today
from referral.evaluation.figures import Row
from referral.evaluation.month import Evaluation, evaluate
from referral.evaluation.queries import earlier_measures, findings_of, is_overdue, sign_by
from referral.evaluation.scope import Month, month_in, months_shown
from referral.views.evaluation_words import figures_of, heat_of, hours_of, share_of, shown_problems, tables, waits_of
from vault.refusal import Refusal

SEEING: Final = Needs(Capability.SEE_DISTRICT, Capability.MANAGE_POOLS, Capability.SIGN_CONDUCT)


class EvaluationPage(Page):
    """A month, without one the last whole one; of the district, or of one's own institution; one institution's figures on request."""

    policies = {"GET": SEEING}

    def get(self, request: HttpRequest) -> HttpResponse:
        month, refusal = asked_in(request)
        context = context_of(self.acting, month, request.GET.get("institution", "")) | typed.errors_in(refusal)
        return self.render(request, "referral/evaluation.html", context, status=422 if refusal else 200)


class EvaluationPaper(Page):
    """The same as paper, with room for two signatures."""

    policies = {"GET": SEEING}

    def get(self, request: HttpRequest) -> HttpResponse:
        month, refusal = asked_in(request)
        context = context_of(self.acting, month, request.GET.get("institution", "")) | typed.errors_in(refusal)
        return self.render(request, "referral/evaluation_paper.html", context, status=422 if refusal else 200)


class EvaluationExport(Page):
    """POST: every figure of every row as a file, part and whole in columns of their own, for the appraisal (R131)."""

    policies = {"POST": SEEING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        month = month_in(request.GET.get("month", ""))
        held = evaluate(self.acting, month)
        columns = [_("Month"), _("Institution"), _("Side"), _("Figure"), _("Count"), _("Of"), _("Share (%)")]
        rows = exported(held)
        filters = {"month": month.name}
        return handed_out(request, "evaluation", _("Monthly evaluation"), columns, rows, by=self.acting, filters=filters)


def asked_in(request: HttpRequest) -> tuple[Month, Refusal | None]:
    """The month of the address; one that is none is told, and the last whole one shown."""
    try:
        return month_in(request.GET.get("month", "")), None
    except Refusal as refusal:
        return month_in(""), refusal


def context_of(acting: Acting, month: Month, institution: str) -> dict[str, Any]:
    """Everything the page and the paper say; a fixed number of queries."""
    held = evaluate(acting, month)
    chosen = typed.id_or_none(institution)
    shown = [row for row in held.rows if row.institution.public_id == chosen] if held.is_of_district else held.rows
    findings = list(findings_of(acting, month))
    place = shown[0].institution if shown else None
    return {
        "held": held,
        "month": month,
        "months": [(name, name) for name in months_shown(month)],
        "chosen": place if held.is_of_district else None,
        "tables": [] if shown else tables(held),
        "details": [
            {"row": row, "figures": figures_of(held, row), "hours": hours_of(row), "waits": waits_of(row)} for row in shown
        ],
        "problems": shown_problems(held, acting, held.found_at(place) if place else held.problems),
        "graves": sum(one.grade == "problem" for one in held.problems),
        "whole": held.whole.counts,
        "in_time": share_of(_share(held.whole)),
        "hours": hours_of(held.whole),
        "waits": waits_of(held.whole),
        "heat": heat_of(held),
        "findings": findings,
        "measures": earlier_measures(acting, month),
        "may_write": may_write(acting, held, [one.status for one in findings]),
        "sign_by": sign_by(acting, month),
        "overdue": held.is_of_district and not held.is_before_start and is_overdue(acting, month, findings),
        "today": today(),
    }  # fmt: skip


def may_write(acting: Acting, held: Evaluation, statuses: list[str]) -> bool:
    """Whether a finding can be written now: the month is over, and none waits for its signature."""
    return acting.can(Capability.EVALUATE) and held.is_over and not held.is_before_start and "written" not in statuses


def exported(held: Evaluation) -> Iterator[list[object]]:
    """One line for each figure, distributions included; of everything together first."""
    whole = _("All together")
    for row in (held.whole, *held.rows):
        name = row.institution.display_name if row.institution else whole
        part = row.side.label if row.institution else whole
        for figure in row.figures:
            share = None if figure.share is None else round(float(figure.share) * 100, 1)
            yield [held.month.name, name, part, figure.label, figure.part, _cell(figure.whole), share]
        for title, lines in ((_("Visits by hour"), hours_of(row)), (_("Days between booking and visit"), waits_of(row))):
            for line in lines:
                of = sum(one["n"] for one in lines)
                share = round(line["n"] * 100 / of, 1) if of else None
                yield [held.month.name, name, part, f"{title} {line['label']}", line["n"], of, share]


def _cell(whole: Any) -> object:
    return None if whole is None else int(whole) if whole == int(whole) else round(float(whole), 1)


def _share(row: Row) -> Any:
    figure = next((one for one in row.figures if one.name == "in_time"), None)
    return figure.share if figure else None
