"""The audit administrator's home: the trail searched and taken away, and whether it is whole."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.views.exporting import MOST_ROWS, handed_out
from permissions import trail
from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.doors.fields import ID, read_day
from permissions.people import searched
from permissions.roles import Capability
from permissions.trail import Asked
from permissions.trail_rows import rows_of
from permissions.trail_words import KINDS, VERBS
from vault.audit.seal import head, waiting_seconds
from vault.models import AuditEntry

READING = Needs(Capability.READ_AUDIT)
PER_PAGE = 30
A_WEEK, LONGEST = timedelta(days=6), timedelta(days=366)
COLUMNS = (
    gettext_lazy("Number"), gettext_lazy("Time"), gettext_lazy("Who"), gettext_lazy("Act"), gettext_lazy("Object"),
    gettext_lazy("Object's id"), gettext_lazy("Reason"), gettext_lazy("Details"),
)  # fmt: skip


class Trail(Page):
    """The rows of some days, filtered; POST asks the worker to prove the whole trail."""

    policies = {"GET": READING, "POST": READING}

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = asked_in(request)
        before = request.GET.get("before", "")
        entries = trail.entries_of(self.acting, asked)
        if before.isascii() and before.isdigit() and len(before) < 19:
            entries = entries.filter(pk__lt=int(before))
        held = list(entries[: PER_PAGE + 1])
        context = {
            "rows": rows_of(held[:PER_PAGE]),
            "next": held[PER_PAGE - 1].pk if len(held) > PER_PAGE else None,
            "is_first": not before,
            "asked": asked,
            "verbs": [("", _("all")), *VERBS.items()],
            "kinds": [("", _("all")), *KINDS.items()],
            **state_of_trail(),
        }
        return self.render(request, "config/trail.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        trail.ask_for_proof(by=self.acting)
        messages.success(request, _("The whole trail is being read again; the result stands here shortly."))
        return redirect("trail")


class TrailFile(Page):
    """The same rows as a file."""

    policies = {"GET": READING}

    def get(self, request: HttpRequest) -> HttpResponseBase:
        asked = asked_in(request)
        filters = {"from": str(asked.first), "to": str(asked.last), "verb": asked.verb, "kind": asked.kind}
        rows = lines_of(self.acting, asked)
        return handed_out(request, "trail", _("Audit trail"), COLUMNS, rows, by=self.acting, filters=filters)


def asked_in(request: HttpRequest) -> Asked:
    """The filters of the address; without days the last seven. What cannot be is as if it had not been said."""
    today = timezone.localdate()
    last = day_or(request.GET.get("to", ""), today)
    first = min(day_or(request.GET.get("from", ""), last - A_WEEK), last)
    about = request.GET.get("about", "").strip()
    return Asked(
        max(first, last - LONGEST),
        last,
        verb=request.GET.get("verb", "") if request.GET.get("verb") in VERBS else "",
        kind=request.GET.get("kind", "") if request.GET.get("kind") in KINDS else "",
        actor=searched(request.GET.get("q", "")),
        about=UUID(about) if ID.match(about) else None,
    )


def day_or(text: str, otherwise: date) -> date:
    """The day as typed, or the other one."""
    try:
        return read_day(text)
    except ValueError:
        return otherwise


def state_of_trail() -> dict[str, Any]:
    """Whether the trail is whole, as far as it was proved, and how old the newest seal's work is."""
    proof, newest = trail.last_proof(), head()
    return {
        "proof": proof,
        "faults": proof.details["faults"] if proof else 0,
        "findings": proof.details["findings"] if proof else [],
        "seal": newest,
        "unsealed_seconds": round(waiting_seconds()),
    }


def lines_of(by: Acting, asked: Asked) -> Iterator[list[object]]:
    """The rows of a file, read in pieces."""
    entries = list(trail.entries_of(by, asked)[:MOST_ROWS])
    for row in rows_of(entries):
        entry: AuditEntry = row["entry"]
        details = "; ".join(f"{name}={value}" for name, value in row["details"])
        yield [
            entry.pk, entry.at, str(row["who"]), str(row["verb"] or entry.verb), str(row["kind"] or entry.kind), str(entry.object_id),
            row["reason"], details,
        ]  # fmt: skip
