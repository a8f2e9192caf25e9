"""The list of what hospitals offer: services of every kind, packages with their items (R072, R092-R095)."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.imports.kinds import Checked, Column, Fault, Outcome, Row
from clinics.imports.service_rows import Catalogue, Entry, catalogue_of, entry_of, noted
from clinics.imports.words import RowFaults
from clinics.models import Service
from clinics.offers.fields import LABELS
from clinics.offers.offers import amend, complete, enter
from clinics.offers.wishes import Wish
from permissions.acting import Acting
from permissions.roles import Capability
from vault.refusal import Refusal, Sentence


class ServicesImporter:
    """Services by hospital, department, kind, class and name; a row more for further items, with the same five.

    Empty cells change nothing, and no service or item ends because a list does not name it.
    """

    key = "services"
    title: Sentence = _("Services of hospitals")
    needs = Capability.KEEP_REGISTER
    columns: ClassVar[tuple[Column, ...]] = (
        Column("name", LABELS["name"], True, "血常规检查", _("Rows of one department, kind, class and name are one service.")),
        Column("kind", _("Kind of service"), True, "检验", _("Such as outpatient clinic, laboratory test, check-up, day surgery.")),
        Column("department", LABELS["department"], True, "检验科", _("Name or own code as registered.")),
        Column("institution", _("Hospital"), False, "", _("Full name as registered; who keeps one hospital leaves it empty.")),
        Column("slot_class", LABELS["slot_class"], False, "", _("Clinics only: general, specialty, single-disease, expert.")),
        Column("title", LABELS["title"], False, "", _("Clinics only; an expert clinic has the title of its class.")),
        Column("disease", LABELS["disease"], False, "", _("Only of a single-disease clinic.")),
        Column("code", LABELS["code"], False, "XCG", _("Needed for check-ups and beds.")),
        Column("fee", LABELS["fee"], False, "20.00", _("With at most two decimals; needed for check-ups and day surgery.")),
        Column("items", LABELS["items"], False, "血常规:XCG01:20.00", _("name:code:fee; several between semicolons or in further rows.")),
        Column("introduction", LABELS["introduction"], False, "", _("May stay empty.")),
        Column("indications", LABELS["indications"], False, "", _("Not for clinics and beds.")),
        Column("preparation", LABELS["preparation"], False, "", _("What the patient does before, such as fasting.")),
        Column("eligibility", LABELS["eligibility"], False, "", _("Day surgery only, and needed there.")),
        Column("team", LABELS["team"], False, "", _("Day surgery only: staff numbers between semicolons.")),
        Column("notes", pgettext_lazy("service", "Notes"), False, "", _("May stay empty.")),
        Column("places_per_day", LABELS["places_per_day"], False, "", _("Beds and day surgery only; needed for beds.")),
        Column("active_from", LABELS["active_from"], False, "", _("A day like 2026-11-26; empty: from now on.")),
        Column("active_to", LABELS["active_to"], False, "", _("On this day it is no longer offered; empty: without an end.")),
    )

    def context(self, by: Acting, today: date) -> Catalogue:
        return catalogue_of(by, today)

    def check(self, rows: Sequence[Row], context: Catalogue) -> list[Checked]:
        answers = []
        for row in rows:
            entry, faults = entry_of(row, context)
            answers.append(Checked(row.number, entry.outcome if entry else Outcome.FAULTY, faults))
            if entry is not None:
                noted(entry, row, context)
        return answers

    def apply(self, rows: Sequence[Row], context: Catalogue, by: Acting) -> list[Checked]:
        answers = []
        for row in rows:
            entry, faults = entry_of(row, context)
            answers.append(_apply(row, entry, context, by) if entry else Checked(row.number, Outcome.FAULTY, faults))
        return answers


def _apply(row: Row, entry: Entry, catalogue: Catalogue, by: Acting) -> Checked:
    """One row in a savepoint of its own; somebody who was faster makes it a fault of the row."""
    outcome, held = entry.outcome, entry.known.service if entry.known else None
    try:
        with transaction.atomic():
            noted(entry, row, catalogue, _written(entry, held, by))
    except IntegrityError:
        reason, remedy = _("Somebody entered this service at the same moment."), _("Import the row again.")
        return Checked(row.number, Outcome.FAULTY, (Fault("name", reason, remedy, row.values["name"]),))
    except Refusal as refusal:
        faults = RowFaults(row.values)
        faults.refused(refusal, "name")
        return Checked(row.number, Outcome.FAULTY, tuple(faults.found))
    return Checked(row.number, outcome)


def _written(entry: Entry, held: Service | None, by: Acting) -> Service | None:
    wish = Wish(entry.after, entry.department, entry.team, dict(held.facts) if held else {})
    if held is None:
        return complete(enter(entry.institution, wish, by=by).pk)
    if entry.outcome is Outcome.UPDATE:
        amend(held, wish, by=by, expected_version=held.version)
        return complete(held.pk)
    return held
