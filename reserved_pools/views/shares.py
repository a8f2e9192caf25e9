"""The coordinator's page of shares: how much of each clinic's sessions is kept for referrals, from the next publication on."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clinics.views import typed
from permissions.doors import Needs, Page
from permissions.roles import Capability
from reserved_pools.balance.balance import percent
from reserved_pools.models import ReservedPool
from reserved_pools.pool_queries import floors_of, pool_of, pools_of
from reserved_pools.resizing import set_places, version_of
from vault.refusal import Refusal, invalid

MANAGING = Needs(Capability.MANAGE_POOLS)
PER_PAGE, LONGEST = 50, 5


class PoolShares(Page):
    """Every service with its share and the floor; one form a row."""

    policies = {"GET": MANAGING, "POST": MANAGING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = lambda refusal: self.refused(request, refusal)  # type: ignore[attr-defined]
        public_id: UUID | None = typed.chosen_id(request, "pool")
        if public_id is None:
            raise invalid("pool", _("Choose one of those shown."))
        pool = pool_of(self.acting, public_id)
        set_places(pool, share_in(request.POST), by=self.acting, seen=typed.version(request))
        words = {"clinic": pool.service.name, "department": pool.service.department.name, "share": percent(pool.share)}
        messages.success(request, _("%(department)s %(clinic)s keeps %(share)s %% in what is published from now on.") % words)
        return redirect(f"{request.path}?{request.GET.urlencode()}")

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        """The page again with what was typed and the rule."""
        return None if refusal.code in ("not_allowed", "not_found") else self.shown(request, refusal=refusal)

    def shown(self, request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
        text, pools = typed.search_in(request.GET), pools_of(self.acting)
        for word in text.split():
            pools = pools.filter(service__department__name__icontains=word) | pools.filter(service__name__icontains=word)
        page = Paginator(pools, PER_PAGE).get_page(request.GET.get("page"))
        floors = floors_of(page)
        asked = request.POST.get("pool", "")
        context = {
            **typed.errors_in(refusal),
            "page": page,
            "q": text,
            "rows": [row_of(one, floors[one.pk], request.POST.get("share", "") if str(one.public_id) == asked else None) for one in page],
        }
        return self.render(request, "reserved_pools/shares.html", context)


def row_of(pool: ReservedPool, floor: Decimal, entered: str | None) -> dict[str, Any]:
    """One line: the share in force, or what was just typed."""
    shown = percent(pool.share) if entered is None else entered
    return {"pool": pool, "floor": percent(floor), "share": shown, "version": version_of(pool), "wrong": entered is not None}


def share_in(data: QueryDict) -> Decimal:
    """Per cent as typed, with at most one digit after the point."""
    text = data.get("share", "").strip().removesuffix("%").strip()
    whole, _point, digits = text.partition(".")
    numbers = whole.isascii() and whole.isdigit() and len(whole) <= 3 and (digits == "" or (digits.isascii() and digits.isdigit()))
    if not numbers or len(digits) > 1 or text.endswith("."):
        raise invalid("share", _("Enter per cent, like 35 or 32.5."))
    return Decimal(text) / 100
