"""Checks the rows of an import chunk by chunk; each chunk's result and the progress are written together."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F

from clinics.imports.chunks import Results, packed_results, results_of, unpacked_rows
from clinics.imports.general import general_faults
from clinics.imports.kinds import Importer, Outcome, Row
from clinics.imports.lease import LeaseLost, renew
from clinics.imports.part import acting_of
from clinics.imports.problems import Unreadable
from clinics.imports.states import ImportStatus
from clinics.models import ImportChunk, ImportJob
from permissions.acting import Acting
from vault.actor import SYSTEM
from vault.states import advance


def check_rows(job: ImportJob, importer: Importer, by: Acting, today: date) -> None:
    """Every chunk not yet checked, in the order of the file; those before are shown again so that rows can be compared."""
    context = importer.context(by, today)
    for number in chunk_numbers(job):
        chunk = job.chunks.get(number=number)
        rows = rows_of(chunk, job, importer)
        if chunk.is_checked:
            importer.check(rows, context)
            continue
        if acting_of(job) is None:
            raise Unreadable("part_ended")
        results = checked(rows, importer, context)
        _keep(job, chunk, results)
    with transaction.atomic(durable=True):
        renew(job)
        advance(job, ImportStatus.CHECKED, by=SYSTEM)


def chunk_numbers(job: ImportJob) -> list[int]:
    """The chunks in order; each is read alone, so that one at a time is held."""
    return list(job.chunks.order_by("number").values_list("number", flat=True))


def rows_of(chunk: ImportChunk, job: ImportJob, importer: Importer) -> list[Row]:
    return unpacked_rows(chunk.content, job.columns, (column.name for column in importer.columns))


def checked(rows: list[Row], importer: Importer, context: Any) -> Results:
    """What the importer and the general rules say of these rows."""
    return results_of(rows, importer.check(rows, context), general_faults(rows, importer.columns))


@transaction.atomic(durable=True)
def _keep(job: ImportJob, chunk: ImportChunk, results: Results) -> None:
    counted = {
        "to_create": Outcome.CREATE,
        "to_update": Outcome.UPDATE,
        "unchanged": Outcome.UNCHANGED,
        "faulty": Outcome.FAULTY,
    }
    sums = {name: F(name) + results.count(outcome) for name, outcome in counted.items()}
    renew(job, checked=F("checked") + chunk.rows, **sums)
    unchecked = ImportChunk.objects.filter(pk=chunk.pk, is_checked=False)
    if not unchecked.update(is_checked=True, faulty=results.count(Outcome.FAULTY), results=packed_results(results)):
        raise LeaseLost
