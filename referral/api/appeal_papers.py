"""The files beside an appeal by program: one file a request, as raw bytes; downloads are files and nothing else."""

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.attachments import read_paper
from permissions.doors import Api
from permissions.doors.papers import BYTES, FileParser, PaperEntry, PaperList, PaperName, as_download, entries_of, entry_of
from permissions.models.papers import LARGEST_FILE
from referral.api.breaches import APPEALING, SEEING
from referral.credit.models import AppealPaper
from referral.credit.papers import attach, detach, paper_seen_by, papers_of
from referral.credit.queries import NOTHING_HERE, breach_seen_by
from vault.audit import saw
from vault.refusal import Refusal


class AppealPapers(Api):
    """The files beside one appeal; the resident's side lays another one there while it waits."""

    policies = {"GET": SEEING, "POST": APPEALING}
    longest = LARGEST_FILE
    parser_classes = (FileParser,)  # type: ignore[assignment]

    @extend_schema(responses=PaperList, operation_id="appeal_papers_list")
    def get(self, request: Request, breach: UUID) -> Response:
        return Response(entries_of(papers_of(breach_seen_by(self.acting, breach))))

    @extend_schema(request=BYTES, responses={201: PaperEntry}, parameters=[PaperName], operation_id="appeal_papers_add")
    def post(self, request: Request, breach: UUID) -> Response:
        held, name = breach_seen_by(self.acting, breach), self.asked(PaperName)["name"]
        paper = read_paper(name, request.data if isinstance(request.data, bytes) else b"")
        return Response(entry_of(attach(held.public_id, paper, by=self.acting)), status=status.HTTP_201_CREATED)


class OneAppealPaper(Api):
    """One file: its bytes, and taking it away before the decision."""

    policies = {"GET": SEEING, "DELETE": APPEALING}

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, operation_id="appeal_papers_get")
    def get(self, request: Request, breach: UUID, paper: UUID) -> HttpResponse:
        held = self.paper(breach, paper)
        answer = as_download(held)
        saw(self.acting.actor, "attachment", held.public_id, "download")
        return answer

    @extend_schema(request=None, responses={204: None}, operation_id="appeal_papers_take_away")
    def delete(self, request: Request, breach: UUID, paper: UUID) -> Response:
        detach(self.paper(breach, paper).public_id, by=self.acting)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def paper(self, breach: UUID, paper: UUID) -> AppealPaper:
        """The file, when it lies beside the appeal that the address names."""
        held = paper_seen_by(self.acting, paper)
        if held.appeal.breach.public_id != breach:
            raise Refusal("not_found", NOTHING_HERE)
        return held
