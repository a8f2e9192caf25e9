"""What a person does with a list: hand it in, agree that it is applied, or throw it away."""

import base64
import hashlib
import re
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinics.imports.kinds import Importer, find
from clinics.imports.problems import MOST_BYTES
from clinics.imports.states import OPEN, ImportStatus
from clinics.models import ImportJob
from permissions.acting import Acting
from vault import audit
from vault.actor import Actor
from vault.refusal import Refusal, invalid
from vault.states import advance, created

LONGEST_NAME = 120
UNSAYABLE = re.compile(r"[^\w .,()（）\[\]【】《》、，。+&@#~=·—–-]")
WORK_TASK = "clinics.tasks.work_on_import"


def receive(kind: str, name: str, data: bytes, *, by: Acting) -> ImportJob:
    """Use case: a file is handed in; the worker checks it next and nothing of it is applied yet.

    The same file handed in again while it is open answers the import there is. Raises Refusal("invalid_input") for an unknown
    kind or a file larger than 10 MiB, Refusal("not_allowed") for a kind that is not the actor's to import.
    """
    importer = importer_for(kind, by)
    if len(data) > MOST_BYTES:
        raise invalid("file", _("The file is larger than 10 MiB."), remedy=_("Split the list into several files."))
    if by.choice is None:
        raise Refusal("not_allowed", _("Your role does not include this."))
    return _received(importer, clean_file_name(name), data, by)


def importer_for(kind: str, by: Acting) -> Importer:
    """The kind of this key, which the actor may import."""
    importer = find(kind)
    if importer is None:
        raise invalid("kind", _("There is no such kind of list."))
    if not by.can(importer.needs):
        raise Refusal("not_allowed", _("Your role does not include this."))
    return importer


@transaction.atomic(durable=True)
def _received(importer: Importer, name: str, data: bytes, by: Acting) -> ImportJob:
    """The person's row is locked, so that a file sent twice at once is one import."""
    type(by.user)._base_manager.select_for_update(of=("self",), no_key=True).get(pk=by.user.pk)
    digest = hashlib.sha256(data).hexdigest()
    same = ImportJob.objects.filter(by_user=by.user, part=by.choice, kind=importer.key, digest=digest).order_by("-pk")
    if (known := same.filter(status__in=OPEN).first()) is not None:
        return known
    job = ImportJob.objects.create(
        kind=importer.key,
        file_name=name,
        file_size=len(data),
        digest=digest,
        by_user=by.user,
        part=by.choice,
        district_id=by.district_id if by.post is None else by.post.institution.district_id,
        institution_id=by.post.institution_id if by.post else None,
        language=get_language() or "zh-hans",
        content=base64.b64encode(data).decode(),
        earlier=same.filter(status=ImportStatus.APPLIED).first(),
    )
    created(job, by=by.actor)
    _record("receive", job, by.actor, {"kind": job.kind, "digest": digest, "size": job.file_size})
    transaction.on_commit(lambda: wake(job.public_id), robust=True)
    return job


@transaction.atomic(durable=True)
def confirm(job: ImportJob, *, leave_out_faulty: bool, by: Acting, expected_version: int) -> ImportJob:
    """Use case: the checked list is applied by the worker, piece by piece; rows with faults are left out only if the person says so.

    Raises Refusal("invalid_input") while faulty rows are not agreed to be left out, Refusal("nothing_to_import") when no row
    would change anything, Refusal("stale_state") otherwise.
    """
    importer_for(job.kind, by)
    held = _held(job)
    if held.status == ImportStatus.CHECKED:
        if held.faulty and not leave_out_faulty:
            raise invalid(
                "leave_out_faulty",
                _("%(n)d rows have faults. Correct them and upload again, or agree that they are left out.") % {"n": held.faulty},
            )
        if not held.to_create + held.to_update:
            raise Refusal("nothing_to_import", _("No row of this file would change anything."))
    fields: dict[str, Any] = {
        "leaves_out_faulty": leave_out_faulty,
        "confirmed_at": Now(),
        "attempts": 0,
        "lease": None,
        "lease_until": None,
    }
    advance(held, ImportStatus.APPLYING, by=by.actor, expected_version=expected_version, **fields)
    _record("confirm", held, by.actor, {"create": held.to_create, "update": held.to_update, "left_out": held.faulty})
    transaction.on_commit(lambda: wake(held.public_id), robust=True)
    return held


@transaction.atomic(durable=True)
def discard(job: ImportJob, *, by: Acting, expected_version: int) -> ImportJob:
    """Use case: the list is thrown away with everything that was read of it; nothing of it was applied.

    Raises Refusal("stale_state") once it is being applied or over.
    """
    held = _held(job)
    advance(held, ImportStatus.DISCARDED, by=by.actor, expected_version=expected_version, ended_at=Now())
    wipe(held)
    _record("discard", held, by.actor, {"kind": held.kind})
    return held


def wipe(job: ImportJob) -> None:
    """Step: everything read from the file goes; counts, digest, person and times stay."""
    job.chunks.all().delete()
    ImportJob.objects.filter(pk=job.pk).update(content="", is_wiped=True)


def wake(import_id: UUID) -> None:
    """Asks the worker; when the queue does not answer, the sweep finds the import a little later."""
    current_app.send_task(WORK_TASK, [str(import_id)], retry=False, ignore_result=True, expires=600)


def clean_file_name(name: str) -> str:
    """The last part of a name as it may be shown: no folders, no line breaks, at most 120 characters."""
    last = re.split(r"[\\/]", name)[-1]
    return UNSAYABLE.sub("", last).strip(" .")[-LONGEST_NAME:] or "list"


def _held(job: ImportJob) -> ImportJob:
    return ImportJob.objects.select_for_update(of=("self",), no_key=True).get(pk=job.pk)


def _record(verb: str, job: ImportJob, by: Actor, details: dict[str, object]) -> None:
    audit.record(f"import.{verb}", "import", job.public_id, by=by, details=details)
