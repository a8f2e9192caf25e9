"""The file to fill in: titles, an example, text columns so that no number is mangled, and a second sheet with hints."""

import io
from functools import partial
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from clinics.imports.jobs import importer_for
from clinics.imports.kinds import Column, Importer, find
from clinics.imports.reading import HINTS
from permissions.acting import Acting
from vault.refusal import Refusal

TEXT = "@"
GREY = "FFEDF0F1"
WIDTH = 20


def importer_named(kind: str, by: Acting) -> Importer:
    """The kind an address names. Raises Refusal("not_found") for none, Refusal("not_allowed") for one that is not the actor's."""
    if find(kind) is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return importer_for(kind, by)


def template_of(importer: Importer) -> bytes:
    """The template of one kind as an .xlsx in the reader's language; columns marked with a star must be filled in.

    The example row is left out when the file comes back unless somebody changed it.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(str(importer.title)[:31])
    sheet.freeze_panes = "A2"
    for number in range(1, len(importer.columns) + 1):
        dimension = sheet.column_dimensions[get_column_letter(number)]
        dimension.width, dimension.number_format = WIDTH, TEXT
    text = partial(_cell, sheet)
    sheet.append([text(_titled(column), font=Font(bold=True), fill=PatternFill("solid", fgColor=GREY)) for column in importer.columns])
    sheet.append([text(column.example, font=Font(italic=True)) for column in importer.columns])
    _append_hints(book, importer)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _append_hints(book: Workbook, importer: Importer) -> None:
    sheet = book.create_sheet(HINTS[1] if get_language() == "en" else HINTS[0])
    for letter, width in zip("ABCD", (26, 10, 60, 28), strict=True):
        sheet.column_dimensions[letter].width = width
    text = partial(_cell, sheet)
    sheet.append([text(title, font=Font(bold=True)) for title in (_("Column"), _("Required"), _("What to write"), _("Example"))])
    for column in importer.columns:
        required = _("yes") if column.required else ""
        sheet.append([text(words) for words in (str(column.title), required, str(column.hint), column.example)])
    sheet.append([])
    for line in (
        _("Write below the titles of the first sheet; the example row may stay or go."),
        _("Every column is set to text, so that long numbers keep their digits. Paste values only."),
        _("At most 50,000 rows and 10 MiB a file."),
    ):
        sheet.append([text(line, alignment=Alignment(wrap_text=False))])


def _titled(column: Column) -> str:
    return f"{column.title}*" if column.required else str(column.title)


def _cell(sheet: Any, value: str, **style: Any) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = TEXT
    for name, chosen in style.items():
        setattr(cell, name, chosen)
    return cell
