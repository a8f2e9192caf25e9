"""The system administrator's home: the accounts of the district, found, closed and opened again; nothing of what they work on."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from permissions.accounts import accounts_of, close_account, reopen_account
from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.identity.phones import mask_phone
from permissions.models import User
from permissions.people import found, searched
from permissions.roles import Capability
from vault.refusal import Refusal

KEEPING = Needs(Capability.MANAGE_ACCOUNTS)
PER_PAGE = 30
TEMPLATE = "permissions/accounts.html"
OPEN, CLOSED = "open", "closed"


class Accounts(Page):
    """The list, searched and filtered."""

    policies = {"GET": KEEPING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render(request, TEMPLATE, listed(request, self.acting))


class Account(Page):
    """One account beside its question: close it or open it again, and why."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.render(request, TEMPLATE, self.asked(request, public_id))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        decide, said = {
            "close": (close_account, _("Nobody logs in with the account of %(name)s any more.")),
            "reopen": (reopen_account, _("%(name)s can log in again.")),
        }.get(request.POST.get("act", ""), (None, ""))
        if decide is None:
            raise Refusal("invalid_input", _("The page was incomplete. Please load it again."))
        try:
            user = decide(public_id, request.POST.get("reason", ""), by=self.acting)
        except Refusal as refusal:
            if refusal.code not in ("invalid_input", "holds_office", "not_allowed"):
                raise
            return self.again(request, TEMPLATE, refusal, self.asked(request, public_id))
        messages.success(request, said % {"name": user.display_name})
        return redirect("accounts")

    def asked(self, request: HttpRequest, public_id: UUID) -> dict[str, Any]:
        """The list with the question before it."""
        user = get_object_or_404(accounts_of(self.acting), public_id=public_id)
        asked = {"user": user, "phone": mask_phone(user.phone), "typed": {"reason": request.POST.get("reason", "")}}
        return listed(request, self.acting) | {"asked": asked}


def listed(request: HttpRequest, by: Acting) -> dict[str, Any]:
    """The filtered list; the filters stand in the address."""
    words, state = searched(request.GET.get("q", "")), request.GET.get("state", "")
    accounts = found(accounts_of(by), words).annotate(last_seen=Max("sessions__seen_at")).order_by("name", "pk")
    if state in (OPEN, CLOSED):
        accounts = accounts.filter(is_active=state == OPEN)
    page = Paginator(accounts, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "rows": [row_of(user) for user in page],
        "q": words,
        "state": state,
        "states": [("", _("all")), (OPEN, pgettext("an account", "open")), (CLOSED, pgettext("an account", "closed"))],
    }


def row_of(user: User) -> dict[str, Any]:
    """One account as the list shows it."""
    return {"user": user, "phone": mask_phone(user.phone), "last_seen": user.last_seen}  # type: ignore[attr-defined]
