"""Words and bars of the week board and of a session: short classes, shares as whole percents, what is short and by how much."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.models import ChangeKind, ClinicSession, ScheduleChange, SlotClass
from clinics.views.timetable_words import SHORT_CLASSES
from reserved_pools.balance.balance import Verdict
from reserved_pools.sessions.board import Row

SHARE_BAR = 100  # the width of a share bar in its own units
CHANGE_WORDS: dict[str, Any] = {
    ChangeKind.ADDED_PLACES: gettext_lazy("%(places)d more places, from %(clock)s"),
    ChangeKind.ADDED_BAND: gettext_lazy("one more band from %(clock)s, %(places)d places"),
    ChangeKind.BLOCKED: gettext_lazy("the band from %(clock)s is blocked"),
    ChangeKind.UNBLOCKED: gettext_lazy("the band from %(clock)s is open again"),
    ChangeKind.DOCTOR: gettext_lazy("another doctor, of the same specialty and the same or a higher rank"),
    ChangeKind.ADDED_SESSION: gettext_lazy("extra session, %(places)d places"),
    ChangeKind.STOPPED: gettext_lazy("stopped"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One department of the board: its row, its shares as whole percents, and where the floor's mark stands."""

    row: Row
    reserved: int | None
    expert: int | None
    floor: int
    reserved_short: bool
    expert_short: bool


def class_words(slot_class: str) -> str:
    """普通, 副主任, 主任: as short as a cell of the board needs it."""
    return str(SHORT_CLASSES.get(slot_class, SlotClass(slot_class).label))


def shares_of_row(row: Row) -> Shown:
    """What compliance says of a department's week, for the board; a share just below its floor is never shown as the floor."""
    week, verdicts = row.week, row.week.verdicts
    return Shown(
        row,
        down(week.reserved_share),
        down(week.expert_share),
        down(week.reserved_floor) or 0,
        Verdict.RESERVED_SHORT in verdicts,
        Verdict.EXPERT_SHORT in verdicts,
    )


def shortfalls(rows: tuple[Row, ...]) -> list[dict[str, Any]]:
    """A sentence for each department that falls short: what share it has, and how many places it lacks (R040)."""
    found = []
    for row in rows:
        shown, name = shares_of_row(row), {"name": row.department.name}
        if shown.reserved_short:
            said = {**name, "share": shown.reserved, "floor": shown.floor}
            title = _("%(name)s keeps %(share)s %% for referrals, below the floor of %(floor)s %%") % said
            found.append({"row": row, "title": title, "text": lacking(row.week.missing, row.week.missing_experts)})
        elif shown.expert_short:
            title = _("%(name)s keeps too few experts' places: %(share)s %% of those reserved") % {**name, "share": shown.expert}
            found.append({"row": row, "title": title, "text": lacking(0, row.week.missing_experts)})
    return found


def lacking(places: int, experts: int) -> str:
    """还差 4 个号，其中专家号至少 3 个."""
    if places and experts:
        return _("%(places)d places are missing, at least %(experts)d of them experts'.") % {"places": places, "experts": experts}
    if places:
        return _("%(places)d places are missing.") % {"places": places}
    return _("%(experts)d experts' places are missing.") % {"experts": experts}


def change_words(change: ScheduleChange, clock: str) -> str:
    """What was changed, in one sentence without any doctor's name (R081)."""
    said = str(CHANGE_WORDS[change.kind])
    return said % {"places": abs(change.places), "clock": clock} if "%(" in said else said


def session_words(session: ClinicSession) -> str:
    """普通 心血管内科."""
    return f"{session.service.department.name} {session.service.name}"


def down(share: Decimal | None) -> int | None:
    """A share in whole percents, never rounded up to a floor it does not reach."""
    return None if share is None else int(share * 100)
