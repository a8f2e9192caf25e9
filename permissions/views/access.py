"""How one person gets in again: the district's one-time code, another phone, a proof of the old one, a new second factor."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from permissions.doors import Needs, Page
from permissions.doors.fresh import check_fresh, is_fresh
from permissions.doors.serializers import unprintable_in
from permissions.factors import dormancy, phone_change, rescue, totp, unlock
from permissions.factors.required import is_enrolled
from permissions.identity.phones import mask_phone
from permissions.models import Rescue, User
from permissions.roles import Capability
from vault.refusal import Refusal, invalid

DONE = {
    Rescue.Act.PHONE: gettext_lazy("The new phone is on file. Both numbers were told, and every session has ended."),
    Rescue.Act.PROOF: gettext_lazy("The phone is proved again. A code by SMS is enough from now on."),
    Rescue.Act.RESET: gettext_lazy("The second factor is taken away. The person sets up another one with her next login."),
}


class Access(Page):
    """One form for four acts, each with its ground; what an administrator's person needs waits for a second entry."""

    policies = {
        "GET": Needs(Capability.MANAGE_ROLES, Capability.END_SESSIONS),
        "POST": Needs(Capability.MANAGE_ROLES, Capability.END_SESSIONS),
    }
    template = "permissions/access.html"

    def get(self, request: HttpRequest, person: UUID) -> HttpResponse:
        return self.render(request, self.template, self._shown(person))

    def post(self, request: HttpRequest, person: UUID) -> HttpResponse:
        typed = {name: request.POST.get(name, "")[:300] for name in ("act", "ground", "note", "phone")}
        shown = self._shown(person)
        try:
            check_fresh(self.acting.session)
            check_printable(typed["note"])
            entered, code = done(person, typed, by=self.acting)
        except Refusal as refusal:
            return self.again(request, self.template, refusal, {**shown, "typed": typed})
        if code:
            return self.render(request, "permissions/unlock_code.html", {**self._shown(person), "code": code})
        if entered.done_at is None:
            messages.info(request, _("Noted. It is done once a second person enters the same within a day."))
        else:
            messages.success(request, str(DONE[Rescue.Act(entered.act)]))
        return redirect("person_access", person)

    def _shown(self, person: UUID) -> dict[str, Any]:
        user = rescue.people_of(self.acting).filter(public_id=person).first()
        if user is None:
            raise Http404
        return {
            "person": user,
            "phone": mask_phone(user.phone),
            "enrolled": is_enrolled(user),
            "quiet": not dormancy.awake_phones(user).exists(),
            "waiting": list(rescue.waiting_for(user)),
            "history": history_lines(user),
            "acts": [(act.value, act.label) for act in Rescue.Act],
            "grounds": [("", _("please choose")), *Rescue.Ground.choices],
            "sees_people": self.acting.can(Capability.MANAGE_POSTS) or self.acting.can(Capability.MANAGE_INSTITUTIONS),
            "typed": {},
            "fresh": self.acting.session is not None and is_fresh(self.acting.session),
        }


def done(person: UUID, typed: dict[str, str], *, by: Any) -> tuple[Rescue, str]:
    """The act that was chosen; a code only for the one-time unlock."""
    given = {"ground": typed["ground"], "note": typed["note"], "by": by}
    if typed["act"] == Rescue.Act.UNLOCK:
        issued = unlock.issue(person, **given)
        return issued.rescue, issued.code
    if typed["act"] == Rescue.Act.PHONE:
        return phone_change.change(person, phone=typed["phone"], **given), ""
    acts: dict[str, Callable[..., Rescue]] = {Rescue.Act.PROOF: dormancy.prove_again, Rescue.Act.RESET: totp.reset}
    if typed["act"] not in acts:
        raise invalid("act", _("Choose what is to be done."))
    return acts[typed["act"]](person, **given), ""


def check_printable(note: str) -> None:
    """Refuses with `invalid_input` a note with characters nobody can read."""
    if unprintable_in(note):
        raise invalid("note", _("This holds a character that cannot be stored or shown."))


def history_lines(user: User) -> list[dict[str, Any]]:
    """What the district did for a person, as the timeline shows it."""
    return [
        {
            "at": entered.done_at or entered.created_at,
            "title": entered.get_act_display() if entered.done_at else _("%(act)s (not confirmed)") % {"act": entered.get_act_display()},
            "who": " · ".join(one.display_name for one in (entered.entered_by, entered.confirmed_by) if one),
            "text": f"{entered.get_ground_display()} · {entered.note}",
            "kind": "" if entered.done_at else "warn",
        }
        for entered in rescue.history_of(user)[:30]
    ]
