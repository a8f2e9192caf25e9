"""Further facts a district wants registered of institutions, departments, doctors and services: labels as data, values as text (R096)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinics.models import FactLabel, FactOf
from clinics.register.history import FACT
from permissions.printable import unprintable_in
from vault.faults import Faults
from vault.refusal import invalid

PREFIX = "fact-"  # a form's field is called fact-<id of the label>
LONGEST_FACT = 200
NO_SUCH_FACT = _("Your district registers no such fact.")


def labels_for(of: str, district: int) -> list[FactLabel]:
    """The facts a district asks for of one kind of object now, in the order they were defined; one query."""
    return list(FactLabel.objects.filter(of=FactOf(of), district=district, ended_on=None).order_by("pk"))


def label_words(label: FactLabel) -> str:
    """The label in the reader's language, where there is one."""
    return label.name_en if label.name_en and get_language() == "en" else label.name


def cleaned_facts(given: Mapping[str, Any], labels: Sequence[FactLabel], faults: Faults) -> dict[str, str]:
    """The values as they are stored, by the id of their label; what is wrong is added to `faults` under fact-<id>.

    `given` maps the label's id (as text) to what was typed. An id that the district does not ask for is a fault of `facts`.
    """
    known = {str(label.public_id) for label in labels}
    if any(key not in known for key in given):
        faults.add(invalid("facts", NO_SUCH_FACT, remedy=_("Leave it out, or have the district define it.")))
    read = {key: faults.of(_value, key, given[key]) for key in given if key in known}
    return {key: value for key, value in read.items() if value is not None}


def _value(key: str, text: Any) -> str:
    field = f"{PREFIX}{key}"
    if not isinstance(text, str):
        raise invalid(field, _("Enter text."))
    cleaned = text.replace("\r\n", "\n").strip()
    if unprintable_in(cleaned, lines=False):
        raise invalid(field, _("This holds a character that cannot be stored or shown."))
    if len(cleaned) > LONGEST_FACT:
        raise invalid(field, _("At most %(limit)d characters; now %(count)d.") % {"limit": LONGEST_FACT, "count": len(cleaned)})
    return cleaned


def with_facts(held: Mapping[str, str], cleaned: Mapping[str, str]) -> dict[str, str]:
    """What is stored afterwards: an emptied fact is gone, one whose label has ended stays where it was."""
    return {key: value for key, value in (dict(held) | dict(cleaned)).items() if value}


def fact_changes(held: Mapping[str, str], after: Mapping[str, str], labels: Sequence[FactLabel]) -> dict[str, tuple[str, str]]:
    """Before and after of every fact that changed, as `note_changes` takes them; a history tells them under the label's name."""
    pairs = {f"{FACT}{one.name}": (held.get(str(one.public_id), ""), after.get(str(one.public_id), "")) for one in labels}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def typed_facts(data: Mapping[str, Any], labels: Sequence[FactLabel]) -> dict[str, Any]:
    """What a form said of these facts, by the id of the label; a field that was not sent is left out."""
    keys = (str(label.public_id) for label in labels)
    return {key: data[f"{PREFIX}{key}"] for key in keys if f"{PREFIX}{key}" in data}


def fact_fields(
    labels: Sequence[FactLabel], held: Mapping[str, str], said: Mapping[str, Any] | None = None, errors: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The fields that clinics/_facts.html draws: what was typed, else what is held, and the fault beside it."""
    names = [(label, str(label.public_id)) for label in labels]
    return [
        {
            "name": f"{PREFIX}{key}",
            "label": label_words(label),
            "value": (said or {}).get(f"{PREFIX}{key}", held.get(key, "")),
            "error": (errors or {}).get(f"{PREFIX}{key}", ""),
        }
        for label, key in names
    ]


def facts_shown(labels: Sequence[FactLabel], held: Mapping[str, str]) -> list[tuple[str, str]]:
    """Label and value of every fact that is filled in, for a page."""
    return [(label_words(label), held[str(label.public_id)]) for label in labels if held.get(str(label.public_id))]
