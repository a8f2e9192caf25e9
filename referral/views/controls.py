"""The district's list of controlled documents: found by their last four, proposed, decided by another, lifted by two (R014, R026)."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.views.exporting import MOST_ROWS, handed_out
from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.identity.documents import DocumentType
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.booking.controlled import bookings_under
from referral.patients import control
from referral.patients.control import LONGEST_EVIDENCE, LONGEST_NOTE, Proposal
from referral.patients.control_models import ControlledIdentity, ControlReason, ControlStatus
from referral.patients.control_queries import BEHIND, TAIL, control_of, controls_of, residents_under, searched_controls
from referral.views import typed
from referral.views.timeline import Entry, People
from vault.audit import saw
from vault.events import history
from vault.refusal import Refusal, invalid

KEEPING: Final = Needs(Capability.CONTROL_IDENTITIES)
PER_PAGE: Final = 30
KINDS: Final = {"proposed": "few", "in_force": "bad", "lift_asked": "few", "rejected": "off", "withdrawn": "off", "lifted": "ok"}
ACTS: Final[dict[str, tuple[str, str]]] = {  # act → state it leads from and to
    "approve": ("proposed", "in_force"),
    "reject": ("proposed", "rejected"),
    "withdraw": ("proposed", "withdrawn"),
    "ask_lift": ("in_force", "lift_asked"),
    "lift": ("lift_asked", "lifted"),
    "keep": ("lift_asked", "in_force"),
}
FORM: Final = ("document.type", "document.number", "reason", "evidence")


class Controls(Page):
    """The entries of the district; a form in which the next one is proposed."""

    policies = {"GET": KEEPING}

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = asked_for(request)
        page = Paginator(found_for(self.acting, asked), PER_PAGE).get_page(request.GET.get("page"))
        context = asked | {
            "page": page, "rows": [line_of(one) for one in page], "filtered": any(asked.values()),
            "statuses": [("", _("all")), *ControlStatus.choices],
        }  # fmt: skip
        return self.render(request, "referral/controls.html", context)


class ControlsExport(Page):
    """POST: what the filters of the address leave, as a file; the number stays away from it too."""

    policies = {"POST": KEEPING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        asked = asked_for(request)
        columns = [_("Document"), _("Last four"), _("Reason"), _("State"), _("Evidence"), _("Proposed by"), _("Proposed on")]
        columns += [_("Approved by"), _("Lifted by"), _("Lifted on")]
        rows = map(cells_of, found_for(self.acting, asked)[:MOST_ROWS])
        said = {"status": asked["status"]}
        return handed_out(request, "controlled_identities", _("Controlled documents"), columns, rows, by=self.acting, filters=said)


class ControlNew(Page):
    """Proposing a document; the number is typed once and never shown again."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.form({"document.type": DocumentType.RESIDENT_ID.value})

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = self.refused  # type: ignore[attr-defined]
        values = typed.printable_texts(request, FORM, one_line=FORM[:3])
        made = control.propose(Proposal(*(values[name] for name in FORM)), by=self.acting, today=timezone.localdate())
        messages.success(request, _("Proposed. A second administrator has to approve it before anything is refused."))
        return redirect("control", made.public_id)

    def refused(self, refusal: Refusal) -> HttpResponse | None:
        if refusal.code in ("not_allowed", "not_found"):
            return None
        values = {name: typed.text(self.request, name) for name in FORM}
        return self.form(values, refusal)

    def form(self, values: dict[str, str], refusal: Refusal | None = None) -> HttpResponse:
        violations = refusal.violations if refusal else ()
        context = {
            "values": values, "refusal": refusal, "most": LONGEST_EVIDENCE, "violations": violations,
            "errors": {violation.field: violation.message for violation in violations}, "labels": labels(),
            "documents": DocumentType.choices, "reasons": [("", _("please choose")), *ControlReason.choices],
        }  # fmt: skip
        return self.render(self.request, "referral/control_new.html", context)


