"""The rows with faults as a file: corrected, it can be uploaded as it is; the columns that explain are not read back."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from clinics.exports import record_export, rows_as_csv, rows_as_xlsx
from clinics.imports.downloads import CSV
from clinics.imports.queries import faulty_rows, importer_of
from clinics.models import ImportJob
from permissions.acting import Acting
from vault.refusal import Refusal, Sentence


def faulty_file(job: ImportJob, file_format: str, *, by: Acting) -> Iterator[bytes]:
    """Use case: every faulty row with its faults, in either format; who took it is in the audit trail."""
    if not job.chunks.filter(faulty__gt=0).exists():
        raise Refusal("not_found", _("There are no faulty rows to fetch; they are kept for a week."))
    titles, rows = titles_of(job), lines_of(job)
    record_export("import_faults", rows=job.left_out or job.faulty, by=by, file_format=file_format, filters={"import": str(job.public_id)})
    return _spoken(rows_as_csv(titles, rows), get_language() or "zh-hans") if file_format == CSV else iter((rows_as_xlsx(titles, rows),))


def _spoken(pieces: Iterator[bytes], language: str) -> Iterator[bytes]:
    """The pieces in the reader's language, though they are made when the request is over."""
    ended = object()
    while True:
        with override(language):
            piece = next(pieces, ended)
        if piece is ended:
            return
        yield cast(bytes, piece)


def titles_of(job: ImportJob) -> list[Sentence]:
    """The titles of the file's own columns, then what explains."""
    known: dict[str, Any] = {column.name: column.title for column in importer_of(job).columns}
    return [*(known[name] for name in job.columns), _("Row in the file"), _("What is wrong"), _("What to do")]


def lines_of(job: ImportJob) -> Iterator[Sequence[object]]:
    """Each row as it was read, its number in the file, and its faults one below another."""
    titles: dict[str, Any] = {column.name: column.title for column in importer_of(job).columns}
    for faulty in faulty_rows(job):
        wrong = [_("%(column)s: %(reason)s") % {"column": titles.get(one.field, one.field), "reason": one.reason} for one in faulty.faults]
        remedies = dict.fromkeys(one.remedy for one in faulty.faults if one.remedy)
        yield [*(faulty.row.values[name] for name in job.columns), faulty.row.number, "\n".join(wrong), "\n".join(remedies)]
