"""The list of hospitals' departments: base subject, own name and own code, category, introduction (R091)."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from clinics.imports.department_rows import Entry, Rooms, entries, rooms_of
from clinics.imports.kinds import Checked, Column, Fault, Outcome, Row
from clinics.register.departments import LABELS, amend, enter
from clinics.register.place_queries import require_keeper
from permissions.acting import Acting
from permissions.roles import Capability
from vault.refusal import Sentence


class DepartmentsImporter:
    """Departments by institution and name; empty cells change nothing, and none ends because a list does not name it."""

    key = "departments"
    title: Sentence = _("Departments with their codes")
    needs = Capability.KEEP_REGISTER
    columns: ClassVar[tuple[Column, ...]] = (
        Column(
            "name",
            _("Name of the department"),
            True,
            "心血管内科",
            _("The hospital's own name; it says which department the row is about."),
        ),
        Column("institution", _("Hospital"), False, "", _("Full name as registered; who keeps one hospital leaves it empty.")),
        Column("standard_code", LABELS["standard_code"], False, "03.04", _("Code or name of the base subject; needed for a new one.")),
        Column("local_code", _("Own code"), False, "1021", _("The hospital's own code of the department.")),
        Column("category", LABELS["category"], False, "临床科室", _("Clinical, diagnostic or other; empty: clinical.")),
        Column("introduction", LABELS["introduction"], False, "", _("At most 500 characters in a list.")),
    )

    def context(self, by: Acting, today: date) -> Rooms:
        return rooms_of(by)

    def check(self, rows: Sequence[Row], context: Rooms) -> list[Checked]:
        judged = entries(rows, context)
        return [
            Checked(row.number, entry.outcome if entry else Outcome.FAULTY, faults)
            for row, (entry, faults) in zip(rows, judged, strict=True)
        ]

    def apply(self, rows: Sequence[Row], context: Rooms, by: Acting) -> list[Checked]:
        judged = entries(rows, context)
        for institution in {entry.institution for entry, _faults in judged if entry}:
            require_keeper(by, institution)
        return [
            _apply(row, entry, by) if entry else Checked(row.number, Outcome.FAULTY, faults)
            for row, (entry, faults) in zip(rows, judged, strict=True)
        ]


def _apply(row: Row, entry: Entry, by: Acting) -> Checked:
    """One row in a savepoint of its own; somebody who was faster makes it a fault of the row."""
    try:
        with transaction.atomic():
            if entry.one is None:
                enter(entry.institution, entry.after, by=by)
            elif entry.outcome is Outcome.UPDATE:
                amend(entry.one, entry.after, by=by)
    except IntegrityError:
        reason, remedy = _("Somebody entered this department at the same moment."), _("Import the row again.")
        return Checked(row.number, Outcome.FAULTY, (Fault("name", reason, remedy, row.values["name"]),))
    return Checked(row.number, entry.outcome)
