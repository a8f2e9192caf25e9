"""Stopped clinics on pages: the list, one stop with whom it affects, its paper and its file, and the decision of the second person."""

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
from django.utils.translation import gettext_lazy, pgettext

from clinics.models import ClinicStop
from clinics.models.stop import StopQuerySet
from clinics.timetables.stop_queries import session_run_by, sessions_of, stop_seen_by, stops_seen_by
from clinics.timetables.stopping import terms_of
from clinics.views.exporting import handed_out
from clinics.views.typed import errors_in, one_of, search_in
from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.roles import Capability
from referral.disruptions import decide
from referral.disruptions.affected import Affected, affected_by_stop, affected_in, lines_of, with_counts
from referral.disruptions.queries import calls_to_make, progress_of, with_progress
from referral.disruptions.stop import today
from referral.disruptions.story import steps_of
from referral.views import typed
from referral.views.stop_words import DONE, KINDS
from vault.audit import saw_many
from vault.refusal import Refusal, invalid

PER_PAGE = 30
SEEING = Needs(Capability.MANAGE_POOLS, Capability.APPROVE_STOP, Capability.SEE_DISTRICT)
DECIDING = Needs(Capability.MANAGE_POOLS, Capability.APPROVE_STOP)
CALLING = Needs(Capability.MANAGE_POOLS)
STANDINGS: dict[str, Any] = {
    "proposed": gettext_lazy("waiting for a second person"),
    "ahead": gettext_lazy("in force, not over"),
    "special": gettext_lazy("special stops"),
    "past": gettext_lazy("over"),
    "refused": gettext_lazy("declined or withdrawn"),
}


class Stops(Page):
    """The stops of one's hospitals, those to decide first; for the district those of all its hospitals."""

    policies = {"GET": SEEING}

    def get(self, request: HttpRequest) -> HttpResponse:
        seen = stops_seen_by(self.acting)
        rooms = seen.order_by("service__department__name").values_list("service__department__public_id", "service__department__name")
        departments = dict(rooms.distinct())
        hospitals = hospitals_of(seen) if self.acting.can(Capability.SEE_DISTRICT) else {}
        months = [f"{day:%Y-%m}" for day in seen.dates("first_day", "month", order="DESC")]
        asked = {
            "month": one_of(request.GET, "month", months),
            "hospital": one_of(request.GET, "hospital", hospitals),
            "state": one_of(request.GET, "state", STANDINGS),
            "department": one_of(request.GET, "department", {str(key) for key in departments}),
            "q": search_in(request.GET),
        }
        page = Paginator(with_progress(with_counts(found(seen, asked))), PER_PAGE).get_page(request.GET.get("page"))
        context = asked | {
            "page": page,
            "states": [("", _("all")), *STANDINGS.items()],
            "months": [("", _("all months")), *zip(months, months, strict=True)],
            "hospitals": [("", _("all hospitals")), *hospitals.items()] if hospitals else [],
            "departments": [("", _("all departments")), *((str(key), name) for key, name in departments.items())],
            "lines": [(stop, tag_of(stop)) for stop in page],
            "district": self.acting.can(Capability.SEE_DISTRICT),
            "may_stop": self.acting.can(Capability.MANAGE_POOLS),
            "calls": calls_to_make(self.acting),
        }
        return self.render(request, "referral/stops.html", context)


