"""Whose right an institution has to attest for a quarter, and until when."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from clinics.models import Attestation, Institution, Post
from clinics.parameters import ATTESTATION_GRACE_DAYS
from clinics.policy import Target, resolve, rows_in_force
from clinics.watch.asked import asked_in_time
from clinics.watch.quarters import Quarter, last_closed, quarter_to_attest
from permissions.right_states import RightReason, RightStatus
from vault.models import Event

# The district itself looked at a right when it granted or reinstated it; the institution's word is asked for afterwards.
LOOKED_AT = ("grant", "reinstate")


def with_word(posts: QuerySet[Post], quarter: Quarter) -> QuerySet[Post]:
    """The posts with the institution's last word since this quarter in `word` (true, false or none), and when it was given."""
    said = Attestation.objects.filter(right=OuterRef("right"), quarter__gte=quarter.code).order_by("-pk")
    return posts.annotate(word=Subquery(said.values("holds")[:1]), word_at=Subquery(said.values("created_at")[:1]))


def due_for(quarter: Quarter, posts: QuerySet[Post] | None = None) -> QuerySet[Post]:
    """Live posts whose right counts since before the quarter and was attested neither for it nor for a later one.

    A right that the district granted or reinstated since the quarter began is not due: it was looked at then.
    """
    live = Post.objects.live().filter(right__status=RightStatus.GRANTED)
    rows = live if posts is None else live.filter(pk__in=posts.values("pk"))
    looked_at = Event.objects.filter(object_id=OuterRef("right__public_id"), kind="right", event__in=LOOKED_AT, at__gte=quarter.begins)
    unsaid = Q(word__isnull=True) | Q(word=False)
    return with_word(rows, quarter).filter(unsaid, ~Exists(looked_at), right__valid_from__lt=quarter.begins)


def attested_again(posts: QuerySet[Post]) -> QuerySet[Post]:
    """Posts whose right was suspended for want of attestation and that the institution has attested since; the district decides."""
    events = Event.objects.filter(object_id=OuterRef("right__public_id"), kind="right", event="suspend").order_by("-id")
    resting = posts.filter(right__status=RightStatus.SUSPENDED, right__reason_code=RightReason.UNATTESTED)
    said = Attestation.objects.filter(right=OuterRef("right"), created_at__gt=OuterRef("rested_at")).order_by("-pk")
    rested = resting.annotate(rested_at=Subquery(events.values("at")[:1]))
    return rested.annotate(last_word=Subquery(said.values("holds")[:1])).filter(last_word=True)


def grace_of(institutions: Iterable[Institution], today: date) -> dict[int, int]:
    """Institution key → days after a quarter's end until which it may attest, read in one query."""
    targets = {one.pk: Target.at(one) for one in institutions}
    rows = rows_in_force([ATTESTATION_GRACE_DAYS], list(targets.values()))
    return {pk: int(str(resolve(ATTESTATION_GRACE_DAYS, today, target, rows).value)) for pk, target in targets.items()}


def quarter_for(institution: Institution, today: date) -> tuple[Quarter, date]:
    """The quarter an institution attests today, and the last day for it."""
    days = grace_of([institution], today)[institution.pk]
    quarter = quarter_to_attest(today, days)
    return quarter, quarter.deadline(days)


def overdue_posts(today: date) -> list[Post]:
    """Posts whose right was not attested before the last deadline of their institution, in key order of their rights.

    Only of institutions that were asked in time: the centre answers for its stations (R117).
    """
    newest = Quarter.of(today).preceding  # no quarter that has closed is newer, whatever the days of grace
    found = list(due_for(newest).select_related("institution__parent").order_by("right"))
    days = grace_of({post.institution for post in found}, today)
    closed = [post for post in found if last_closed(today, days[post.institution_id]) == newest]
    asked = asked_in_time({post.institution.parent or post.institution for post in closed}, newest)
    return [post for post in closed if post.institution.root_id in asked]


def still_due(post: Post, quarter: Quarter) -> bool:
    """Whether a post is due still, read again under lock."""
    return due_for(quarter, Post.objects.filter(pk=post.pk)).exists()
