"""How far an import is, what may be done with it now, and its first faults: what pages and programs both show."""

from itertools import chain, islice
from typing import Any

from clinics.imports.queries import FaultyRow, faulty_rows
from clinics.imports.states import WORKING, ImportStatus
from clinics.models import ImportJob
from permissions.acting import Acting

FAULTS_SHOWN = 200
PERSONS = ("confirm", "discard")


def actions_open_to(job: ImportJob, by: Acting) -> list[str]:
    """The steps of the state table this person may take now; nothing can be confirmed that would change nothing."""
    roles = (by.role.value,) if by.role else ()
    steps = [step.event for step in job.STATES.open_to(job.status, roles) if step.event in PERSONS]
    return [event for event in steps if event != "confirm" or job.to_create + job.to_update]


def is_working(job: ImportJob) -> bool:
    """Whether the page should look again by itself."""
    return job.status in WORKING


def done_of(job: ImportJob) -> int:
    """How many rows the step at hand has gone through."""
    if job.status in (ImportStatus.APPLYING, ImportStatus.APPLIED, ImportStatus.STOPPED):
        return job.applied
    return job.checked


def first_faulty_rows(job: ImportJob) -> list[FaultyRow]:
    """The rows of the first 200 faults, the last of them with all of its own."""
    rows, shown = [], 0
    for row in faulty_rows(job):
        rows.append(row)
        shown += len(row.faults)
        if shown >= FAULTS_SHOWN:
            break
    return rows


def first_faults(job: ImportJob) -> list[dict[str, Any]]:
    """The first 200 faults one by one."""
    each = chain.from_iterable(
        (
            {"row": faulty.row.number, "field": one.field, "reason": one.reason, "remedy": one.remedy, "value": one.value}
            for one in faulty.faults
        )
        for faulty in faulty_rows(job)
    )
    return list(islice(each, FAULTS_SHOWN))
