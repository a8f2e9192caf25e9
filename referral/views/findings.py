"""The district's finding about a month on pages: written with what fell short before one's eyes, signed by another, followed up."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext

from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.doors.fields import ID, typed_day
from permissions.roles import Capability
from referral.booking.expected import NOTHING_HERE, today
from referral.evaluation import findings as deeds
from referral.evaluation.findings import LONGEST, MOST, Draft, Point
from referral.evaluation.models import Finding, FindingMeasure
from referral.evaluation.month import evaluate
from referral.evaluation.problems import Grade
from referral.evaluation.queries import finding_of, findings_of, institutions_named
from referral.evaluation.scope import Month, month_in
from referral.supervision.month import following
from referral.views import typed
from referral.views.evaluation import SEEING
from referral.views.evaluation_words import sentence
from referral.views.timeline import Entry, People
from vault.events import history
from vault.faults import Faults
from vault.refusal import Refusal, invalid

WRITING: Final = Needs(Capability.EVALUATE)
FIRST_ROWS, MORE_ROWS = 2, 2
TIME_TO_ACT: Final = timedelta(days=14)
KINDS: Final = {"written": "few", "signed": "ok", "rejected": "off", "withdrawn": "off", "superseded": "off"}
LABELS: Final = {
    "institution": _lazy("Institution"), "found": _lazy("What was found"), "action": _lazy("What is to be done"),
    "owner": _lazy("By whom"), "due_on": _lazy("Until when"),
}  # fmt: skip
OF_FINDING: Final = {"sign": deeds.sign, "withdraw": deeds.withdraw}
OF_MEASURE: Final = {"settle": deeds.settle, "reopen": deeds.reopen}


class FindingNew(Page):
    """The form of a month's finding: prefilled with what fell short, or with the words it corrects."""

    policies = {"GET": WRITING, "POST": WRITING}

    def get(self, request: HttpRequest, month: str) -> HttpResponse:
        held = month_at(month)
        return self.form(request, held, *begun_with(self.acting, held))

    def post(self, request: HttpRequest, month: str) -> HttpResponse:
        held = month_at(month)
        request.refused = partial(self.refused, request, held)  # type: ignore[attr-defined]
        if "more" in request.POST:
            return self.form(request, held, typed.text(request, "summary"), rows_in(request), more=MORE_ROWS)
        made = deeds.write(draft_in(request, held), by=self.acting)
        messages.success(request, _("Written. Another administrator of the district has to sign it."))
        return redirect("finding", made.public_id)

    def refused(self, request: HttpRequest, month: Month, refusal: Refusal) -> HttpResponse | None:
        if refusal.code in ("not_allowed", "not_found"):
            return None
        return self.form(request, month, typed.text(request, "summary"), rows_in(request), refusal=refusal)

    def form(
        self, request: HttpRequest, month: Month, summary: str, points: list[dict[str, str]], *, more: int = 0,
        refusal: Refusal | None = None,
    ) -> HttpResponse:  # fmt: skip
        violations = refusal.violations if refusal else ()
        errors = {violation.field: violation.message for violation in violations}
        rows = (points + [{}] * max(more, FIRST_ROWS - len(points)))[:MOST]
        context = {
            "month": month,
            "summary": summary,
            "points": [line_at(number, row, errors) for number, row in enumerate(rows)],
            "institutions": [
                ("", pgettext("finding", "all institutions")),
                *((str(one.public_id), one.display_short_name) for one in institutions_named(self.acting)),
            ],
            "limits": LONGEST,
            "violations": violations,
            "errors": errors,
            "labels": labels(len(rows)),
            "refusal": refusal,
            "corrects": findings_of(self.acting, month).filter(status="signed").first(),
        }
        return self.render(request, "referral/finding_new.html", context)


