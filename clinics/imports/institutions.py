"""The list of a district's institutions with their stations and departments (R090, R093, R117)."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from clinics.imports.institution_rows import Entry, Known, Register, differences, entries, register_of
from clinics.imports.kinds import Checked, Column, Fault, Outcome, Row
from clinics.models import Department, Institution
from clinics.register.registry import require_register, stored
from permissions.acting import Acting
from permissions.roles import Capability
from vault import audit
from vault.changes import note_changes
from vault.refusal import Sentence


class InstitutionsImporter:
    """Places of care, one row each; a row more for every further department, with the same name.

    Empty cells change nothing. A district registers a few hundred, so rows are written one by one, with their history.
    """

    key = "institutions"
    title: Sentence = _("Institutions with their departments")
    needs = Capability.MANAGE_INSTITUTIONS
    columns: ClassVar[tuple[Column, ...]] = (
        Column("name", _("Name of the institution"), True, "示例社区卫生服务站", _("As on the licence; rows of one name are one place.")),
        Column("kind", _("Kind of institution"), False, "社区卫生服务站", _("Hospital, centre or station; needed for a new one.")),
        Column("short_name", _("Short name"), False, "示例站", _("Shown where there is little room; empty: the full name.")),
        Column("centre", _("Centre it belongs to"), False, "示例社区卫生服务中心", _("Only for a station: the full name of its centre.")),
        Column("level", _("Level"), False, "", _("Needed for a hospital, such as tertiary.")),
        Column("grade", _("Grade"), False, "", _("Hospitals only; may stay empty.")),
        Column("category", _("Category"), False, "", _("Empty: general hospital, or community care.")),
        Column("phone", _("Phone of the institution"), False, "010-83000000", _("With the area code.")),
        Column("address", _("Address of the institution"), False, "示例街1号", _("May stay empty.")),
        Column("name_en", _("English name"), False, "", _("May stay empty.")),
        Column("website", _("Website"), False, "", _("The whole address, as a browser shows it.")),
        Column("introduction", _("Introduction of the institution"), False, "", _("May stay empty.")),
        Column("directions", _("How to get there"), False, "", _("May stay empty.")),
        Column("pickup_by", _("How numbers are collected"), False, "", _("Hospitals: at a window, at a self-service machine, or both.")),
        Column("pickup_place", _("Where numbers are collected"), False, "", _("Hospitals only; printed on the slip.")),
        Column("arrival_text", _("What to bring and when to come"), False, "", _("Hospitals only; printed on the slip.")),
        Column("referral_window", _("Referral window, where and when"), False, "", _("Hospitals only; printed on the slip.")),
        Column("help_desk", _("Help desk"), False, "", _("Hospitals only: where the desk in the hall stands; printed on the slip.")),
        Column("shows_doctor_names", _("Shows doctors' names"), False, "", _("Hospitals only: yes or no; empty: no.")),
        Column("active_from", _("Takes part from"), False, "", _("Hospitals only: a day; empty: from the beginning.")),
        Column("active_to", _("No longer takes part from"), False, "", _("Hospitals only: the first day without it; may stay empty.")),
        Column("responsible_department", _("Responsible department"), False, "", _("Hospitals: needed to publish.")),
        Column("responsible_name", _("Responsible person"), False, "王示例", _("Who answers for the institution.")),
        Column("responsible_title", _("Job title"), False, "主任", _("May stay empty.")),
        Column("responsible_phone", _("Phone of the responsible person"), False, "010-83000001", _("Mobile or landline."), sensitive=True),
        Column("department", _("Name of the department"), False, "", _("One a row; further ones in further rows.")),
        Column("standard_code", _("Subject code"), False, "", _("Like 03.04; needed with a department.")),
        Column("local_code", _("Own code"), False, "", _("The hospital's own code of the department.")),
    )

    def context(self, by: Acting, today: date) -> Register:
        require_register(by)
        return register_of(by)

    def check(self, rows: Sequence[Row], context: Register) -> list[Checked]:
        judged = entries(rows, context)
        return [
            Checked(row.number, entry.outcome if entry else Outcome.FAULTY, faults)
            for row, (entry, faults) in zip(rows, judged, strict=True)
        ]

    def apply(self, rows: Sequence[Row], context: Register, by: Acting) -> list[Checked]:
        require_register(by)
        answers = []
        for row in rows:
            ((entry, faults),) = entries([row], context)
            answers.append(_apply(row, entry, context, by) if entry else Checked(row.number, Outcome.FAULTY, faults))
        return answers


def _apply(row: Row, entry: Entry, register: Register, by: Acting) -> Checked:
    """One row in a savepoint of its own; a name or version that somebody else was faster with is a fault of the row."""
    known = register.known[entry.name]
    try:
        with transaction.atomic():
            if entry.before is None:
                _enter(entry, known, register, by)
            elif entry.before != entry.after:
                _correct(entry, known, register, by)
            if entry.codes_after and entry.codes_after != entry.codes_before:
                _keep_department(entry, known, by)
    except (IntegrityError, Overtaken):
        del register.known[entry.name]
        fault = Fault("name", _("Somebody changed this institution at the same moment."), _("Import the row again."), entry.name)
        return Checked(row.number, Outcome.FAULTY, (fault,))
    return Checked(row.number, entry.outcome)


class Overtaken(Exception):
    """The institution is no longer the one that was read."""


def _enter(entry: Entry, known: Known, register: Register, by: Acting) -> None:
    parent = register.known[entry.centre].institution if entry.centre else None
    made = Institution.objects.create(district_id=by.district_id, parent=parent, **stored(entry.after))
    known.institution = made
    known.row = 0
    note_changes("institution", made.public_id, {"registered": ("", made.name)}, by=by.actor)
    audit.record("register", "institution", made.public_id, by=by.actor, details={"name": made.name})


def _correct(entry: Entry, known: Known, register: Register, by: Acting) -> None:
    held = known.institution
    if held is None:
        raise Overtaken
    parent = register.known[entry.centre].institution if entry.centre else held.parent
    noted = differences(entry)
    if (parent and parent.pk) != held.parent_id:
        noted["parent"] = (held.parent.name if held.parent else "", parent.name if parent else "")
    seen = Institution.objects.filter(pk=held.pk, version=held.version)
    if not seen.update(version=held.version + 1, parent=parent, **stored(entry.after)):
        raise Overtaken
    known.institution = Institution.objects.select_related("parent", "district").get(pk=held.pk)
    note_changes("institution", held.public_id, noted, by=by.actor)
    audit.record("correct", "institution", held.public_id, by=by.actor, details={"fields": sorted(noted)})


def _keep_department(entry: Entry, known: Known, by: Acting) -> None:
    if known.institution is None or entry.codes_after is None:
        raise Overtaken
    code, local = entry.codes_after
    values = {"standard_code": code, "local_code": local}
    department, fresh = Department.objects.update_or_create(institution=known.institution, name=entry.department, defaults=values)
    before = " ".join((entry.codes_before[0], entry.department, entry.codes_before[1])).strip() if entry.codes_before else ""
    after = " ".join((code, entry.department, local)).strip()
    note_changes("institution", known.institution.public_id, {"department": (before, after)}, by=by.actor)
    verb = "register" if fresh else "correct"
    audit.record(verb, "department", department.public_id, by=by.actor, details={"name": department.name})
    known.departments[entry.department] = department
