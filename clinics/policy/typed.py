"""Typed values of the regulation: how one is read from what a person or program wrote, and how it is said again."""

import re
from collections.abc import Iterable
from datetime import time
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from clinics.models.offer import SlotClass
from clinics.policy import Parameter, Value, ValueType
from clinics.policy.words import OPTIONS, words_of
from permissions.identity.documents import DocumentType
from vault.refusal import Refusal, Sentence, invalid

WHOLE = re.compile(r"\A[0-9]{1,4}\Z")
PERCENT = re.compile(r"\A([0-9]{1,3}(?:\.[0-9])?) ?[%％]?\Z")
PART = re.compile(r"\A(?:0(?:\.[0-9]{1,3})?|1(?:\.0{1,3})?)\Z")
HOUR = re.compile(r"\A([01][0-9]|2[0-3]):[0-5][0-9]\Z")
NAMES = dict(SlotClass.choices) | dict(DocumentType.choices)
WRONG_PERCENT = gettext_lazy("Enter a percentage from 0 to 100, like 30 or 37.5.")


def stored(parameter: Parameter, text: str, field: str = "value") -> str:
    """The value in the form in which rows keep it: 7, 0.30, 14:00, general, "general expert_chief", yes.

    Refuses with `invalid_input` what is not of the parameter's type or beyond common sense.
    """
    match parameter.type:
        case ValueType.INTEGER:
            return _whole(parameter, text, field)
        case ValueType.FRACTION:
            if not PART.match(text):
                raise invalid(field, _("Give a part of one, like 0.30."))
            return text
        case ValueType.TIME:
            if not HOUR.match(text):
                raise invalid(field, _("Enter an hour, like 14:00."))
            return text
        case ValueType.CHOICES:
            return _set(parameter, text, field)
    if text not in options_of(parameter):
        raise invalid(field, _("Choose one of those shown."))
    return text


def from_page(parameter: Parameter, texts: Iterable[str], field: str = "value") -> str:
    """The same from a form: percentages instead of parts of one, boxes instead of a text with spaces."""
    given = [text.strip() for text in texts]
    if parameter.type is ValueType.CHOICES:
        return stored(parameter, " ".join(given), field)
    text = given[0] if given else ""
    if not text:
        raise invalid(field, _("Enter a value."))
    if parameter.type is ValueType.FRACTION:
        found = PERCENT.match(text)
        if not found or Decimal(found[1]) > 100:
            raise invalid(field, WRONG_PERCENT)
        return str((Decimal(found[1]) / 100).quantize(Decimal("0.001")))
    return stored(parameter, text, field)


def typed(parameter: Parameter, value: Any) -> list[str]:
    """A stored value as the form shows it."""
    if value is None:
        return []
    parsed = parameter.parse(value)
    if isinstance(parsed, frozenset):
        return sorted(parsed)
    return [plain(parsed * 100) if isinstance(parsed, Decimal) else str(value)]


def options_of(parameter: Parameter) -> dict[str, Sentence]:
    """The choices of a parameter with their words; none for numbers and hours."""
    if parameter.type is ValueType.YES_NO:
        return {name: OPTIONS[name] for name in ("yes", "no")}
    return {name: NAMES.get(name) or OPTIONS[name] for name in parameter.options}


def said(parameter: Parameter, value: Value) -> str:
    """A value for people, with its unit: 30%, 14:00, 7 days, general clinic."""
    unit = str(words_of(parameter).unit)
    match value:
        case bool():
            return str(OPTIONS["yes" if value else "no"])
        case frozenset():
            names = options_of(parameter)
            return pgettext("list", ", ").join(str(names[name]) for name in names if name in value) or pgettext("policy", "none")
        case time():
            return f"{value:%H:%M}"
        case Decimal():
            return f"{plain(value * 100)}%"
        case int():
            return f"{value} {unit}".strip()
    return str(options_of(parameter).get(str(value), value))


def said_stored(parameter: Parameter, value: Any) -> str:
    """The same of a row's value; one that no longer fits its type is shown as it is."""
    try:
        return said(parameter, parameter.parse(value))
    except ValueError:
        return str(value)


def plain(number: Decimal) -> str:
    """30, 37.5: without zeros at the end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _whole(parameter: Parameter, text: str, field: str) -> str:
    words = words_of(parameter)
    if not WHOLE.match(text):
        raise invalid(field, _("Enter a whole number, like %(example)s.") % {"example": parameter.default})
    if not words.least <= int(text) <= words.most:
        raise _beyond(field, words.least, words.most)
    return str(int(text))


def _beyond(field: str, least: int, most: int) -> Refusal:
    return invalid(field, _("Enter a number from %(least)d to %(most)d.") % {"least": least, "most": most})


def _set(parameter: Parameter, text: str, field: str) -> str:
    chosen = text.split()
    if not set(chosen).issubset(options_of(parameter)) or len(chosen) != len(set(chosen)):
        raise invalid(field, _("Choose among those shown."))
    if len(chosen) < words_of(parameter).least:
        raise invalid(field, _("Choose at least one of those shown."))
    return " ".join(name for name in options_of(parameter) if name in chosen)
