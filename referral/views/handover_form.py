"""Reads the screen on which somebody leaves: who gets what, and where she goes."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.models import Post
from clinics.models.post import Title
from permissions.acting import Acting
from permissions.doors.fields import ID
from permissions.right_states import RightReason
from permissions.roles import POST_KINDS, Role
from referral.handover.leave import LEAVING, Move, Plan
from referral.handover.people import department_named, institution_named
from referral.views import typed
from vault.refusal import invalid

AS_ALL: Final = "all"  # for one line: to whomever everything goes
MANAGER: Final = "manager"  # in place of a colleague: the institution's manager names somebody
CHOSEN_ONE_BY_ONE: Final = 150  # a form has only so many fields; what is beyond goes to the colleague of all
ACTS: Final[dict[str, Any]] = {
    "leave": gettext_lazy("leaves the institution or gives up this post"),
    "move": gettext_lazy("goes to another post"),
}
REASONS: Final = [(reason.value, reason.label) for reason in LEAVING]
KINDS: Final = [(role.value, role.label) for role in Role if role in POST_KINDS]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the form asks for: who gets what, why she leaves or where she goes, and the work that was looked at."""

    plan: Plan
    reason: str
    move: Move | None
    seen: int


def wish_from(request: HttpRequest, by: Acting) -> Wish:
    """The form as typed. Refuses with `invalid_input` what was not offered."""
    data = request.POST
    act, reason = data.get("act", ""), data.get("reason", "")
    if act not in ACTS:
        raise invalid("act", _("Choose what to do."))
    if act == "leave" and reason not in dict(REASONS):
        raise invalid("reason", _("Choose one of the reasons."))
    return Wish(plan_from(data), reason, move_from(data, by) if act == "move" else None, typed.version(request))


def plan_from(data: QueryDict) -> Plan:
    """Who gets what, as chosen. Refuses with `invalid_input` what is neither a colleague nor the manager's list."""
    chosen = {}
    for field in data:
        value = data.get(field, "")
        name, _dot, public_id = field.partition("item.")
        if not name and ID.match(public_id) and value != AS_ALL:
            chosen[UUID(public_id)] = _colleague(field, value)
    return Plan(_colleague("successor", data.get("successor", "")), chosen, _colleague("contracts", data.get("contracts", MANAGER)))


def _colleague(field: str, value: str) -> UUID | None:
    if value == MANAGER:
        return None
    if not ID.match(value):
        raise invalid(field, _("Choose a colleague, or the manager's list."))
    return UUID(value)


def move_from(data: QueryDict, by: Acting) -> Move:
    """Where she goes. Refuses with `invalid_input` an institution, department, kind or title that was not offered."""
    institution = institution_named(by, _id(data, "institution", _("Choose the institution she goes to.")))
    department = data.get("department", "")
    kind, title = data.get("kind", ""), data.get("title", "")
    if kind not in dict(KINDS):
        raise invalid("kind", _("Choose the kind of post."))
    if title not in ("", *Title.values):
        raise invalid("title", _("Choose a title of the list."))
    there = department_named(institution, _id(data, "department", _("Choose a department of the list."))) if department else None
    return Move(institution, Role(kind), there, title)


def _id(data: QueryDict, field: str, sentence: str) -> UUID:
    value = data.get(field, "")
    if not ID.match(value):
        raise invalid(field, sentence)
    return UUID(value)


def form_values(data: QueryDict, post: Post, people: list[tuple[str, str]], family: list[tuple[str, str]]) -> dict[str, str]:
    """What the fields hold: as typed, else the usual choice; a single colleague is the likely successor."""
    usual = {
        "act": "leave",
        "reason": RightReason.LEFT.value,
        "successor": people[0][0] if people else MANAGER,
        "contracts": family[0][0] if family else MANAGER,
        "institution": "",
        "department": "",
        "kind": post.kind,
        "title": post.title,
    }
    return {name: data.get(name, value) for name, value in usual.items()}
