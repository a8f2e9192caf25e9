"""Missed visits: a doctor sees those of her residents and appeals, the district sees all of its own and decides."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.views.typed import errors_in, one_of, search_in
from permissions.doors import Needs, Page
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.booking.noshow import NoShowCause
from referral.credit.appeal import LONGEST, LONGEST_REASON, Decision, appeal, behind, decide, is_open
from referral.credit.models import Breach, BreachStatus
from referral.credit.notices import appeal_until
from referral.credit.papers import MOST_PAPERS, papers_of, present
from referral.credit.queries import breach_seen_by, breaches_seen_by, newest_first, of_number
from referral.credit.standing import standing_of, terms_of
from referral.credit.story import steps_of, with_papers
from referral.views import typed
from referral.views.appeal_form import TEXTS, handed_in
from vault.audit import saw
from vault.refusal import Refusal

PER_PAGE = 30
SEEING = Needs(Capability.APPEAL_BREACH, Capability.DECIDE_APPEALS)
APPEALING = Needs(Capability.APPEAL_BREACH)
DECIDING = Needs(Capability.DECIDE_APPEALS)
KINDS = {"recorded": "few", "notified": "few", "appealed": "info", "upheld": "bad", "struck": "off"}
CAUSES: dict[str, Any] = dict(NoShowCause.choices) | {"evasion": gettext_lazy("booked twice under several identities")}


class Breaches(Page):
    """The missed visits one may see, appeals that wait first."""

    policies = {"GET": SEEING}

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = {"state": one_of(request.GET, "state", BreachStatus.values), "q": search_in(request.GET)}
        page = Paginator(found(breaches_seen_by(self.acting), asked), PER_PAGE).get_page(request.GET.get("page"))
        district = self.acting.can(Capability.DECIDE_APPEALS)
        lines = [(one, mask_name(one.patient.name), KINDS[one.status], CAUSES.get(one.cause, one.cause)) for one in page]
        context = asked | {"page": page, "lines": lines, "states": [("", _("all")), *BreachStatus.choices], "district": district}
        return self.render(request, "referral/breaches.html", context)


class BreachPage(Page):
    """One missed visit: what was recorded by whom, how the resident stands, the appeal and its decision."""

    policies = {"GET": SEEING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return shown(self, request, public_id)


class BreachAppeal(Page):
    """POST: the doctor says why it should not count."""

    policies = {"POST": APPEALING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(refused, self, request, public_id, TEXTS)  # type: ignore[attr-defined]
        said = handed_in(request, request.FILES.getlist("file"))
        appeal(public_id, **said, expected_version=typed.version(request), by=self.acting)
        messages.success(request, _("The appeal is with the district. Another person decides; you and the resident will be told."))
        return redirect("breach", public_id)


class AppealDecide(Page):
    """POST: the district upholds or strikes."""

    policies = {"POST": DECIDING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        breach = of_appeal(self, public_id)
        request.refused = partial(refused, self, request, breach.public_id, ("decision", "reason"))  # type: ignore[attr-defined]
        said = typed.printable_texts(request, ("decision", "reason"), one_line={"decision", "reason"})
        decide(public_id, said["decision"], reason=said["reason"], expected_version=typed.version(request), by=self.acting)
        struck = said["decision"] == Decision.STRUCK
        messages.success(request, _("Struck: it no longer counts.") if struck else _("The record stands."))
        return redirect("breach", breach.public_id)


def of_appeal(page: Page, public_id: UUID) -> Breach:
    """The breach an appeal is about; another district's looks like none."""
    found = breaches_seen_by(page.acting).filter(appeal__public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return found


def refused(page: Page, request: HttpRequest, public_id: UUID, names: tuple[str, ...], refusal: Refusal) -> HttpResponse | None:
    """The page again with everything typed and what is wrong with it."""
    if refusal.code in ("not_found", "not_allowed"):
        return None
    values = {name: typed.text(request, name)[:2000] for name in names}
    return shown(page, request, public_id, values=values, **errors_in(refusal))


def shown(page: Page, request: HttpRequest, public_id: UUID, **more: Any) -> HttpResponse:
    """The page; who opens it is remembered."""
    breach = breach_seen_by(page.acting, public_id)
    context = context_of(page, breach) | more
    answer = page.render(request, "referral/breach.html", context)
    saw(page.acting.actor, "breach", breach.public_id, "missed visit")
    return answer


def context_of(page: Page, breach: Breach) -> dict[str, Any]:
    """What the page needs; the template asks no rule."""
    today = timezone.localdate()
    filed = getattr(breach, "appeal", None)
    district = page.acting.can(Capability.DECIDE_APPEALS)
    mine = page.acting.user.pk in behind(breach)
    bans, papers = list(breach.bans.all()), papers_of(breach)
    may_add = page.acting.can(Capability.APPEAL_BREACH) and breach.status == "appealed"
    return {
        "breach": breach,
        "appeal": filed,
        "papers": present(papers),
        "takes_away": may_add,
        "may_add": may_add and len(present(papers)) < MOST_PAPERS,
        "most_papers": MOST_PAPERS,
        "name": name_of(breach, district=district),
        "kind": KINDS[breach.status],
        "cause": CAUSES.get(breach.cause, breach.cause),
        "standing": standing_of(breach.patient_id, terms_of(breach.district, today), today=today),
        "bans": bans,
        "appeal_until": appeal_until(breach),
        "may_appeal": page.acting.can(Capability.APPEAL_BREACH) and is_open(breach, today),
        "may_decide": district and breach.status == "appealed" and not mine,
        "needs_another": district and breach.status == "appealed" and mine,
        "steps": with_papers(steps_of([breach.public_id, *(ban.public_id for ban in bans)]), papers),
        "decisions": [("", _("please choose")), *Decision.choices],
        "limits": {"text": LONGEST, "evidence": LONGEST, "reason": LONGEST_REASON},
        "values": {},
        "errors": {},
    }


def found(rows: QuerySet[Breach], asked: dict[str, str]) -> QuerySet[Breach]:
    """Those in this state that answer to the search."""
    if asked["state"]:
        rows = rows.filter(status=asked["state"])
    return newest_first(of_number(rows, asked["q"]))


def name_of(breach: Breach, *, district: bool) -> str:
    """The doctor reads her resident's name; the district, which treats nobody, a masked one."""
    return mask_name(breach.patient.name) if district else breach.patient.name
