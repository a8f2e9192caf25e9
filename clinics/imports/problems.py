"""Why a file as a whole cannot be taken, and what its reader should know of one that can: code, sentence, remedy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vault.refusal import Sentence

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 60

AS_XLSX = _("Open it in Excel or WPS, choose “Save as” and the format .xlsx, and upload that file.")
AS_TEMPLATE = _("Download the template and fill it in.")


@dataclass(eq=False)
class Unreadable(Exception):
    """The file cannot be taken; `code` is a key of PROBLEMS, `details` fill its sentence."""

    code: str
    details: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(self.code)


# Code → what is wrong, what to do. Values in the sentences come from `details`.
PROBLEMS: Mapping[str, tuple[Sentence, Sentence]] = {
    "empty": (_("The file is empty."), _("Choose the file again; perhaps it was still being copied.")),
    "too_large": (_("The file is larger than 10 MiB."), _("Split the list into several files.")),
    "not_a_list": (_("This is neither an Excel file nor a text list."), AS_XLSX),
    "old_excel": (_("This is the old or binary format of Excel, which may hold programs."), AS_XLSX),
    "macros": (_("The file holds macros. Lists with programs in them are not taken."), AS_XLSX),
    "password": (_("The file is protected by a password."), _("Remove the password in Excel (File, Info, Protect) and upload it again.")),
    "broken": (_("The file is damaged and cannot be read."), AS_XLSX),
    "bomb": (_("The file unpacks to far more than a list of this size needs."), _("Copy the rows into a new file, values only.")),
    "encoding": (_("The characters of this text file cannot be read."), _("Save it as “CSV UTF-8” or as .xlsx.")),
    "quotes": (
        _("From row %(row)s on the text file cannot be taken apart: a quotation mark is not closed."),
        _("Save the list as .xlsx, or correct that row."),
    ),
    "no_header": (_("No row with the titles of the columns was found."), AS_TEMPLATE),
    "missing_columns": (_("These columns are missing: %(columns)s."), _("Add them with these titles, or use the template.")),
    "duplicate_columns": (_("These columns appear twice: %(columns)s."), _("Leave each title once.")),
    "too_many_columns": (_("The list has more than 60 columns."), _("Leave only the columns of the template.")),
    "too_many_rows": (_("The list has more than 50,000 rows."), _("Split it into several files.")),
    "no_rows": (_("There is no row below the titles."), _("Fill in at least one row.")),
    "no_sheet": (_("The file has no visible sheet with rows."), _("Put the list on the first visible sheet.")),
    "stuck": (
        _("The import did not get on after several attempts and was stopped."),
        _("Nothing is half done: rows already imported stay. Upload the file again to go on; if it happens again, report the number."),
    ),
    "part_ended": (
        _("Whoever uploaded this no longer holds the post or role it was uploaded under."),
        _("Whoever is in charge now uploads the file again."),
    ),
    "not_allowed": (_("This may no longer be imported: %(why)s"), _("Ask the district.")),
}

# Code → what the reader should know; each has `n` or `words`.
NOTICES: Mapping[str, Sentence] = {
    "unknown_columns": _("These columns were not read: %(words)s"),
    "other_sheets": _("Only the first visible sheet was read; not read: %(words)s"),
    "formulas": _("Cells with formulas: %(n)s; the values they last showed were read."),
    "merged": _("Merged groups of cells: %(n)s; only the first cell of each holds a value."),
    "hidden_rows": _("Rows hidden in the sheet: %(n)s; they were read like the others."),
}


def problem_of(code: str, details: Mapping[str, Any]) -> tuple[str, str]:
    """The sentence and remedy of a problem in the reader's language."""
    sentence, remedy = PROBLEMS[code]
    return _filled(sentence, details), str(remedy)


def notices_of(notices: Mapping[str, Any]) -> list[str]:
    """What the reader should know, in her language, in the order of the table."""
    return [_filled(sentence, _values(notices[code])) for code, sentence in NOTICES.items() if code in notices]


def _values(found: Any) -> dict[str, Any]:
    return {"words": gettext(", ").join(found)} if isinstance(found, list) else {"n": found}


def _filled(sentence: Sentence, details: Mapping[str, Any]) -> str:
    held = {name: gettext(", ").join(value) if isinstance(value, list) else value for name, value in details.items()}
    return str(sentence) % held if held else str(sentence)
