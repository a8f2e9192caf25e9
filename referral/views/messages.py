"""The district's messages on pages: what was sent to residents, how far it came, the failed ones sent again, and the list as a file."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages as toasts
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from clinics.views.exporting import MOST_ROWS, handed_out
from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.doors.fields import read_day
from permissions.identity.folding import fold
from permissions.roles import Capability
from referral.news.messages import A_WEEK, LONGEST, NOT_A_NUMBER, Asked, counted, in_state, is_number, lines_of, messages_of
from referral.news.resend import resend
from referral.news.sms_words import STATE_KINDS, TITLES, State
from vault.refusal import Refusal, Violation

SEES = Needs(Capability.SEE_MESSAGES)
PER_PAGE = 50
COLUMNS = (
    pgettext_lazy("message", "Written"), gettext_lazy("Message"), gettext_lazy("Booking number"), gettext_lazy("Hospital"),
    gettext_lazy("Visit"), gettext_lazy("Phone, last four"), gettext_lazy("State"), gettext_lazy("Why it failed"), gettext_lazy("Attempts"),
)  # fmt: skip


class Messages(Page):
    """The messages of some days with their counts, filtered by text and state, or those about one booking number."""

    policies = {"GET": SEES}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render(request, "referral/messages.html", context_of(self.acting, request))


class MessagesExport(Page):
    """The same rows as a file; taking it leaves a trace."""

    policies = {"POST": SEES}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        asked, _fault = asked_in(request)
        filters = {"from": str(asked.first), "to": str(asked.last), "text": asked.text, "state": asked.state}
        rows = file_rows(self.acting, asked)
        return handed_out(request, "messages", _("Messages to residents"), COLUMNS, rows, by=self.acting, filters=filters)


class MessageResend(Page):
    """One failed message goes out again; pressed twice it goes once."""

    policies = {"POST": SEES}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(refused, self, request)  # type: ignore[attr-defined]
        resend(public_id, by=self.acting)
        toasts.success(request, _("The message goes out again. Its new line says within a minute how far it came."))
        back = request.POST.get("next", "")
        ours = back.startswith("/messages/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
        return redirect(back if ours else "messages")


def refused(page: Page, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
    """The list again with why nothing was sent."""
    if refusal.code not in ("not_failed", "message_outdated", "too_many_requests"):
        return None
    return page.again(request, "referral/messages.html", refusal, context_of(page.acting, request))


def context_of(acting: Acting, request: HttpRequest) -> dict[str, Any]:
    """The page in a fixed number of queries."""
    asked, fault = asked_in(request)
    found = messages_of(acting, asked)
    page = Paginator(in_state(found, asked.state), PER_PAGE).get_page(request.GET.get("page"))
    numbers = counted(found)
    return {
        "asked": asked,
        "page": page,
        "rows": lines_of(page.object_list),
        "counts": [(state.value, state.label, STATE_KINDS[state], numbers[state.value]) for state in State],
        "texts": [("", _("all")), *TITLES.items()],
        "states": [("", _("all")), *State.choices],
        "number": request.GET.get("number", "")[:40],
        "fault": fault,
    }


def asked_in(request: HttpRequest) -> tuple[Asked, Violation | None]:
    """The filters of the address, without days the last seven; and what was wrong with the number, which then finds nothing."""
    today = timezone.localdate()
    last = min(day_or(request.GET.get("to", ""), today), today)
    first = max(min(day_or(request.GET.get("from", ""), last - A_WEEK), last), last - LONGEST)
    number = fold(request.GET.get("number", ""))
    fits = is_number(number)
    asked = Asked(
        first,
        last,
        text=request.GET.get("text", "") if request.GET.get("text") in TITLES else "",
        state=request.GET.get("state", "") if request.GET.get("state") in State.values else "",
        number=number if fits or not number else "-",
    )
    return asked, Violation("invalid_input", NOT_A_NUMBER, "number") if number and not fits else None


def day_or(text: str, otherwise: date) -> date:
    """The day as typed, or the other one."""
    try:
        return read_day(text)
    except ValueError:
        return otherwise


def file_rows(by: Acting, asked: Asked) -> Iterator[list[object]]:
    """The rows of a file."""
    rows = in_state(messages_of(by, asked), asked.state)[:MOST_ROWS]
    for line in lines_of(rows):
        yield [
            line.at, str(line.title), line.number, line.hospital, line.starts_at, line.phone_tail, str(line.state.label),
            str(line.failure), line.attempts,
        ]  # fmt: skip
