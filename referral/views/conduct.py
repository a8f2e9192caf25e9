"""The monthly lists on pages: where each month stands, one list with its people and acts, the signature under it, and on paper."""

from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from permissions.doors import Needs, Page
from permissions.doors.fields import ID
from permissions.roles import Capability
from referral.patients.models import ContractEnding
from referral.supervision.acts import Group
from referral.supervision.focus import focus_month
from referral.supervision.month import Act, Month
from referral.supervision.queries import (
    Line,
    due_of,
    institutions_of,
    lines,
    month_named,
    month_of,
    months_of,
    people_of,
    recent_months,
    sign_days,
    signatures_of,
    standings,
)
from referral.supervision.sign import is_over, sign
from referral.views.cancelling import REASONS
from vault.audit import saw
from vault.refusal import Refusal, invalid

REASON_WORDS: dict[str, Any] = {**dict(ContractEnding.choices), **REASONS}
SEES = Needs(Capability.SIGN_CONDUCT, Capability.SEE_DISTRICT)
PER_PAGE = 30
MOST_ON_PAPER = 3000
DIGEST = 64


class Conduct(Page):
    """A manager's months; for the district one month of every institution, who has not signed first."""

    policies = {"GET": SEES}

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        if self.acting.can(Capability.SEE_DISTRICT):
            return self.district(request)
        rows = [row for institution in institutions_of(self.acting) for row in months_of(institution)]
        return self.render(request, "referral/conduct.html", {"rows": [(row, *row.kind(today)) for row in rows]})

    def district(self, request: HttpRequest) -> HttpResponse:
        today, months = timezone.localdate(), recent_months()
        name = request.GET.get("month", "")
        asked = name if name in months else months[1]
        found = standings(self.acting, month_named(asked))
        if not found and asked != name:  # a young district has no month behind it yet
            asked, found = months[0], standings(self.acting, month_named(months[0]))
        rows = [(row, *row.kind(today)) for row in found]
        open_only = request.GET.get("state", "") == "open"
        context = {
            "district": True,
            "months": [(one, one) for one in months],
            "month": asked,
            "states": [("", _("all")), ("open", _("not signed"))],
            "state": "open" if open_only else "",
            "signed": sum(row.signature is not None for row, _kind, _words in rows),
            "rows": sorted((one for one in rows if not (open_only and one[0].signature)), key=lambda one: one[0].signature is not None),
            "all": len(rows),
            "focused": focus_month(self.acting, month_named(asked)),
        }
        return self.render(request, "referral/conduct.html", context)


class ConductMonth(Page):
    """One list: its people with their counts, the acts filtered by person and kind, and the signature."""

    policies = {"GET": SEES, "POST": Needs(Capability.SIGN_CONDUCT)}

    def get(self, request: HttpRequest, institution: UUID, month: str) -> HttpResponse:
        held = month_of(self.acting, institution, month)
        answer = self.shown(request, held)
        saw(self.acting.actor, "conduct", held.institution.public_id, f"monthly list {month}")
        return answer

    def post(self, request: HttpRequest, institution: UUID, month: str) -> HttpResponse:
        held = month_of(self.acting, institution, month)
        request.refused = partial(self.refused, request, institution, month)  # type: ignore[attr-defined]
        digest = request.POST.get("digest", "")
        if len(digest) != DIGEST or not digest.isascii() or not digest.isalnum():
            raise invalid("digest", _("The page was incomplete. Please load it again."))
        if request.POST.get("read") != "1":
            raise invalid("read", _("Confirm that you have gone through the list."))
        sign(held, digest, by=self.acting)
        messages.success(request, _("The list is signed."))
        return redirect("conduct_month", institution, month)

    def refused(self, request: HttpRequest, institution: UUID, month: str, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in ("invalid_input", "stale_state", "already_exists", "not_yet"):
            return None
        return self.shown(request, month_of(self.acting, institution, month), refusal)

    def shown(self, request: HttpRequest, month: Month, refusal: Refusal | None = None) -> HttpResponse:
        person, group = request.GET.get("person", ""), request.GET.get("group", "")
        page = max(int(text), 1) if (text := request.GET.get("page", "")).isascii() and text.isdigit() and len(text) < 6 else 1
        found = chosen(month, person, group)
        rows = list(islice(found, (page - 1) * PER_PAGE, page * PER_PAGE + 1))
        context = context_of(month) | {
            "lines": worded(lines(month, rows[:PER_PAGE])),
            "page": page,
            "has_next": len(rows) > PER_PAGE,
            "person": person,
            "group": group,
            "persons": [("", _("everybody")), *((str(row["id"]), row["name"]) for row in people_of(month))],
            "groups": [("", _("all")), *Group.choices],
            "may_sign": self.acting.can(Capability.SIGN_CONDUCT) and is_over(month.first),
            "refusal": refusal,
        }
        return self.render(request, "referral/conduct_month.html", context)


class ConductPaper(Page):
    """The list as paper: everybody's counts, every act but the plain looks, room for a signature."""

    policies = {"GET": SEES}

    def get(self, request: HttpRequest, institution: UUID, month: str) -> HttpResponse:
        held = month_of(self.acting, institution, month)
        acts = list(islice((act for act in held.acts() if not act.look), MOST_ON_PAPER + 1))
        context = context_of(held) | {"lines": worded(lines(held, acts[:MOST_ON_PAPER])), "cut": len(acts) > MOST_ON_PAPER}
        answer = self.render(request, "referral/conduct_paper.html", context)
        saw(self.acting.actor, "conduct", held.institution.public_id, f"monthly list {month} print")
        return answer


def worded(found: list[Line]) -> list[Line]:
    """The same lines with the words of coded reasons; free text stays as it was written."""
    return [replace(line, reason=REASON_WORDS.get(line.reason, line.reason)) for line in found]


def context_of(month: Month) -> dict[str, Any]:
    """What every view of a list says: whose, its counts, its digest, and whether what was signed is what is there."""
    signatures = list(signatures_of(month.institution, [month.first]))
    newest = signatures[-1] if signatures else None
    return {
        "month": month,
        "name": f"{month.first:%Y-%m}",
        "people": people_of(month),
        "groups_named": Group.choices,
        "summary": month.summary,
        "due": due_of(month.first, sign_days(month.institution)),
        "signatures": signatures,
        "signature": newest,
        "changed": newest is not None and newest.digest != month.summary.digest,
        "is_over": is_over(month.first),
    }


def chosen(month: Month, person: str, group: str) -> Any:
    """The acts of one person, of one kind, or all; the newest last."""

    def fits(act: Act) -> bool:
        return (not ID.match(person) or str(act.person) == person.lower()) and (group not in Group.values or act.group == group)

    return filter(fits, month.acts())
