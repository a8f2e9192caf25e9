"""Lists by program: hand a file in, look what came of checking, agree or throw it away."""

from typing import Any
from uuid import UUID

from django.http import QueryDict, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.imports import jobs
from clinics.imports.downloads import CSV, XLSX, as_file
from clinics.imports.faulty import faulty_file
from clinics.imports.problems import MOST_BYTES, notices_of, problem_of
from clinics.imports.progress import actions_open_to, first_faults
from clinics.imports.queries import import_seen_by, imports_of
from clinics.imports.states import ImportStatus
from clinics.imports.template import importer_named, template_of
from clinics.models import ImportJob
from permissions.doors import IF_MATCH, Api, Needs, StrictBooleanField, StrictCharField, StrictSerializer, etag, if_match
from permissions.doors.paging import PageQuery, page_of
from permissions.doors.serializers import sayable
from permissions.roles import Capability
from vault.refusal import invalid

MAY = Needs(Capability.MANAGE_POSTS, Capability.MANAGE_RESIDENTS, Capability.MANAGE_INSTITUTIONS, Capability.KEEP_REGISTER)
FORM = 64 * 1024  # what stands around the file in a form


class FaultEntry(serializers.Serializer[Any]):
    """One field of one row that cannot be applied."""

    row = serializers.IntegerField()
    field = serializers.CharField()
    reason = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)
    value = serializers.CharField(allow_blank=True)


class ImportEntry(serializers.Serializer[ImportJob]):
    """One list: how far it is, what it would do, what it did; the first 200 faults stand in the entry of one import only."""

    id = serializers.UUIDField(source="public_id")
    kind = serializers.CharField()
    file_name = serializers.CharField()
    digest = serializers.CharField()
    status = serializers.ChoiceField(choices=ImportStatus.choices)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    rows = serializers.IntegerField(source="total")
    checked = serializers.IntegerField()
    applied = serializers.IntegerField()
    to_create = serializers.IntegerField()
    to_update = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    faulty = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    left_out = serializers.IntegerField()
    problem = serializers.SerializerMethodField()
    remedy = serializers.SerializerMethodField()
    notices = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    def get_problem(self, job: ImportJob) -> str:
        return problem_of(job.problem, job.problem_details)[0] if job.problem else ""

    def get_remedy(self, job: ImportJob) -> str:
        return problem_of(job.problem, job.problem_details)[1] if job.problem else ""

    def get_notices(self, job: ImportJob) -> list[str]:
        return notices_of(job.notices)

    def get_actions(self, job: ImportJob) -> list[str]:
        return actions_open_to(job, self.context["by"])


class Imports(Api):
    """The lists one handed in; another one is handed in as a form with its file."""

    policies = {"GET": MAY, "POST": MAY}
    longest = MOST_BYTES + FORM
    parser_classes = (MultiPartParser,)  # type: ignore[assignment]

    class Input(StrictSerializer):
        kind = StrictCharField(max_length=40, lines=False)
        file = serializers.FileField(allow_empty_file=True, max_length=400)

    class Output(serializers.Serializer[Any]):
        id = serializers.UUIDField()
        status = serializers.ChoiceField(choices=ImportStatus.choices)
        version = serializers.IntegerField()

    class List(serializers.Serializer[Any]):
        results = ImportEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[PageQuery], responses=List, operation_id="imports_list")
    def get(self, request: Request) -> Response:
        by = self.acting
        return page_of(request, imports_of(by), self.asked(PageQuery)["page"], lambda job: ImportEntry(job, context={"by": by}).data)

    @extend_schema(request={"multipart/form-data": Input}, responses={202: Output}, operation_id="imports_receive")
    def post(self, request: Request) -> Response:
        said = request.data.lists() if isinstance(request.data, QueryDict) else ()
        twice = [name for name, values in said if len(values) > 1]
        if twice:
            raise invalid(sayable(twice[0]), _("This is given twice."))
        given = self.read(self.Input)
        job = jobs.receive(given["kind"], given["file"].name or "", given["file"].read(), by=self.acting)
        body = {"id": job.public_id, "status": job.status, "version": job.version}
        return Response(self.Output(body).data, status=status.HTTP_202_ACCEPTED, headers={"ETag": etag(job)})


class OneImport(Api):
    """One list with its progress, its counts and its first faults."""

    policies = {"GET": MAY}

    class Output(ImportEntry):
        faults = FaultEntry(many=True, source="first_faults")

    @extend_schema(responses=Output, operation_id="imports_get")
    def get(self, request: Request, import_id: UUID) -> Response:
        job = import_seen_by(self.acting, import_id)
        return _one(job, self)


class ImportConfirm(Api):
    """What was checked is applied; with faulty rows only when they are agreed to be left out."""

    policies = {"POST": MAY}

    class Input(StrictSerializer):
        leave_out_faulty = StrictBooleanField(required=False, default=False)

    @extend_schema(request=Input, responses={202: OneImport.Output}, parameters=[IF_MATCH], operation_id="imports_confirm")
    def post(self, request: Request, import_id: UUID) -> Response:
        leaves_out = self.read(self.Input)["leave_out_faulty"]
        job = import_seen_by(self.acting, import_id)
        done = jobs.confirm(job, leave_out_faulty=leaves_out, by=self.acting, expected_version=if_match(request))
        return _one(done, self, status.HTTP_202_ACCEPTED)


class ImportDiscard(Api):
    """Nothing is applied, and what was read of the file is forgotten."""

    policies = {"POST": MAY}

    @extend_schema(request=None, responses=OneImport.Output, parameters=[IF_MATCH], operation_id="imports_discard")
    def post(self, request: Request, import_id: UUID) -> Response:
        job = import_seen_by(self.acting, import_id)
        return _one(jobs.discard(job, by=self.acting, expected_version=if_match(request)), self)


class ImportFaults(Api):
    """Every faulty row as CSV, with what is wrong and what to do."""

    policies = {"GET": MAY}

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY}, operation_id="imports_faults")
    def get(self, request: Request, import_id: UUID) -> StreamingHttpResponse:
        job = import_seen_by(self.acting, import_id)
        return as_file(faulty_file(job, CSV, by=self.acting), f"{job.kind}-faults", CSV)


class ImportTemplate(Api):
    """The file to fill in."""

    policies = {"GET": MAY}

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, operation_id="imports_template")
    def get(self, request: Request, kind: str) -> StreamingHttpResponse:
        importer = importer_named(kind, self.acting)
        return as_file(iter((template_of(importer),)), importer.key, XLSX)


def _one(job: ImportJob, door: Api, code: int = status.HTTP_200_OK) -> Response:
    body = ImportEntry(job, context={"by": door.acting}).data
    return Response({**body, "faults": first_faults(job)}, status=code, headers={"ETag": etag(job)})
