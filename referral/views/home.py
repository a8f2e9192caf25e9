"""The first page: what a doctor has to do now; everybody else starts at the section of her role."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from permissions.acting import Acting
from permissions.doors import SIGNED_IN, Page
from permissions.founding import waiting_for
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.cases.models import ReferralStatus
from referral.views.rights import right_of
from referral.views.todo import Link, Todo, things_to_do, tiles
from referral.worklist.queries import booked_ahead, promise_kept, seen_today
from referral.worklist.tomorrow import places_tomorrow
from reserved_pools.sessions.half_days import promise_days

NOON, EVENING = 12, 18
SHOWN_PROMISES = 5
# Where somebody starts who refers nobody: the first capability she has decides.
STARTS = (
    (Capability.RECEIVE, "arrivals"),
    (Capability.RECORD_VISIT, "visits"),
    (Capability.SEE_DISTRICT, "district"),
    (Capability.ASSIGN_RETURN, "returns"),
    (Capability.MANAGE_POOLS, "week"),
    (Capability.MANAGE_ACCOUNTS, "accounts"),
    (Capability.END_SESSIONS, "live_sessions"),
    (Capability.READ_AUDIT, "trail"),
    (Capability.OPERATE, "platform"),
)


class Home(Page):
    """A doctor's worklist, or a redirect to where a role's work is."""

    policies = {"GET": SIGNED_IN}

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.acting.can(Capability.WRITE_REFERRAL):
            return self.render(request, "referral/home.html", doctor_home(self.acting))
        for capability, start in STARTS:
            if self.acting.can(capability):
                return redirect(start)
        if self.acting.role is None and waiting_for(self.acting.user) is not None:
            return redirect("founding")
        if self.acting.withheld:  # a right taken away closes every section; the first page says so, why, and whom to ask (R052)
            return self.render(request, "referral/right_closed.html", {"right": right_of(self.acting), "first_page": True})
        return self.render(request, "referral/no_section.html")


def doctor_home(acting: Acting) -> dict[str, Any]:
    """Everything on the doctor's first page, in a fixed number of queries."""
    now = timezone.localtime()
    today = now.date()
    days = promise_days(acting, today)
    rows = things_to_do(acting, today, days)
    right = right_of(acting)
    return {
        "now": now,
        "greeting": greeting(acting, now),
        "queue": tiles(rows, booked_ahead(acting, today), today),
        "todo": rows,
        "today": [visit_of(visit) for visit in seen_today(acting, today)],
        "tomorrow": places_tomorrow(acting, today) if right.in_force else None,
        "promise": promise_kept(acting, today, days) | {"open": promises(rows, today), "days": days},
        "right": right,
    }


def greeting(acting: Acting, now: datetime) -> str:
    """上午好，周晓岚医生."""
    name = {"name": acting.user.display_name}
    if now.hour < NOON:
        return _("Good morning, Dr %(name)s") % name
    return (_("Good afternoon, Dr %(name)s") if now.hour < EVENING else _("Good evening, Dr %(name)s")) % name


def promises(rows: list[Todo], today: date) -> list[dict[str, Any]]:
    """Drafts without a place, with the days left of the three-day promise."""
    waiting = [row for row in rows if row.group == "choose"][:SHOWN_PROMISES]
    return [{"name": row.name, "until": row.deadline, "days": max((row.deadline - today).days, 0)} for row in waiting]


def visit_of(visit: Any) -> dict[str, Any]:
    """One of today's patients: seen, and where her referral stands."""
    patient = visit.patient
    led = visit.referral_status
    return {
        "seen_at": visit.seen_at,
        "name": mask_name(patient.name),
        "sex": patient.sex,
        "birth_date": patient.birth_date,
        "contract": visit.contract_place or _("no contract"),
        "note": visit.note,
        "kind": "few" if led == "draft" else "ok",
        "what": ReferralStatus(led).label if led else _("seen"),
        "links": links_of(visit),
    }


def links_of(visit: Any) -> list[Link]:
    """What comes next for one of today's patients."""
    patient = Link(_("View"), reverse("patient", args=[visit.patient.public_id]))
    if visit.referral_id is None:
        write = reverse("referral_new", args=[visit.patient.public_id]) + f"?encounter={visit.public_id}"
        return [Link(pgettext("button", "Write a referral"), write), patient]
    if visit.referral_status == ReferralStatus.DRAFT:
        return [Link(_("Choose a place"), reverse("book", args=[visit.referral_id])), patient]
    return [Link(_("Referral"), reverse("referral", args=[visit.referral_id])), patient]