class StopPage(Page):
    """One stop: what was stopped and how early it was said, whom it affects, what happened, and the decision that is open."""

    policies = {"GET": SEEING, "POST": DECIDING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.shown(request, public_id)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        stop_seen_by(self.acting, public_id)
        act = DECISIONS.get(request.POST.get("act", ""))
        if act is None:
            raise invalid("act", _("Choose what to do."))
        act(request, public_id, self.acting)
        messages.success(request, str(DONE[request.POST["act"]]))
        return redirect("stop", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        """The same page with the dialog open again and why it could not be done."""
        if refusal.code in ("not_found", "not_allowed"):
            return None
        act = request.POST.get("act", "")
        opened = {f"open_{act}": True} if act in DECISIONS and refusal.code == "invalid_input" else {"loose": True}
        return self.shown(request, public_id, why=request.POST.get("why", "")[:400], **errors_in(refusal), **opened)

    def shown(self, request: HttpRequest, public_id: UUID, **more: Any) -> HttpResponse:
        stop = stop_seen_by(self.acting, public_id)
        context = context_of(stop, self.acting) | {"actions": decide.actions_open_to(stop, self.acting)} | more
        answer = self.render(request, "referral/stop.html", context)
        saw_many(self.acting.actor, "booking", [line.id for line in context["people"]], "affected list")
        return answer


class StopPaper(Page):
    """The list of who is affected on paper, with room for what each one said on the phone."""

    policies = {"GET": CALLING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        stop = stop_seen_by(self.acting, public_id)
        context = context_of(stop, self.acting)
        answer = self.render(request, "referral/stop_paper.html", context)
        saw_many(self.acting.actor, "booking", [line.id for line in context["people"]], "affected list print")
        return answer


class StopExport(Page):
    """POST: the same list as a file."""

    policies = {"POST": CALLING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponseBase:
        stop = stop_seen_by(self.acting, public_id)
        columns = [_("Day"), _("Time"), _("Department"), pgettext("column", "Clinic"), _("Name"), _("Last four of the phone")]
        columns += [_("Referral number"), _("Referring doctor"), _("Centre"), _("Phone of the centre"), _("State"), _("Told at booking")]
        people = lines_of(affected_by_stop(stop), self.acting)
        said = {"stop": str(stop.public_id)}
        answer = handed_out(request, "affected", _("Affected by a stop"), columns, map(exported, people), by=self.acting, filters=said)
        saw_many(self.acting.actor, "booking", [line.id for line in people], "affected list file")
        return answer


class SessionAffected(Page):
    """Who still has a place in the blocked bands of a session, or in all of it when it was stopped."""

    policies = {"GET": CALLING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        session = session_run_by(self.acting, public_id)
        people = lines_of(affected_in(session), self.acting)
        stop = session.stops.filter(status="in_force").order_by("-pk").first()
        answer = self.render(request, "referral/session_affected.html", {"session": session, "people": people, "stop": stop})
        saw_many(self.acting.actor, "booking", [line.id for line in people], "affected list")
        return answer


def found(stops: StopQuerySet, asked: dict[str, str]) -> QuerySet[ClinicStop]:
    """The stops these filters leave: who waits for a decision first, then by the day they begin, the latest first."""
    day = today()
    conditions = {
        "": Q(),
        "proposed": Q(status="proposed"),
        "ahead": Q(status="in_force", last_day__gte=day),
        "special": Q(pk__in=stops.that_count().filter(is_special=True).values("pk")),
        "past": Q(status="in_force", last_day__lt=day),
        "refused": Q(status__in=("declined", "withdrawn")),
    }
    chosen = stops.filter(conditions[asked["state"]])
    if asked["month"]:
        year, month = asked["month"].split("-")
        chosen = chosen.filter(first_day__year=year, first_day__month=month)
    if asked["hospital"]:
        chosen = chosen.filter(service__institution__public_id=asked["hospital"])
    if asked["department"]:
        chosen = chosen.filter(service__department__public_id=asked["department"])
    if asked["q"]:
        words = asked["q"]
        chosen = chosen.filter(Q(service__name__icontains=words) | Q(service__department__name__icontains=words) | Q(note__icontains=words))
    waits = Case(When(status="proposed", then=0), default=1)
    return chosen.order_by(waits, "-first_day", "-pk")


def hospitals_of(stops: QuerySet[ClinicStop]) -> dict[str, str]:
    """The hospitals that have stopped anything, for the district's filter."""
    rows = stops.order_by("service__institution__name").values_list("service__institution__public_id", "service__institution__name")
    return {str(key): name for key, name in rows.distinct()}


def tag_of(stop: ClinicStop) -> tuple[str, str]:
    """The kind and the words of a stop's tag; a special one says so (R128)."""
    if stop.status == "in_force" and stop.is_special:
        return "bad", _("special stop")
    return KINDS[stop.status], str(stop.get_status_display())


def context_of(stop: ClinicStop, acting: Acting) -> dict[str, Any]:
    """What page and paper of one stop say."""
    bookings = affected_by_stop(stop)
    kind, word = tag_of(stop)
    return {
        "stop": stop,
        "kind": kind,
        "word": word,
        "bands": list(stop.bands.select_related("session").order_by("starts_at")),
        "sessions": list(sessions_of(stop).order_by("starts_at", "pk")),
        "affected": bookings.count(),
        "progress": progress_of(stop),
        "people": lines_of(bookings, acting),
        "may_call": acting.can(Capability.MANAGE_POOLS) and acting.can(Capability.SEE_BOOKINGS),
        "terms": terms_of(stop.service.institution, stop.service.department, today()),
        "steps": steps_of(stop),
        "over": stop.last_day < today(),
    }


def exported(line: Affected) -> list[object]:
    """One line of the file."""
    starts, ends = timezone.localtime(line.starts_at), timezone.localtime(line.ends_at)
    return [
        starts.date(), f"{starts:%H:%M}–{ends:%H:%M}", line.department, line.service, line.name, line.phone_tail,
        line.number, line.doctor, line.centre, line.centre_phone, line.status_word, _("yes") if line.told else _("no"),
    ]  # fmt: skip


def _approve(request: HttpRequest, public_id: UUID, by: Acting) -> None:
    decide.approve(public_id, expected_version=typed.version(request), by=by)


def _decline(request: HttpRequest, public_id: UUID, by: Acting) -> None:
    words = typed.printable_texts(request, ["why"], one_line={"why"})
    decide.decline(public_id, why=words["why"], expected_version=typed.version(request), by=by)


def _withdraw(request: HttpRequest, public_id: UUID, by: Acting) -> None:
    decide.take_back(public_id, expected_version=typed.version(request), by=by)


DECISIONS: dict[str, Callable[[HttpRequest, UUID, Acting], None]] = {"approve": _approve, "decline": _decline, "withdraw": _withdraw}
