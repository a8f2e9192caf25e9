"""The district's page of referral rights: who may refer, where to, until when; and the five decisions about one right."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics import rights
from clinics.models import Post
from clinics.nominations.queries import earlier_rights
from clinics.right_queries import STANDINGS, found, post_seen_by, posts_seen_by, right_seen_by, standing
from clinics.views.right_words import LAW_OF_GRANTING, LAW_OF_REVOKING, detail_of, reasons, row_of, row_of_right
from clinics.views.targets import chosen_targets, target_choices
from clinics.watch.queries import Narrowing, choices_of_narrowing, narrowed
from clinics.watch.timeline import timeline_for
from permissions.doors import Needs, Page
from permissions.doors.fields import read_day
from permissions.doors.serializers import unprintable_in
from permissions.models import ReferralRight
from permissions.right_states import REVOKE_REASONS, SUSPEND_REASONS, RightStatus
from permissions.rights import NOTE_LENGTH
from permissions.roles import Capability
from vault.refusal import Refusal, invalid

PER_PAGE, LONGEST_SEARCH = 30, 50
SEEING, DECIDING = Needs(Capability.SEE_RIGHTS), Needs(Capability.GRANT_RIGHTS)


class Rights(Page):
    """Every post that may hold a right, filtered by standing, institution and name."""

    policies = {"GET": SEEING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.listed(request)

    def listed(self, request: HttpRequest, **more: Any) -> HttpResponse:
        """The list, with whatever stands beside it."""
        posts = posts_seen_by(self.acting)
        filters = filters_from(request.GET)
        fine = Narrowing.of(request.GET.dict())
        chosen = narrowed(found(standing(posts, filters["standing"]), filters["q"]), fine, timezone.localdate())
        if filters["institution"]:
            chosen = chosen.filter(institution__public_id=filters["institution"])
        page = Paginator(chosen, PER_PAGE).get_page(request.GET.get("page"))
        context = {
            **filters,
            "counts": counts(posts),
            "standings": [("", _("all")), *((name, words) for name, (words, _condition) in STANDINGS.items())],
            "institutions": institutions_of(posts),
            "page": page,
            "lines": [row_of(post) for post in page],
            "narrowings": choices_of_narrowing(fine),
            "decides": self.acting.can(Capability.GRANT_RIGHTS),
            "disputes": self.acting.can(Capability.DISPUTE_RIGHTS),
            **more,
        }
        return self.render(request, "clinics/rights.html", context)


class Right(Rights):
    """One right beside the list, and the decisions about it."""

    policies = {"GET": SEEING, "POST": DECIDING}
    repeated = frozenset({"target"})

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:  # type: ignore[override]
        return self.beside(request, public_id)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        right = right_seen_by(self.acting, public_id)
        decide = DECISIONS.get(request.POST.get("act", ""))
        if decide is None:
            raise invalid("act", _("Choose what to do."))
        done = decide(right, request.POST, version_in(request.POST), self.acting)
        messages.success(request, done % {"name": right.user.display_name})
        return redirect("right", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        """The same dialog again with what was chosen and why it could not be done."""
        if refusal.code in ("not_found", "not_allowed"):
            return None
        return self.beside(request, public_id, refusal=refusal, typed=request.POST, **opened(request.POST.get("act", "")))

    def beside(self, request: HttpRequest, public_id: UUID, **more: Any) -> HttpResponse:
        right = right_seen_by(self.acting, public_id)
        roles = (self.acting.role.value,) if self.acting.role else ()
        actions = {step.event for step in right.STATES.open_to(right.status, roles) if step.event in DECISIONS}
        context = {
            "right": right,
            "detail": detail_of(right),
            "timeline": timeline_for(self.acting, right),
            "actions": actions,
            "suspend_reasons": reasons(SUSPEND_REASONS),
            "revoke_reasons": reasons(REVOKE_REASONS),
            "second_person": right.reinstatement_asked_by is not None,
            "law": LAW_OF_REVOKING,
            **(of_the_person(right) if self.acting.can(Capability.GRANT_RIGHTS) else {}),
        }
        if "grant" in actions:
            context |= grant_context(getattr(right, "post", None), more.get("typed"))
        return self.listed(request, **context, **more)


def of_the_person(right: ReferralRight) -> dict[str, Any]:
    """What the district finds beside one right: its nomination, and the person's other rights, so that none is forgotten (R052)."""
    others = earlier_rights(right)
    taken = {"suspend": {RightStatus.GRANTED}, "revoke": {RightStatus.GRANTED, RightStatus.SUSPENDED}}
    together = {act: [one for one in (right, *others) if one.status in statuses] for act, statuses in taken.items()}
    return {
        "handed_in": right.nominations.exists(),
        "others": [row_of_right(one) for one in others],
        "together": {act: found for act, found in together.items() if len(found) > 1},
    }


