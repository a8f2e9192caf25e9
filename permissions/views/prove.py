"""One more proof: for whoever uses an authenticator, a long quiet account, a role that asks for two, and before lasting changes."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect

from permissions import otp, sessions
from permissions.codes import clean_code
from permissions.doors import EVEN_LOCKED, Page
from permissions.doors.fresh import is_fresh
from permissions.factors import proving
from permissions.factors.required import held_for_proof, is_enrolled, other_parts
from permissions.identity.phones import mask_phone
from permissions.models import Proof, Session
from permissions.views.cookies import give_key, mark_known, safe_next
from permissions.views.ticket import Ticket, give, take_back, ticket_of
from permissions.visit import visit_of
from vault.refusal import Refusal


class Prove(Page):
    """The code of an authenticator, a recovery code or the district's; an SMS where none was the first proof."""

    policies = {"GET": EVEN_LOCKED, "POST": EVEN_LOCKED}
    template = "permissions/prove.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        address = safe_next(request, request.GET.get("next", ""))
        session = asked_for_proof(request)
        if session is None:
            return redirect(address)  # nothing is missing, or the screen is only locked: the next page says which
        if may_set_up(session) and is_fresh(session):
            return redirect("factor")
        return self.render(request, self.template, shown(request, session, address))

    def post(self, request: HttpRequest) -> HttpResponse:
        address = safe_next(request, request.POST.get("next", ""))
        session = asked_for_proof(request)
        if session is None:
            return redirect(address)
        ticket = ticket_of(request, otp.UNLOCK)
        page = shown(request, session, address)
        try:
            if "send" in request.POST and page["sms"]:
                asked = otp.ask(session.user.phone, visit_of(request), purpose=otp.UNLOCK)
                answer = self.render(request, self.template, {**page, "sent": True})
                return give(answer, Ticket(asked.handle, session.user.phone, otp.UNLOCK, address))
            return opened_again(request, prove(request, session, ticket), address)
        except Refusal as refusal:
            beside = {"errors": {"sms": refusal.message}} if "sms" in request.POST else {}
            answer = self.again(request, self.template, refusal, {**page, **beside, "sent": ticket is not None})
            return refuse_with(answer, refusal)


def prove(request: HttpRequest, session: Session, ticket: Ticket | None) -> sessions.Opened:
    """The proof that was typed: of the SMS just sent where the form says so, else by its shape."""
    if "sms" in request.POST and ticket is not None:
        return sessions.unlock(session, ticket.handle, clean_code(request.POST.get("sms", "")), visit_of(request))
    return proving.prove(session, request.POST.get("code", "")[:40], visit_of(request))


def opened_again(request: HttpRequest, opened: sessions.Opened, address: str) -> HttpResponse:
    """On to where she wanted to go, with the session's new key."""
    rotate_token(request)
    response = give_key(take_back(redirect(address)), opened.key)
    return mark_known(response, opened.browser_key) if opened.browser_key else response


def may_set_up(session: Session) -> bool:
    """Whether all that is missing is an authenticator this person never set up."""
    return not session.proof_due and not is_enrolled(session.user)


def asked_for_proof(request: HttpRequest) -> Session | None:
    """The session that lacks a proof, or one that is open and whose last proof is too old for what its person wants to do."""
    acting = getattr(request, "acting", None)
    if acting is None or acting.session is None:
        return held_for_proof(request)
    return None if is_fresh(acting.session) else acting.session


def shown(request: HttpRequest, session: Session, address: str) -> dict[str, Any]:
    """What the page offers: an SMS only where it is not the proof that was given just now, a word for long quiet accounts, and
    the parts of hers that ask for no second proof."""
    enrolled, again = is_enrolled(session.user), not session.proof_due and not is_fresh(session)
    return {
        "again": again,
        "enrolled": enrolled,
        "parts": other_parts(request),
        "person": session.user,
        "phone": mask_phone(session.user.phone),
        "next": address,
        "sms": again or Proof.SMS not in session.proofs,
        "quiet": session.proof_due and not enrolled,
    }


def refuse_with(answer: HttpResponse, refusal: Refusal) -> HttpResponse:
    """The page says how long to wait in the header programs and browsers read."""
    if refusal.retry_after is not None:
        answer["Retry-After"] = str(refusal.retry_after)
    return answer
