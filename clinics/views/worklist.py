"""The district's worklist of nominations: the checks already run, one decision at a time beside the list, or many at once."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics import rights
from clinics.nominations.facts import examination, examinations
from clinics.nominations.queries import dossier_of, earlier_rights, institutions_waiting, nomination_seen_by, searched, waiting
from clinics.views.nomination_words import VERDICTS, columns_of, waiting_line, wished_boxes
from clinics.views.right_words import detail_of, row_of_right
from clinics.views.rights import a_year_on, day_in, note_in, version_in
from clinics.views.targets import chosen_targets
from clinics.views.typed import errors_in, id_or_none, one_of, search_in
from clinics.watch.timeline import timeline_for
from permissions.doors import Needs, Page
from permissions.models import ReferralRight
from permissions.right_states import RightStatus, SendBackReason
from permissions.roles import Capability
from vault.audit import saw
from vault.refusal import Refusal, invalid

PER_PAGE = 30
DECIDING = Needs(Capability.GRANT_RIGHTS)
STEPS = {"nominated": gettext_lazy("to verify"), "verified": gettext_lazy("to grant")}


class Worklist(Page):
    """Every nomination that waits for the district, the oldest first, with what the platform looked up."""

    policies = {"GET": DECIDING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.listed(request)

    def listed(self, request: HttpRequest, **more: Any) -> HttpResponse:
        """The list, with whatever stands beside it."""
        everything = waiting(self.acting)
        step, words, place = one_of(request.GET, "step", STEPS), search_in(request.GET), id_or_none(request.GET.get("institution", ""))
        found = searched(everything, words, step=step, institution=place)
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        known = examinations(list(page))
        context = {
            "step": step,
            "q": words,
            "institution": str(place or ""),
            "steps": [("", _("all")), *STEPS.items()],
            "institutions": [("", _("all institutions")), *institutions_waiting(everything)],
            "page": page,
            "lines": [waiting_line(right, known[right.pk]) for right in page],
            **more,
        }
        return self.render(request, "clinics/worklist/list.html", context)


class Judgement(Worklist):
    """One nomination beside the list: evidence, findings, history, and the three answers."""

    policies = {"GET": DECIDING, "POST": DECIDING}
    repeated = frozenset({"target"})

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:  # type: ignore[override]
        page = self.beside(request, public_id)
        saw(self.acting.actor, "right", public_id, "nomination page")
        return page

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        right = nomination_seen_by(self.acting, public_id)
        decide = DECISIONS.get(request.POST.get("act", ""))
        if decide is None:
            raise invalid("act", _("Choose what to do."))
        done = decide(right, request.POST, version_in(request.POST), self.acting)
        messages.success(request, done % {"name": right.user.display_name})
        return redirect("judgement", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        """The same dialog again with what was chosen and why it could not be done."""
        if refusal.code in ("not_found", "not_allowed"):
            return None
        act = request.POST.get("act", "")
        opened = {f"open_{act}": True} if act in DIALOGS else {}
        return self.beside(request, public_id, typed=request.POST, **opened, **errors_in(refusal))

    def beside(self, request: HttpRequest, public_id: UUID, **more: Any) -> HttpResponse:
        right = nomination_seen_by(self.acting, public_id)
        typed: QueryDict | None = more.get("typed")
        held, examined = dossier_of(right), examination(right)
        waits = right.status in (RightStatus.NOMINATED, RightStatus.VERIFIED)
        context = {
            "right": right,
            "detail": detail_of(right),
            "dossier": held,
            "columns": columns_of(examined),
            "verdict": dict(zip(("word", "kind"), VERDICTS[examined.verdict], strict=True)),
            "stopped": bool(examined.stops),
            "waits": waits,
            "earlier": [row_of_right(one) for one in earlier_rights(right)],
            "timeline": timeline_for(self.acting, right),
            "send_back_reasons": [("", _("please choose")), *SendBackReason.choices],
        }
        if waits:
            context |= {
                "target_groups": wished_boxes(getattr(right, "post", None), held.last, typed if typed and "target" in typed else None),
                "last_day": typed.get("valid_to", "") if typed is not None else a_year_on(timezone.localdate()).isoformat(),
            }
        return self.listed(request, **context, **more)


def _verify(right: ReferralRight, _typed: QueryDict, version: int, by: Any) -> str:
    rights.verify(right, by=by, expected_version=version)
    return _("The nomination of %(name)s is verified.")


def _send_back(right: ReferralRight, typed: QueryDict, version: int, by: Any) -> str:
    rights.send_back(right, by=by, reason=typed.get("reason", ""), note=note_in(typed), expected_version=version)
    return _("The nomination of %(name)s is sent back.")


def _grant(right: ReferralRight, typed: QueryDict, version: int, by: Any) -> str:
    targets, last_day = chosen_targets(typed), day_in(typed)
    done = rights.verify_and_grant(right, targets=targets, last_day=last_day, by=by, expected_version=version)
    if done.status == RightStatus.VERIFIED:
        return _("The nomination of %(name)s is verified; after misconduct another person of the district grants it.")
    return _("%(name)s may refer now.")


DECISIONS: dict[str, Callable[[ReferralRight, QueryDict, int, Any], str]] = {"verify": _verify, "send_back": _send_back, "grant": _grant}
DIALOGS = frozenset({"send_back", "grant"})
