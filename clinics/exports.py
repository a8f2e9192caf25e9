"""Lists as files to take away: CSV and Excel that no spreadsheet takes for formulas, each taking left in the audit trail."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from openpyxl import Workbook

from permissions.acting import Acting
from vault import audit
from vault.ids import uuid7
from vault.refusal import Sentence

FORMULA_BEGINS = tuple("=+-@\t\r")
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # characters that no sheet may hold
LONGEST_CELL = 32_767  # characters, Excel's own limit
ROWS_AT_ONCE = 200
SHEET = "1"

Cell = str | int | float | None


def safe_cell(value: object) -> Cell:
    """One value as a cell: numbers stay numbers, days and instants are text in Beijing time, and no text begins a formula.

    A text that begins with = + - @ tab or carriage return gets a leading apostrophe (OWASP, CSV injection); characters that a
    sheet cannot hold are left out.
    """
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case int() | float():
            return value
        case datetime():
            return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if timezone.is_aware(value) else value.strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
    text = UNWRITABLE.sub("", str(value))[: LONGEST_CELL - 1]
    return f"'{text}" if text.startswith(FORMULA_BEGINS) else text


def rows_as_csv(columns: Sequence[Sentence], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The rows as CSV in UTF-8 with a mark that Excel knows it by; a head line first, some hundred lines a piece."""
    held = io.StringIO(newline="")
    writer = csv.writer(held)
    held.write("\ufeff")
    writer.writerow([safe_cell(str(title)) for title in columns])
    for number, row in enumerate(rows, start=1):
        writer.writerow([safe_cell(value) for value in row])
        if number % ROWS_AT_ONCE == 0:
            yield _taken(held)
    yield _taken(held)


def rows_as_xlsx(columns: Sequence[Sentence], rows: Iterable[Sequence[object]]) -> bytes:
    """The same rows as one sheet of an Excel file; written row by row, so that the whole list is never held as objects."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "A2"
    sheet.append([safe_cell(str(title)) for title in columns])
    for row in rows:
        sheet.append([safe_cell(value) for value in row])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


@transaction.atomic(durable=True)
def record_export(name: str, *, rows: int, by: Acting, file_format: str, filters: Mapping[str, str] | None = None) -> UUID:
    """Use case: leave in the audit trail who took which list, filtered how, with how many rows; answers the export's own id.

    Called by the door before the first byte leaves. `filters` say what was chosen and never hold personal text that was searched.
    """
    export = uuid7()
    details = {"list": name, "rows": rows, "format": file_format, "filters": dict(filters or {})}
    audit.record("export", "export", export, by=by.actor, details=details)
    return export


def _taken(held: io.StringIO) -> bytes:
    text = held.getvalue()
    held.seek(0)
    held.truncate()
    return text.encode("utf-8")
