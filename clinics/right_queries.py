"""Which rights a person may look at, and what a page or program shows of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics.access import MANAGE_INSTITUTION, MANAGE_POOLS, institutions_where
from clinics.models import Alliance, Department, Institution, Post, TargetGrant
from clinics.watch.reach import posts_granted_on
from permissions.acting import Acting
from permissions.models import ReferralRight, User
from permissions.right_states import RightReason, RightStatus, SendBackReason
from permissions.roles import REFERRING_KINDS, Capability
from vault.changes import changes_of
from vault.refusal import Refusal, invalid
from vault.states import Event, history

SOON = timedelta(days=30)
EVENT_WORDS = {
    "nominate": _("Nominated"),
    "nominate_again": _("Nominated again"),
    "verify": _("Verified"),
    "send_back": _("Sent back"),
    "grant": _("Granted"),
    "suspend": _("Suspended"),
    "reinstate": _("Reinstated"),
    "revoke": _("Revoked"),
    "extend": _("Extended"),
    "expire": _("Expired"),
    "end": _("Ended with the post"),
}
WITHDRAWN = _("Nomination withdrawn")
REASON_WORDS: dict[str, Any] = dict((*RightReason.choices, *SendBackReason.choices))
WARNING_EVENTS = frozenset({"suspend", "revoke", "expire", "send_back"})


def rights_seen_by(acting: Acting) -> QuerySet[ReferralRight]:
    """The rights with their holders and posts: a district's all, a manager's those of her institution, a coordinator's those
    that reach her hospital, else one's own."""
    rights = ReferralRight.objects.select_related("user", "district", "granted_by", "post__institution", "post__department")
    if acting.can(Capability.GRANT_RIGHTS):
        return rights.filter(district=acting.district_id)
    if acting.can(Capability.DISPUTE_RIGHTS):
        return rights.filter(post__in=granted_on_hospitals_of(acting))
    if acting.can(Capability.SEE_RIGHTS):
        mine = institutions_where(acting.user, MANAGE_INSTITUTION)
        return rights.filter(Q(post__institution__in=mine) | Q(post__institution__parent__in=mine))
    return rights.filter(user=acting.user)


def granted_on_hospitals_of(acting: Acting) -> QuerySet[Post]:
    """The posts whose right reaches a hospital whose referrals this coordinator looks after (R054)."""
    return posts_granted_on(institutions_where(acting.user, MANAGE_POOLS))


def with_targets(rights: QuerySet[ReferralRight]) -> QuerySet[ReferralRight]:
    """The same rights, each with its open grants in `targets`, for two queries more at most."""
    grants = TargetGrant.objects.open().named().order_by("pk")
    return rights.prefetch_related(Prefetch("target_grants", queryset=grants, to_attr="targets"))


def right_seen_by(acting: Acting, public_id: UUID) -> ReferralRight:
    """One right with its targets. Refuses with `not_found` what this person may not see."""
    right = with_targets(rights_seen_by(acting)).filter(public_id=public_id).first()
    if right is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return right


def posts_seen_by(acting: Acting) -> QuerySet[Post]:
    """The live posts that refer, with their rights: who could hold one, in the scope of rights_seen_by."""
    posts = Post.objects.live().complete().filter(kind__in=REFERRING_KINDS).order_by("institution__name", "user__name", "pk")
    if acting.can(Capability.GRANT_RIGHTS):
        return posts.filter(institution__district=acting.district_id)
    if acting.can(Capability.DISPUTE_RIGHTS):
        return posts.filter(pk__in=granted_on_hospitals_of(acting).values("pk"))
    mine = institutions_where(acting.user, MANAGE_INSTITUTION)
    return posts.filter(Q(institution__in=mine) | Q(institution__parent__in=mine))


def post_seen_by(acting: Acting, public_id: UUID) -> Post:
    """One live post that refers. Refuses with `not_found` what this person may not see."""
    post = posts_seen_by(acting).filter(public_id=public_id).first()
    if post is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return post


