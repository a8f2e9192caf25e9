"""Reads what the checks of nominations need: for many at once, in a number of queries that does not grow."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from clinics.models import InstitutionKind, Post
from clinics.nominations.checks import Examination, Facts, examine
from permissions.duties import has_accepted
from permissions.models import Attachment, DutiesAcceptance, Nomination, ReferralRight, User
from permissions.models.evidence import LICENCE
from permissions.right_states import RightReason, RightStatus
from permissions.roles import Role
from vault.crypto import keyed_hashes


@dataclass
class Known:
    """What was found beside the nominations themselves, by right, person or licence."""

    last: dict[int, Nomination] = field(default_factory=dict)
    papers: dict[int, int] = field(default_factory=dict)
    namesakes: dict[str, list[User]] = field(default_factory=lambda: defaultdict(list))
    places: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    others: dict[str, list[Nomination]] = field(default_factory=lambda: defaultdict(list))
    revoked: dict[int, list[RightReason]] = field(default_factory=lambda: defaultdict(list))
    accepted: dict[int, set[tuple[str, int]]] = field(default_factory=lambda: defaultdict(set))


def examinations(rights: Sequence[ReferralRight]) -> dict[int, Examination]:
    """The examination of each right, by its key; the rights come with user and post at hand (rights_seen_by)."""
    known = _known(rights)
    return {right.pk: examine(facts_of(right, known)) for right in rights}


def examination(right: ReferralRight) -> Examination:
    """The examination of one right."""
    return examinations([right])[right.pk]


def facts_of(right: ReferralRight, known: Known) -> Facts:
    """The facts of one right from what is known of all."""
    last, post = known.last.get(right.pk), getattr(right, "post", None)
    licence = last.licence if last else ""
    others = [one for one in known.others[licence] if one.right.user_id != right.user_id] if licence else []
    in_use = [one for one in others if one.right.status not in ReferralRight.STATES.final]
    same_name = [user for user in known.namesakes[right.user.name] if user.pk != right.user_id]
    same_tail = [user for user in same_name if user.phone_tail == right.user.phone_tail]
    accounts = {one.right.user_id for one in others}
    return Facts(
        licence=licence,
        attachments=known.papers.get(right.pk, 0),
        licence_in_use=_names(known, {one.right.user_id for one in in_use}),
        licence_was_used=len(in_use) < len(others),
        account_is_active=right.user.is_active,
        same_name=_names(known, {user.pk for user in same_name}),
        same_name_and_tail=_names(known, {user.pk for user in same_tail}),
        nominated_herself=last is not None and last.nominated_by_id == right.user_id,
        duties_accepted=post is None or has_accepted(Role(post.kind), frozenset(known.accepted[right.user_id])),
        revoked=tuple(known.revoked[right.user_id]),
        revoked_by_licence=tuple(reason for account in sorted(accounts) for reason in known.revoked[account]),
        **_of_post(post),
    )


def last_nominations(rights: Iterable[ReferralRight]) -> dict[int, Nomination]:
    """The last nomination of each right, with who handed it in and who answered; one query."""
    found = Nomination.objects.filter(right__in=list(rights)).select_related("nominated_by", "answered_by").order_by("number")
    return {one.right_id: one for one in found}


def _of_post(post: Post | None) -> dict[str, Any]:
    if post is None:
        return {"post_is_live": False}
    place = post.institution
    return {
        "post_is_live": post.valid_to is None,
        "kind": Role(post.kind),
        "at_hospital": place.kind == InstitutionKind.HOSPITAL,
        "institution_suspended": place.is_suspended or bool(place.parent and place.parent.is_suspended),
    }


def _known(rights: Sequence[ReferralRight]) -> Known:
    known = Known(last=last_nominations(rights))
    counted = Attachment.objects.present().filter(right__in=rights).values("right").annotate(n=Count("pk"))
    known.papers = {row["right"]: row["n"] for row in counted.order_by("right")}
    _read_same_licences(known)
    holders = [right.user for right in rights]
    for user in User.objects.filter(name__in={one.name for one in holders}, district__in={one.district_id for one in holders}):
        known.namesakes[user.name].append(user)
    persons = {right.user_id for right in rights} | {user.pk for users in known.namesakes.values() for user in users}
    persons |= {one.right.user_id for ones in known.others.values() for one in ones}
    for user_id, name in Post.objects.live().filter(user__in=persons).values_list("user", "institution__short_name").order_by("pk"):
        known.places[user_id].append(name)
    taken = ReferralRight.objects.filter(user__in=persons, status=RightStatus.REVOKED).order_by("pk")
    for user_id, reason in taken.values_list("user", "reason_code"):
        known.revoked[user_id].append(RightReason(reason))
    said = DutiesAcceptance.objects.filter(user__in={right.user_id for right in rights})
    for user_id, role, version in said.values_list("user", "role", "version"):
        known.accepted[user_id].add((role, version))
    return known


def _read_same_licences(known: Known) -> None:
    """Every nomination with one of these licences, whatever key hashed it."""
    licence_of = {digest: one.licence for one in known.last.values() for digest in keyed_hashes(one.licence, LICENCE)}
    for one in Nomination.objects.filter(licence_hash__in=licence_of).select_related("right").order_by("pk"):
        known.others[licence_of[one.licence_hash]].append(one)


def _names(known: Known, persons: set[int]) -> tuple[str, ...]:
    """Where these persons work, each place once; nowhere is a dash."""
    return tuple(dict.fromkeys(name for one in sorted(persons) for name in known.places[one] or ["—"]))
