"""How a list of criteria stands and what happened to it, in words."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from clinics.criteria.life import is_end_asked
from clinics.models import CriteriaSet
from clinics.models.criteria import CriteriaStatus
from clinics.register.history import Entry, names_of
from vault.models import Event
from vault.refusal import Sentence

LATEST = 60
KINDS = {CriteriaStatus.DRAFT: "info", CriteriaStatus.WAITING: "few"}


def standing(criteria: CriteriaSet, today: date, holding: Sequence[int]) -> tuple[str, Sentence]:
    """The tag of a list: its kind and word; `holding` are the keys of the versions that hold today."""
    if criteria.status != CriteriaStatus.IN_FORCE:
        return KINDS.get(CriteriaStatus(criteria.status), "off"), criteria.get_status_display()
    if criteria.valid_to is not None and criteria.valid_to <= today:
        return "off", _("over")
    if criteria.valid_from > today:
        return "info", _("not begun")
    if criteria.pk not in holding:
        return "off", _("replaced by a later version")
    return ("few", _("end asked for")) if is_end_asked(criteria) else ("ok", _("in force"))


def timeline(criteria: CriteriaSet) -> list[Entry]:
    """What happened to a list, the latest first; two queries."""
    events = list(Event.objects.filter(object_id=criteria.public_id).order_by("-id")[:LATEST])
    names = names_of(event.actor_id for event in events)
    return [_entry(event, names.get(event.actor_id, "") if event.actor_id else "") for event in events]


def _entry(event: Event, who: str) -> Entry:
    titles = {
        "begin": pgettext("criteria", "Begun"), "correct": _("Corrected"), "add_lines": _("Lines added"),
        "change_line": _("Line changed"), "remove_line": _("Line removed"), "hand_in": pgettext("criteria", "Handed in"),
        "send_back": _("Sent back"), "approve": _("Approved"), "withdraw": _("Withdrawn"), "undo": _("Undone"),
        "ask_end": _("End asked for"), "end": _("End approved"), "refuse_end": _("Stays in force"),
    }  # fmt: skip
    text = event.reason
    if event.event == "add_lines" and text.isdigit():
        text = ngettext("%(n)d line", "%(n)d lines", int(text)) % {"n": int(text)}
    return Entry(event.at, titles.get(event.event, event.event), who, text, "warn" if event.event in ("send_back", "undo", "end") else "")