class Control(Page):
    """One entry: what it is about, whom of the district it concerns, what is booked, what happened, and what is open to the reader."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        answer = self.shown(request, public_id)
        saw(self.acting.actor, "controlled_identity", public_id, "controlled document")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        held = control_of(self.acting, public_id)
        act = request.POST.get("act", "")
        if act not in ACTS:
            raise invalid("act", _("Choose what to do."))
        DEEDS[act](held, request, self.acting)
        messages.success(request, _("Noted."))
        return redirect("control", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code in ("not_found", "not_allowed"):
            return None
        act = request.POST.get("act", "")
        return self.shown(request, public_id, refusal=refusal, opened={act if act in ACTS else "loose"}, note=typed.text(request, "note"))

    def shown(self, request: HttpRequest, public_id: UUID, **more: Any) -> HttpResponse:
        held = control_of(self.acting, public_id)
        people = list(residents_under(held))
        context = {
            "control": held,
            "kind": KINDS[held.status],
            "may": acts_open_to(held, self.acting),
            "waits_for_another": waits_for_another(held, self.acting),
            "residents": [mask_name(one.name) for one in people],
            "bookings": [(mask_name(one.patient.name), one) for one in bookings_under(held)],
            "timeline": timeline_of(held),
            "most": LONGEST_NOTE,
        }
        return self.render(request, "referral/control.html", context | more)


def asked_for(request: HttpRequest) -> dict[str, str]:
    """The filters of the address; an unknown state filters nothing."""
    status = request.GET.get("status", "")
    tail = request.GET.get("q", "").replace("\0", "").strip()[:TAIL]
    return {"q": tail, "status": status if status in ControlStatus.values else ""}


def found_for(acting: Acting, asked: dict[str, str]) -> QuerySet[ControlledIdentity]:
    """The entries these filters leave."""
    rows = searched_controls(controls_of(acting), asked["q"]).select_related(*BEHIND)
    return rows.filter(status=asked["status"]) if asked["status"] else rows


def line_of(held: ControlledIdentity) -> dict[str, Any]:
    """One line of the list."""
    return {"control": held, "kind": KINDS[held.status], "known": mask_name(held.patient.name) if held.patient else ""}


def cells_of(held: ControlledIdentity) -> list[object]:
    """One line of the file."""
    return [
        held.get_type_display(), f"**{held.tail}", held.get_reason_code_display(), held.get_status_display(), held.evidence,
        held.entered_by.display_name, timezone.localdate(held.created_at),
        held.approved_by.display_name if held.approved_by else "", held.lifted_by.display_name if held.lifted_by else "", held.valid_to,
    ]  # fmt: skip


def acts_open_to(held: ControlledIdentity, by: Acting) -> set[str]:
    """What this person may do now: one person proposes, another decides; whoever asked to lift it may only take that back."""
    acts = {act for act, (source, _target) in ACTS.items() if source == held.status}
    if held.entered_by_id == by.user.pk:
        acts -= {"approve", "reject"}
    else:
        acts -= {"withdraw"}
    return acts - {"lift"} if held.lift_asked_by_id == by.user.pk else acts


def waits_for_another(held: ControlledIdentity, by: Acting) -> bool:
    """Whether the reader asked for what waits."""
    own = held.entered_by_id if held.status == "proposed" else held.lift_asked_by_id if held.status == "lift_asked" else None
    return own == by.user.pk


def timeline_of(held: ControlledIdentity) -> list[Entry]:
    """What happened to the entry, the latest first."""
    events = list(history(held.public_id).reverse())
    who = People(events)
    return [Entry(event.at, words().get(event.event, ""), who.of(event), note_of(event.reason), "") for event in events]


def note_of(reason: str) -> str:
    """A sentence somebody wrote; a code says what the entry says already."""
    return "" if reason in ControlReason.values else reason


def words() -> dict[str, str]:
    """The steps of an entry's life."""
    return {
        "control.proposed": _("proposed"), "control.approved": _("approved; nothing is booked with it from now on"),
        "control.rejected": _("rejected"), "control.withdrawn": _("withdrawn"), "control.lift_asked": _("lifting asked for"),
        "control.lifted": _("lifted"), "control.kept": _("stays controlled"),
    }  # fmt: skip


def labels() -> dict[str, str]:
    """The form's fields as the list of faults names them."""
    return {
        "document.type": _("Document"), "document.number": _("Document number"), "reason": _("Reason"), "evidence": _("Evidence"),
    }  # fmt: skip


def _note(request: HttpRequest) -> str:
    return typed.printable_texts(request, ("note",), one_line=("note",))["note"]


def _plain(deed: Callable[..., Any]) -> Callable[[ControlledIdentity, HttpRequest, Acting], Any]:
    return lambda held, request, by: deed(held.public_id, expected_version=typed.version(request), by=by)


def _with_note(deed: Callable[..., Any]) -> Callable[[ControlledIdentity, HttpRequest, Acting], Any]:
    return lambda held, request, by: deed(held.public_id, _note(request), expected_version=typed.version(request), by=by)


DEEDS: Final = {
    "approve": _plain(control.approve), "reject": _with_note(control.reject), "withdraw": _plain(control.withdraw),
    "ask_lift": _with_note(control.ask_to_lift), "lift": _plain(control.lift), "keep": _with_note(control.keep),
}  # fmt: skip
