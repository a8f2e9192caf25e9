"""The receiving doctor: who waits, the visit with what the referring doctor wrote, the report, and the way back."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.booking.expected import NOTHING_HERE, visits_of, waiting_for
from referral.booking.fulfilment import fulfil, fulfilment_undo_until, undo_fulfilment
from referral.booking.models import Booking
from referral.booking.next_visit import followers_of
from referral.booking.visit_behind import is_recent
from referral.cases.reports import VisitReport
from referral.cases.texts import longest
from referral.cases.visit import Report, report
from referral.patients.queries import contract_on
from referral.views import typed
from referral.views.strip import strip_of
from vault.audit import saw
from vault.refusal import Refusal

RECORDING = Needs(Capability.RECORD_VISIT)
TEXTS = ("diagnosis", "findings", "treatment")
LABELS = {"diagnosis": _lazy("Diagnosis result"), "findings": _lazy("Main findings"), "treatment": _lazy("Treatment given")}
LIMITS = {name: longest(VisitReport, name) for name in TEXTS}


class Visits(Page):
    """Everybody of the department who waits for the doctor, for the report or for the way back."""

    policies = {"GET": RECORDING}

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = [row_of(booking) for booking in waiting_for(self.acting)]
        return self.render(request, "referral/visits.html", {"rows": rows, "today": timezone.localdate()})


class Visit(Page):
    """One visit; who opens it is remembered."""

    policies = {"GET": RECORDING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        booking = visit_of(self, public_id)
        answer = self.render(request, "referral/visit.html", visit_context(booking) | ways_on(booking, self.acting))
        saw(self.acting.actor, "booking", booking.public_id, "visit page")
        return answer


class VisitFulfil(Page):
    """The doctor has seen the patient."""

    policies = {"POST": RECORDING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        fulfil(public_id, expected_version=typed.version(request), by=self.acting)
        messages.success(request, _("Recorded as seen. Now write the report."))
        return redirect("visit", public_id)


class VisitUndo(Page):
    """The wrong patient was marked as seen, noticed within minutes."""

    policies = {"POST": RECORDING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        undo_fulfilment(public_id, expected_version=typed.version(request), by=self.acting)
        messages.success(request, _("Taken back: the patient waits for the doctor again."))
        return redirect("visit", public_id)


class VisitReportPage(Page):
    """The report, from the same page."""

    policies = {"POST": RECORDING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        booking = visit_of(self, public_id)
        written = Report(**typed.printable_texts(request, TEXTS, one_line={"diagnosis"}))
        report(booking.referral.public_id, written, expected_version=typed.version(request), by=self.acting)
        messages.success(request, _("The report is written; the referring doctor sees it now."))
        return redirect("visit", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        """The page with everything typed and what is wrong with it."""
        if refusal.code != "invalid_input":
            return None
        booking = visit_of(self, public_id)
        context = (
            visit_context(booking)
            | ways_on(booking, self.acting)
            | {
                "values": {name: typed.text(request, name) for name in TEXTS},
                "violations": refusal.violations,
                "errors": {violation.field: violation.message for violation in refusal.violations},
            }
        )
        return self.render(request, "referral/visit.html", context)


def row_of(booking: Booking) -> dict[str, Any]:
    """One line: masked, with what is to be done next."""
    kind, word, action = {
        "attended": ("few", _("report to be written"), _("Write the report")),
        "reported": ("ok", _("reported"), _("Send back")),
    }.get(booking.referral.status, ("info", _("waits for the doctor"), _("See the patient")))
    return {"booking": booking, "name": mask_name(booking.patient.name), "kind": kind, "word": word, "action": action}


def visit_of(page: Page, public_id: UUID) -> Booking:
    """A visit of the acting doctor's department; anybody else's looks like none."""
    booking = visits_of(page.acting).filter(public_id=public_id).first()
    if booking is None:
        raise Refusal("not_found", NOTHING_HERE)
    return booking


def visit_context(booking: Booking) -> dict[str, Any]:
    """What the page shows: the patient, what the referring doctor wrote, and what has been written here."""
    referral = booking.referral
    written = getattr(referral, "report", None)
    return {
        "booking": booking,
        "referral": referral,
        "report": written,
        "sent_back": getattr(referral, "sent_back", None),
        "strip": strip_of(booking.patient, contract_on(booking.patient, timezone.localdate()), seen_at=referral.encounter.seen_at),
        "limits": LIMITS,
        "labels": LABELS,
        "values": {},
        "errors": {},
    }


def ways_on(booking: Booking, acting: Acting) -> dict[str, Any]:
    """What may follow the visit: another one booked from here, or for some minutes taking it back."""
    until = fulfilment_undo_until(booking, acting)
    followers = followers_of(booking.referral) if booking.status == "fulfilled" else []
    return {
        "may_book_next": booking.status == "fulfilled" and acting.can(Capability.BOOK_NEXT) and is_recent(booking),
        "undo_until": until if until is not None and timezone.now() < until else None,
        "followers": [(one, one.bookings.all()[0] if one.bookings.all() else None) for one in followers],
        "acting_post": acting.post.pk if acting.post else None,
    }
