"""Exceptions two persons make: asked for by a doctor about a refused place, granted or refused by the district, seen by both."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.doors.fields import ID
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.booking import overrides
from referral.booking.override_models import Overridable, OverrideStatus, RuleOverride
from referral.booking.override_queries import BEHIND, exception_for, exceptions_asked_by, exceptions_for
from referral.booking.override_words import standing_of, title_of, violation_of
from referral.booking.overrides import LONGEST, Request
from referral.cases.models import Referral
from referral.cases.place_requests import waits_for_a_day
from referral.cases.queries import referral_of
from referral.views import typed
from referral.views.timeline import Entry, People
from reserved_pools.models import PoolSlot
from reserved_pools.pool_queries import referrers_place
from vault.audit import saw
from vault.events import history
from vault.refusal import Refusal, Violation, invalid

ASKING, DECIDING = Needs(Capability.BOOK), Needs(Capability.DECIDE_EXCEPTIONS)
READING = Needs(Capability.BOOK, Capability.DECIDE_EXCEPTIONS)
PER_PAGE: Final = 30
KINDS: Final = {"asked": "few", "granted": "ok", "refused": "bad", "withdrawn": "off", "used": "info", "lapsed": "off"}


class Exceptions(Page):
    """What the district's doctors ask for, those that wait first."""

    policies = {"GET": DECIDING}

    def get(self, request: HttpRequest) -> HttpResponse:
        status = request.GET.get("status", "")
        rows = exceptions_for(self.acting).select_related(*BEHIND)
        rows = rows.filter(status=status) if status in OverrideStatus.values else rows
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        now = timezone.now()
        context = {
            "page": page, "rows": [line_of(one, now) for one in page], "status": status if status in OverrideStatus.values else "",
            "statuses": [("", _("all")), *OverrideStatus.choices],
        }  # fmt: skip
        return self.render(request, "referral/exceptions.html", context)


