"""The list of hospitals' doctors: each row is one doctor with her nine fields (R092)."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from clinics.imports.kinds import Checked, Column, Fault, Outcome, Row
from clinics.imports.practitioner_rows import Doctors, Entry, doctors_of, entries
from clinics.imports.words import RowFaults
from clinics.offers.practitioners import Wish, amend, enter
from permissions.acting import Acting
from permissions.roles import Capability
from vault.refusal import Refusal, Sentence


class PractitionersImporter:
    """Doctors by hospital and staff number; empty cells change nothing, and nobody leaves because a list does not name her."""

    key = "practitioners"
    title: Sentence = _("Doctors of hospitals")
    needs = Capability.KEEP_REGISTER
    columns: ClassVar[tuple[Column, ...]] = (
        Column("staff_number", _("Staff number"), True, "D0001", _("The hospital's own number; it says which doctor the row is about.")),
        Column("name", _("Name"), False, "张示例", _("As on the certificate; needed for a new doctor.")),
        Column("institution", _("Hospital"), False, "", _("Full name as registered; who keeps one hospital leaves it empty.")),
        Column("department", _("Department"), False, "心血管内科", _("Name or own code as registered; needed for a new doctor.")),
        Column("title", _("Title"), False, "主任医师", _("Needed for a new doctor.")),
        Column("licence", _("Licence number"), False, "", _("15 digits for practice, 24 or 27 characters for the qualification."), True),
        Column("phone", _("Phone"), False, "", _("Mobile or landline; may stay empty."), True),
        Column("skills", _("Skills"), False, "冠心病、心力衰竭", _("Diseases and methods, in a few words.")),
        Column("introduction", _("Introduction"), False, "", _("At most 500 characters in a list.")),
        Column("left_on", _("Left on"), False, "", _("Only of a doctor who has left: the day.")),
    )

    def context(self, by: Acting, today: date) -> Doctors:
        return doctors_of(by)

    def check(self, rows: Sequence[Row], context: Doctors) -> list[Checked]:
        judged = entries(rows, context)
        return [
            Checked(row.number, entry.outcome if entry else Outcome.FAULTY, faults)
            for row, (entry, faults) in zip(rows, judged, strict=True)
        ]

    def apply(self, rows: Sequence[Row], context: Doctors, by: Acting) -> list[Checked]:
        return [
            _apply(row, entry, by) if entry else Checked(row.number, Outcome.FAULTY, faults)
            for row, (entry, faults) in zip(rows, entries(rows, context), strict=True)
        ]


def _apply(row: Row, entry: Entry, by: Acting) -> Checked:
    """One row in a savepoint of its own; somebody who was faster makes it a fault of the row."""
    wish = Wish(entry.after, entry.department, dict(entry.one.facts) if entry.one else {})
    try:
        with transaction.atomic():
            if entry.one is None:
                enter(entry.institution, wish, by=by)
            elif entry.outcome is Outcome.UPDATE:
                amend(entry.one, wish, by=by, expected_version=entry.one.version)
    except IntegrityError:
        reason, remedy = _("Somebody entered this doctor at the same moment."), _("Import the row again.")
        return Checked(row.number, Outcome.FAULTY, (Fault("staff_number", reason, remedy, row.values["staff_number"]),))
    except Refusal as refusal:
        faults = RowFaults(row.values)
        faults.refused(refusal, "staff_number")
        return Checked(row.number, Outcome.FAULTY, tuple(faults.found))
    return Checked(row.number, entry.outcome)
