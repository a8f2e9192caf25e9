"""The coordinator's page of places nobody is expected to book: what could be done with them, done by one click, and taken back."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.views.typed import one_of
from permissions.doors import Needs, Page
from permissions.doors.fields import ID, read_day
from permissions.roles import Capability
from reserved_pools.balance import rebalancing
from reserved_pools.balance.forecast import LEAST, WEEKS
from reserved_pools.balance.proposals import Outlook, Prospect, outlook
from reserved_pools.balance.rebalancing import Move, can_be_undone, rebalancing_of, rebalancings_of, violation_of
from reserved_pools.models import Rebalancing
from reserved_pools.views.balance_words import figures_of
from vault.refusal import Refusal, Violation, invalid

MANAGING = Needs(Capability.MANAGE_POOLS)
PER_PAGE, RECENT, MOST_AT_ONCE = 30, 20, 50
SHOWN = {"all": gettext_lazy("all clinics"), "possible": gettext_lazy("with a proposal")}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one of several moves."""

    prospect: str
    done: bool
    why: Any = ""


class Pools(Page):
    """Sessions ahead: reserved, booked, expected to stay unused, the proposal, the shares after it."""

    policies = {"GET": MANAGING, "POST": MANAGING}
    repeated = frozenset({"choice"})

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("act") == "all":
            return self.shown(request, results=self.several(request.POST.getlist("choice")))
        request.refused = lambda refusal: self.refused(request, refusal)  # type: ignore[attr-defined]
        done = rebalancing.accept(move_of(request.POST.get("choice", "")), by=self.acting)
        messages.success(request, said(done))
        return redirect(f"{request.path}?{request.GET.urlencode()}")

    def several(self, choices: list[str]) -> list[Result]:
        """Each move by itself, in the order shown; what cannot be done any more says why and stops no other."""
        results: list[Result] = []
        for choice in choices[:MOST_AT_ONCE]:
            move = move_of(choice)
            try:
                results.append(Result(said(rebalancing.accept(move, by=self.acting)), done=True))
            except Refusal as refusal:
                results.append(Result(_("Not moved:"), done=False, why=refusal.message))
        if not results:
            raise invalid("choice", _("There is nothing to accept."))
        return results

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        """The page as it is now, with why the move was not made."""
        return None if refusal.code in ("not_allowed", "not_found") else self.shown(request, refusal=refusal)

    def shown(self, request: HttpRequest, **more: Any) -> HttpResponse:
        now = timezone.now()
        known = outlook(self.acting, timezone.localdate())
        filters = {"department": request.GET.get("department", ""), "week": request.GET.get("week", ""), "show": shown_in(request.GET)}
        chosen = filtered(known, filters)
        page = Paginator(chosen, PER_PAGE).get_page(request.GET.get("page"))
        context = {
            **filters,
            "page": page,
            "rows": [row_of(one) for one in page],
            "possible": [choice_of(one) for one in chosen if one.proposal and one.proposal.is_possible][:MOST_AT_ONCE],
            "departments": departments_of(known),
            "weeks": weeks_of(known),
            "shown": list(SHOWN.items()),
            "error": known.error,
            "unknown": sum(one.ahead.forecast is None for one in known.prospects),
            "least": LEAST,
            "back": WEEKS,
            "several_hospitals": len({one.ahead.session.service.institution_id for one in known.prospects}) > 1,
            "law": law_of(page.object_list),
            "moves": [(one, can_be_undone(one, now)) for one in recent(rebalancings_of(self.acting), now)],
            **more,
        }
        return self.render(request, "reserved_pools/pools.html", context)


