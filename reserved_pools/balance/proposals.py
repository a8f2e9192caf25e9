"""What could be done with places nobody is expected to book: moved to where they are wanted, or given to the hospital early (R088)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from clinics.access import MANAGE_POOLS, institutions_where
from clinics.models import ClinicSession, Institution
from permissions.acting import Acting
from reserved_pools.balance.ahead import WEEKS_AHEAD, Ahead, error_ahead, sessions_ahead
from reserved_pools.balance.balance import Verdict, WeekOf, breaks, changed, up
from reserved_pools.balance.compliance import weeks_of
from reserved_pools.balance.forecast import Error


@dataclass(frozen=True, slots=True)
class Proposal:
    """So many places of one session for another of its department's week, or for the hospital; what the week would be after it."""

    target: Ahead | None
    places: int
    after: WeekOf
    broken: tuple[Verdict, ...]

    @property
    def is_possible(self) -> bool:
        return not self.broken


@dataclass(frozen=True, slots=True)
class Prospect:
    """One session ahead and what is proposed for it; no proposal where nothing is known or nothing to spare."""

    ahead: Ahead
    week: WeekOf
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """Every session ahead, those with most to spare first, and how good the forecast was in the last eight weeks."""

    prospects: tuple[Prospect, ...]
    error: Error | None


def outlook(acting: Acting, today: date) -> Outlook:
    """What lies ahead in the hospitals whose pools this person runs; about ten queries, whatever the size."""
    hospitals = list(institutions_where(acting.user, MANAGE_POOLS))
    rows = sessions_ahead(hospitals, today)
    weeks = weeks_of(hospitals, today, today + timedelta(weeks=WEEKS_AHEAD)) if rows else {}
    together: dict[tuple[int, date], list[Ahead]] = defaultdict(list)
    for row in rows:
        together[row.session.service.department_id, row.week].append(row)
    found = [prospect(row, weeks.get(key, WeekOf()), beside) for key, beside in together.items() for row in beside]
    return Outlook(tuple(sorted(found, key=_order)), error_ahead({row.session.service_id for row in rows}, today))


def prospect(row: Ahead, week: WeekOf, beside: Sequence[Ahead]) -> Prospect:
    """The best that can be done with a session's spare places: the session that lacks most first, then the hospital.

    A move that would break the reserved or the expert floor over the department's week is proposed only when nothing else can be
    done, and says so (R040).
    """
    if not row.surplus:
        return Prospect(row, week)
    wanting = sorted((one for one in beside if one is not row and one.lacking and one.room), key=lambda one: -one.lacking)
    moves = [(one, min(row.surplus, one.lacking, one.room)) for one in wanting]
    spare = week.offered - up(week.reserved_due)  # what the department's week keeps beyond its floor
    given = [(None, places) for places in (row.surplus, min(row.surplus, spare)) if places > 0]
    possible = [proposed(row, target, places, week) for target, places in (*moves, *given)]
    return Prospect(row, week, next((one for one in possible if one.is_possible), possible[0]))


def proposed(row: Ahead, target: Ahead | None, places: int, week: WeekOf) -> Proposal:
    """What a move would make of the week, and which floors it would break."""
    after = after_move(week, row.session, target.session if target else None, places)
    return Proposal(target, places, after, breaks(week, after))


def after_move(week: WeekOf, source: ClinicSession, target: ClinicSession | None, places: int) -> WeekOf:
    """The department's week after so many places went from one session to the other, or to the hospital."""
    change = {"general": 0, "expert": 0}
    for session, number in ((source, -places), (target, places)):
        if session is not None:
            change["expert" if session.service.is_expert else "general"] += number
    return changed(week, **change)


def hospitals_run_by(acting: Acting) -> list[Institution]:
    """The hospitals whose pools this person runs."""
    return list(institutions_where(acting.user, MANAGE_POOLS).order_by("name"))


def _order(one: Prospect) -> tuple[int, bool, int, date, int]:
    """What can be done first, then what a floor forbids, then the rest; the most to spare before all."""
    said, rank = one.ahead.forecast, 2 if one.proposal is None else int(not one.proposal.is_possible)
    spare = -int(said.unused * 10) if said else 0
    return rank, said is None, spare, one.ahead.session.date, one.ahead.session.pk