class NewRight(Rights):
    """The district gives a post its right: where to, and until which day."""

    policies = {"GET": DECIDING, "POST": DECIDING}
    repeated = frozenset({"target"})

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:  # type: ignore[override]
        return self.asked(request, public_id)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        post = post_seen_by(self.acting, public_id)
        right = rights.enter(post, targets=chosen_targets(request.POST), last_day=day_in(request.POST), by=self.acting)
        messages.success(request, _("%(name)s may refer from now on.") % {"name": post.user.display_name})
        return redirect("right", right.public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code in ("not_found", "not_allowed"):
            return None
        return self.asked(request, public_id, refusal=refusal, typed=request.POST)

    def asked(self, request: HttpRequest, public_id: UUID, **more: Any) -> HttpResponse:
        post = post_seen_by(self.acting, public_id)
        typed = more.get("typed")
        return self.listed(request, post=post, law=LAW_OF_GRANTING, **grant_context(post, typed), **more)


def _grant(right: ReferralRight, typed: QueryDict, version: int, by: Any) -> str:
    rights.grant(right, targets=chosen_targets(typed), last_day=day_in(typed), by=by, expected_version=version)
    return _("%(name)s may refer from now on.")


def _suspend(right: ReferralRight, typed: QueryDict, version: int, by: Any) -> str:
    rights.suspend(right, by=by, reason=typed.get("reason", ""), note=note_in(typed), expected_version=version)
    return _("The right of %(name)s is suspended; the next click is refused.")


def _reinstate(right: ReferralRight, _typed: QueryDict, version: int, by: Any) -> str:
    after = rights.reinstate(right, by=by, expected_version=version)
    if after.status == RightStatus.SUSPENDED:
        return _("Your agreement is noted. A second person of the district has to agree before %(name)s may refer again.")
    return _("%(name)s may refer again.")


def _revoke(right: ReferralRight, typed: QueryDict, version: int, by: Any) -> str:
    rights.revoke(right, by=by, reason=typed.get("reason", ""), note=note_in(typed), expected_version=version)
    return _("The right of %(name)s is revoked; the next click is refused.")


DECISIONS: dict[str, Callable[[ReferralRight, QueryDict, int, Any], str]] = {
    "grant": _grant,
    "suspend": _suspend,
    "reinstate": _reinstate,
    "revoke": _revoke,
}


def opened(act: str) -> dict[str, bool]:
    """Which dialog the server opens again."""
    return {f"open_{act}": True} if act in DECISIONS else {}


def filters_from(data: QueryDict) -> dict[str, str]:
    """The filters of an address; what cannot be is as if it had not been said."""
    text = data.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    return {"standing": data.get("standing", ""), "institution": uuid_or_nothing(data.get("institution", "")), "q": text}


def uuid_or_nothing(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def counts(posts: Any) -> dict[str, int]:
    """How many posts stand where, in one query."""
    return posts.order_by().aggregate(**{name: Count("pk", filter=condition) for name, (_words, condition) in STANDINGS.items()})


def institutions_of(posts: Any) -> list[tuple[str, str]]:
    """The institutions of these posts, for the filter."""
    named = posts.order_by("institution__name").values_list("institution__public_id", "institution__short_name").distinct()
    return [("", _("all institutions")), *((str(public_id), name) for public_id, name in named)]


def grant_context(post: Post | None, typed: QueryDict | None = None) -> dict[str, Any]:
    """The targets to choose from, those of the post's own alliances chosen, and a year as the usual term."""
    return {
        "target_groups": target_choices(post, typed.getlist("target") if typed is not None else None),
        "last_day": typed.get("valid_to", "") if typed is not None else a_year_on(timezone.localdate()).isoformat(),
    }


def a_year_on(today: date) -> date:
    """The last day of a year's term that begins today."""
    return today + timedelta(days=364)


def version_in(typed: QueryDict) -> int:
    """The version the page was drawn with."""
    text = typed.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise invalid("version", _("The page was incomplete. Please load it again."))
    return int(text)


def note_in(typed: QueryDict) -> str:
    """The note as typed. Refuses with `invalid_input` what is too long or cannot be stored."""
    note = typed.get("note", "").strip()
    if len(note) > NOTE_LENGTH:
        raise invalid("note", _("Write at most 200 characters."))
    if unprintable_in(note, lines=False):
        raise invalid("note", _("The text holds a character that cannot be stored."))
    return note


def day_in(typed: QueryDict) -> date:
    """The last day as typed."""
    try:
        return read_day(typed.get("valid_to", ""))
    except ValueError:
        raise invalid("valid_to", _("Enter the last day, like 2027-03-31.")) from None