class UndoRebalancing(Page):
    """Takes one move back."""

    policies = {"POST": MANAGING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = lambda refusal: self.refused(request, refusal)  # type: ignore[attr-defined]
        undone = rebalancing.undo(rebalancing_of(self.acting, public_id), by=self.acting)
        messages.success(request, _("%(n)d places are back where they were.") % {"n": undone.places})
        return redirect("pools")

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        """The page with why the move stays."""
        if refusal.code in ("not_allowed", "not_found"):
            return None
        page = Pools(request=request)
        page.setup(request)
        return page.shown(request, refusal=refusal)


def move_of(text: str) -> Move:
    """The move a button stands for: from, to or nothing, places, and what was seen. Refuses with `invalid_input`."""
    parts = text.split(":")
    wrong = invalid("choice", _("The page was incomplete. Please load it again."))
    if len(parts) != 5 or not ID.match(parts[0]) or (parts[1] and not ID.match(parts[1])):
        raise wrong
    if any(not (part.isascii() and part.isdigit() and len(part) < 6) for part in parts[2:]):
        raise wrong
    places, reserved, left = (int(part) for part in parts[2:])
    return Move(UUID(parts[0]), UUID(parts[1]) if parts[1] else None, places, reserved, left)


def choice_of(one: Prospect) -> str:
    """The same, written."""
    assert one.proposal is not None
    target = one.proposal.target.session.public_id if one.proposal.target else ""
    return f"{one.ahead.session.public_id}:{target}:{one.proposal.places}:{one.ahead.reserved}:{one.ahead.left}"


def row_of(one: Prospect) -> dict[str, Any]:
    """One line of the table."""
    proposal = one.proposal
    return {
        "one": one,
        "session": one.ahead.session,
        "after": figures_of(proposal.after) if proposal else None,
        "broken": {str(verdict) for verdict in proposal.broken} if proposal else set(),
        "choice": choice_of(one) if proposal and proposal.is_possible else "",
    }


def said(done: Rebalancing) -> str:
    """One sentence about a move."""
    words = {"n": done.places, "from": named(done.from_session)}
    if done.to_session is None:
        return _("%(n)d places of %(from)s are with the hospital.") % words
    return _("%(n)d places of %(from)s went to %(to)s.") % (words | {"to": named(done.to_session)})


def named(session: Any) -> str:
    """A session in a sentence: department, day, half-day."""
    return f"{session.service.department.name} {session.date.isoformat()} {session.get_half_day_display()}"


def shown_in(data: QueryDict) -> str:
    return one_of(data, "show", SHOWN) or "all"


def filtered(known: Outlook, filters: dict[str, str]) -> list[Prospect]:
    """What the filters leave; a filter that names nothing known leaves all."""
    week = monday_in(filters["week"])
    return [
        one
        for one in known.prospects
        if (not ID.match(filters["department"]) or str(one.ahead.session.service.department.public_id) == filters["department"])
        and (week is None or one.ahead.week == week)
        and (filters["show"] != "possible" or one.proposal is not None)
    ]


def departments_of(known: Outlook) -> list[tuple[str, Any]]:
    """The departments that appear, for the filter."""
    held = {one.ahead.session.service.department for one in known.prospects}
    named = sorted((department.standard_code, department.name, str(department.public_id)) for department in held)
    return [("", _("all departments")), *((public_id, name) for _code, name, public_id in named)]


def weeks_of(known: Outlook) -> list[tuple[str, Any]]:
    """The weeks that appear, for the filter."""
    mondays = sorted({one.ahead.week for one in known.prospects})
    return [("", _("all weeks")), *((day.isoformat(), f"{day.isoformat()}–{(day + timedelta(days=6)).isoformat()}") for day in mondays)]


def monday_in(text: str) -> date | None:
    try:
        return read_day(text)
    except ValueError:
        return None


def law_of(prospects: Any) -> Violation | None:
    """The rule behind the first proposal that cannot be made, to be read below the table."""
    for one in prospects:
        if one.proposal and one.proposal.broken:
            return violation_of(one.proposal.broken[0], one.proposal.after)
    return None


def recent(moves: Any, now: Any) -> Any:
    """The moves of the last week."""
    return moves.filter(created_at__gte=now - timedelta(days=7))[:RECENT]
