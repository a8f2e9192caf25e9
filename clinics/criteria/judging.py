"""Judges what a district enters: the head of a list, one line, many lines pasted from a table; every fault at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from clinics.criteria.codes import read_codes
from clinics.models.criteria import LONGEST_DISEASE, LONGEST_SOURCE, LONGEST_TEXT, LONGEST_TITLE, Direction
from clinics.policy.judging import FURTHEST_YEARS
from permissions.printable import unprintable_in
from vault.faults import Faults
from vault.refusal import invalid

MOST_LINES: Final = 400
LONGEST_PASTE: Final = 200_000
COLUMNS: Final = 5
WORDS: Final = {
    "上转": Direction.UP, "转往医院": Direction.UP, "up": Direction.UP,
    "留在基层": Direction.KEEP, "基层": Direction.KEEP, "keep": Direction.KEEP,
    "下转": Direction.DOWN, "转回基层": Direction.DOWN, "down": Direction.DOWN,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Head:
    """What a list is called, where its words come from, and the day from which it holds."""

    title: str
    source: str
    valid_from: date | None


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion as typed; `codes` are ICD-10 codes and ranges with blanks between."""

    disease: str
    codes: str
    direction: str
    text: str
    text_en: str = ""


def judge_head(head: Head, *, today: date) -> Head:
    """The head with its texts trimmed. Refuses with `invalid_input`, every fault at once."""
    faults = Faults()
    title = faults.of(_words, "title", head.title, LONGEST_TITLE)
    source = faults.of(_words, "source", head.source, LONGEST_SOURCE)
    faults.of(check_first_day, head.valid_from, today)
    faults.tell()
    return Head(title or "", source or "", head.valid_from)


def judge_line(line: Line, prefix: str = "") -> Line:
    """One line with its codes in one spelling. Refuses with `invalid_input`, every fault at once."""
    faults = Faults()
    disease = faults.of(_words, f"{prefix}disease", line.disease, LONGEST_DISEASE)
    codes = faults.of(read_codes, line.codes, f"{prefix}codes")
    direction = faults.of(_direction, f"{prefix}direction", line.direction)
    text = faults.of(_words, f"{prefix}text", line.text, LONGEST_TEXT)
    text_en = faults.of(_words, f"{prefix}text_en", line.text_en, LONGEST_TEXT, optional=True)
    faults.tell()
    return Line(disease or "", " ".join(codes or ()), direction or "", text or "", text_en or "")


def judge_lines(lines: Sequence[Line]) -> list[Line]:
    """Several lines, each fault with the place of its line. Refuses with `invalid_input`, also what stands twice or is too much."""
    if len(lines) > MOST_LINES:
        raise invalid("criteria", _("At most %(limit)d lines; now %(count)d.") % {"limit": MOST_LINES, "count": len(lines)})
    faults, found = Faults(), []
    for number, line in enumerate(lines):
        judged = faults.of(judge_line, line, f"criteria.{number}.")
        found.append(judged or line)
    faults.tell()
    check_once(found)
    return found


def check_once(lines: Sequence[Line], field: str = "criteria") -> None:
    """Refuses with `invalid_input` when the same sentence stands twice for one disease."""
    said = [(line.disease, line.direction, line.text) for line in lines]
    for number, one in enumerate(said):
        if one in said[:number]:
            raise invalid(field, _("Line %(number)d says the same as an earlier one.") % {"number": number + 1})


def pasted(text: str, field: str = "lines") -> list[Line]:
    """Lines copied from a table: disease, codes, direction, words, English words. Refuses with `invalid_input`, naming each bad line.

    Columns stand apart by tabs, as a spreadsheet copies them, or by a vertical bar; an empty line is passed over.
    """
    if len(text) > LONGEST_PASTE:
        raise invalid(field, _("This is too much at once."), remedy=_("Paste it in two parts."))
    rows = [(number, row) for number, row in enumerate(text.split("\n"), start=1) if row.strip()]
    if not rows:
        raise invalid(field, _("Paste at least one line."))
    found, wrong = [], []
    for number, row in rows:
        read = _pasted_line(row)
        faults = Faults()
        judged = faults.of(judge_line, read) if read else None
        if judged is None:
            why = faults.violations[0].message if faults else _("four or five columns are needed")
            wrong.append(_("line %(number)d: %(why)s") % {"number": number, "why": why})
        else:
            found.append(judged)
    if wrong:
        more = _(" and %(n)d more") % {"n": len(wrong) - 5} if len(wrong) > 5 else ""
        raise invalid(field, _("; ").join(str(one) for one in wrong[:5]) + str(more))
    check_once(found, field)
    return found


def check_first_day(day: date | None, today: date) -> None:
    """A first day that can be kept. Refuses with `invalid_input`."""
    if day is None:
        raise invalid("valid_from", _("Enter the first day, like 2026-11-26."))
    if day < today:
        raise invalid("valid_from", _("Criteria never begin in the past."), remedy=_("Choose today or a later day."))
    if day.year > today.year + FURTHEST_YEARS:
        raise invalid("valid_from", _("Choose a day within the next five years."))


def _pasted_line(row: str) -> Line | None:
    parts = [part.strip() for part in (row.split("\t") if "\t" in row else row.replace("｜", "|").split("|"))]
    if not COLUMNS - 1 <= len(parts) <= COLUMNS:
        return None
    disease, codes, direction, *texts = parts
    return Line(disease, codes, str(WORDS.get(direction.lower(), direction)), texts[0], texts[1] if len(texts) > 1 else "")


def _direction(field: str, text: str) -> str:
    if text not in Direction.values:
        raise invalid(field, _("Say where the patient belongs."), remedy=_("Choose one of those shown."))
    return text


def _words(field: str, text: str, limit: int, *, optional: bool = False) -> str:
    words = text.strip()
    if not words and not optional:
        raise invalid(field, _("Please fill this in."))
    if unprintable_in(words, lines=False):
        raise invalid(field, _("This holds a character that cannot be stored or shown."))
    if len(words) > limit:
        raise invalid(field, _("At most %(limit)d characters; now %(count)d.") % {"limit": limit, "count": len(words)})
    return words
