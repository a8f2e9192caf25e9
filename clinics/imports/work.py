"""What the worker does with a list: read it, check it, apply it, each in pieces, so that a killed worker loses one piece at most."""

import base64
import logging
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import override

from clinics.imports.apply import apply_rows
from clinics.imports.check import check_rows
from clinics.imports.chunks import ROWS, cut, packed_rows
from clinics.imports.jobs import wake
from clinics.imports.kinds import Importer, find
from clinics.imports.lease import LeaseLost, claim, release, renew
from clinics.imports.part import acting_of
from clinics.imports.problems import Unreadable
from clinics.imports.reading import read
from clinics.imports.states import ImportStatus
from clinics.models import ImportChunk, ImportJob
from permissions.acting import Acting
from vault.actor import SYSTEM
from vault.refusal import Refusal
from vault.states import advance

log = logging.getLogger(__name__)
Item = TypeVar("Item")
MOST_ATTEMPTS = 5  # begun and come to nothing, before it is given up


def work(import_id: UUID, *, today: date) -> None:
    """Promise that an import gets on as far as it can without a person; to be called as often as one likes.

    One worker at a time holds it, by a lease that each finished piece renews. Whatever a killed worker had finished stays
    finished; the piece it was at is done again from its beginning.
    """
    job = claim(import_id)
    if job is None:
        return
    try:
        with override(job.language):
            _get_on(job, today)
    except LeaseLost:
        log.info("import %s was taken over or ended while it was worked on", job.public_id)
    except OperationalError:  # a lock that was busy: the piece is undone and the sweep comes again
        log.warning("import %s has to wait for the database", job.public_id, exc_info=True)
    finally:
        release(job)
    sweep()


def sweep() -> None:
    """Wake the worker for the import that waits longest, whether its call got lost, its worker died or another was in hand."""
    waiting = ImportJob.objects.working().unheld().order_by("pk").values_list("public_id", flat=True).first()
    if waiting is not None:
        wake(waiting)


def _get_on(job: ImportJob, today: date) -> None:
    try:
        importer, by = _who_may(job)
        if job.attempts > MOST_ATTEMPTS:
            raise Unreadable("stuck")
        if job.status == ImportStatus.RECEIVED:
            _begin(job)
        if job.status == ImportStatus.CHECKING and job.read_at is None:
            _read(job, importer)
        if job.status == ImportStatus.CHECKING:
            check_rows(job, importer, by, today)
        else:
            apply_rows(job, importer, by, today)
    except Unreadable as problem:
        give_up(job, problem.code, problem.details)
    except Refusal as refusal:
        give_up(job, "not_allowed", {"why": str(refusal.message)})


def _who_may(job: ImportJob) -> tuple[Importer, Acting]:
    importer, by = find(job.kind), acting_of(job)
    if importer is None or by is None or not by.can(importer.needs):
        raise Unreadable("part_ended")
    return importer, by


@transaction.atomic(durable=True)
def _begin(job: ImportJob) -> None:
    renew(job, attempts=job.attempts)
    advance(job, ImportStatus.CHECKING, by=SYSTEM)


def _read(job: ImportJob, importer: Importer) -> None:
    """The rows as chunks; what a killed worker had read is read again. The file itself is forgotten at the end."""
    with transaction.atomic(durable=True):
        renew(job, attempts=job.attempts, total=0)
        job.chunks.all().delete()
    content = ImportJob.objects.values_list("content", flat=True).get(pk=job.pk)
    reading = read(base64.b64decode(content), importer.columns)
    del content
    job.columns = reading.columns
    for number, rows in enumerate(pieces((cut(row) for row in reading.rows), ROWS)):
        with transaction.atomic(durable=True):
            renew(job, attempts=job.attempts, total=F("total") + len(rows))
            ImportChunk.objects.create(job=job, number=number, rows=len(rows), content=packed_rows(rows, reading.columns))
    with transaction.atomic(durable=True):
        renew(job, content="", read_at=Now(), columns=reading.columns, notices=reading.notices)


def pieces(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of at most this size."""
    held = iter(items)
    while piece := list(islice(held, size)):
        yield piece


@transaction.atomic(durable=True)
def give_up(job: ImportJob, code: str, details: dict[str, object]) -> None:
    """The import ends with a reason; nothing that was not yet applied will be."""
    renew(job, attempts=job.attempts)
    if job.status == ImportStatus.RECEIVED:
        advance(job, ImportStatus.CHECKING, by=SYSTEM)
    end = ImportStatus.STOPPED if job.status == ImportStatus.APPLYING else ImportStatus.REFUSED
    advance(job, end, by=SYSTEM, reason=code, problem=code, problem_details=details, ended_at=Now())
    job.chunks.all().delete()
    ImportJob.objects.filter(pk=job.pk).update(content="", is_wiped=True)
