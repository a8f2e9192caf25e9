"""The papers of a nomination by program: one file a request, as raw bytes; downloads are files and nothing else."""

from collections.abc import Mapping
from typing import IO, Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.nominations import nominate as use_cases
from clinics.nominations.queries import attachment_seen_by, dossier_of, nomination_seen_by
from clinics.views.attachments import as_download
from permissions.attachments import read_paper
from permissions.doors import Api, Needs, StrictCharField, StrictSerializer
from permissions.models import Attachment
from permissions.models.evidence import LARGEST_FILE
from permissions.roles import Capability
from vault.audit import saw
from vault.refusal import Refusal

BYTES = {"application/octet-stream": OpenApiTypes.BINARY}
EITHER = Needs(Capability.NOMINATE, Capability.GRANT_RIGHTS)


class FileParser(BaseParser):
    """The bytes of one file, whatever type they are said to have: the content alone decides."""

    media_type = "*/*"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        return stream.read(LARGEST_FILE + 1)


class PaperEntry(serializers.Serializer[Any]):
    """One paper; its content is read at its own address."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Attachment.Kind.choices)
    size = serializers.IntegerField()
    withdrawn = serializers.BooleanField()


class PaperList(serializers.Serializer[Any]):
    """The papers of one nomination, with those taken away."""

    results = PaperEntry(many=True)


class Papers(Api):
    """The papers of one nomination; the institution lays another one beside it."""

    policies = {"GET": EITHER, "POST": Needs(Capability.NOMINATE)}
    longest = LARGEST_FILE
    parser_classes = (FileParser,)  # type: ignore[assignment]

    class Query(StrictSerializer):
        name = StrictCharField(max_length=200, lines=False, required=False, allow_blank=True, default="")

    @extend_schema(responses=PaperList, operation_id="papers_list")
    def get(self, request: Request, right: UUID) -> Response:
        held = dossier_of(nomination_seen_by(self.acting, right))
        return Response({"results": [_entry(one) for one in (*held.papers, *held.former_papers)]})

    @extend_schema(request=BYTES, responses={201: PaperEntry}, parameters=[Query], operation_id="papers_add")
    def post(self, request: Request, right: UUID) -> Response:
        held = nomination_seen_by(self.acting, right)
        name = self.asked(self.Query)["name"]
        paper = read_paper(name, request.data if isinstance(request.data, bytes) else b"")
        return Response(_entry(use_cases.attach(held, paper, by=self.acting)), status=status.HTTP_201_CREATED)


class OnePaper(Api):
    """One paper: its bytes, and taking it away before the district decides."""

    policies = {"GET": EITHER, "DELETE": Needs(Capability.NOMINATE)}

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, operation_id="papers_get")
    def get(self, request: Request, right: UUID, paper: UUID) -> HttpResponse:
        held = attachment_seen_by(self.acting, paper, content=True)
        _require_of(held, right)
        answer = as_download(held)
        saw(self.acting.actor, "attachment", held.public_id, "download")
        return answer

    @extend_schema(request=None, responses={204: None}, operation_id="papers_take_away")
    def delete(self, request: Request, right: UUID, paper: UUID) -> Response:
        held = attachment_seen_by(self.acting, paper)
        _require_of(held, right)
        use_cases.detach(held, by=self.acting)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _require_of(paper: Attachment, right: UUID) -> None:
    if paper.right.public_id != right:
        raise Refusal("not_found")


def _entry(paper: Attachment) -> dict[str, Any]:
    return {
        "id": paper.public_id,
        "name": paper.name,
        "kind": paper.kind,
        "size": paper.size,
        "withdrawn": paper.withdrawn_at is not None,
    }
