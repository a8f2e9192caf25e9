"""The files beside an appeal: opened by both sides, added and taken away by the resident's while it waits."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from permissions.attachments import read_papers
from permissions.doors import PUBLIC, Page
from permissions.doors.papers import as_download
from referral.credit.papers import MOST_PAPERS, attach, detach, paper_of_resident, paper_seen_by
from referral.credit.queries import breach_of
from referral.views.breaches import APPEALING, SEEING, refused
from referral.views.resident import recognised, resident
from vault.audit import saw
from vault.refusal import invalid


class AppealPapers(Page):
    """POST: one more file beside the appeal that waits."""

    policies = {"POST": APPEALING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(refused, self, request, public_id, ())  # type: ignore[attr-defined]
        papers = read_papers(request.FILES.getlist("file"), MOST_PAPERS)
        if len(papers) != 1:
            raise invalid("file", _("Choose one file."))
        attach(public_id, papers[0], by=self.acting)
        messages.success(request, _("The file was added."))
        return redirect("breach", public_id)


class AppealPaper(Page):
    """GET: one file, for the resident's side and the district; each opening is noted. POST: take it away."""

    policies = {"GET": SEEING, "POST": APPEALING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        paper = paper_seen_by(self.acting, public_id)
        answer = as_download(paper)
        saw(self.acting.actor, "attachment", paper.public_id, "download")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        breach = paper_seen_by(self.acting, public_id).appeal.breach
        request.refused = partial(refused, self, request, breach.public_id, ())  # type: ignore[attr-defined]
        detach(public_id, by=self.acting)
        messages.success(request, _("The file was taken away."))
        return redirect("breach", breach.public_id)


class ResidentPaper(Page):
    """GET: a file the resident handed in herself, on the page that number and code opened."""

    policies = {"GET": PUBLIC}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        booking = recognised(request)
        breach = breach_of(booking) if booking else None
        if booking is None or breach is None:
            return redirect("resident")
        paper = paper_of_resident(breach, public_id)
        answer = as_download(paper)
        saw(resident(booking), "attachment", paper.public_id, "download")
        return answer
