"""How a month's figures, problems and distributions are said to people, and where each problem is worked on."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from permissions.acting import Acting
from permissions.guards import Needs
from referral.evaluation.figures import Figure, Name, Row, Side, banded
from referral.evaluation.month import Evaluation
from referral.evaluation.problems import Code, Grade, Problem
from reserved_pools.balance.balance import percent

GRADES: Final = {Grade.PROBLEM: "bad", Grade.RISK: "few"}
COLUMNS: Final[Mapping[Side, tuple[Name, ...]]] = {
    Side.HOSPITAL: (
        Name.PLACES_KEPT, Name.USED, Name.MADE, Name.IN_TIME, Name.ATTENDED, Name.MISSED, Name.UNREPORTED, Name.BY_HOSPITAL,
        Name.SPECIAL_STOPS, Name.SETTLED,
    ),
    Side.REFERRING: (
        Name.MADE, Name.IN_TIME, Name.ATTENDED, Name.MISSED, Name.BY_REFERRER, Name.BY_RESIDENT, Name.MOVED, Name.RETURNED,
        Name.MESSAGES_FAILED, Name.EXCEPTIONS,
    ),
}  # fmt: skip
OF_PLACES: Final = (Code.PLACES_SHORT, Code.RESERVED_SHORT, Code.EXPERT_SHORT, Code.BOOKABLE_SHORT, Code.LATE)
# Where a problem is worked on: the first of these pages that is open to the reader; the contact list says whom to call.
PAGES: Final[Mapping[Code, tuple[str, ...]]] = {
    **dict.fromkeys(OF_PLACES, ("compliance",)),
    Code.MISSED: ("absent", "breaches"),
    Code.UNREPORTED: ("absent", "contacts"),
    Code.CANCELLED: ("hospital_bookings", "contacts"),
    Code.RETURNED: ("review", "contacts"),
    Code.SPECIAL_STOPS: ("special_stops",),
    Code.UNSETTLED: ("disruptions", "contacts"),
    Code.MESSAGES_FAILED: ("messages",),
    Code.EXCEPTIONS: ("exceptions",),
}
TOP: Final = 10


def said(figure: Figure | None) -> dict[str, Any]:
    """A figure as a table shows it: its share, and the two numbers it is made of."""
    if figure is None:
        return {"big": "—", "small": ""}
    if figure.whole is None:
        return {"big": str(figure.part), "small": ""}
    return {"big": share_of(figure.share), "small": f"{figure.part}/{number(figure.whole)}"}


def share_of(share: Decimal | None) -> str:
    """31.2%, or a dash where there is nothing to share."""
    text = percent(share)
    return f"{text}%" if text else "—"


def number(value: int | Decimal) -> str:
    """A whole number without a fraction, another with one digit of it."""
    return str(int(value)) if value == int(value) else f"{value:.1f}"


def bound_of(problem: Problem) -> str:
    """The bound as people read it."""
    return share_of(problem.bound) if isinstance(problem.bound, Decimal) else str(problem.bound)


def sentence(problem: Problem) -> str:
    """What fell short with its numbers, as the finding quotes it."""
    shown = said(problem.figure)
    return _("%(what)s: %(big)s (%(small)s), bound %(bound)s") % {
        "what": problem.code.label, "big": shown["big"] if problem.is_share else problem.figure.part,
        "small": shown["small"] or shown["big"], "bound": bound_of(problem),
    }  # fmt: skip


def tables(held: Evaluation) -> list[dict[str, Any]]:
    """One table for each side that has rows: its columns and each row's cells, most problems first."""
    return [
        {
            "side": side,
            "columns": [name.label for name in COLUMNS[side]],
            "rows": sorted((line_of(held, row) for row in held.side(side)), key=lambda line: (line["order"], line["row"].is_empty)),
        }
        for side in Side
        if held.side(side)
    ]


