"""Many nominations at once: what would happen to each, then each decided in a transaction of its own."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.nominations.bulk import MOST_AT_ONCE, Prospect, Result, prospects, settle
from clinics.nominations.queries import chosen
from clinics.views.nomination_words import CONSEQUENCES, waiting_line
from clinics.views.rights import a_year_on, day_in
from clinics.views.targets import chosen_targets, target_choices
from clinics.views.typed import errors_in, id_or_none
from permissions.doors import Needs, Page
from permissions.right_states import RightStatus
from permissions.roles import Capability
from vault.refusal import Refusal, invalid


class BulkGrant(Page):
    """The chosen nominations with what would happen to each; the same targets and last day for all of them."""

    policies = {"GET": Needs(Capability.GRANT_RIGHTS), "POST": Needs(Capability.GRANT_RIGHTS)}
    repeated = frozenset({"target", "right"})

    def get(self, request: HttpRequest) -> HttpResponse:
        found = self.chosen(ids_in(request.GET))
        if not found:
            messages.warning(request, _("Tick at least one nomination."))
            return redirect("worklist")
        return self.preview(request, found)

    def post(self, request: HttpRequest) -> HttpResponse:
        versions = versions_in(request.POST)
        found = self.chosen(list(versions))
        request.refused = partial(self.refused, request, found)  # type: ignore[attr-defined]
        if not found:
            raise invalid("right", _("Tick at least one nomination."))
        targets, last_day = chosen_targets(request.POST), day_in(request.POST)
        seen = {one.right.pk: versions[one.right.public_id] for one in found}
        results = settle(found, seen, targets=targets, last_day=last_day, by=self.acting)
        tell(request, found, results)
        return redirect("worklist")

    def refused(self, request: HttpRequest, found: list[Prospect], refusal: Refusal) -> HttpResponse | None:
        if refusal.code in ("not_found", "not_allowed"):
            return None
        return self.preview(request, found, typed=request.POST, **errors_in(refusal))

    def chosen(self, public_ids: list[UUID]) -> list[Prospect]:
        return prospects(chosen(self.acting, public_ids), by=self.acting)

    def preview(self, request: HttpRequest, found: list[Prospect], typed: QueryDict | None = None, **more: Any) -> HttpResponse:
        posts = [getattr(one.right, "post", None) for one in found if one.is_done]
        context = {
            "lines": [line_of(one) for one in found],
            "n": sum(one.is_done for one in found),
            "target_groups": target_choices(next(iter(posts), None), typed.getlist("target") if typed is not None else None, beside=posts),
            "last_day": typed.get("valid_to", "") if typed is not None else a_year_on(timezone.localdate()).isoformat(),
        }
        return self.render(request, "clinics/worklist/bulk.html", context | more)


def line_of(one: Prospect) -> dict[str, Any]:
    """One line of the preview."""
    word, kind = CONSEQUENCES[one.consequence]
    return waiting_line(one.right, one.examination) | {"consequence": {"word": word, "kind": kind}}


def ids_in(data: QueryDict) -> list[UUID]:
    """The ticked nominations; what is no id is as if it had not been ticked."""
    return [one for text in data.getlist("right")[:MOST_AT_ONCE] if (one := id_or_none(text))]


def versions_in(typed: QueryDict) -> dict[UUID, int]:
    """The nominations of the preview with the versions it was drawn with: "id.version" each."""
    pairs = [text.partition(".") for text in typed.getlist("right")[:MOST_AT_ONCE]]
    if not all(id_or_none(public_id) and number.isascii() and number.isdigit() and len(number) < 9 for public_id, _dot, number in pairs):
        raise invalid("right", _("The page was incomplete. Please load it again."))
    return {UUID(public_id): int(number) for public_id, _dot, number in pairs}


def tell(request: HttpRequest, found: list[Prospect], results: list[Result]) -> None:
    """What came of each: the numbers, then a sentence for everyone who was not granted."""
    granted = sum(one.refusal is None and one.status == RightStatus.GRANTED for one in results)
    messages.success(request, ngettext("%(n)d right is granted.", "%(n)d rights are granted.", granted) % {"n": granted})
    for result in results:
        name = result.right.user.display_name
        if result.refusal is not None:
            messages.warning(request, _("%(name)s: %(why)s") % {"name": name, "why": result.refusal.message})
        elif result.status != RightStatus.GRANTED:
            messages.info(request, _("%(name)s: verified; another person of the district grants.") % {"name": name})
    for one in found:
        if not one.is_done:
            messages.warning(
                request, _("%(name)s: %(why)s") % {"name": one.right.user.display_name, "why": CONSEQUENCES[one.consequence][0]}
            )