IN_FORCE = Q(right__status=RightStatus.GRANTED, right__valid_from__lte=Now(), right__valid_to__gt=Now())
LIFELESS = (RightStatus.REVOKED, RightStatus.EXPIRED, RightStatus.ENDED)
STANDINGS: dict[str, tuple[Any, Q]] = {
    "in_force": (_("in force"), IN_FORCE),
    "soon": (_("expiring within 30 days"), IN_FORCE & Q(right__valid_to__lte=Now() + SOON)),
    "suspended": (_("suspended"), Q(right__status=RightStatus.SUSPENDED)),
    "waiting": (
        _("waiting for a decision"),
        Q(right__status__in=[RightStatus.NOMINATED, RightStatus.VERIFIED, RightStatus.SENT_BACK]),
    ),
    "none": (_("no right yet"), Q(right=None)),
    "over": (
        _("revoked or over"),
        Q(right__status__in=LIFELESS) | Q(right__status=RightStatus.GRANTED, right__valid_to__lte=Now()),
    ),
}


def standing(posts: QuerySet[Post], name: str) -> QuerySet[Post]:
    """The posts whose right stands in one of STANDINGS; any other name leaves them all."""
    return posts.filter(STANDINGS[name][1]) if name in STANDINGS else posts


def found(posts: QuerySet[Post], text: str) -> QuerySet[Post]:
    """The posts of persons whose name or phone's last four match."""
    for word in text.split():
        posts = posts.filter(Q(user__name__icontains=word) | Q(user__name_en__icontains=word) | Q(user__phone_tail=word))
    return posts


def targets_named(names: Sequence[tuple[str, UUID]]) -> list[Alliance | Institution | Department]:
    """The alliances, institutions and departments of these (kind, id) pairs, in their order, one query a kind.

    Raises Refusal("invalid_input") when one of them does not exist.
    """
    models: dict[str, Any] = {"alliance": Alliance, "institution": Institution, "department": Department}
    known = {
        (kind, one.public_id): one
        for kind, model in models.items()
        for one in model.objects.filter(public_id__in=[public_id for wanted, public_id in names if wanted == kind])
    }
    if any(name not in known for name in names):
        raise invalid("targets", _("One of the chosen targets does not exist."))
    return [known[name] for name in names]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a right's timeline."""

    at: datetime
    title: Any
    who: str
    text: Any
    kind: str


def timeline(right: ReferralRight) -> list[Step]:
    """What happened to a right, the latest first, with the names of who did it and what they wrote; three queries."""
    events, changes = list(history(right.public_id)), list(changes_of(right.public_id))
    actors = {event.actor_id for event in events} | {change.actor_id for change in changes}
    names: dict[UUID | None, str] = {one.public_id: one.display_name for one in User.objects.filter(public_id__in=actors)}
    notes = {change.field.partition(".")[2]: change.new for change in changes if change.field.startswith("note.")}
    first = right.version - len(events) + 1  # each event raised the version by one
    steps = [_step(event, names, notes.get(str(first + place), "")) for place, event in enumerate(events)]
    asked = [change for change in changes if change.field == "reinstatement"]
    steps += [Step(one.at, _("Agreed to reinstate; a second person has to agree"), names.get(one.actor_id, ""), "", "") for one in asked]
    return sorted(steps, key=lambda step: step.at)[::-1]


def _step(event: Event, names: Mapping[UUID | None, str], note: str) -> Step:
    title = WITHDRAWN if (event.event, event.reason) == ("end", RightReason.IN_ERROR) else EVENT_WORDS.get(event.event, event.event)
    text = "\u3000".join(str(part) for part in (REASON_WORDS.get(event.reason, event.reason), note) if part)
    return Step(event.at, title, names.get(event.actor_id, ""), text, "warn" if event.event in WARNING_EVENTS else "")


def expiring(posts: QuerySet[Post]) -> QuerySet[Post]:
    """Posts whose right in force ends within thirty days, the nearest end first."""
    return standing(posts, "soon").order_by(F("right__valid_to").asc(), "pk")
