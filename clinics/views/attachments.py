"""Hands out the papers of nominations: to be kept, never to be shown inside a page."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from clinics.nominations.queries import attachment_seen_by
from permissions.attachments import MEDIA_TYPES
from permissions.doors import Needs, Page
from permissions.models import Attachment
from permissions.nominations import content_of
from permissions.roles import Capability
from vault.audit import saw

# Whatever a reader's browser makes of the bytes, it runs nothing and loads nothing.
SANDBOX = "default-src 'none'; sandbox"


class Paper(Page):
    """One paper, for the nominating institution and the district; each download is noted."""

    policies = {"GET": Needs(Capability.NOMINATE, Capability.GRANT_RIGHTS)}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        paper = attachment_seen_by(self.acting, public_id, content=True)
        answer = as_download(paper)
        saw(self.acting.actor, "attachment", paper.public_id, "download")
        return answer


def as_download(paper: Attachment) -> HttpResponse:
    """The bytes with the headers that keep them a file: attachment, no sniffing, sandbox."""
    answer = HttpResponse(content_of(paper), content_type=MEDIA_TYPES[Attachment.Kind(paper.kind)])
    answer.headers["Content-Disposition"] = content_disposition_header(True, paper.name) or "attachment"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
