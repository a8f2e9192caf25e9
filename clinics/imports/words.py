"""Reads the fields of a row: every fault kept with what was read, choices understood by their words in either language."""

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from clinics.imports.header import folded
from clinics.imports.kinds import Fault
from vault.refusal import Refusal, Sentence

Read = TypeVar("Read")
SCIENTIFIC = re.compile(r"\A[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,3}\Z")


class RowFaults:
    """The faults of one row in the order its fields were read; of one field the first counts."""

    def __init__(self, values: dict[str, str]) -> None:
        self.values = values
        self.found: list[Fault] = []

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, field: str, reason: Sentence, remedy: Sentence = "") -> None:
        """One more fault, with what was read."""
        if all(fault.field != field for fault in self.found):
            self.found.append(Fault(field, reason, remedy, self.values.get(field, "")))

    def of(self, field: str, read: Callable[[str], Read]) -> Read | None:
        """What `read` makes of the field, or None when it refuses, which is kept."""
        try:
            return read(self.values[field])
        except Refusal as refusal:
            self.refused(refusal, field)
            return None

    def refused(self, refusal: Refusal, field: str = "") -> None:
        """Every reason of a refusal as a fault of this row."""
        for one in refusal.violations:
            self.add(field or one.field, one.message, one.remedy)
        if not refusal.violations:
            self.add(field, refusal.message)


def became_a_number(text: str) -> bool:
    """Whether a spreadsheet turned a long number into a power of ten ("1.38E+10"), so that its digits are lost."""
    return bool(SCIENTIFIC.match(text))


def choices_in_words(pairs: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Every word for a choice, folded: its label in either language and its own name."""
    held = list(pairs)
    words = {folded(value): value for value, _label in held}
    for language, _name in settings.LANGUAGES:
        with override(language):
            words |= {folded(str(label)): value for value, label in held}
    return words


def choice(text: str, words: dict[str, str], pairs: Iterable[tuple[str, Any]], field: str, faults: RowFaults) -> str:
    """The choice a word stands for, '' for nothing; anything else is a fault that names the words there are."""
    if not text:
        return ""
    value = words.get(folded(text), "")
    if not value:
        faults.add(field, _("This word is not known here."), _("Write one of: %(words)s") % {"words": " / ".join(str(p[1]) for p in pairs)})
    return value
