"""What pages and programs show of watching over rights: filters of the list, institutions' suspensions, attestations, disputes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics.access import MANAGE_POOLS, institutions_where
from clinics.models import Institution, InstitutionSanction, Post, RightDispute
from clinics.right_queries import IN_FORCE, posts_seen_by
from clinics.watch.due import attested_again, due_for, with_word
from clinics.watch.quarters import Quarter
from clinics.watch.reach import posts_granted_on
from clinics.watch.states import OPEN
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.right_states import RightReason, RightStatus
from permissions.roles import REFERRING_KINDS, Capability, Role
from vault.refusal import Refusal, Sentence

ENDS_WITHIN = (30, 60, 90)
# Why a right rests by itself: filter name → words and condition.
RESTING: dict[str, tuple[Sentence, RightReason]] = {
    "dormant": (_("not used for long"), RightReason.DORMANT),
    "unattested": (_("not attested"), RightReason.UNATTESTED),
    "institution": (_("institution suspended"), RightReason.INSTITUTION),
}
WORDS = {"yes": _("attested"), "no": _("not attested yet"), "again": _("attested again, to be reinstated")}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The finer filters of the list of rights, each empty when it is not used."""

    kind: str = ""
    ends: str = ""
    word: str = ""
    rest: str = ""

    @classmethod
    def of(cls, data: Mapping[str, str]) -> "Narrowing":
        """The filters of an address; what cannot be is as if it had not been said."""
        allowed = {"kind": REFERRING_KINDS, "ends": {str(days) for days in ENDS_WITHIN}, "word": WORDS, "rest": RESTING}
        said = {name: data.get(name, "") for name in allowed}
        return cls(**{name: value if value in allowed[name] else "" for name, value in said.items()})  # type: ignore[operator]

    @property
    def given(self) -> dict[str, str]:
        """Those in use, for an address and for the audit trail."""
        pairs = (("kind", self.kind), ("ends", self.ends), ("word", self.word), ("rest", self.rest))
        return {name: value for name, value in pairs if value}


def narrowed(posts: QuerySet[Post], by: Narrowing, today: date) -> QuerySet[Post]:
    """The posts that pass every finer filter; attestation is asked for the quarter that runs."""
    if by.kind:
        posts = posts.filter(kind=by.kind)
    if by.ends:
        posts = posts.filter(IN_FORCE, right__valid_to__lte=Now() + timedelta(days=int(by.ends)))
    if by.rest:
        posts = posts.filter(right__status=RightStatus.SUSPENDED, right__reason_code=RESTING[by.rest][1])
    quarter = Quarter.of(today)
    if by.word == "yes":
        return with_word(posts, quarter).filter(word=True)
    if by.word == "no":
        return posts.filter(pk__in=due_for(quarter).values("pk"))
    return attested_again(posts) if by.word == "again" else posts


def choices_of_narrowing(chosen: Narrowing) -> list[dict[str, Any]]:
    """The finer filters as a page offers them: name, label, options, and which is chosen."""
    kinds = [(role.value, role.label) for role in Role if role in REFERRING_KINDS]
    ends = [(str(days), _("within %(days)s days") % {"days": days}) for days in ENDS_WITHIN]
    words, rests = list(WORDS.items()), [(name, label) for name, (label, _reason) in RESTING.items()]
    named = (("kind", _("Post"), kinds), ("ends", _("Ends"), ends), ("word", _("This quarter"), words), ("rest", _("Suspended as"), rests))
    return [
        {"name": name, "label": label, "options": [("", _("all")), *options], "value": getattr(chosen, name)}
        for name, label, options in named
    ]


def institutions_watched(by: Acting) -> QuerySet[Institution]:
    """The district's institutions with how many of their rights are granted, and the suspension in force in `held`, by name."""
    granted = Q(posts__right__status=RightStatus.GRANTED) & (Q(posts__valid_to=None) | Q(posts__valid_to__gt=Now()))
    held = InstitutionSanction.objects.in_force().select_related("imposed_by", "return_asked_by")
    rows = Institution.objects.filter(district=by.district_id).select_related("parent")
    counted = rows.annotate(granted=Count("posts", filter=granted))
    return counted.prefetch_related(Prefetch("sanctions", queryset=held, to_attr="held")).order_by("-is_suspended", "name", "pk")


