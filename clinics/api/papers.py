"""The papers of a nomination by program: one file a request, as raw bytes; downloads are files and nothing else."""

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.nominations import nominate as use_cases
from clinics.nominations.queries import attachment_seen_by, dossier_of, nomination_seen_by
from permissions.attachments import read_paper
from permissions.doors import Api, Needs
from permissions.doors.papers import BYTES, FileParser, PaperEntry, PaperList, PaperName, as_download, entries_of, entry_of
from permissions.models import Attachment
from permissions.models.papers import LARGEST_FILE
from permissions.roles import Capability
from vault.audit import saw
from vault.refusal import Refusal

EITHER = Needs(Capability.NOMINATE, Capability.GRANT_RIGHTS)


class Papers(Api):
    """The papers of one nomination; the institution lays another one beside it."""

    policies = {"GET": EITHER, "POST": Needs(Capability.NOMINATE)}
    longest = LARGEST_FILE
    parser_classes = (FileParser,)  # type: ignore[assignment]

    @extend_schema(responses=PaperList, operation_id="papers_list")
    def get(self, request: Request, right: UUID) -> Response:
        held = dossier_of(nomination_seen_by(self.acting, right))
        return Response(entries_of([*held.papers, *held.former_papers]))

    @extend_schema(request=BYTES, responses={201: PaperEntry}, parameters=[PaperName], operation_id="papers_add")
    def post(self, request: Request, right: UUID) -> Response:
        held = nomination_seen_by(self.acting, right)
        name = self.asked(PaperName)["name"]
        paper = read_paper(name, request.data if isinstance(request.data, bytes) else b"")
        return Response(entry_of(use_cases.attach(held, paper, by=self.acting)), status=status.HTTP_201_CREATED)


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
