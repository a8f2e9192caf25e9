"""Applies a checked list chunk by chunk: the rows of a chunk and the mark that they are applied commit together."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from clinics.imports.check import chunk_numbers, rows_of
from clinics.imports.chunks import Results, packed_results, packed_rows, results_of, unpacked_results
from clinics.imports.kinds import Importer, Outcome, Row
from clinics.imports.lease import LeaseLost, renew
from clinics.imports.part import acting_of
from clinics.imports.problems import Unreadable
from clinics.imports.states import ImportStatus
from clinics.models import ImportChunk, ImportJob
from permissions.acting import Acting
from vault import audit
from vault.actor import SYSTEM
from vault.states import advance


def apply_rows(job: ImportJob, importer: Importer, by: Acting, today: date) -> None:
    """Every chunk not yet applied, in the order of the file; no row is applied twice, whenever the worker dies."""
    context = importer.context(by, today)
    for number in chunk_numbers(job):
        chunk = job.chunks.get(number=number)
        rows = rows_of(chunk, job, importer)
        results = unpacked_results(chunk.results)
        good = [row for row, outcome in zip(rows, results.outcomes, strict=True) if outcome is not Outcome.FAULTY]
        if chunk.is_applied:
            importer.check(good, context)
        else:
            _apply(job, chunk, importer, context, good, results)
    _finish(job, importer, by)


@transaction.atomic(durable=True)
def _apply(job: ImportJob, chunk: ImportChunk, importer: Importer, context: Any, good: list[Row], before: Results) -> None:
    """One chunk: who applies it still may, nobody else has applied it, and its rows are written."""
    renew(job, applied=F("applied") + chunk.rows)
    if not ImportChunk.objects.filter(pk=chunk.pk, is_applied=False).update(is_applied=True):
        raise LeaseLost
    by = acting_of(job)
    if by is None or not by.can(importer.needs):
        raise Unreadable("part_ended")
    done = results_of(good, importer.apply(good, context, by), {})
    after = Results(_merged(before.outcomes, done.outcomes), before.faults | done.faults)
    faulty = after.count(Outcome.FAULTY)
    ImportChunk.objects.filter(pk=chunk.pk).update(results=packed_results(after), faulty=faulty)
    renew(
        job,
        created=F("created") + done.count(Outcome.CREATE),
        updated=F("updated") + done.count(Outcome.UPDATE),
        left_out=F("left_out") + faulty,
    )


def _merged(before: list[Outcome], done: list[Outcome]) -> list[Outcome]:
    """Faulty rows stay faulty; the others are what they became."""
    became = iter(done)
    return [outcome if outcome is Outcome.FAULTY else next(became) for outcome in before]


@transaction.atomic(durable=True)
def _finish(job: ImportJob, importer: Importer, by: Acting) -> None:
    """The list is applied; of what was read only the rows left out stay, for a week, so that they can be corrected."""
    renew(job)
    advance(job, ImportStatus.APPLIED, by=SYSTEM, ended_at=Now())
    job.chunks.filter(faulty=0).delete()
    for chunk in job.chunks.order_by("number"):
        _keep_faulty(chunk, job, importer)
    details = {"kind": job.kind, "created": job.created, "updated": job.updated, "left_out": job.left_out}
    audit.record("import.apply", "import", job.public_id, by=by.actor, details=details)


def _keep_faulty(chunk: ImportChunk, job: ImportJob, importer: Importer) -> None:
    results = unpacked_results(chunk.results)
    rows = [row for row in rows_of(chunk, job, importer) if row.number in results.faults]
    kept = Results([Outcome.FAULTY] * len(rows), results.faults)
    held = ImportChunk.objects.filter(pk=chunk.pk)
    held.update(rows=len(rows), content=packed_rows(rows, job.columns), results=packed_results(kept))
