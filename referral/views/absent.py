"""The worklist of those who did not arrive: call, write down what came of it, report the visit as not attended, take that back."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.views.typed import chosen_ids, errors_in, search_in
from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.booking.absence import absent_at, confirm_proposed, missed_on, proposed_cause, record_call, unseen_at
from referral.booking.call_models import SAID, AbsenceCall, CallOutcome
from referral.booking.expected import NOTHING_HERE, database_now, today
from referral.booking.in_error import LONGEST, can_be_wrong, entries_waiting, open_entry
from referral.booking.models import Booking
from referral.booking.noshow import NoShowCause, causes_for, noshow_undo_until, report_noshow, undo_noshow
from referral.booking.queries import bookings_at
from referral.booking.stopped import stopped_among, takes_place
from referral.booking.told_of_visits import cause_of
from referral.credit.queries import breach_of
from referral.patients.guardians_reach import to_call
from referral.views import typed
from vault.audit import saw
from vault.refusal import Refusal, invalid

CALLING = Needs(Capability.CALL_ABSENT)
KNOWN = {"booked", "arrived", "noshow", "fulfilled"}


@dataclass(frozen=True, slots=True)
class Line:
    """One visit nobody knows of: what the calls said so far, and what the evening would propose."""

    booking: Booking
    name: str
    minutes: int
    calls: list[AbsenceCall]
    proposed: NoShowCause
    is_of_today: bool


class Absent(Page):
    """Who did not arrive, the oldest first; below, what was reported today and can still be taken back. POST confirms proposals."""

    policies = {"GET": CALLING, "POST": CALLING}
    repeated = frozenset({"booking"})

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render(request, "referral/absent.html", self.context(request))

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        chosen = chosen_ids(request, "booking")
        if not chosen:
            raise invalid("booking", _("Choose at least one visit."))
        done, refused = confirm_proposed(chosen, by=self.acting)
        if done:
            words = ngettext("%(n)d visit was reported as not attended.", "%(n)d visits were reported as not attended.", len(done))
            messages.success(request, words % {"n": len(done)})
        for _booking, refusal in refused:
            messages.error(request, str(refusal.message))
        return redirect("absent")

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        """The list again with what was wrong."""
        if refusal.code in ("not_found", "not_allowed"):
            return None
        return self.render(request, "referral/absent.html", self.context(request) | errors_in(refusal))

    def context(self, request: HttpRequest) -> dict[str, Any]:
        now, day, text = database_now(), today(), search_in(request.GET)
        rows = absent_at(self.acting, now)
        stopped = stopped_among(rows)
        lines = [line_of(booking, now, day, is_stopped=booking.public_id in stopped) for booking in rows]
        shown = [line for line in lines if not text or answers(line.booking, text)]
        reported = [(one, mask_name(one.patient.name), cause_of(one)) for one in missed_on(self.acting, day)]
        unseen = [(one, mask_name(one.patient.name), one.visit_date == day) for one in unseen_at(self.acting, now)]
        return {"day": day, "lines": shown, "all": len(lines), "q": text, "reported": reported, "unseen": unseen} | errors_of(self, text)


def errors_of(page: Page, text: str) -> dict[str, Any]:
    """What waits for a second person, and the visit of an earlier day that a whole number names."""
    waiting = [(entry, mask_name(entry.booking.patient.name)) for entry in entries_waiting(page.acting)]
    digits = "".join(text.split())
    meant = (
        bookings_at(page.acting).filter(number=digits, status__in=KNOWN - {"booked"}).order_by("pk").last() if digits.isdigit() else None
    )
    return {"wrong": waiting, "meant": meant, "meant_name": mask_name(meant.patient.name) if meant else ""}


class AbsentOne(Page):
    """One of them: whom to call at which number, the calls, and the report."""

    policies = {"GET": CALLING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        booking = visit_of(self, public_id)
        answer = self.render(request, "referral/absent_one.html", context_of(booking, self.acting))
        saw(self.acting.actor, "booking", booking.public_id, "absence call")
        return answer


class AbsentCall(Page):
    """POST: what came of a call."""

    policies = {"POST": CALLING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(refused, self, request, public_id)  # type: ignore[attr-defined]
        said = typed.printable_texts(request, ("outcome", "note"), one_line={"outcome", "note"})
        record_call(public_id, said["outcome"], note=said["note"], by=self.acting)
        messages.success(request, _("The call is written down."))
        return redirect("absent_one", public_id)


class AbsentReport(Page):
    """POST: the visit did not take place, for this cause."""

    policies = {"POST": CALLING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(refused, self, request, public_id)  # type: ignore[attr-defined]
        missed = report_noshow(public_id, typed.text(request, "cause"), expected_version=typed.version(request), by=self.acting)
        if missed.status == "cancelled":
            messages.success(request, _("The clinic was stopped: the visit ends as stopped, counts for nothing and can be booked again."))
            return redirect("absent")
        messages.success(request, _("Reported as not attended. It can be taken back until the end of the day."))
        return redirect("absent_one", public_id)


class AbsentUndo(Page):
    """POST: the report was a mistake."""

    policies = {"POST": CALLING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(refused, self, request, public_id)  # type: ignore[attr-defined]
        undo_noshow(public_id, expected_version=typed.version(request), by=self.acting)
        messages.success(request, _("Taken back: the visit is booked again and counts against nobody."))
        return redirect("absent_one", public_id)


def refused(page: Page, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
    """The same page with what was wrong and what was typed."""
    if refusal.code in ("not_found", "not_allowed"):
        return None
    booking = visit_of(page, public_id)
    held = {name: typed.text(request, name)[:400] for name in ("outcome", "note", "cause", "reason")}
    return page.render(request, "referral/absent_one.html", context_of(booking, page.acting) | {"values": held} | errors_in(refusal))


def visit_of(page: Page, public_id: UUID) -> Booking:
    """A booking of the acting hospital whose time is over or whose patient came; anything else looks like none."""
    booking = bookings_at(page.acting).filter(public_id=public_id, status__in=KNOWN).first()
    if booking is None or (booking.status == "booked" and booking.ends_at > database_now()):
        raise Refusal("not_found", NOTHING_HERE)
    return booking


def context_of(booking: Booking, acting: Acting) -> dict[str, Any]:
    """Whom to call, what was said, what was reported and until when that can be taken back."""
    calls = list(booking.absence_calls.select_related("called_by").order_by("-pk"))
    undo, entry = noshow_undo_until(booking), open_entry(booking)
    is_stopped = not takes_place(booking)
    open_undo = undo if undo and database_now() < undo else None
    return {
        "booking": booking,
        "name": mask_name(booking.patient.name),
        "calls": calls,
        "call": to_call(booking.patient),
        "tried": sum(call.outcome == CallOutcome.NOT_REACHED for call in calls),
        "outcomes": [("", _("please choose")), *((one.value, one.label) for one in SAID)],
        "causes": [("", _("please choose")), *causes_for(booking.status)],
        "proposed": "" if booking.status == "arrived" and not is_stopped else proposed_cause(calls, is_stopped=is_stopped),
        "cause": cause_of(booking) if booking.status == "noshow" else "",
        "undo_until": open_undo,
        "breach": breach_of(booking),
        "entry": entry,
        "may_confirm": entry is not None and acting.can(Capability.CONFIRM_ERRORS) and entry.asked_by_id != acting.user.pk,
        "may_withdraw": entry is not None and entry.asked_by_id == acting.user.pk,
        "may_be_wrong": entry is None and can_be_wrong(booking, booking.referral),
        "longest": LONGEST,
        "values": {},
        "errors": {},
    }


def line_of(booking: Booking, now: Any, day: Any, *, is_stopped: bool) -> Line:
    calls = list(booking.absence_calls.all())
    minutes = int((now - booking.ends_at).total_seconds() // 60)
    proposed = proposed_cause(calls, is_stopped=is_stopped)
    return Line(booking, mask_name(booking.patient.name), minutes, calls, proposed, booking.visit_date == day)


def answers(booking: Booking, text: str) -> bool:
    """Whether a booking answers to a name or a part of its number."""
    digits = "".join(text.split())
    return (digits.isdigit() and digits in booking.number) or text in booking.patient.name or text in booking.department.name