def line_of(held: Evaluation, row: Row) -> dict[str, Any]:
    """One institution's line."""
    mine = [one for one in held.found_at(row.institution) if one.side is row.side]
    wrong = {one.figure.name for one in mine if one.grade is Grade.PROBLEM}
    cells = [{**said(row.figure(name)), "label": name.label, "bad": name in wrong} for name in COLUMNS[row.side]]
    grave = sum(one.grade is Grade.PROBLEM for one in mine)
    return {"row": row, "cells": cells, "problems": grave, "risks": len(mine) - grave, "order": (-grave, grave - len(mine))}


def figures_of(held: Evaluation, row: Row) -> list[dict[str, Any]]:
    """All figures of one institution's side."""
    wrong = {one.figure.name for one in held.found_at(row.institution) if one.side is row.side and one.grade is Grade.PROBLEM}
    return [{**said(figure), "label": figure.label, "bad": figure.name in wrong} for figure in row.figures]


def shown_problems(held: Evaluation, acting: Acting, found: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems and risks as lines: tag, sentence, figure and bound, article, and the page where it is worked on."""
    doors = {code: next((page for page in pages if is_open(acting, page)), "") for code, pages in PAGES.items()}
    return [
        {
            "problem": one,
            "kind": GRADES[one.grade],
            "figure": said(one.figure),
            "bound": bound_of(one),
            "href": address(one, doors[one.code], held) if doors[one.code] else "",
        }
        for one in found
    ]


def is_open(acting: Acting, page: str) -> bool:
    """Whether a page opens to this person, by the policy of the page itself."""
    view: Any = resolve(reverse(page)).func
    policy = view.view_class.policies.get("GET")
    return isinstance(policy, Needs) and any(acting.can(one) for one in policy.capabilities)


def address(problem: Problem, page: str, held: Evaluation) -> str:
    """The page with the days and the hospital of the problem."""
    first, last = held.month.first.isoformat(), held.month.last.isoformat()
    hospital = {"hospital": str(problem.institution.public_id), "by": "department"} if problem.side is Side.HOSPITAL else {}
    query = {
        "compliance": {"span": "days", "first": first, "last": last, **hospital},
        "special_stops": {"year": str(held.month.first.year)},
        "messages": {"from": first, "to": last, "state": "failed"},
    }.get(page, {})  # fmt: skip
    return reverse(page) + (f"?{urlencode(query)}" if query else "")


def hours_of(row: Row) -> list[dict[str, Any]]:
    """The visits by the hour they begin (R198)."""
    whole = sum(row.hours.values())
    return [
        {"label": f"{hour:02d}:00–{hour:02d}:59", "n": n, "share": share_of(Decimal(n) / whole)} for hour, n in sorted(row.hours.items())
    ]


def waits_of(row: Row) -> list[dict[str, Any]]:
    """The days between booking and visit, in bands (R198)."""
    whole = sum(row.waits.values())
    return [
        {"label": band(first, last), "n": n, "share": share_of(Decimal(n) / whole if whole else None)}
        for first, last, n in banded(row.waits)
    ]


def band(first: int, last: int | None) -> str:
    """The same day, 1 day, 2–3 days, 15 days and more."""
    if last is None:
        return _("%(days)s days and more") % {"days": first}
    if first == last:
        return ngettext("%(days)s day later", "%(days)s days later", first) % {"days": first} if first else _("the same day")
    return _("%(first)s–%(last)s days later") % {"first": first, "last": last}


def heat_of(held: Evaluation) -> list[dict[str, Any]]:
    """From where to where most patients go (R198)."""
    whole, places = sum(held.pairs.values()), held.scope.institutions
    most = sorted(held.pairs.items(), key=lambda item: (-item[1], item[0]))[:TOP]
    return [
        {"hospital": places[hospital], "centre": places[centre], "n": n, "share": share_of(Decimal(n) / whole)}
        for (hospital, centre), n in most
    ]
