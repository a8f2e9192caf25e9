"""Connecting the hospital's own system on pages: where it is told, the secret once, what became of each message, sending again."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from clinics.models import Institution
from permissions.doors import Needs, Page
from permissions.doors.fresh import check_fresh, is_fresh
from permissions.roles import Capability
from permissions.views.chosen import chosen
from referral.exchange import webhooks
from referral.exchange.happenings import EVENTS
from referral.exchange.hospital import hospital_of
from vault.outbox.webhooks.models import WebhookState
from vault.refusal import Refusal, invalid

CONNECTS = Needs(Capability.EXCHANGE)
LATEST, PER_PAGE = 10, 50
STATES = {
    WebhookState.WAITING: (pgettext_lazy("delivery", "waiting"), "info"),
    WebhookState.CLAIMED: (pgettext_lazy("delivery", "on its way"), "info"),
    WebhookState.SENT: (pgettext_lazy("delivery", "arrived"), "ok"),
    WebhookState.DEAD: (pgettext_lazy("delivery", "given up"), "bad"),
    WebhookState.DROPPED: (pgettext_lazy("delivery", "let go"), "off"),
}
CODES = {
    "answered_no": gettext_lazy("the system answered with an error"),
    "gone": gettext_lazy("the system says this address is gone"),
    "redirect_refused": gettext_lazy("the system sent us elsewhere; that is not followed"),
    "timeout": gettext_lazy("no answer in time"),
    "no_connection": gettext_lazy("no connection"),
    "certificate_refused": gettext_lazy("its certificate is not trusted"),
    "host_unknown": gettext_lazy("nobody knows this host"),
    "address_refused": gettext_lazy("the host leads into a network that is not called"),
    "https_required": gettext_lazy("only an encrypted address is called"),
    "worker_lost": gettext_lazy("interrupted on our side; sent again"),
}
TYPES = {**EVENTS, "endpoint.test": gettext_lazy("test message")}


class Exchange(Page):
    """The endpoint with what it wants, and how the last messages fared; POST names or changes it."""

    policies = {"GET": CONNECTS, "POST": CONNECTS}
    repeated = frozenset({"event"})

    def get(self, request: HttpRequest) -> HttpResponse:
        return shown(self, request)

    def post(self, request: HttpRequest) -> HttpResponse:
        check_fresh(self.acting.session)
        hospital = hospital_of(self.acting)
        request.refused = partial(refused, self, request)  # type: ignore[attr-defined]
        url, events = request.POST.get("url", "").strip(), request.POST.getlist("event")
        if webhooks.endpoint_of(hospital) is None:
            made = webhooks.open_endpoint(hospital, url, events, by=self.acting)
            return shown(self, request, made=made)
        version = request.POST.get("version", "")
        seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
        webhooks.change_endpoint(hospital, url, events, by=self.acting, expected_version=seen)
        messages.success(request, _("What is told where was changed."))
        return redirect("exchange")


class ExchangeSecret(Page):
    """A new secret, shown once on the answer."""

    policies = {"POST": CONNECTS}

    def post(self, request: HttpRequest) -> HttpResponse:
        check_fresh(self.acting.session)
        return shown(self, request, made=webhooks.rotate_secret(hospital_of(self.acting), by=self.acting), rotated=True)


class ExchangeEnd(Page):
    """Nothing more is told."""

    policies = {"POST": CONNECTS}

    def post(self, request: HttpRequest) -> HttpResponse:
        webhooks.end_endpoint(hospital_of(self.acting), by=self.acting)
        messages.success(request, _("The hospital's system is told nothing any more."))
        return redirect("exchange")


class ExchangeTest(Page):
    """One message that says hello."""

    policies = {"POST": CONNECTS}

    def post(self, request: HttpRequest) -> HttpResponse:
        webhooks.send_test(hospital_of(self.acting), by=self.acting)
        messages.success(request, _("A test message is on its way. Its line below says within seconds whether it arrived."))
        return redirect("exchange")


class Deliveries(Page):
    """Every message, filtered by its state; dead ones are sent again or let go, one by one or all."""

    policies = {"GET": CONNECTS, "POST": CONNECTS}

    def get(self, request: HttpRequest) -> HttpResponse:
        return listed(self, request)

    def post(self, request: HttpRequest) -> HttpResponse:
        hospital = hospital_of(self.acting)
        request.refused = partial(undecided, self, request)  # type: ignore[attr-defined]
        act, which = request.POST.get("act", ""), meant(request)
        if act == "drop":
            count = webhooks.drop(hospital, which, request.POST.get("reason", ""), by=self.acting)
            messages.success(request, ngettext("%(n)d message was let go.", "%(n)d messages were let go.", count) % {"n": count})
        elif act == "resend":
            count = webhooks.resend(hospital, which, by=self.acting)
            messages.success(request, ngettext("%(n)d message goes out again.", "%(n)d messages go out again.", count) % {"n": count})
        else:
            raise invalid("act", _("Choose one of those shown."))
        return redirect("exchange_deliveries")


def meant(request: HttpRequest) -> list[UUID] | None:
    """The one message, or None for every dead one, which has to be said. Refuses with `invalid_input`."""
    if request.POST.get("one"):
        return [chosen(request.POST["one"])]
    if request.POST.get("all") != "1":
        raise invalid("one", _("Choose one of those shown."))
    return None


def shown(page: Page, request: HttpRequest, **more: Any) -> HttpResponse:
    """The page of the endpoint."""
    return page.render(request, "referral/exchange.html", {**context(page, request), **more})


def refused(page: Page, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
    """The form again with what was typed and why it could not be done."""
    if refusal.code not in ("invalid_input", "already_exists", "stale_state"):
        return None
    return page.again(request, "referral/exchange.html", refusal, context(page, request, typed=True))


def context(page: Page, request: HttpRequest, *, typed: bool = False) -> dict[str, Any]:
    """The endpoint, the choices of its form, and the latest messages."""
    acting = page.acting
    hospital = hospital_of(acting)
    endpoint = webhooks.endpoint_of(hospital)
    ticked = set(request.POST.getlist("event") if typed else endpoint.events if endpoint else EVENTS)
    counts = states_of(hospital)
    return {
        "hospital": hospital,
        "endpoint": endpoint,
        "url": request.POST.get("url", "")[:500] if typed else endpoint.url if endpoint else "",
        "events": [(key, word, key in ticked) for key, word in EVENTS.items()],
        "deliveries": [line(one) for one in webhooks.deliveries_of(hospital)[:LATEST]],
        "dead": counts.get(WebhookState.DEAD.value, 0),
        "fresh": acting.session is not None and is_fresh(acting.session),
    }


def listed(page: Page, request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    """One page of the messages of a state."""
    hospital = hospital_of(page.acting)
    state = request.GET.get("state", "")
    state = state if state in WebhookState.values else ""
    counts = states_of(hospital)
    found = Paginator(webhooks.deliveries_of(hospital, state), PER_PAGE).get_page(request.GET.get("page"))
    options = [("", _("all")), *((key.value, f"{word} {counts.get(key.value, 0)}") for key, (word, _kind) in STATES.items())]
    held = {
        "hospital": hospital,
        "page": found,
        "rows": [line(one) for one in found],
        "state": state,
        "states": options,
        "dead": counts.get(WebhookState.DEAD.value, 0),
    }
    if refusal is not None:
        return page.again(request, "referral/exchange_deliveries.html", refusal, held)
    return page.render(request, "referral/exchange_deliveries.html", held)


def undecided(page: Page, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
    """The list again with the reason that was missing."""
    return listed(page, request, refusal) if refusal.code == "invalid_input" else None


def states_of(hospital: Institution) -> dict[str, int]:
    """How many messages of each state there are; one query."""
    rows = webhooks.deliveries_of(hospital).order_by().values_list("state")
    return dict(rows.annotate(n=Count("pk")))


def line(one: Any) -> dict[str, Any]:
    """One message in words."""
    word, kind = STATES[WebhookState(one.state)]
    return {
        "delivery": one,
        "what": TYPES.get(one.type, one.type),
        "word": word,
        "kind": kind,
        "why": CODES.get(one.code, ""),
        "is_dead": one.state == WebhookState.DEAD,
        "may_repeat": one.state in (WebhookState.DEAD, WebhookState.SENT) and one.endpoint.ended_at is None,
    }
