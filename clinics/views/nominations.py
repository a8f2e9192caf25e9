"""The institution's pages of nominations: whom to nominate, with which evidence, and what the district answered."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clinics.models import Post
from clinics.nominations import nominate as use_cases
from clinics.nominations.evidence import read_evidence
from clinics.nominations.queries import STANDINGS, attachment_seen_by, dossier_of, nomination_seen_by, own_posts
from clinics.right_queries import found, post_seen_by
from clinics.views.nomination_words import evidence_context, line_of, standing_for_institution, wishes_in
from clinics.views.right_words import LAW_OF_GRANTING, detail_of
from clinics.views.typed import chosen_id, errors_in, one_of, search_in, version
from clinics.watch.timeline import timeline_for
from permissions.attachments import read_papers
from permissions.doors import Needs, Page
from permissions.models import ReferralRight
from permissions.nominations import MOST_PAPERS, OPEN_TO_THE_INSTITUTION, Evidence
from permissions.right_states import RightStatus
from permissions.roles import Capability
from vault.audit import saw
from vault.faults import Faults
from vault.refusal import Refusal, invalid

PER_PAGE = 30
NOMINATING = Needs(Capability.NOMINATE)


class Nominations(Page):
    """Every post of one's institutions that may hold the right: nominated, sent back, granted, or open to be nominated."""

    policies = {"GET": NOMINATING}

    def get(self, request: HttpRequest) -> HttpResponse:
        posts = own_posts(self.acting)
        standing, words = one_of(request.GET, "standing", STANDINGS), search_in(request.GET)
        shown = found(posts.filter(STANDINGS[standing][1]) if standing else posts, words)
        page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
        context = {
            "standing": standing,
            "q": words,
            "standings": [("", _("all")), *((name, label) for name, (label, _condition) in STANDINGS.items())],
            "counts": counts(posts),
            "page": page,
            "lines": [line_of(post) for post in page],
        }
        return self.render(request, "clinics/nominations/list.html", context)


class NewNomination(Page):
    """One doctor is nominated, with certificate, wishes, a note and papers."""

    policies = {"GET": NOMINATING, "POST": NOMINATING}
    repeated = frozenset({"target"})

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.form(request, post_seen_by(self.acting, public_id))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        post = post_seen_by(self.acting, public_id)
        request.refused = partial(self.refused, request, post)  # type: ignore[attr-defined]
        evidence, papers = handed_in(request)
        right = use_cases.nominate(post, evidence, papers=papers, by=self.acting)
        messages.success(request, _("%(name)s is nominated; the district decides.") % {"name": post.user.display_name})
        return redirect("nomination", right.public_id)

    def refused(self, request: HttpRequest, post: Post, refusal: Refusal) -> HttpResponse | None:
        if refusal.code in ("not_found", "not_allowed"):
            return None
        return self.form(request, post, typed=request.POST, refusal=refusal)

    def form(self, request: HttpRequest, post: Post, *, typed: QueryDict | None = None, refusal: Refusal | None = None) -> HttpResponse:
        context = evidence_context(post, typed=typed) | errors_in(refusal)
        return self.render(request, "clinics/nominations/new.html", context | {"post": post, "law": LAW_OF_GRANTING})


class Nomination(Page):
    """One nomination as its institution sees it: the district's answer, the evidence, and what can still be put right."""

    policies = {"GET": NOMINATING, "POST": NOMINATING}
    repeated = frozenset({"target"})

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        right = nomination_seen_by(self.acting, public_id)
        page = self.shown(request, right)
        saw(self.acting.actor, "right", right.public_id, "nomination page")
        return page

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        right = nomination_seen_by(self.acting, public_id)
        request.refused = partial(self.refused, request, right)  # type: ignore[attr-defined]
        step = STEPS.get(request.POST.get("act", ""))
        if step is None:
            raise invalid("act", _("Choose what to do."))
        done = step(self, request, right)
        messages.success(request, done % {"name": right.user.display_name})
        return redirect("nomination", right.public_id)

    def refused(self, request: HttpRequest, right: ReferralRight, refusal: Refusal) -> HttpResponse | None:
        if refusal.code in ("not_found", "not_allowed"):
            return None
        fresh = nomination_seen_by(self.acting, right.public_id)
        again = request.POST if request.POST.get("act") == "nominate_again" else None
        return self.shown(request, fresh, typed=again, refusal=refusal)

    def shown(
        self, request: HttpRequest, right: ReferralRight, *, typed: QueryDict | None = None, refusal: Refusal | None = None
    ) -> HttpResponse:
        held, post = dossier_of(right), getattr(right, "post", None)
        context = {
            "right": right,
            "post": post,
            "detail": detail_of(right) | {"standing": standing_for_institution(right)},
            "dossier": held,
            "timeline": timeline_for(self.acting, right),
            "corrects": right.status == RightStatus.SENT_BACK,
            "adds": right.status == RightStatus.NOMINATED,
            "takes_away": right.status in OPEN_TO_THE_INSTITUTION,
            "withdraws": right.status in (RightStatus.NOMINATED, RightStatus.SENT_BACK, RightStatus.VERIFIED),
        }
        if right.status == RightStatus.SENT_BACK:
            context |= evidence_context(post, held.last, typed)
        return self.render(request, "clinics/nominations/one.html", context | errors_in(refusal))

    def nominate_again(self, request: HttpRequest, right: ReferralRight) -> str:
        evidence, papers = handed_in(request)
        use_cases.nominate_again(right, evidence, papers=papers, by=self.acting, expected_version=version(request))
        return _("%(name)s is nominated again; the district decides.")

    def attach(self, request: HttpRequest, right: ReferralRight) -> str:
        papers = read_papers(request.FILES.getlist("file"), MOST_PAPERS)
        if len(papers) != 1:
            raise invalid("file", _("Choose one file."))
        use_cases.attach(right, papers[0], by=self.acting)
        return _("The file was added.")

    def detach(self, request: HttpRequest, right: ReferralRight) -> str:
        wanted = chosen_id(request, "paper")
        paper = attachment_seen_by(self.acting, wanted) if wanted else None
        if paper is None or paper.right_id != right.pk:
            raise invalid("paper", _("Choose one of those shown."))
        use_cases.detach(paper, by=self.acting)
        return _("The file was taken away.")

    def withdraw(self, request: HttpRequest, right: ReferralRight) -> str:
        use_cases.withdraw(right, by=self.acting, expected_version=version(request))
        return _("The nomination of %(name)s is withdrawn.")


STEPS = {
    "nominate_again": Nomination.nominate_again,
    "attach": Nomination.attach,
    "detach": Nomination.detach,
    "withdraw": Nomination.withdraw,
}


def counts(posts: Any) -> dict[str, int]:
    """How many posts stand where, in one query."""
    return posts.order_by().aggregate(**{name: Count("pk", filter=condition) for name, (_words, condition) in STANDINGS.items()})


def handed_in(request: HttpRequest) -> tuple[Evidence, list[Any]]:
    """Evidence and papers of the form; every fault at once."""
    faults = Faults()
    papers = faults.of(read_papers, request.FILES.getlist("file"), MOST_PAPERS)
    wishes = faults.of(wishes_in, request.POST)
    evidence = read_evidence(request.POST.get("licence_number", ""), request.POST.get("note", ""), wishes or [], faults)
    return evidence, papers or []
