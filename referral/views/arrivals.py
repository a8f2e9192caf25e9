"""The window: one field for code, slip or document, today's list by time and department, and taking back a slip of the hand."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from clinics.views.typed import one_of, search_in
from permissions.doors import Needs, Page
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.booking.arrival import arrive, received_late, recognise, undo_arrival, undo_deadlines
from referral.booking.codes import PURPOSE
from referral.booking.expected import HAS_COME, database_now, expected_on, today
from referral.booking.late import minutes_late
from referral.booking.models import Booking
from referral.booking.proof import read_proof
from referral.booking.stopped import sent_instead, stopped_among
from referral.booking.told_of_visits import late_when_received
from referral.views import typed
from vault.audit import saw_many
from vault.crypto import keyed_hashes
from vault.refusal import Refusal

RECEIVING = Needs(Capability.RECEIVE)
LONGEST_PROOF = 200  # the address in a slip's QR is the longest thing a scanner types
STATUSES = {"waiting": ("booked",), "come": HAS_COME, "absent": ("noshow",)}
STANDINGS: dict[str, Any] = {
    "waiting": gettext_lazy("not here yet"),
    "come": gettext_lazy("has come"),
    "absent": gettext_lazy("reported as absent"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list, the name masked."""

    booking: Booking
    name: str
    kind: str
    word: str
    undo_until: datetime | None
    queues_again: bool = False
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """The lines of one time of the day."""

    starts_at: datetime
    ends_at: datetime
    is_over: bool
    rows: list[Row]
    waiting: int


