"""The manager says each quarter which of her doctors still hold their posts; the district sees which institution has not."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.models import Post
from clinics.views.right_words import row_of
from clinics.views.typed import id_or_none, search_in
from clinics.watch.attestation import attest
from clinics.watch.due import quarter_for
from clinics.watch.quarters import Quarter
from clinics.watch.queries import attestation_progress, posts_to_attest
from permissions.doors import Needs, Page
from permissions.roles import Capability
from vault.refusal import Refusal, invalid

ATTESTING, WATCHING = Needs(Capability.ATTEST_RIGHTS), Needs(Capability.GRANT_RIGHTS)
PER_PAGE = 30
PREFIX = "word."
WORDS = {"holds": True, "gone": False}


class Attestation(Page):
    """The manager's doctors with her word for this quarter; answers are given a page at a time."""

    policies = {"GET": ATTESTING, "POST": ATTESTING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        answers = answers_in(request.POST)
        gone = [right for right, holds in answers.items() if not holds]
        if gone and request.POST.get("sure") != "1":
            return self.shown(request, typed=answers, gone=gone)
        counted = attest(answers, by=self.acting, now=timezone.now())
        messages.success(
            request,
            _("Noted: %(attested)s hold their post, %(denied)s do not, %(unchanged)s unchanged.")
            % {"attested": counted.attested, "denied": counted.denied, "unchanged": counted.unchanged},
        )
        return redirect(f"{request.path}?{request.GET.urlencode()}" if request.GET else request.path)

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        """The sheet again with why nothing was noted."""
        if refusal.code in ("not_found", "not_allowed"):
            return None
        return self.shown(request, refusal=refusal, typed=readable_in(request.POST))

    def shown(self, request: HttpRequest, **more: Any) -> HttpResponse:
        institution = self.acting.post.institution  # type: ignore[union-attr]
        quarter, last_day = quarter_for(institution, timezone.localdate())
        rows = posts_to_attest(self.acting, quarter)
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        typed, gone = more.pop("typed", {}), set(more.pop("gone", ()))
        lines = [line_of(post, typed) for post in page]
        context = {
            "quarter": quarter, "last_day": last_day, "page": page, "lines": lines,
            "open": rows.filter(is_due=True).count(), "attested": rows.filter(word=True).exists(),
            "sure": [line for line in lines if line["right"].public_id in gone],
        }  # fmt: skip
        return self.render(request, "clinics/attestation.html", context | more)


class AttestationProgress(Page):
    """How far every institution of the district is with this quarter."""

    policies = {"GET": WATCHING}

    def get(self, request: HttpRequest) -> HttpResponse:
        text, quarter = search_in(request.GET), Quarter.of(timezone.localdate())
        progress = attestation_progress(self.acting, quarter, text)
        page = Paginator(progress, PER_PAGE).get_page(request.GET.get("page"))
        context = {"quarter": quarter, "q": text, "page": page, "open": sum(one.open for one in progress)}
        return self.render(request, "clinics/attestation_progress.html", context)


def line_of(post: Post, typed: dict[UUID, bool]) -> dict[str, Any]:
    """One doctor of the sheet: standing, the word given already, the word chosen now."""
    right: Any = post.right
    chosen = typed.get(right.public_id)
    return {
        **row_of(post),
        "word": post.word, "word_at": post.word_at, "is_due": post.is_due,  # type: ignore[attr-defined]
        "name": f"{PREFIX}{right.public_id}", "chosen": "" if chosen is None else "holds" if chosen else "gone",
    }  # fmt: skip


def answers_in(typed: QueryDict) -> dict[UUID, bool]:
    """Right → still holds the post. Refuses with `invalid_input` a right or a word that cannot be."""
    answers = {}
    for name, word in typed.items():
        if not name.startswith(PREFIX) or word == "":
            continue
        right = id_or_none(name.removeprefix(PREFIX))
        if right is None or word not in WORDS:
            raise invalid("answers", _("Choose one of those shown."))
        answers[right] = WORDS[str(word)]
    return answers


def readable_in(typed: QueryDict) -> dict[UUID, bool]:
    """What of the answers can be shown again."""
    pairs = ((id_or_none(name.removeprefix(PREFIX)), str(word)) for name, word in typed.items() if name.startswith(PREFIX))
    return {right: WORDS[word] for right, word in pairs if right is not None and word in WORDS}