class OneException(Page):
    """One exception: the rule and what it counted, the doctor's reason, and the decision open to the reader; nothing of the record."""

    policies = {"GET": READING, "POST": READING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        answer = self.shown(request, public_id)
        saw(self.acting.actor, "rule_override", public_id, "exception")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        exception_for(self.acting, public_id)
        act = request.POST.get("act", "")
        if act not in DEEDS:
            raise invalid("act", _("Choose what to do."))
        DEEDS[act](public_id, request, self.acting)
        messages.success(request, _("Noted; the other side sees it at once."))
        return redirect("exception", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code in ("not_found", "not_allowed"):
            return None
        act = request.POST.get("act", "")
        said = {name: typed.text(request, name) for name in ("decision", "last_day")}
        return self.shown(request, public_id, refusal=refusal, opened={act if act in DEEDS else "loose"}, typed=said)

    def shown(self, request: HttpRequest, public_id: UUID, **more: Any) -> HttpResponse:
        held = exception_for(self.acting, public_id)
        decides = self.acting.can(Capability.DECIDE_EXCEPTIONS)
        today = timezone.localdate()
        status, word = standing_of(held, timezone.now())
        context = {
            "exception": held, "kind": KINDS[status], "word": word, "violation": violation_of(held), "title": title_of(held.rule),
            "name": mask_name(held.referral.patient.name), "decides": decides, "may": acts_open_to(held, status, self.acting),
            "waits_for_another": decides and status == "asked" and held.asked_by_id == self.acting.user.pk,
            "timeline": timeline_of(held), "most": LONGEST["decision"], "typed": {"last_day": latest(held).isoformat()},
            "today": today, "latest": latest(held), "book": where_to_choose(held.referral),
        }  # fmt: skip
        return self.render(request, "referral/exception.html", context | more)


class ExceptionNew(Page):
    """The doctor asks the district to let rules pass that stand against a place she chose."""

    policies = {"GET": ASKING, "POST": ASKING}
    repeated = frozenset({"rules"})

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        answer = self.form(request, public_id, request.GET.get("slot", ""))
        saw(self.acting.actor, "referral", public_id, "exception")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        words = typed.printable_texts(request, ("reason", "evidence"), one_line=("reason",))
        wanted = Request(frozenset(request.POST.getlist("rules")), words["reason"], words["evidence"])
        overrides.ask(public_id, slot_id(request.POST.get("pool_slot", "")), wanted, by=self.acting)
        messages.success(request, _("Asked. The district decides; you find its answer here and in your inbox."))
        return redirect("referral", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code in ("not_found", "not_allowed", "right_not_in_force"):
            return None
        return self.form(request, public_id, request.POST.get("pool_slot", ""), refusal)

    def form(self, request: HttpRequest, public_id: UUID, slot: str, refusal: Refusal | None = None) -> HttpResponse:
        referral = referral_of(self.acting, public_id)
        book = where_to_choose(referral)
        if not book:
            return redirect("referral", public_id)
        place = place_of(slot)
        standing = overrides.standing_against(public_id, place.public_id, by=self.acting) if place else ()
        ticked = set(request.POST.getlist("rules")) if request.method == "POST" else {one.rule for one in standing}
        context = {
            "referral": referral, "place": place, "book": book, "refusal": refusal,
            "name": mask_name(referral.patient.name),
            "violations": refusal.violations if refusal else (), "errors": errors_of(refusal),
            "askable": [(one, one.rule in ticked) for one in standing if one.rule in Overridable.values],
            "others": overrides.in_the_way(standing),
            "values": {name: typed.text(request, name) for name in ("reason", "evidence")}, "limits": LONGEST,
        }  # fmt: skip
        return self.render(request, "referral/exception_new.html", context)


def exceptions_of(acting: Acting, referral: Referral) -> list[dict[str, Any]]:
    """The exceptions of a case as its page lists them; one query."""
    now = timezone.now()
    rows = exceptions_asked_by(acting).filter(referral=referral).select_related("decided_by")
    return [line_of(one, now) for one in rows]


def ask_link(referral: Referral, violations: tuple[Violation, ...], slot: str) -> str:
    """Where the doctor asks for an exception from a refusal: only when every rule that stands there may be let pass."""
    askable = any(one.rule in Overridable.values for one in violations)
    if not ID.match(slot) or not askable or overrides.in_the_way(violations):
        return ""
    return reverse("exception_new", args=[referral.public_id]) + f"?slot={slot}"


def where_to_choose(referral: Referral) -> str:
    """Where its doctor chooses a place: to book it while it is open for that, to move what is booked; empty when neither is open."""
    if referral.status == "draft" or waits_for_a_day(referral):
        return reverse("book", args=[referral.public_id])
    moved = overrides.movable_of(referral.public_id)
    return reverse("booking_move", args=[moved.public_id]) if moved else ""


def line_of(held: RuleOverride, now: datetime) -> dict[str, Any]:
    """One line of a list."""
    status, word = standing_of(held, now)
    return {"exception": held, "status": status, "kind": KINDS[status], "word": word, "title": title_of(held.rule)}


def acts_open_to(held: RuleOverride, status: str, by: Acting) -> set[str]:
    """What this person may do now; nobody decides about what she asked for."""
    if by.can(Capability.DECIDE_EXCEPTIONS):
        deciding = {"grant", "refuse"} if status == "asked" and held.asked_by_id != by.user.pk else set()
        return deciding | ({"withdraw"} if status == "granted" else set())
    return {"withdraw"} if status in ("asked", "granted") else set()


def timeline_of(held: RuleOverride) -> list[Entry]:
    """What happened to the exception, the latest first."""
    events = list(history(held.public_id).reverse())
    who = People(events)
    words = {
        "override.asked": _("asked for"), "override.granted": _("granted"), "override.refused": _("refused"),
        "override.withdrawn": _("taken back"), "override.used": _("used for a booking"), "override.lapsed": _("over"),
    }  # fmt: skip
    return [Entry(event.at, words.get(event.event, ""), who.of(event), "", "") for event in events]


def latest(held: RuleOverride) -> Any:
    """The last day until which it may be granted today."""
    return overrides.longest_day(timezone.localdate(), held.referral.institution.district)


def place_of(slot: str) -> PoolSlot | None:
    """The refused place the address names."""
    return referrers_place(UUID(slot)) if ID.match(slot) else None


def slot_id(text: str) -> UUID:
    """The place of the form."""
    if not ID.match(text):
        raise invalid("pool_slot", _("Choose one of the times shown."))
    return UUID(text)


def errors_of(refusal: Refusal | None) -> dict[str, Any]:
    """The faults by field."""
    return {one.field: one.message for one in refusal.violations} if refusal else {}


def _grant(public_id: UUID, request: HttpRequest, by: Acting) -> None:
    words = typed.printable_texts(request, ("decision",), one_line=("decision",))["decision"]
    day = typed.day(request, "last_day")
    overrides.grant(public_id, day, words, expected_version=typed.version(request), by=by)


def _refuse(public_id: UUID, request: HttpRequest, by: Acting) -> None:
    words = typed.printable_texts(request, ("decision",), one_line=("decision",))["decision"]
    overrides.refuse(public_id, words, expected_version=typed.version(request), by=by)


def _withdraw(public_id: UUID, request: HttpRequest, by: Acting) -> None:
    overrides.withdraw(public_id, expected_version=typed.version(request), by=by)


DEEDS: Final[dict[str, Callable[[UUID, HttpRequest, Acting], None]]] = {"grant": _grant, "refuse": _refuse, "withdraw": _withdraw}
