"""The district's no-show list: who is on it until when and why, as a page and as a file, and who evaded the limits."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from clinics.views.exporting import handed_out
from clinics.views.typed import errors_in, one_of, search_in
from permissions.doors import Needs, Page
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.credit.evasion import LONGEST, evasion_is_listed, record_evasion
from referral.credit.models import BookingBan
from referral.credit.queries import bans_seen_by, in_force, of_patients, over
from referral.views import typed
from vault.audit import saw_many
from vault.refusal import Refusal

PER_PAGE = 30
DECIDING = Needs(Capability.DECIDE_APPEALS)
STANDINGS: dict[str, Any] = {
    "in_force": gettext_lazy("in force"),
    "over": gettext_lazy("over"),
    "lifted": gettext_lazy("lifted by a decision"),
}


class Bans(Page):
    """Everybody on the list, the latest first."""

    policies = {"GET": DECIDING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return listed(self, request)


class BansExport(Page):
    """POST: the same list as a file."""

    policies = {"POST": DECIDING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        asked = asked_of(request)
        columns = [_("Resident"), pgettext("period", "From"), _("Until"), _("Covers"), _("Missed visits"), _("State")]
        rows = list(found(self, asked))
        lines = [
            (mask_name(ban.patient.name), ban.valid_from, ban.valid_to, ban.get_covers_display(), ban.missed, standing_of_ban(ban)[1])  # type: ignore[attr-defined]
            for ban in rows
        ]
        answer = handed_out(request, "bans", _("No-show list"), columns, lines, by=self.acting, filters={"state": asked["state"]})
        saw_many(self.acting.actor, "booking_ban", [ban.public_id for ban in rows], "no-show list file")
        return answer


class Evasion(Page):
    """POST: a duplicate made under another identity to get round the limits; its resident is on the list at once."""

    policies = {"POST": DECIDING}

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        said = typed.printable_texts(request, ("number", "evidence"), one_line={"number"})
        breach = record_evasion(said["number"], evidence=said["evidence"], by=self.acting)
        messages.success(request, _("Recorded. The resident is on the list and may appeal; another person decides."))
        return redirect("breach", breach.public_id)

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        """The list with the form open again."""
        if refusal.code == "not_allowed":
            return None
        values = {name: typed.text(request, name)[:2000] for name in ("number", "evidence")}
        return listed(self, request, values=values, opened=True, **errors_in(refusal))


def listed(page: Page, request: HttpRequest, **more: Any) -> HttpResponse:
    """The page of the list; whose names were shown is remembered."""
    asked = asked_of(request)
    rows = Paginator(found(page, asked), PER_PAGE).get_page(request.GET.get("page"))
    lines = [(ban, mask_name(ban.patient.name), *standing_of_ban(ban), list(ban.breaches.all())) for ban in rows]
    context = asked | {
        "page": rows,
        "lines": lines,
        "states": [("", _("all")), *STANDINGS.items()],
        "longest": LONGEST,
        "lists_evasion": evasion_is_listed(page.acting.district_id, timezone.localdate()),
        "values": {},
        "errors": {},
    }
    answer = page.render(request, "referral/bans.html", context | more, status=422 if more.get("opened") else 200)
    saw_many(page.acting.actor, "booking_ban", [ban.public_id for ban in rows], "no-show list")
    return answer


def asked_of(request: HttpRequest) -> dict[str, str]:
    return {"state": one_of(request.GET, "state", STANDINGS), "q": search_in(request.GET)}


def found(page: Page, asked: dict[str, str]) -> Any:
    """Those in this state who answer to the search."""
    rows = of_patients(bans_seen_by(page.acting), asked["q"])
    narrowed = {"in_force": in_force, "over": over, "lifted": lambda held: held.filter(status="lifted")}.get(asked["state"])
    return (narrowed(rows) if narrowed else rows).prefetch_related("breaches")


def standing_of_ban(ban: BookingBan) -> tuple[str, str]:
    """The colour and the word of a ban's state now."""
    if ban.status == "lifted":
        return "off", str(STANDINGS["lifted"])
    if ban.valid_to <= timezone.now():
        return "off", str(STANDINGS["over"])
    return "bad", str(STANDINGS["in_force"])
