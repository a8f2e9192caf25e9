"""What lists of doctors and services share: their sender's hospitals and departments by name, and days as people write them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext_lazy as _

from clinics.imports.header import folded
from clinics.imports.words import RowFaults
from clinics.keeping import places_kept_by
from clinics.models import Department, Institution
from permissions.acting import Acting
from permissions.doors.fields import read_day
from permissions.identity.folding import fold_width

DAY = re.compile(r"\A([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?\Z")
FULL_NAME = _("Write the full name of the hospital as it is registered.")


@dataclass(slots=True)
class Kept:
    """The hospitals somebody keeps by every name they are called, and the departments of all of them."""

    by: Acting
    places: dict[str, list[Institution]]
    only: Institution | None
    departments: dict[tuple[int, str], Department] = field(default_factory=dict)

    def place(self, text: str, faults: RowFaults) -> Institution | None:
        """The hospital a row names; who keeps only one may leave it out."""
        if not text:
            if self.only is None:
                faults.add("institution", _("This is missing."), FULL_NAME)
            return self.only
        found = self.places.get(folded(text), [])
        if len(found) == 1:
            return found[0]
        reason = _("Several hospitals are called so.") if found else _("This is no hospital whose register you keep.")
        faults.add("institution", reason, FULL_NAME)
        return None

    def department(self, text: str, place: Institution | None, faults: RowFaults) -> Department | None:
        """The department of that hospital by its name or its own code."""
        if place is None or not text:
            return None
        found = self.departments.get((place.pk, folded(text)))
        if found is None:
            remedy = _("Register the department first, or compare the name.")
            faults.add("department", _("The institution has no department of this name."), remedy)
        return found


def kept_by(by: Acting) -> Kept:
    """Two queries."""
    held = list(places_kept_by(by))
    places: dict[str, list[Institution]] = {}
    for one in held:
        for name in {folded(one.name), folded(one.short_name), folded(one.name_en)} - {""}:
            places.setdefault(name, []).append(one)
    rooms = Department.objects.filter(institution__in=held).select_related("institution")
    return Kept(by, places, held[0] if len(held) == 1 else None, _by_name(rooms))


def day_of(name: str, faults: RowFaults) -> date | None:
    """A day in one of the forms people write, None for an empty cell or a fault."""
    text = fold_width(faults.values[name]).strip()
    if not text:
        return None
    parts = DAY.match(text)
    try:
        return read_day("{}-{:0>2}-{:0>2}".format(*parts.groups()) if parts else text)
    except ValueError:
        faults.add(name, _("There is no such day."), _("Enter a day like 2026-11-26."))
        return None


def _by_name(rooms: Iterable[Department]) -> dict[tuple[int, str], Department]:
    """Names win over codes, where one department is called as another is coded."""
    held = list(rooms)
    coded = {(room.institution_id, folded(room.local_code)): room for room in held if room.local_code}
    return coded | {(room.institution_id, folded(room.name)): room for room in held}
