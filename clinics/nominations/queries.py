"""Which nominations a person may look at, what stands in them, and what happened to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.grants import Target
from clinics.models import Alliance, Department, Institution, Post
from clinics.right_queries import posts_seen_by, rights_seen_by, with_targets
from permissions.acting import Acting
from permissions.models import Attachment, Nomination, ReferralRight
from permissions.right_states import RightStatus
from permissions.roles import Capability
from vault.refusal import Refusal

WAITING = (RightStatus.NOMINATED, RightStatus.VERIFIED)
# How the institution's list is divided, by what stands on its posts.
STANDINGS: dict[str, tuple[Any, Q]] = {
    "sent_back": (_("to put right"), Q(right__status=RightStatus.SENT_BACK)),
    "waiting": (_("waiting for the district"), Q(right__status__in=WAITING)),
    "granted": (_("granted or suspended"), Q(right__status__in=[RightStatus.GRANTED, RightStatus.SUSPENDED])),
    "open": (_("can be nominated"), Q(right=None) | Q(right__status__in=list(ReferralRight.STATES.final))),
}


def own_posts(acting: Acting) -> QuerySet[Post]:
    """The live referring posts of the manager's institutions, what she has to do first."""
    with_last = posts_seen_by(acting).prefetch_related(
        Prefetch("right__nominations", queryset=Nomination.objects.order_by("-number"), to_attr="handed_in")
    )
    return with_last.order_by("institution__name", "user__name", "pk")


def nomination_seen_by(acting: Acting, public_id: UUID) -> ReferralRight:
    """One right as its institution or its district may look at it, with targets. Refuses with `not_found` for others."""
    if not (acting.can(Capability.NOMINATE) or acting.can(Capability.GRANT_RIGHTS)):
        raise _nothing()
    right = with_targets(rights_seen_by(acting)).filter(public_id=public_id).first()
    if right is None:
        raise _nothing()
    return right


def nominated_seen_by(acting: Acting, status: str = "") -> QuerySet[ReferralRight]:
    """The rights that an institution nominated, as far as this person sees rights, the newest first."""
    rights = rights_seen_by(acting).filter(nominations__isnull=False).distinct()
    rights = rights.select_related("user", "verified_by", "post__institution__parent")
    return (rights.filter(status=status) if status else rights).order_by("-pk")


def waiting(acting: Acting) -> QuerySet[ReferralRight]:
    """The district's worklist: nominated and verified rights, the one that waits longest first."""
    rights = rights_seen_by(acting).filter(status__in=WAITING)
    rights = rights.select_related("user", "verified_by", "post__institution__parent", "post__department")
    return rights.annotate(handed_in_at=Max("nominations__created_at")).order_by(F("handed_in_at").asc(nulls_first=True), "pk")


def to_decide(acting: Acting) -> int:
    """How many nominations wait for this person: for the district to decide, for an institution to put right."""
    status = WAITING if acting.can(Capability.GRANT_RIGHTS) else (RightStatus.SENT_BACK,)
    return rights_seen_by(acting).filter(status__in=status).count()


def searched(rights: QuerySet[ReferralRight], text: str, *, step: str, institution: UUID | None) -> QuerySet[ReferralRight]:
    """Those that wait at this step and place, and whose doctor's name or phone's last four match."""
    if step:
        rights = rights.filter(status=step)
    if institution:
        rights = rights.filter(post__institution__public_id=institution)
    for word in text.split():
        rights = rights.filter(Q(user__name__icontains=word) | Q(user__name_en__icontains=word) | Q(user__phone_tail=word))
    return rights


def institutions_waiting(rights: QuerySet[ReferralRight]) -> list[tuple[str, str]]:
    """The institutions of these nominations, for the filter."""
    places = Institution.objects.filter(pk__in=rights.order_by().values("post__institution"))
    return [(str(public_id), name) for public_id, name in places.order_by("name").values_list("public_id", "short_name")]


def chosen(acting: Acting, public_ids: Sequence[UUID]) -> list[ReferralRight]:
    """These rights of the district, whatever became of them meanwhile, in the order of the worklist."""
    rights = rights_seen_by(acting).filter(public_id__in=public_ids)
    rights = rights.select_related("user", "verified_by", "post__institution__parent", "post__department")
    return list(rights.order_by("pk"))


def attachment_seen_by(acting: Acting, public_id: UUID, *, content: bool = False) -> Attachment:
    """One paper, for the nominating institution and the district alone. Refuses with `not_found` for others."""
    papers = Attachment.objects.all() if content else Attachment.objects.listed()
    found = papers.select_related("right").filter(public_id=public_id).first()
    if found is None:
        raise _nothing()
    nomination_seen_by(acting, found.right.public_id)
    return found


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything handed in for one right."""

    last: Nomination | None
    earlier: list[Nomination]
    papers: list[Attachment]
    former_papers: list[Attachment]
    wishes: list[Target]


def dossier_of(right: ReferralRight) -> Dossier:
    """The evidence of one right, in a number of queries that does not grow."""
    handed_in = list(right.nominations.select_related("nominated_by", "answered_by").order_by("-number"))
    papers = list(Attachment.objects.listed().filter(right=right))
    last = handed_in[0] if handed_in else None
    return Dossier(
        last, handed_in[1:], [one for one in papers if one.withdrawn_at is None], [one for one in papers if one.withdrawn_at],
        wishes_of(last),
    )  # fmt: skip


def wishes_of(nomination: Nomination | None) -> list[Target]:
    """The targets an institution asked for that still exist."""
    named = nomination.wishes if nomination else []
    models: dict[str, Any] = {"alliance": Alliance, "institution": Institution, "department": Department}
    return [
        one
        for kind, model in models.items()
        if (wanted := [public_id for said, public_id in named if said == kind])
        for one in model.objects.filter(public_id__in=wanted).select_related(*BESIDE.get(kind, ())).order_by("pk")
    ]


# What stands beside a target's name on a page.
BESIDE: dict[str, tuple[str, ...]] = {"department": ("institution",)}


def earlier_rights(right: ReferralRight) -> list[ReferralRight]:
    """Other rights of the same person in the same district, the newest first."""
    others = ReferralRight.objects.filter(user=right.user_id, district=right.district_id).exclude(pk=right.pk)
    return list(others.select_related("post__institution").order_by("-pk")[:10])


def _nothing() -> Refusal:
    return Refusal("not_found", _("There is nothing here that you may see."))
