"""What pages and programs ask of imports: only one's own, in the part they were uploaded under."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.imports.chunks import Told, unpacked_results, unpacked_rows
from clinics.imports.kinds import Importer, Outcome, Row, find
from clinics.models import ImportJob
from permissions.acting import Acting
from vault.refusal import Refusal

MASK = "*" * 4


@dataclass(frozen=True, slots=True)
class FaultyRow:
    """One row that cannot be applied: as it was read, and why."""

    row: Row
    faults: list[Told]


@dataclass(frozen=True, slots=True)
class Sample:
    """One row as it was read, sensitive values but for their ends hidden, and what it would do."""

    number: int
    values: list[str]
    outcome: Outcome


def imports_of(by: Acting) -> QuerySet[ImportJob]:
    """The imports this person uploaded in the part she plays now, newest first; without what was read of them."""
    mine = ImportJob.objects.filter(by_user=by.user, part=by.choice).select_related("district", "institution", "earlier")
    return mine.defer("content").order_by("-pk")


def import_seen_by(by: Acting, public_id: UUID) -> ImportJob:
    """One of these; somebody else's is as if it did not exist. Raises Refusal("not_found")."""
    job = imports_of(by).filter(public_id=public_id).first()
    if job is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return job


def importer_of(job: ImportJob) -> Importer:
    """The kind of an import; one whose kind is gone shows nothing any more."""
    importer = find(job.kind)
    if importer is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return importer


def faulty_rows(job: ImportJob) -> Iterator[FaultyRow]:
    """The rows with faults in the order of the file, one chunk held at a time."""
    names = [column.name for column in importer_of(job).columns]
    for chunk in job.chunks.filter(faulty__gt=0).order_by("number").iterator(chunk_size=1):
        results = unpacked_results(chunk.results)
        for row in unpacked_rows(chunk.content, job.columns, names):
            if row.number in results.faults:
                yield FaultyRow(row, results.faults[row.number])


def sample_rows(job: ImportJob, most: int) -> list[Sample]:
    """The first rows that were checked, so that a person sees whether the columns were understood."""
    chunk = job.chunks.filter(is_checked=True, is_applied=False).order_by("number").first()
    if chunk is None:
        return []
    columns = [column for column in importer_of(job).columns if column.name in job.columns]
    rows = unpacked_rows(chunk.content, job.columns, (column.name for column in importer_of(job).columns))
    outcomes = unpacked_results(chunk.results).outcomes
    return [
        Sample(row.number, [_shown(row.values[column.name], hidden=column.sensitive) for column in columns], outcome)
        for row, outcome in zip(rows[:most], outcomes[:most], strict=True)
    ]


def _shown(value: str, *, hidden: bool) -> str:
    return f"{MASK}{value[-4:]}" if hidden and len(value) > len(MASK) else value
