"""Which returns a person may see: the hospital that sent them, and the centre that is to look after the patient."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from clinics.models import Post
from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking.expected import NOTHING_HERE
from referral.patients.queries import of_unit
from referral.returns.models import IN_HAND, WAITING, Return
from vault.changes import changes_of
from vault.refusal import Refusal
from vault.states import history

SHOWN_WITH: Final = (
    "patient", "referral__encounter", "referral__post__user", "from_institution", "to_institution", "post__user", "post__department",
    "owner__user",
)  # fmt: skip
TITLES: Final[dict[str, Any]] = {
    "return.sent": _("Sent back by the hospital"),
    "return.accepted": _("Taken over"),
    "return.declined": _("Declined"),
    "return.overdue": _("Nobody took over in time"),
    "return.assigned": _("Owner named by the manager"),
    "return.followed_up": _("Followed up"),
    "return.closed": _("Closed"),
}
LOUD: Final = {"declined": "warn", "overdue": "warn"}
BY_ITSELF: Final = _("System")
URGENCY: Final = ("overdue", "declined", "sent", "accepted", "followed_up", "closed")


def returns_of(by: Acting) -> "QuerySet[Return]":
    """Returns to the acting post's centre and its stations, or those its hospital sent; none for anybody else."""
    if by.post is None:
        return Return.objects.none()
    scope = Q(pk=None)
    if by.can(Capability.ACCEPT_RETURN) or by.can(Capability.ASSIGN_RETURN):
        scope |= of_unit(by.post, "to_institution")
    if by.can(Capability.SEND_BACK):
        scope |= _sent_from(by)
    return Return.objects.filter(scope).select_related(*SHOWN_WITH)


def one_return_of(by: Acting, return_id: UUID) -> Return:
    """One return this person may see. Refuses with `not_found` for everything else alike."""
    found = returns_of(by).filter(public_id=return_id).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def inbox_of(by: Acting) -> "QuerySet[Return]":
    """The same, what needs somebody first: overdue, declined, waiting; then by the time it must be answered."""
    rank = Case(*(When(status=status, then=Value(place)) for place, status in enumerate(URGENCY)), output_field=IntegerField())
    return returns_of(by).annotate(rank=rank).order_by("rank", "due_at", "pk")


def waiting_for(by: Acting) -> int:
    """How many returns wait for somebody at this centre, for the number beside the section."""
    if not (by.can(Capability.ACCEPT_RETURN) or by.can(Capability.ASSIGN_RETURN)):
        return 0
    return returns_of(by).filter(status__in=WAITING).count()


def treats(by: Acting) -> bool:
    """Whether the person reads medical words: the doctors of both sides do, the centre's manager does not."""
    return by.can(Capability.ACCEPT_RETURN) or by.can(Capability.SEND_BACK)


def steps_open_to(by: Acting, sent_back: Return) -> list[str]:
    """The events that this person may bring about now, by the one table of a return's life and its owner."""
    if by.role is None or by.post is None:
        return []
    steps = [step.event for step in sent_back.STATES.open_to(sent_back.status, [by.role.value])]
    return [] if belongs_to_another(sent_back, by) and not by.can(Capability.ASSIGN_RETURN) else steps


def belongs_to_another(sent_back: Return, by: Acting) -> bool:
    """Whether somebody else has been named, or has to be before anybody goes on with it."""
    return sent_back.owner != by.post and (sent_back.owner is not None or sent_back.status in IN_HAND)


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a return's story."""

    at: datetime
    title: Any
    who: str
    text: str
    kind: str


def story_of(sent_back: Return) -> list[Told]:
    """What happened to a return, newest first: what, who, and why; three queries."""
    events, handed = list(history(sent_back.public_id)), list(changes_of(sent_back.public_id).filter(field="owner"))
    owners = {said for change in handed for said in (change.old, change.new) if said}
    acting = {one.post_id for one in events if one.post_id} | {one.post_id for one in handed if one.post_id}
    posts = {post.public_id: post for post in Post.objects.filter(public_id__in={*acting, *map(UUID, owners)}).complete()}
    names: dict[UUID | None, Any] = {key: f"{post.user.name}　{post.institution.short_name}" for key, post in posts.items()}
    lines = [
        Told(event.at, TITLES.get(event.event, event.event), names.get(event.post_id, BY_ITSELF), event.reason, LOUD.get(event.target, ""))
        for event in events
    ]
    lines += [
        Told(change.at, _("Handed over"), names.get(change.post_id, _("The district")), _handed(change.old, change.new, posts), "")
        for change in handed
    ]
    lines.sort(key=lambda line: line.at)
    if lines:
        lines[-1] = replace(lines[-1], kind=lines[-1].kind or "now")
    return lines[::-1]


def _handed(old: str, new: str, posts: dict[UUID, Post]) -> str:
    """From whom to whom; nobody is the manager's list."""
    return " → ".join(posts[UUID(said)].user.name if said else str(_("the manager's list")) for said in (old, new))


def _sent_from(by: Acting) -> Q:
    """Sent by the acting post's department, or by its whole hospital without one."""
    sent = Q(from_institution_id=by.post.institution_id)  # type: ignore[union-attr]
    if by.post.department_id is not None:  # type: ignore[union-attr]
        sent &= Q(post__department_id=by.post.department_id) | Q(post_id=by.post.pk)  # type: ignore[union-attr]
    return sent