def institution_watched(by: Acting, public_id: UUID) -> Institution:
    """One of them. Refuses with `not_found`."""
    institution = institutions_watched(by).filter(public_id=public_id).first()
    if institution is None:
        raise _not_found()
    return institution


def sanctions_of(institution: Institution) -> list[InstitutionSanction]:
    """Every suspension of an institution, the latest first."""
    return list(institution.sanctions.select_related("imposed_by", "return_asked_by").order_by("-pk"))


def posts_to_attest(by: Acting, quarter: Quarter) -> QuerySet[Post]:
    """The manager's doctors whose right counts or is suspended, with her word for the quarter; those who wait for it first."""
    posts = posts_seen_by(by).filter(right__status__in=(RightStatus.GRANTED, RightStatus.SUSPENDED))
    due = due_for(quarter).filter(pk=OuterRef("pk"))
    return with_word(posts, quarter).annotate(is_due=Exists(due)).order_by("-is_due", "institution__name", "user__name", "pk")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one institution is with a quarter: rights it has, those attested, those it still owes a word about."""

    institution: Institution
    rights: int
    attested: int
    open: int

    @property
    def state(self) -> str:
        """Open while it owes a word; complete when it gave some and owes none; not due when nobody asks for one."""
        return "open" if self.open else "complete" if self.attested else "not_due"


def attestation_progress(by: Acting, quarter: Quarter, text: str = "") -> list[Progress]:
    """Every institution of the district with granted rights, the furthest behind first; three queries."""
    counted = _by_institution(due_for(quarter), by)
    granted = Post.objects.live().filter(right__status=RightStatus.GRANTED)
    attested = _by_institution(with_word(granted, quarter).filter(word=True), by)
    rows = institutions_watched(by).filter(granted__gt=0)
    for word in text.split():
        rows = rows.filter(name__icontains=word)
    progress = [Progress(one, one.granted, attested.get(one.pk, 0), counted.get(one.pk, 0)) for one in rows.prefetch_related(None)]  # type: ignore[attr-defined]
    return sorted(progress, key=lambda one: (-one.open, one.institution.name))


def _by_institution(posts: QuerySet[Post], by: Acting) -> dict[int, int]:
    """How many of these posts each institution of the district has, by its key."""
    counted = posts.filter(institution__district=by.district_id).order_by().values_list("institution").annotate(Count("pk"))
    return {pk: number for pk, number, *_rest in counted}


def disputes_seen_by(by: Acting) -> QuerySet[RightDispute]:
    """A hospital's own disputes, or those about rights the district granted; open ones first, then the latest."""
    rows = RightDispute.objects.complete().annotate(is_open=Q(status=OPEN)).order_by("-is_open", "-pk")
    if by.can(Capability.GRANT_RIGHTS):
        return rows.filter(right__district=by.district_id)
    if by.can(Capability.DISPUTE_RIGHTS):
        return rows.filter(institution__in=institutions_where(by.user, MANAGE_POOLS))
    return rows.none()


def waiting_for_the_district(by: Acting) -> dict[str, int]:
    """What waits for the district beside nominations: open disputes, and doctors attested again; two queries."""
    again = attested_again(posts_seen_by(by)).order_by().count()
    return {"disputes": disputes_seen_by(by).filter(status=OPEN).order_by().count(), "again": again}


def dispute_seen_by(by: Acting, public_id: UUID) -> RightDispute:
    """One of them. Refuses with `not_found`."""
    dispute = disputes_seen_by(by).filter(public_id=public_id).first()
    if dispute is None:
        raise _not_found()
    return dispute


def hospitals_to_dispute_for(by: Acting, right: ReferralRight) -> Sequence[Institution]:
    """The coordinator's hospitals that this right reaches."""
    mine = institutions_where(by.user, MANAGE_POOLS)
    return [one for one in mine.order_by("name") if posts_granted_on([one.pk]).filter(right=right).exists()]


def _not_found() -> Refusal:
    return Refusal("not_found", _("There is nothing here that you may see."))
