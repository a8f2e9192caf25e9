"""Handing over on pages: what waits for an owner, whose post may end, and the one screen on which somebody leaves."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinics.models import Post
from permissions.doors import Needs, Page
from permissions.doors.fields import ID
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.handover.items import Item, Kind, kind_of, number_of, work_of
from referral.handover.leave import Handed, leave, preview, transfer
from referral.handover.name import MOST_AT_ONCE, name_doctor, name_owner
from referral.handover.people import colleagues_of, destinations_of, of_the_district, post_of, posts_named
from referral.handover.waiting import candidates, contracts_waiting, items_waiting
from referral.views import typed
from referral.views.handover_form import ACTS, AS_ALL, CHOSEN_ONE_BY_ONE, MANAGER, REASONS, Wish, form_values, wish_from
from vault.refusal import Refusal, invalid

MANAGES = Needs(Capability.MANAGE_POSTS)
PER_PAGE = 25
LONGEST_SEARCH = 50
TITLES = {Kind.REFERRAL: gettext_lazy("Referral"), Kind.RETURN: gettext_lazy("Return")}


class Handover(Page):
    """What nobody answers for any more, and the posts whose end this person decides."""

    policies = {"GET": MANAGES, "POST": MANAGES}
    repeated = frozenset({"item"})

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.listed(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        act = request.POST.get("act", "")
        if act not in ("name", "contracts"):
            raise invalid("act", _("Choose what to do."))
        messages.success(request, self.named(request) if act == "name" else self.doctor_named(request))
        return redirect("handover")

    def named(self, request: HttpRequest) -> str:
        count = name_owner(chosen_in(request.POST), typed.public_id(request, "to"), by=self.acting)
        return ngettext("%(n)d case has a new owner.", "%(n)d cases have a new owner.", count) % {"n": count}

    def doctor_named(self, request: HttpRequest) -> str:
        doctor, to = typed.public_id(request, "doctor"), typed.public_id(request, "to")
        count = name_doctor(doctor, to, by=self.acting, today=timezone.localdate())
        return ngettext("%(n)d resident has a new doctor.", "%(n)d residents have a new doctor.", count) % {"n": count}

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        return self.listed(request, refusal) if refusal.code in ("invalid_input", "stale_state") else None

    def listed(self, request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
        text = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
        items = items_waiting(self.acting)
        context = {
            "rows": [row_of(item) for item in items[:MOST_AT_ONCE]],
            "more": max(len(items) - MOST_AT_ONCE, 0),
            "left": contracts_waiting(self.acting, timezone.localdate()),
            "colleagues": [("", _("please choose")), *((str(post.public_id), named(post)) for post in candidates(self.acting))],
            "page": Paginator(posts_named(self.acting, text), PER_PAGE).get_page(request.GET.get("page")),
            "q": text,
            "of_the_district": of_the_district(self.acting),
            "refusal": refusal,
            "values": {name: request.POST.get(name, "") for name in ("to", "doctor")},
            "chosen": set(request.POST.getlist("item")),
        }
        return self.render(request, "referral/handover.html", context)


class HandoverPost(Page):
    """The one screen: everything open under a post, who gets it, and what ends; first what would happen, then it happens."""

    policies = {"GET": MANAGES, "POST": MANAGES}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.shown(request, post_of(self.acting, public_id))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        post = post_of(self.acting, public_id)
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        wish = wish_from(request, self.acting)
        if request.POST.get("confirmed") != "1":
            return self.shown(request, post, told=preview(post, wish.plan, today=timezone.localdate(), seen=wish.seen))
        messages.success(request, self.done(post, wish) % {"name": post.user.display_name})
        return redirect("handover")

    def done(self, post: Post, wish: Wish) -> str:
        """The one use case, and what to say of it."""
        today = timezone.localdate()
        if wish.move is None:
            leave(post, wish.plan, reason=wish.reason, by=self.acting, today=today, seen=wish.seen)
            return _("%(name)s has left the post. Right, grants and sessions have ended.")
        transfer(post, wish.plan, wish.move, by=self.acting, today=today, seen=wish.seen)
        return _("%(name)s has another post, without a right to refer yet.")

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in ("invalid_input", "stale_state", "already_exists"):
            return None
        return self.shown(request, post_of(self.acting, public_id), refusal=refusal)

    def shown(self, request: HttpRequest, post: Post, *, told: list[Handed] | None = None, refusal: Refusal | None = None) -> HttpResponse:
        work = work_of(post, timezone.localdate())
        colleagues = list(colleagues_of(post))
        people = [(str(one.public_id), named(one)) for one in colleagues]
        data = request.POST if request.method == "POST" else QueryDict()
        family = [(str(one.public_id), named(one)) for one in colleagues if one.kind == "family_doctor"]
        context = {
            "post": post,
            "work": work,
            "rows": [row_of(item) | {"to": data.get(f"item.{item.public_id}", AS_ALL)} for item in work.items[:CHOSEN_ONE_BY_ONE]],
            "more": max(len(work.items) - CHOSEN_ONE_BY_ONE, 0),
            "colleagues": people,
            "successors": [*people, (MANAGER, _("the list of the institution's manager"))],
            "contract_doctors": [*family, (MANAGER, _("the list of the institution's manager"))],
            "one_by_one": [(AS_ALL, _("with everything else")), *people, (MANAGER, _("the manager's list"))],
            "acts": list(ACTS.items()),
            "reasons": REASONS,
            "values": form_values(data, post, people, family),
            "errors": {violation.field: violation.message for violation in refusal.violations} if refusal else {},
            "refusal": refusal,
            "violations": refusal.violations if refusal else (),
            "told": told,
            "hidden": [(name, value) for name, value in data.items() if name not in ("csrfmiddlewaretoken", "confirmed")],
            **destinations_of(self.acting),
        }
        return self.render(request, "referral/handover_post.html", context)


def named(post: Post) -> str:
    """A colleague in a choice: her name and where she works."""
    return f"{post.user.display_name}　{post.institution.display_short_name}"


def row_of(item: Item) -> dict[str, Any]:
    """One line of open work: no medical word, the name masked."""
    kind = kind_of(item)
    return {
        "key": f"{kind}:{item.public_id}",
        "id": item.public_id,
        "kind": TITLES[kind],
        "number": number_of(item),
        "name": mask_name(item.patient.name),
        "patient": item.patient,
        "status": item.status,
        "state": item.get_status_display(),
        "place": f"{getattr(item, 'place', '') or ''} {getattr(item, 'department', '') or ''}".strip(),
        "day": getattr(item, "visit_date", None) or getattr(item, "first_follow_up_on", None),
    }


def chosen_in(data: QueryDict) -> dict[Kind, list[UUID]]:
    """The ticked lines, like referral:0192…; refuses with `invalid_input` what the page never offered."""
    chosen: dict[Kind, list[UUID]] = {Kind.REFERRAL: [], Kind.RETURN: []}
    for key in dict.fromkeys(data.getlist("item")):
        kind, _colon, public_id = key.partition(":")
        if kind not in set(Kind) or not ID.match(public_id):
            raise invalid("item", _("Choose one of those shown."))
        chosen[Kind(kind)].append(UUID(public_id))
    return chosen
