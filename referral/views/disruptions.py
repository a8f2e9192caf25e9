"""The hospital's worklist of stopped visits: who has to be called, what was agreed, and the list as a file (R127, R128)."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from clinics.views.exporting import handed_out
from clinics.views.typed import errors_in, id_or_none, one_of, search_in
from permissions.doors import Needs, Page
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.disruptions.choose import seen_here, settle_otherwise
from referral.disruptions.models import CallFor, ChosenBy, Disruption
from referral.disruptions.negotiate import LONGEST_NOTE, CallOutcome, called, for_hospital, note_call
from referral.disruptions.queries import NOT_REACHED, SETTLED, TO_CALL, WAITING, disruptions_called_by
from referral.disruptions.rebook import ends_case
from referral.disruptions.story import steps_of_disruption
from referral.news.messages import last_about
from referral.patients.guardians_reach import to_call
from referral.views import typed
from referral.views.booking_stopped import CASE_ENDED, MOVED_CALL, said_of
from referral.views.saying import say
from referral.views.stopped_choice import LONGEST_TYPED, choice_of, chosen, noted, refused_here
from vault.audit import saw, saw_many
from vault.refusal import Refusal

CALLING = Needs(Capability.MANAGE_POOLS)
PER_PAGE = 30
STATES: dict[str, Any] = {
    "call": pgettext_lazy("disruption", "to call"),
    "waiting": gettext_lazy("waiting for an answer"),
    "settled": pgettext_lazy("disruption", "settled"),
    "not_reached": pgettext_lazy("disruption", "not reached"),
    "all": pgettext_lazy("disruption", "all"),
}
CONDITIONS: dict[str, Q] = {"call": TO_CALL, "waiting": WAITING, "settled": SETTLED, "not_reached": NOT_REACHED, "all": Q()}
KINDS = {"open": "few", "substituted": "ok", "other_time": "ok", "declined": "off", "negotiated": "ok", "not_reached": "bad"}
WHY = [(value, label) for value, label in CallFor.choices if value]


class Disruptions(Page):
    """Who has to be called because a clinic was stopped, the nearest visit first; filtered, searched, one page at a time."""

    policies = {"GET": CALLING}

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = asked_of(request)
        page = Paginator(found(disruptions_called_by(self.acting), asked), PER_PAGE).get_page(request.GET.get("page"))
        context = asked | {
            "page": page,
            "lines": [line_of(one) for one in page],
            "states": list(STATES.items()),
            "reasons": [("", _("all reasons")), *WHY],
            "is_filtered": bool(asked["why"] or asked["stop"] or asked["q"]),
        }
        answer = self.render(request, "referral/disruptions.html", context)
        saw_many(self.acting.actor, "booking", [one.booking.public_id for one in page], "stopped visits")
        return answer


class DisruptionsExport(Page):
    """POST: the same list as a file."""

    policies = {"POST": CALLING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        asked = asked_of(request)
        rows = list(found(disruptions_called_by(self.acting), asked))
        columns = [_("Day"), _("Time"), _("Department"), _("Name"), _("Last four of the phone"), _("Referral number"), _("State")]
        columns += [_("Why to call"), _("Calls without an answer"), _("Held until"), pgettext("column", "New time"), _("Note")]
        told = {name: asked[name] for name in ("state", "why", "stop")}
        title = _("Visits of stopped clinics")
        answer = handed_out(request, "stopped_visits", title, columns, map(exported, rows), by=self.acting, filters=told)
        saw_many(self.acting.actor, "booking", [one.booking.public_id for one in rows], "stopped visits file")
        return answer


class DisruptionPage(Page):
    """One patient of a stopped clinic: whom to call, what is held, what can be agreed, and what happened so far."""

    policies = {"GET": CALLING, "POST": CALLING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        disruption = called(public_id, self.acting)
        answer = self.shown(request, disruption)
        saw(self.acting.actor, "booking", disruption.booking.public_id, "phone for a call")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        disruption = called(public_id, self.acting)
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        act = request.POST.get("act", "")
        if act in ACTS:
            messages.success(request, ACTS[act](request, disruption, self))
        else:
            new = chosen(request, disruption, for_hospital(self.acting))
            told = said_of(act, disruption)
            say(request, disruption.booking.patient, told, str(MOVED_CALL) if new else told)
        return redirect("disruption", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        """The same page as it is now, with what was typed and why it could not be done."""
        if not refused_here(refusal):
            return None
        return self.shown(request, called(public_id, self.acting), refusal)

    def shown(self, request: HttpRequest, disruption: Disruption, refusal: Refusal | None = None) -> HttpResponse:
        booking = disruption.booking
        context = choice_of(disruption, ChosenBy.HOSPITAL) | errors_in(refusal) | {
            "patient": mask_name(booking.patient.name),
            "mobile": booking.patient.phone,
            "call": to_call(booking.patient),
            "landline": booking.patient.landline,
            "kind": KINDS[disruption.status],
            "outcomes": CallOutcome.choices,
            "outcome": request.POST.get("outcome", ""),
            "note": request.POST.get("note", "")[:LONGEST_TYPED],
            "note_limit": LONGEST_NOTE,
            "steps": steps_of_disruption(disruption),
            "message": last_about(disruption.public_id),
        }  # fmt: skip
        return self.render(request, "referral/disruption.html", context)


def asked_of(request: HttpRequest) -> dict[str, str]:
    """The filters of an address; without any those to call."""
    stop = id_or_none(request.GET.get("stop", ""))
    return {
        "state": one_of(request.GET, "state", STATES) or ("all" if stop else "call"),
        "why": one_of(request.GET, "why", set(CallFor.values)),
        "stop": str(stop) if stop else "",
        "q": search_in(request.GET),
    }


def found(rows: QuerySet[Disruption], asked: dict[str, str]) -> QuerySet[Disruption]:
    """The rows these filters leave: open ones first, then by the time of the visit."""
    chosen_rows = rows.filter(CONDITIONS[asked["state"]])
    if asked["why"]:
        chosen_rows = chosen_rows.filter(call_for=asked["why"])
    if asked["stop"]:
        chosen_rows = chosen_rows.filter(stop__public_id=asked["stop"])
    if asked["q"]:
        words = asked["q"].replace(" ", "")
        chosen_rows = chosen_rows.filter(Q(booking__patient__name__icontains=words) | Q(booking__number__contains=words))
    return chosen_rows.order_by(Case(When(status="open", then=0), default=1), "booking__starts_at", "pk")


def line_of(disruption: Disruption) -> dict[str, Any]:
    """One row of the list."""
    booking = disruption.booking
    return {
        "one": disruption, "booking": booking, "name": mask_name(booking.patient.name), "kind": KINDS[disruption.status],
        "phone_tail": booking.patient.phone_tail or booking.patient.landline_tail, "new": disruption.new_booking,
    }  # fmt: skip


def exported(one: Disruption) -> list[object]:
    """One line of the file."""
    booking, new = one.booking, one.new_booking
    starts, ends = timezone.localtime(booking.starts_at), timezone.localtime(booking.ends_at)
    held = f"{timezone.localtime(one.held_until):%Y-%m-%d %H:%M}" if one.held_until else ""
    moved = f"{timezone.localtime(new.starts_at):%Y-%m-%d %H:%M}　{new.institution.display_short_name}" if new else ""
    return [
        starts.date(), f"{starts:%H:%M}–{ends:%H:%M}", booking.department.name, mask_name(booking.patient.name),
        booking.patient.phone_tail or booking.patient.landline_tail, booking.number, str(one.get_status_display()),
        str(one.get_call_for_display()) if one.call_for else "", one.calls, held, moved, one.note,
    ]  # fmt: skip


def _called(request: HttpRequest, disruption: Disruption, page: Page) -> str:
    version, note = typed.version(request), noted(request)
    note_call(disruption.public_id, request.POST.get("outcome", ""), note=note, expected_version=version, by=page.acting)
    return _("The call is noted.")


def _settled(request: HttpRequest, disruption: Disruption, page: Page) -> str:
    note, tells = noted(request), request.POST.get("tell_patient") == "1"
    version, by = typed.version(request), for_hospital(page.acting)
    settle_otherwise(disruption, note=note, tell_patient=tells, expected_version=version, by=by)
    if ends_case(disruption.booking):
        return str(CASE_ENDED)
    return _("Settled. The booking ended without counting against the patient; the referral may be booked again.")


def _seen(request: HttpRequest, disruption: Disruption, page: Page) -> str:
    seen_here(disruption, note=noted(request), expected_version=typed.version(request), by=for_hospital(page.acting))
    return _("Settled. The visit goes on; whoever sees the patient confirms it as usual.")


ACTS: dict[str, Callable[[HttpRequest, Disruption, Page], str]] = {"note_call": _called, "settle": _settled, "seen": _seen}
