"""What is wrong with a cell in every kind of list: missing, too long, or with characters that cannot be kept."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from clinics.imports.cells import LONGEST
from clinics.imports.kinds import Column, Fault, Row
from permissions.printable import unprintable_in


def general_faults(rows: Sequence[Row], columns: Sequence[Column]) -> dict[int, list[Fault]]:
    """The faults by row number; rows without any are left out."""
    found = {row.number: [fault for column in columns if (fault := _fault(column, row.values[column.name]))] for row in rows}
    return {number: faults for number, faults in found.items() if faults}


def _fault(column: Column, value: str) -> Fault | None:
    if not value:
        return Fault(column.name, _("This is missing."), column.hint or _("Fill it in.")) if column.required else None
    if len(value) > LONGEST:
        return Fault(column.name, _("This is far too long for one cell."), _("Check whether several cells ran together."), value)
    if unprintable_in(value, lines=False):
        reason = _("This holds a character that cannot be stored or shown.")
        return Fault(column.name, reason, _("Type the value again instead of copying it."))
    return None
