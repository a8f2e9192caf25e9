"""A hospital's own restrictions: who repeatedly did not collect numbers here, who is restricted until when, and lifting it (R027)."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.views.typed import errors_in, one_of, search_in
from permissions.doors import Needs, Page
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.credit.models import Restriction
from referral.credit.queries import NOTHING_HERE, in_force, of_patients, over, restrictions_seen_by, who_answer
from referral.credit.restrict import LONGEST_REASON, Wanted, lift, restrict, restrictable, threshold_at, uncollected
from referral.credit.story import steps_of
from referral.views import typed
from referral.views.saying import say
from vault.audit import saw_many
from vault.refusal import Refusal

PER_PAGE = 30
SHOWN, OFFERED = 20, 200  # in the table, and in the choice; a search narrows both
RESTRICTING = Needs(Capability.RESTRICT)
STANDINGS: dict[str, Any] = {
    "in_force": gettext_lazy("in force"),
    "over": gettext_lazy("over"),
    "lifted": gettext_lazy("lifted"),
}


class Restrictions(Page):
    """Who is restricted here, and who could be. POST sets a restriction."""

    policies = {"GET": RESTRICTING, "POST": RESTRICTING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return listed(self, request)

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        said = typed.printable_texts(request, ("reason",), one_line={"reason"})
        wanted = Wanted(typed.public_id(request, "patient"), said["reason"], typed.day(request, "last_day"))
        made = restrict(wanted, by=self.acting)
        say(
            request, made.patient, _("Restricted here; the resident and her doctor are told. Other hospitals are not touched."),
            _("Restricted here; her doctor is told, the resident has no mobile number. Other hospitals are not touched."),
        )  # fmt: skip
        return redirect("restrictions")

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        """The page with everything typed and what is wrong with it."""
        if refusal.code in ("not_allowed", "not_found"):
            return None
        values = {name: typed.text(request, name)[:400] for name in ("patient", "reason", "last_day")}
        return listed(self, request, values=values, **errors_in(refusal))


class RestrictionPage(Page):
    """One restriction with its history. POST lifts it."""

    policies = {"GET": RESTRICTING, "POST": RESTRICTING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.shown(request, public_id)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        said = typed.printable_texts(request, ("reason",), one_line={"reason"})
        lift(public_id, reason=said["reason"], expected_version=typed.version(request), by=self.acting)
        messages.success(request, _("Lifted: this hospital books for the resident again."))
        return redirect("restriction", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code in ("not_allowed", "not_found"):
            return None
        return self.shown(request, public_id, values={"reason": typed.text(request, "reason")[:400]}, **errors_in(refusal))

    def shown(self, request: HttpRequest, public_id: UUID, **more: Any) -> HttpResponse:
        one = restrictions_seen_by(self.acting).filter(public_id=public_id).first()
        if one is None:
            raise Refusal("not_found", NOTHING_HERE)
        kind, word = state_of(one)
        context = {
            "one": one, "name": mask_name(one.patient.name), "kind": kind, "word": word, "limit": LONGEST_REASON,
            "may_lift": one.status == "in_force" and one.valid_to > timezone.now(), "steps": steps_of([one.public_id]),
            "values": {}, "errors": {},
        }  # fmt: skip
        answer = self.render(request, "referral/restriction.html", context | more)
        saw_many(self.acting.actor, "restriction", [one.public_id], "restriction")
        return answer


def listed(page: Page, request: HttpRequest, **more: Any) -> HttpResponse:
    """The page; whose names were shown is remembered."""
    asked = {"state": one_of(request.GET, "state", STANDINGS), "q": search_in(request.GET)}
    today, hospital = timezone.localdate(), page.acting.post.institution if page.acting.post else None
    rows = Paginator(found(page, asked), PER_PAGE).get_page(request.GET.get("page"))
    could_be, total = first_of(uncollected(page.acting, today), asked["q"], SHOWN)
    many, choosable = first_of(restrictable(page.acting, today), asked["q"], OFFERED)
    context = asked | {
        "page": rows,
        "lines": [(one, mask_name(one.patient.name), *state_of(one)) for one in rows],
        "states": [("", _("all")), *STANDINGS.items()],
        "threshold": threshold_at(hospital, today),
        "not_shown": total - len(could_be),
        "not_offered": choosable - len(many),
        "candidates": [(one, mask_name(one.name)) for one in could_be],
        "choices": [("", _("please choose")), *((str(one.public_id), choice_of(one)) for one in many)],
        "longest": LONGEST_REASON,
        "values": {},
        "errors": {},
    }
    answer = page.render(request, "referral/restrictions.html", context | more)
    seen = [one.public_id for one in rows]
    saw_many(page.acting.actor, "restriction", seen, "restrictions")
    saw_many(page.acting.actor, "patient", [*{one.public_id: None for one in (*could_be, *many)}], "uncollected numbers")
    return answer


def first_of(people: Any, text: str, most: int) -> tuple[list[Any], int]:
    """The first of these residents who answer to the search, and how many there are."""
    rows = who_answer(people, text)
    return list(rows[:most]), rows.count()


def choice_of(one: Any) -> str:
    """A resident to choose: masked name, age group by year of birth, how many numbers were not collected."""
    return f"{mask_name(one.name)}　{one.birth_date.year}　×{one.missed}"


def found(page: Page, asked: dict[str, str]) -> Any:
    """Those in this state who answer to the search."""
    rows = of_patients(restrictions_seen_by(page.acting), asked["q"])
    narrowed = {"in_force": in_force, "over": over, "lifted": lambda held: held.filter(status="lifted")}.get(asked["state"])
    return narrowed(rows) if narrowed else rows


def state_of(one: Restriction) -> tuple[str, str]:
    """The colour and the word of its state now."""
    if one.status == "lifted":
        return "off", str(STANDINGS["lifted"])
    if one.valid_to <= timezone.now():
        return "off", str(STANDINGS["over"])
    return "bad", str(STANDINGS["in_force"])