class FindingPage(Page):
    """One finding with its measures; what is open to the reader: signing, rejecting, taking back, noting what was done."""

    policies = {"GET": SEEING, "POST": WRITING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.shown(request, public_id)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        held, act = finding_of(self.acting, public_id), request.POST.get("act", "")
        if act in OF_FINDING:
            OF_FINDING[act](held.public_id, expected_version=typed.version(request), by=self.acting)
        elif act == "reject":
            deeds.reject(held.public_id, note_in(request), expected_version=typed.version(request), by=self.acting)
        elif act in OF_MEASURE:
            measure = typed.public_id(request, "measure")
            OF_MEASURE[act](measure, note_in(request), expected_version=typed.version(request), by=self.acting)
        else:
            raise invalid("act", _("Choose what to do."))
        messages.success(request, _("Noted."))
        return redirect("finding", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code in ("not_found", "not_allowed"):
            return None
        opened = (request.POST.get("act", ""), request.POST.get("measure", ""))
        return self.shown(request, public_id, opened=opened, refusal=refusal, note=typed.text(request, "note"))

    def shown(self, request: HttpRequest, public_id: UUID, *, opened: tuple[str, str] = ("", ""), **more: Any) -> HttpResponse:
        held = finding_of(self.acting, public_id)
        acts = [one | {"open": (one["act"], one["measure"]) == opened} for one in acts_open_to(held, self.acting)]
        names = {one["act"] for one in acts}
        context = {
            "finding": held,
            "month": Month(held.month),
            "kind": KINDS[held.status],
            "acts": acts,
            "may_sign": "sign" in names,
            "may_withdraw": "withdraw" in names,
            "may_correct": held.status == "signed" and self.acting.can(Capability.EVALUATE),
            "may_note": held.status == "signed" and self.acting.can(Capability.EVALUATE),
            "timeline": timeline_of(held) if self.acting.can(Capability.EVALUATE) else [],
            "loose": "refusal" in more and not any(one["open"] for one in acts),
            "today": today(),
        }
        return self.render(request, "referral/finding.html", context | more)


def acts_open_to(held: Finding, by: Acting) -> list[dict[str, Any]]:
    """What this person may do now, each as its dialog says it: one person writes, another signs."""
    if not by.can(Capability.EVALUATE):
        return []
    if held.status == "signed":
        return [note_of(one) for one in held.shown]  # type: ignore[attr-defined]
    if held.status != "written":
        return []
    over = _("It ends without effect and is kept in the history.")
    if held.written_by_id == by.user.pk:
        return [act("withdraw", _("Withdraw"), _("Withdraw"), over, held.version, kind="danger")]
    stands = _("It stands from now on and is never changed; a correction is a new version. The institutions it concerns see it.")
    return [
        act("sign", _("Sign this finding?"), pgettext("a finding", "Sign"), stands, held.version),
        act("reject", pgettext("a finding", "Reject"), pgettext("a finding", "Reject"), over, held.version, say=True),
    ]


def note_of(measure: FindingMeasure) -> dict[str, Any]:
    """The note that a measure is done, or that it is not."""
    name, title = ("settle", _("Note as done")) if measure.status == "open" else ("reopen", pgettext("measure", "Open again"))
    return act(name, title, title, measure.action, measure.version, measure=str(measure.public_id), say=True)


def act(name: str, title: str, button: str, text: str, version: int, **more: Any) -> dict[str, Any]:
    """One dialog."""
    measure = more.get("measure", "")
    shown = {"name": f"{name}{measure}", "act": name, "title": title, "button": button, "text": text, "version": version}
    return {"measure": "", "say": False, "kind": "primary"} | shown | more


def month_at(name: str) -> Month:
    """The month of an address; what is none looks like nothing."""
    try:
        return month_in(name)
    except Refusal as refusal:
        raise Refusal("not_found", NOTHING_HERE) from refusal


def begun_with(acting: Acting, month: Month) -> tuple[str, list[dict[str, str]]]:
    """What the form begins with: the words it corrects, else a row for every problem of the month."""
    signed = findings_of(acting, month).filter(status="signed").first()
    if signed is not None:
        return signed.summary, [
            {
                "institution": str(one.institution.public_id) if one.institution else "", "found": one.found, "action": one.action,
                "owner": one.owner, "due_on": max(one.due_on, today()).isoformat(),
            }
            for one in signed.measures.select_related("institution").order_by("pk")
        ]  # fmt: skip
    due = max(following(following(month.first)) - timedelta(days=1), today() + TIME_TO_ACT).isoformat()
    found = [one for one in evaluate(acting, month).problems if one.grade is Grade.PROBLEM][:MOST]
    return "", [{"institution": str(one.institution.public_id), "found": sentence(one), "due_on": due} for one in found]


def rows_in(request: HttpRequest) -> list[dict[str, str]]:
    """The rows in which something was found or is to be done; a row whose words were taken away does not count."""
    rows = [{word: typed.text(request, f"points.{row}.{word}") for word in LABELS} for row in range(row_count(request))]
    return [row for row in rows if row["found"] or row["action"] or row["owner"]]


def row_count(request: HttpRequest) -> int:
    """How many rows the form had."""
    return next((row for row in range(MOST) if f"points.{row}.found" not in request.POST), MOST)


def draft_in(request: HttpRequest, month: Month) -> Draft:
    """The finding as typed. Refuses with `invalid_input`, all faults at once."""
    rows, summary = rows_in(request), typed.text(request, "summary")
    words = {f"points.{number}.{word}": row[word] for number, row in enumerate(rows) for word in LABELS}
    typed.check_printable(words | {"summary": summary}, one_line={name for name in words if not name.endswith((".found", ".action"))})
    faults = Faults()
    points = [point_in(row, f"points.{number}.", faults) for number, row in enumerate(rows)]
    faults.tell()
    return Draft(month, summary, tuple(points))


def point_in(row: Mapping[str, str], at: str, faults: Faults) -> Point:
    """One row as typed."""
    place = faults.of(place_in, row["institution"], f"{at}institution")
    due_on = faults.of(typed_day, f"{at}due_on", row["due_on"])
    return Point(place, row["found"], row["action"], row["owner"], due_on or date.min)


def place_in(text: str, field: str) -> UUID | None:
    """The institution that was chosen; none for everybody."""
    if text and not ID.match(text):
        raise invalid(field, _("Choose one of those shown."))
    return UUID(text) if text else None


def note_in(request: HttpRequest) -> str:
    return typed.printable_texts(request, ("note",), one_line=("note",))["note"]


def line_at(number: int, row: Mapping[str, str], errors: Mapping[str, Any]) -> dict[str, Any]:
    """One row of the form with its values and what is wrong with it."""
    prefix = f"points.{number}."
    wrong = {word: errors[prefix + word] for word in LABELS if prefix + word in errors}
    return {"prefix": prefix, "number": number + 1, "values": row, "wrong": wrong}


def labels(rows: int) -> dict[str, str]:
    """The words of every field, for the list of faults."""
    of_rows = {
        f"points.{row}.{word}": f"{_('Point %(n)s') % {'n': row + 1}} {label}" for row in range(rows) for word, label in LABELS.items()
    }
    return {"summary": _("The month in a few sentences"), **of_rows}


def timeline_of(held: Finding) -> list[Entry]:
    """What happened to the finding, the latest first."""
    events = list(history(held.public_id).reverse())
    who = People(events)
    return [Entry(event.at, words().get(event.event, ""), who.of(event), event.reason, "") for event in events]


def words() -> dict[str, str]:
    """The steps of a finding's life."""
    return {
        "finding.written": _("written"), "finding.signed": _("signed by a second administrator"),
        "finding.rejected": pgettext("finding", "rejected"),
        "finding.withdrawn": _("withdrawn"), "finding.superseded": _("corrected by a later version"),
    }  # fmt: skip