class Arrivals(Page):
    """Today's bookings at this hospital with their states, and the field."""

    policies = {"GET": RECEIVING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render(request, "referral/arrivals.html", arrivals_context(self, just=request.GET.get("arrived", "")))


class Arrive(Page):
    """Somebody stands at the window: the one booking of today that the proof opens is registered as arrived.

    When it opens several, the same page asks which; the chosen one comes back with the same proof.
    """

    policies = {"GET": RECEIVING, "POST": RECEIVING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return redirect("arrivals")

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(refused, self, request)  # type: ignore[attr-defined]
        shown = typed.text(request, "proof")[:LONGEST_PROOF]
        proof = read_proof(shown)
        found = recognise(proof, by=self.acting)
        meant = meant_by(found, request.POST.get("booking", ""))
        if meant is None:
            which = {"choices": rows_of(self, found), "proof": shown}
            return self.render(request, "referral/arrivals.html", arrivals_context(self) | which)
        booking = arrive(meant.public_id, proof, expected_version=meant.version, by=self.acting)
        return redirect(reverse("arrivals") + f"?arrived={booking.public_id}")


def meant_by(found: list[Booking], chosen: str) -> Booking | None:
    """The booking that was chosen, or the only one still to be received; None when the clerk must say which."""
    waiting = [booking for booking in found if booking.status == "booked"]
    named = [booking for booking in found if str(booking.public_id) == chosen]
    if named or len(waiting) == 1:
        return (named or waiting)[0]
    return None if waiting else found[0]


class ArrivalsPaper(Page):
    """The same list on paper, for a window without a screen."""

    policies = {"GET": RECEIVING}

    def get(self, request: HttpRequest) -> HttpResponse:
        context = arrivals_context(self) | {"institution": getattr(self.acting.post, "institution", None), "now": database_now()}
        answer = self.render(request, "referral/arrivals_paper.html", context)
        saw_many(self.acting.actor, "booking", [row.booking.public_id for row in context["rows"]], "arrivals print")
        return answer


class UndoArrival(Page):
    """The wrong line, noticed within minutes."""

    policies = {"POST": RECEIVING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(refused, self, request)  # type: ignore[attr-defined]
        undo_arrival(public_id, expected_version=typed.version(request), by=self.acting)
        return redirect("arrivals")


def refused(page: Page, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
    """The same page with the sentence at the field; what nobody should see again, a code, is not typed back."""
    if refusal.code in ("not_allowed", "not_found"):
        return None
    named = refusal.current.get("booking", "")
    missed = refusal.code == "too_late" and page.acting.can(Capability.CALL_ABSENT) and named
    return page.render(request, "referral/arrivals.html", arrivals_context(page) | {"refusal": refusal, "missed": missed})


def arrivals_context(page: Page, *, just: str = "") -> dict[str, Any]:
    """The day, its list and how many have come; `just` names the arrival that can be taken back from the toast."""
    day, now = today(), database_now()
    everybody = list(expected_on(page.acting, day))
    asked = asked_of(page, everybody)
    rows = rows_of(page, [booking for booking in everybody if answers(booking, asked)])
    fresh = next((row for row in rows if row.undo_until and str(row.booking.public_id) == just), None)
    departments = sorted({(str(one.department.public_id), one.department.name) for one in everybody}, key=lambda pair: pair[1])
    return asked | {
        "day": day,
        "rows": rows,
        "bands": bands_of(rows, now),
        "counts": counts_of(everybody, now),
        "come": sum(booking.status in HAS_COME for booking in everybody),
        "all": len(everybody),
        "departments": [("", _("all departments")), *departments],
        "standings": [("", _("all")), *STANDINGS.items()],
        "fresh": fresh,
        "late": received_how(fresh) if fresh else "",
        "may_list": page.acting.can(Capability.DAY_LIST),
        "may_call": page.acting.can(Capability.CALL_ABSENT),
    }


def asked_of(page: Page, everybody: list[Booking]) -> dict[str, str]:
    """What the list is narrowed to; whoever works at one department's window begins with that department."""
    given = page.request.GET
    known = {str(one.department.public_id) for one in everybody}
    own = page.acting.post.department if page.acting.post else None
    start = str(own.public_id) if own is not None and "department" not in given else given.get("department", "")
    return {"department": start if start in known else "", "state": one_of(given, "state", STANDINGS), "q": search_in(given)}


def answers(booking: Booking, asked: dict[str, str]) -> bool:
    """Whether a booking is of the department and state asked for, and answers to a number, a tail of it, a code or a name."""
    if asked["department"] and str(booking.department.public_id) != asked["department"]:
        return False
    if asked["state"] and booking.status not in STATUSES[asked["state"]]:
        return False
    text = "".join(asked["q"].split())
    if not text:
        return True
    if text.isdigit():
        return text in booking.number
    is_code = booking.code_hash in keyed_hashes(text.replace("-", "").upper(), PURPOSE)
    return is_code or text in booking.patient.name or text.lower() in (booking.patient.name_pinyin or "").replace(" ", "").lower()


def bands_of(rows: list[Row], now: datetime) -> list[Band]:
    """The lines by time: the running and coming times first, what is over after them."""
    grouped: dict[tuple[datetime, datetime], list[Row]] = {}
    for row in rows:
        starts, ends = (at.replace(second=0, microsecond=0) for at in (row.booking.starts_at, row.booking.ends_at))
        grouped.setdefault((starts, ends), []).append(row)
    bands = [
        Band(starts, ends, ends <= now, held, sum(row.booking.status == "booked" for row in held))
        for (starts, ends), held in grouped.items()
    ]
    return sorted(bands, key=lambda band: (band.is_over, band.starts_at))


def received_how(row: Row) -> str:
    """What the toast adds to an arrival: that the clinic was stopped, or what coming late means."""
    return sent_instead(row.booking) if row.is_stopped else str(late_when_received(row.booking))


def counts_of(everybody: list[Booking], now: datetime) -> list[tuple[str, int, str]]:
    """Who is expected, has come, is not here yet, is late and was reported as absent; each with the colour of its number."""
    waiting = [booking for booking in everybody if booking.status == "booked"]
    late = sum(now >= booking.ends_at for booking in waiting)
    come = sum(booking.status in HAS_COME for booking in everybody)
    absent = sum(booking.status == "noshow" for booking in everybody)
    return [
        (_("expected today"), len(everybody), ""),
        (pgettext("count", "have come"), come, "ok"),
        (_("not here yet"), len(waiting) - late, ""),
        (pgettext("count", "late"), late, "bad" if late else ""),
        (_("reported as absent"), absent, ""),
    ]


def rows_of(page: Page, bookings: list[Booking]) -> list[Row]:
    """The bookings as lines, with how long each arrival can still be taken back."""
    now = database_now()
    undo = undo_deadlines(bookings, by=page.acting)
    late, stopped = received_late(bookings), stopped_among(bookings)
    return [
        row_of(booking, now, undo.get(booking.public_id), late.get(booking.public_id, ""), is_stopped=booking.public_id in stopped)
        for booking in bookings
    ]


def row_of(booking: Booking, now: datetime, undo_until: datetime | None, late_rule: str = "", *, is_stopped: bool) -> Row:
    kind, word = ("bad", _("clinic stopped")) if is_stopped else state_of(booking, now)
    can_undo = undo_until if undo_until and now < undo_until else None
    return Row(booking, mask_name(booking.patient.name), kind, word, can_undo, late_rule == "requeue", is_stopped)


def state_of(booking: Booking, now: datetime) -> tuple[str, str]:
    """The kind and the words of a line's tag: who should have come says how late she is, counted from the end of the band (R123)."""
    if booking.status == "booked" and now >= booking.ends_at:
        return "bad", _("%(minutes)d min late") % {"minutes": minutes_late(booking, now)}
    words = {
        "booked": ("info", _("expected")),
        "arrived": ("ok", _("has come")),
        "fulfilled": ("off", _("seen by the doctor")),
        "noshow": ("bad", _("visit did not take place")),
        "cancelled": ("off", _("cancelled")),
    }
    return words.get(booking.status, ("off", str(booking.get_status_display())))
