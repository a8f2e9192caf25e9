"""How a choice of a document stands, what of it holds today, and what happened to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clinics.models import PolicySetChoice, PolicySetValue
from clinics.models.policy_set import ChoiceStatus
from clinics.policy import REGISTRY, Parameter, Target, resolve, rows_in_force
from clinics.policy.sets import SETS
from clinics.policy.typed import said_stored
from clinics.policy.words import words_of
from clinics.register.history import Entry, names_of
from vault.models import Event
from vault.refusal import Sentence

LATEST = 60


@dataclass(frozen=True, slots=True)
class Chosen:
    """One value of a choice: in words, with the row it became and whether that row decides for the district today."""

    value: PolicySetValue
    parameter: Parameter | None
    title: Sentence
    words: str
    source: str
    decides: bool


def choice_standing(choice: PolicySetChoice, today: date) -> tuple[str, Sentence]:
    """The tag of a choice: its kind and word."""
    if choice.status != ChoiceStatus.IN_FORCE:
        return ("few" if choice.status == ChoiceStatus.DRAFT else "off", choice.get_status_display())
    if choice.valid_to is not None and choice.valid_to <= today:
        return "off", _("over")
    if choice.ends_on is not None and choice.ended_by_id is None:
        return "few", _("end asked for")
    return ("info", _("not begun")) if choice.valid_from > today else ("ok", _("in force"))


def chosen(choice: PolicySetChoice, today: date) -> list[Chosen]:
    """Every value of a choice in the order it was entered; two queries."""
    values = list(choice.values.select_related("row", "choice").order_by("pk"))
    parameters = [REGISTRY[one.parameter] for one in values if one.parameter in REGISTRY]
    target = Target(choice.district_id)
    rows = rows_in_force(parameters, [target])
    deciding = {resolve(one, today, target, rows).row for one in parameters}
    return [_chosen(one, deciding) for one in values]


def _chosen(value: PolicySetValue, deciding: set[int | None]) -> Chosen:
    parameter, source = REGISTRY.get(value.parameter), source_of(value)
    if parameter is None:
        return Chosen(value, None, value.parameter, value.value, source, decides=False)
    decides = value.row_id is not None and value.row_id in deciding
    return Chosen(value, parameter, words_of(parameter).title, said_stored(parameter, value.value), source, decides)


def source_of(value: PolicySetValue) -> str:
    """The document and its article in the reader's language; as they were kept where the document no longer says it."""
    document = SETS.get(value.choice.document)
    said = document.of(value.parameter) if document else None
    return f"{document.source} {said.article}" if document and said and said.rule == value.rule else value.source


def choice_timeline(choices: Sequence[PolicySetChoice]) -> list[Entry]:
    """What happened to these choices, the latest first; two queries."""
    events = list(Event.objects.filter(object_id__in=[one.public_id for one in choices]).order_by("-id")[:LATEST])
    names = names_of(event.actor_id for event in events)
    titles = {
        "enter": _("Entered"), "approve": _("Approved"), "reject": pgettext("policy", "Rejected"), "withdraw": _("Withdrawn"),
        "undo": _("Undone"), "ask_end": _("End asked for"), "end": _("End approved"), "refuse_end": _("Stays in force"),
    }  # fmt: skip
    return [
        Entry(
            event.at,
            titles.get(event.event, event.event),
            names.get(event.actor_id, "") if event.actor_id else "",
            event.reason,
            "warn" if event.event in ("reject", "undo", "end") else "",
        )
        for event in events
    ]
