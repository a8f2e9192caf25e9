"""The doctor amends a booked referral, sees what stood before, answers the hospital's question, and reads what came back."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.views.typed import errors_in, texts
from permissions.doors import Needs, Page
from permissions.roles import Capability
from referral.cases import ending
from referral.cases.amend import amend, may_amend
from referral.cases.models import Priority, Referral
from referral.cases.queries import referral_of
from referral.cases.versions import LONGEST_WHY, WORDING
from referral.cases.write import LONGEST, Record
from referral.patients.queries import contract_on
from referral.review import advice as advising
from referral.review import questions
from referral.review.models import LONGEST_ANSWER
from referral.review.story import story_of, wordings_of
from referral.views import typed
from referral.views.case import SEES_CASES
from referral.views.saying import say
from referral.views.strip import strip_of
from referral.views.write import LABELS
from vault.audit import saw
from vault.refusal import Refusal

WRITES = Needs(Capability.WRITE_REFERRAL)
SEVERAL_LINES = frozenset(LONGEST) - {"reason"}
AMEND_LABELS = LABELS | {
    "priority": gettext_lazy("Priority"),
    "why": gettext_lazy("Why it is amended"),
    "truth_accepted": gettext_lazy("Truth"),
}


class ReferralAmend(Page):
    """The form of the referral as it stands, with the reason of the amendment; it leads to the slip of the next version."""

    policies = {"GET": WRITES, "POST": WRITES}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        referral = referral_of(self.acting, public_id)
        if not may_amend(referral, self.acting):
            return redirect("referral", public_id)
        answer = self.form(request, referral, {name: getattr(referral, name) for name in WORDING})
        saw(self.acting.actor, "referral", public_id, "referral form")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        version = typed.version(request)
        words = texts(request, (*WORDING, "why"), several_lines=SEVERAL_LINES)
        why = words.pop("why")
        truth = request.POST.get("truth") == "1"
        amend(public_id, Record(**words), why=why, expected_version=version, truth_accepted=truth, by=self.acting)
        messages.success(request, _("Amended. Print the new slip and give it to the patient; the old one says that it was superseded."))
        return redirect("referral", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in ("invalid_input", "right_not_in_force", "past_cutoff"):
            return None
        values = {name: request.POST.get(name, "").replace("\r\n", "\n") for name in (*WORDING, "why", "truth")}
        return self.form(request, referral_of(self.acting, public_id), values, refusal)

    def form(self, request: HttpRequest, referral: Referral, values: dict[str, str], refusal: Refusal | None = None) -> HttpResponse:
        context = (
            head_of(referral)
            | errors_in(refusal)
            | {
                "values": values,
                "priorities": Priority.choices,
                "limits": LONGEST | {"why": LONGEST_WHY},
                "labels": AMEND_LABELS,
                "wordings": wordings_of(referral),
            }
        )
        return self.render(request, "referral/review/amend.html", context)


class ReferralVersions(Page):
    """Every wording of a referral: who changed what, when and why, the latest first."""

    policies = {"GET": SEES_CASES}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        referral = referral_of(self.acting, public_id)
        context = head_of(referral) | {"wordings": wordings_of(referral), "labels": AMEND_LABELS}
        answer = self.render(request, "referral/review/versions.html", context)
        saw(self.acting.actor, "referral", public_id, "referral page")
        return answer


class ReferralAnswer(Page):
    """The hospital's question with its clock, and the answer."""

    policies = {"GET": WRITES, "POST": WRITES}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        referral = referral_of(self.acting, public_id)
        if referral.status != "info_requested":
            return redirect("referral", public_id)
        answer = self.form(request, referral, "")
        saw(self.acting.actor, "referral", public_id, "referral page")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        version = typed.version(request)
        words = texts(request, ["answer"], several_lines={"answer"})
        questions.answer(public_id, words["answer"], expected_version=version, by=self.acting)
        messages.success(request, _("Answered. The hospital reviews the referral again."))
        return redirect("referral", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in ("invalid_input", "right_not_in_force"):
            return None
        value = request.POST.get("answer", "")[: LONGEST_ANSWER * 2]
        return self.form(request, referral_of(self.acting, public_id), value, **errors_in(refusal))

    def form(self, request: HttpRequest, referral: Referral, value: str, **more: Any) -> HttpResponse:
        context = head_of(referral) | {"story": story_of(referral), "value": value, "limit": LONGEST_ANSWER} | more
        return self.render(request, "referral/review/answer.html", context)


class ReferralAcknowledge(Page):
    """POST: the doctor has read the advice, or how the request ended; the resident may hear of it from now on."""

    policies = {"POST": WRITES}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        referral = referral_of(self.acting, public_id)
        if referral.status == "expired":
            ending.acknowledge(public_id, by=self.acting)
            messages.success(request, _("Noted; it is off your list."))
        else:
            advice = advising.acknowledge(public_id, by=self.acting)
            if advice.tell_patient_at is None:
                messages.success(request, _("Noted. Nothing was booked; please call the patient and explain."))
                return redirect("referral", public_id)
            if advice.booking_id is None:
                say(
                    request, referral.patient,
                    _("Noted. The patient knew of a booking and is told by SMS that there is none; please call and explain."),
                    _("Noted. The patient knew of a booking, has no mobile number and gets no message: please call and explain."),
                )  # fmt: skip
                return redirect("referral", public_id)
            say(
                request, referral.patient, _("Noted. The patient is told by SMS not to come; please call and explain."),
                _("Noted. The patient has no mobile number and gets no message: please call, so that she does not come, and explain."),
            )  # fmt: skip
        return redirect("referral", public_id)


def head_of(referral: Referral) -> dict[str, Any]:
    """What every page about one referral shows first."""
    contract = contract_on(referral.patient, timezone.localdate())
    return {"referral": referral, "strip": strip_of(referral.patient, contract, seen_at=referral.encounter.seen_at)}
