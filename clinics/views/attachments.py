"""Hands out the papers of nominations: to be kept, never to be shown inside a page."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from clinics.nominations.queries import attachment_seen_by
from permissions.doors import Needs, Page
from permissions.doors.papers import as_download
from permissions.roles import Capability
from vault.audit import saw


class Paper(Page):
    """One paper, for the nominating institution and the district; each download is noted."""

    policies = {"GET": Needs(Capability.NOMINATE, Capability.GRANT_RIGHTS)}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        paper = attachment_seen_by(self.acting, public_id, content=True)
        answer = as_download(paper)
        saw(self.acting.actor, "attachment", paper.public_id, "download")
        return answer
