"""The cast of lists: files as people bring them, people who may import, and a worker that does what is due."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook

from clinics.imports import jobs, work
from clinics.models import ImportJob, Institution
from permissions.acting import Acting
from permissions.roles import Role
from tests.cast import a_user, acting_as, an_admin
from tests.cast_clinics import a_post, today

STAFF = ("姓名", "手机号", "机构", "岗位类型", "科室", "职称", "执业证书编号")
SHEET = "xl/worksheets/sheet1.xml"


def a_workbook(rows: Iterable[Sequence[Any]], *, sheet: str = "名单") -> bytes:
    """An .xlsx with one sheet of these rows, the titles among them."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def a_text(rows: Iterable[Sequence[str]], encoding: str = "utf-8-sig") -> bytes:
    """The same as CSV."""
    held = io.StringIO(newline="")
    csv.writer(held).writerows(rows)
    return held.getvalue().encode(encoding)


def repacked(data: bytes, **changed: bytes | None) -> bytes:
    """The workbook with parts replaced, added, or (None) taken out; names with __ for / and _dot_ for a dot."""
    parts = {name.replace("__", "/").replace("_dot_", "."): content for name, content in changed.items()}
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            if content is not None:
                new.writestr(name, content)
    return held.getvalue()


def part_of(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def district() -> Acting:
    return acting_as(an_admin())


def manager_of(institution: Institution) -> Acting:
    post = a_post(a_user("钱经理"), institution, Role.MANAGER)
    return acting_as(post.user, post)


def received(data: bytes, by: Acting, kind: str = "staff", name: str = "名单.xlsx") -> ImportJob:
    return jobs.receive(kind, name, data, by=by)


def worked(job: ImportJob) -> ImportJob:
    """What the worker makes of it until a person is needed."""
    work.work(job.public_id, today=today())
    return fresh(job)


def checked(data: bytes, by: Acting, kind: str = "staff") -> ImportJob:
    return worked(received(data, by, kind))


def applied(data: bytes, by: Acting, kind: str = "staff", *, leave_out_faulty: bool = False) -> ImportJob:
    job = checked(data, by, kind)
    return worked(jobs.confirm(job, leave_out_faulty=leave_out_faulty, by=by, expected_version=job.version))


def fresh(job: ImportJob) -> ImportJob:
    return ImportJob.objects.get(pk=job.pk)


def counts(job: ImportJob) -> tuple[int, int, int, int]:
    """New, changed, unchanged, faulty, as checked."""
    return job.to_create, job.to_update, job.unchanged, job.faulty
