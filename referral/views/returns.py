"""The way back on pages: the inbox of both sides, one return with its life, and every step of it."""

from abc import abstractmethod
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from permissions.doors import Needs, Page
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.cases.texts import longest
from referral.patients.queries import contract_on
from referral.returns.answer import LONGEST_REASON, accept, assign, decline, possible_owners
from referral.returns.follow_up import close, follow_up
from referral.returns.models import Outcome, Return
from referral.returns.queries import inbox_of, one_return_of, steps_open_to, story_of, treats
from referral.views import typed
from referral.views.strip import strip_of
from vault.audit import saw
from vault.refusal import Refusal

ACCEPTING = Needs(Capability.ACCEPT_RETURN)
SEEING = Needs(Capability.ACCEPT_RETURN, Capability.ASSIGN_RETURN, Capability.SEND_BACK)
PER_PAGE = 50
LIMITS = {"follow_up_note": longest(Return, "follow_up_note"), "reason": LONGEST_REASON}


class Returns(Page):
    """What was sent back to this centre, or by this hospital; what needs somebody first."""

    policies = {"GET": SEEING}

    def get(self, request: HttpRequest) -> HttpResponse:
        page = Paginator(inbox_of(self.acting), PER_PAGE).get_page(request.GET.get("page"))
        rows = [{"sent_back": row, "name": mask_name(row.patient.name), "late": row.status == "overdue"} for row in page]
        at_centre = not self.acting.can(Capability.SEND_BACK)
        return self.render(request, "referral/returns.html", {"page": page, "rows": rows, "at_centre": at_centre})


class ReturnPage(Page):
    """One return; who opens it is remembered."""

    policies = {"GET": SEEING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        answer = shown(self, request, public_id)
        saw(self.acting.actor, "return", public_id, "return page")
        return answer


class ReturnStep(Page):
    """One step of a return's life from its page; a refusal opens the same dialog again with what was typed."""

    policies = {"POST": SEEING}
    dialog = ""

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        messages.success(request, self.take(request, public_id))
        return redirect("return", public_id)

    @abstractmethod
    def take(self, request: HttpRequest, public_id: UUID) -> str:
        """Calls the one use case; answers what to say when it is done."""

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        return shown(self, request, public_id, refusal, self.dialog) if refusal.code == "invalid_input" else None


class ReturnAccept(ReturnStep):
    """The acting doctor takes the patient over."""

    policies = {"POST": ACCEPTING}
    dialog = "accept"

    def take(self, request: HttpRequest, public_id: UUID) -> str:
        day = typed.day(request, "first_follow_up_on")
        accept(public_id, first_follow_up_on=day, expected_version=typed.version(request), by=self.acting)
        return _("Taken over. You answer for the patient from now on.")


class ReturnDecline(ReturnStep):
    """The centre cannot take the patient over."""

    policies = {"POST": ACCEPTING}
    dialog = "decline"

    def take(self, request: HttpRequest, public_id: UUID) -> str:
        reason = typed.printable_texts(request, ["reason"], one_line={"reason"})["reason"]
        decline(public_id, reason=reason, expected_version=typed.version(request), by=self.acting)
        return _("Declined. Your centre's manager names another owner.")


class ReturnAssign(ReturnStep):
    """The manager names who is to answer."""

    policies = {"POST": Needs(Capability.ASSIGN_RETURN)}
    dialog = "assign"

    def take(self, request: HttpRequest, public_id: UUID) -> str:
        named = assign(public_id, owner=typed.public_id(request, "owner"), expected_version=typed.version(request), by=self.acting)
        assert named.owner is not None
        return _("%(name)s has been named.") % {"name": named.owner.user.name}


class ReturnFollowUp(ReturnStep):
    """The owner has seen the patient."""

    policies = {"POST": ACCEPTING}
    dialog = "follow_up"

    def take(self, request: HttpRequest, public_id: UUID) -> str:
        note = typed.printable_texts(request, ["note"])["note"]
        follow_up(public_id, seen_on=typed.day(request, "seen_on"), note=note, expected_version=typed.version(request), by=self.acting)
        return _("The follow-up is recorded.")


class ReturnClose(ReturnStep):
    """The loop is closed."""

    policies = {"POST": ACCEPTING}
    dialog = "close"

    def take(self, request: HttpRequest, public_id: UUID) -> str:
        close(public_id, outcome=request.POST.get("outcome", ""), expected_version=typed.version(request), by=self.acting)
        return _("Closed, and the referral with it.")


def shown(page: Page, request: HttpRequest, public_id: UUID, refusal: Refusal | None = None, dialog: str = "") -> HttpResponse:
    """The page of a return; after a refusal the dialog it came from stands open."""
    sent_back = one_return_of(page.acting, public_id)
    referral = sent_back.referral
    violations = refusal.violations if refusal else ()
    context = {
        "sent_back": sent_back,
        "name": sent_back.patient.name if treats(page.acting) else mask_name(sent_back.patient.name),
        "treats": treats(page.acting),
        "strip": strip_of(sent_back.patient, contract_on(sent_back.patient, timezone.localdate()), seen_at=referral.encounter.seen_at),
        "findings": getattr(getattr(referral, "report", None), "findings", ""),
        "drugs": list(sent_back.drugs.all()) if treats(page.acting) else [],
        "story": story_of(sent_back),
        "steps": steps_open_to(page.acting, sent_back),
        "owners": [("", "—"), *((post.public_id, post.user.name) for post in possible_owners(page.acting))],
        "outcomes": Outcome.choices,
        "today": timezone.localdate(),
        "limits": LIMITS,
        "values": request.POST,
        "errors": {violation.field: violation.message for violation in violations},
        "opens": {dialog: True},
    }
    return page.render(request, "referral/return.html", context)
