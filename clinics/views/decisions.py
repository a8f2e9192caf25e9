"""One decision about many rights: chosen in the list, looked at one by one, carried out, told one by one; and the list as a file."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.right_queries import found, posts_seen_by, standing
from clinics.rights import LONGEST_YEARS
from clinics.views.exporting import handed_out
from clinics.views.right_words import last_day_of, reasons, standing_of
from clinics.views.rights import day_in, filters_from, note_in
from clinics.views.typed import id_or_none
from clinics.watch.bulk import DONE, REASONS, Wish, chosen_rights, decide, decision_of, forecast, results_of
from clinics.watch.export import COLUMNS, rows_of
from clinics.watch.queries import Narrowing, narrowed
from clinics.watch.states import BulkAct
from permissions.doors import Needs, Page
from permissions.doors.fields import read_day
from permissions.models import ReferralRight
from permissions.roles import Capability
from vault.ids import uuid7
from vault.refusal import Refusal, invalid

A_YEAR = timedelta(days=365)
DECIDING, SEEING = Needs(Capability.GRANT_RIGHTS), Needs(Capability.SEE_RIGHTS)


class BulkDecide(Page):
    """The chosen rights with what would happen to each; the button carries it out."""

    policies = {"GET": DECIDING, "POST": DECIDING}
    repeated = frozenset({"right"})

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown(request, request.GET, [right_named(text)[0] for text in request.GET.getlist("right")])

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        versions = dict(seen_in(request.POST))
        key = request.POST.get("key", "")
        if id_or_none(key) is None:
            raise invalid("key", _("The page was incomplete. Please load it again."))
        made = decide(wish_in(request.POST), versions, key=key, by=self.acting, now=timezone.now())
        return redirect("rights_decided", made.public_id)

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        """The preview again with what was typed and why nothing was done."""
        wanted = [right for right, _version in readable(request.POST)]
        if refusal.code in ("not_found", "not_allowed") or not wanted or request.POST.get("act") not in BulkAct.values:
            return None
        return self.shown(request, request.POST, wanted, refusal=refusal, typed=request.POST)

    def shown(self, request: HttpRequest, asked: QueryDict, wanted: list[UUID], **more: Any) -> HttpResponse:
        act = asked.get("act", "")
        if act not in BulkAct.values:
            raise invalid("act", _("Choose what to do."))
        chosen, now = chosen_rights(wanted, by=self.acting), timezone.now()
        last_day = day_or_none(asked.get("valid_to", "")) or a_year_longer(chosen, timezone.localdate())
        lines = forecast(Wish(act, last_day=last_day), chosen, now)
        context = {
            "act": BulkAct(act), "lines": [line_of(one.right, one.obstacle) for one in lines],
            "possible": sum(not one.obstacle for one in lines), "last_day": last_day.isoformat(),
            "reasons": reasons(REASONS[BulkAct(act)]) if act in REASONS else [], "key": uuid7(),
        }  # fmt: skip
        return self.render(request, "clinics/decisions.html", context | more)


class BulkDecided(Page):
    """What became of each right of one's own decision."""

    policies = {"GET": DECIDING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        made = decision_of(public_id, by=self.acting)
        lines = [
            {"right": right, "post": post, "ok": code == DONE, "text": sentence, "standing": standing_of(right)}
            for post, right, code, sentence in results_of(made)
            if right is not None
        ]
        context = {"made": made, "lines": lines, "done": sum(line["ok"] for line in lines)}
        return self.render(request, "clinics/decided.html", context)


class RightsExport(Page):
    """The list as it is filtered, as Excel or CSV; who took it stands in the audit trail."""

    policies = {"POST": SEEING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        filters, fine = filters_from(request.GET), Narrowing.of(request.GET.dict())
        posts = found(standing(posts_seen_by(self.acting), filters["standing"]), filters["q"])
        if filters["institution"]:
            posts = posts.filter(institution__public_id=filters["institution"])
        rows = rows_of(narrowed(posts, fine, timezone.localdate()), timezone.now())
        said = {name: filters[name] for name in ("standing", "institution") if filters[name]} | fine.given
        return handed_out(request, "rights", _("Referral rights"), COLUMNS, rows, by=self.acting, filters=said)


def a_year_longer(chosen: Sequence[ReferralRight], today: date) -> date:
    """The day proposed for extending: a year after the latest of their last days, within what may be given."""
    days = [day for right in chosen if (day := last_day_of(right)) is not None]
    return min(max([today, *days]) + A_YEAR, today + A_YEAR * LONGEST_YEARS)


def line_of(right: ReferralRight, obstacle: Any) -> dict[str, Any]:
    """One line of the preview."""
    post = getattr(right, "post", None)
    return {"right": right, "post": post, "standing": standing_of(right), "last_day": last_day_of(right), "obstacle": obstacle}


def wish_in(typed: QueryDict) -> Wish:
    """What is to be done, as typed; every field is checked when it is decided, and once more here for its form."""
    act = typed.get("act", "")
    wish = Wish(act, typed.get("reason", ""), note_in(typed), day_in(typed) if act == BulkAct.EXTEND else None)
    return Wish(act, note=wish.note, last_day=wish.last_day) if act == BulkAct.EXTEND else wish


def seen_in(typed: QueryDict) -> list[tuple[UUID, int]]:
    """The chosen rights with the versions looked at. Refuses with `invalid_input` what names no right."""
    return [right_named(text) for text in typed.getlist("right")]


def right_named(text: str) -> tuple[UUID, int]:
    """A right and its version, written as id.version; without a version it is nought."""
    name, _dot, version = text.partition(".")
    right = id_or_none(name)
    if right is None or not (version == "" or (version.isascii() and version.isdigit() and len(version) < 10)):
        raise invalid("right", _("Choose at least one right, and 100 at most."))
    return right, int(version or 0)


def readable(typed: QueryDict) -> list[tuple[UUID, int]]:
    """What of the chosen rights can be shown again."""
    try:
        return seen_in(typed)
    except Refusal:
        return []


def day_or_none(text: str) -> date | None:
    """A day of an address; what is none is as if it had not been said."""
    try:
        return read_day(text)
    except ValueError:
        return None
