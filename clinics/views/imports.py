"""Lists on pages: hand a file in, watch it being checked, see what it would do, agree or throw it away."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.imports import jobs
from clinics.imports.downloads import CSV, XLSX, as_file
from clinics.imports.faulty import faulty_file
from clinics.imports.kinds import find, open_to
from clinics.imports.problems import notices_of, problem_of
from clinics.imports.progress import FAULTS_SHOWN, actions_open_to, done_of, first_faulty_rows, is_working
from clinics.imports.queries import import_seen_by, importer_of, imports_of, sample_rows
from clinics.imports.states import ImportStatus
from clinics.imports.template import importer_named, template_of
from clinics.models import ImportJob
from clinics.views import typed
from permissions.doors import Needs, Page
from permissions.roles import Capability
from vault.refusal import Refusal, invalid

PER_PAGE, SAMPLE = 25, 10
MAY = Needs(Capability.MANAGE_POSTS, Capability.MANAGE_RESIDENTS, Capability.MANAGE_INSTITUTIONS, Capability.KEEP_REGISTER)
SHOWN_AGAIN = frozenset({"invalid_input", "nothing_to_import", "stale_state"})
KIND_OF_TAG = {
    ImportStatus.CHECKED: "few",
    ImportStatus.APPLIED: "ok",
    ImportStatus.REFUSED: "bad",
    ImportStatus.STOPPED: "bad",
    ImportStatus.DISCARDED: "off",
}
AHEAD, NOW, DONE = "", "now", "done"
STEP_OF = {
    ImportStatus.RECEIVED: (DONE, NOW, AHEAD),
    ImportStatus.CHECKING: (DONE, NOW, AHEAD),
    ImportStatus.CHECKED: (DONE, DONE, NOW),
    ImportStatus.APPLYING: (DONE, DONE, NOW),
    ImportStatus.APPLIED: (DONE, DONE, DONE),
    ImportStatus.STOPPED: (DONE, DONE, NOW),
    ImportStatus.REFUSED: (DONE, NOW, AHEAD),
    ImportStatus.DISCARDED: (DONE, DONE, AHEAD),
}


class Imports(Page):
    """The lists one handed in, and the form for another one."""

    policies = {"GET": MAY, "POST": MAY}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.listed(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = self.refused  # type: ignore[attr-defined]
        upload = request.FILES.get("file")
        if len(request.FILES.getlist("file")) != 1 or upload is None:
            raise invalid("file", _("Choose one file."))
        job = jobs.receive(request.POST.get("kind", ""), upload.name or "", upload.read(), by=self.acting)
        return redirect("import", job.public_id)

    def refused(self, refusal: Refusal) -> HttpResponse | None:
        return self.listed(self.request, refusal) if refusal.code in SHOWN_AGAIN else None

    def listed(self, request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
        kinds = open_to(self.acting)
        wanted = request.POST.get("kind") or request.GET.get("kind", "")
        found = imports_of(self.acting)
        if request.method == "GET" and wanted in {one.key for one in kinds}:
            found = found.filter(kind=wanted)
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        context = {
            "page": page,
            "lines": [{"job": job, "title": title_of(job), "tag": tag_of(job)} for job in page],
            "kinds": [(one.key, one.title) for one in kinds],
            "filters": [("", _("all")), *((one.key, one.title) for one in kinds)],
            "kind": wanted,
            **typed.errors_in(refusal),
        }
        return self.render(request, "clinics/imports.html", context)


class Import(Page):
    """One list: how far it is, what it would do, and the decision about it."""

    policies = {"GET": MAY, "POST": MAY}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.shown(request, import_seen_by(self.acting, public_id))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        job = import_seen_by(self.acting, public_id)
        self.job_id = public_id
        request.refused = self.refused  # type: ignore[attr-defined]
        seen = typed.version(request)
        match request.POST.get("act", ""):
            case "confirm":
                leaves_out = request.POST.get("leave_out_faulty", "") == "1"
                jobs.confirm(job, leave_out_faulty=leaves_out, by=self.acting, expected_version=seen)
            case "discard":
                jobs.discard(job, by=self.acting, expected_version=seen)
                messages.success(request, _("The list was thrown away. Nothing of it was imported."))
            case _other:
                raise invalid("act", _("Choose what to do."))
        return redirect("import", public_id)

    def refused(self, refusal: Refusal) -> HttpResponse | None:
        """The list as it is now, with why it could not be done."""
        if refusal.code not in SHOWN_AGAIN:
            return None
        return self.shown(self.request, import_seen_by(self.acting, self.job_id), refusal)

    def shown(self, request: HttpRequest, job: ImportJob, refusal: Refusal | None = None) -> HttpResponse:
        waits = is_working(job)
        context = {
            "job": job,
            "title": title_of(job),
            "tag": tag_of(job),
            "steps": steps_of(job),
            "actions": actions_open_to(job, self.acting),
            "is_working": waits,
            "done": done_of(job),
            "notices": notices_of(job.notices),
            "problem": problem_of(job.problem, job.problem_details) if job.problem else None,
            "faulty": [] if waits else faulty_lines(job),
            "most": FAULTS_SHOWN,
            "columns": [column.title for column in importer_of(job).columns if column.name in job.columns],
            "sample": sample_rows(job, SAMPLE) if job.status == ImportStatus.CHECKED else [],
            **typed.errors_in(refusal),
        }
        return self.render(request, "clinics/imports_one.html", context)


class ImportFaults(Page):
    """All faulty rows as a file."""

    policies = {"GET": MAY}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponseBase:
        job = import_seen_by(self.acting, public_id)
        file_format = CSV if request.GET.get("as") == CSV else XLSX
        return as_file(faulty_file(job, file_format, by=self.acting), f"{job.kind}-faults", file_format)


class ImportTemplate(Page):
    """The file to fill in."""

    policies = {"GET": MAY}

    def get(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        importer = importer_named(kind, self.acting)
        return as_file(iter((template_of(importer),)), importer.key, XLSX)


def title_of(job: ImportJob) -> Any:
    """What kind of list it is."""
    importer = find(job.kind)
    return importer.title if importer else job.kind


def tag_of(job: ImportJob) -> dict[str, Any]:
    status = ImportStatus(job.status)
    return {"word": status.label, "kind": KIND_OF_TAG.get(status, "info")}


def steps_of(job: ImportJob) -> list[dict[str, Any]]:
    """Upload, check, import: which is done and which is at hand."""
    read = ngettext("%(n)s row", "%(n)s rows", job.total) % {"n": job.total} if job.total else ""
    agreed = job.status in (ImportStatus.APPLYING, ImportStatus.APPLIED, ImportStatus.STOPPED)
    checked, then = ("", _("as you agreed")) if agreed else (_("nothing is changed yet"), _("after you agree"))
    texts = ((_("Upload"), read), (_("Check"), checked), (_("Import"), then))
    return [
        {"label": label, "text": text, "state": state}
        for (label, text), state in zip(texts, STEP_OF[ImportStatus(job.status)], strict=True)
    ]


def faulty_lines(job: ImportJob) -> list[dict[str, Any]]:
    """The first faults, one line each, with the title of the column and what was read."""
    titles: dict[str, Any] = {column.name: column.title for column in importer_of(job).columns}
    lines = [
        {"number": row.row.number, "column": titles.get(one.field, one.field), "fault": one}
        for row in first_faulty_rows(job)
        for one in row.faults
    ]
    return lines[:FAULTS_SHOWN]
