"""Which rights a person may look at, and what a page or program shows of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics.access import MANAGE_INSTITUTION, institutions_where
from clinics.models import Alliance, Department, Institution, Post, TargetGrant
from permissions.acting import Acting
from permissions.models import ReferralRight, User
from permissions.right_states import RightReason, RightStatus
from permissions.roles import REFERRING_KINDS, Capability
from vault.refusal import Refusal, invalid
from vault.states import history

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
    "expire": _("Expired"),
    "end": _("Ended with the post"),
}
WARNING_EVENTS = frozenset({"suspend", "revoke", "expire", "send_back"})


def rights_seen_by(acting: Acting) -> QuerySet[ReferralRight]:
    """The rights with their holders and posts: a district's all, a manager's those of her institution, else one's own."""
    rights = ReferralRight.objects.select_related("user", "district", "granted_by", "post__institution", "post__department")
    if acting.can(Capability.GRANT_RIGHTS):
        return rights.filter(district=acting.district_id)
    if acting.can(Capability.SEE_RIGHTS):
        mine = institutions_where(acting.user, MANAGE_INSTITUTION)
        return rights.filter(Q(post__institution__in=mine) | Q(post__institution__parent__in=mine))
    return rights.filter(user=acting.user)


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
    """What happened to a right, the latest first, with the names of who did it; two queries."""
    events = list(history(right.public_id))
    actors = User.objects.filter(public_id__in={event.actor_id for event in events})
    names = {actor.public_id: actor.display_name for actor in actors}
    reasons = dict(RightReason.choices)
    steps = [
        Step(
            event.at,
            EVENT_WORDS.get(event.event, event.event),
            names.get(event.actor_id, "") if event.actor_id else "",
            reasons.get(event.reason, event.reason),
            "warn" if event.event in WARNING_EVENTS else "",
        )
        for event in events
    ]
    return list(reversed(steps))


def expiring(posts: QuerySet[Post]) -> QuerySet[Post]:
    """Posts whose right in force ends within thirty days, the nearest end first."""
    return standing(posts, "soon").order_by(F("right__valid_to").asc(), "pk")
