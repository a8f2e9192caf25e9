"""Suspends, excludes and reinstates a whole institution with its stations, all rights at a stroke (R052)."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from clinics import notices
from clinics.grants import end_grants
from clinics.models import Institution, InstitutionSanction, Post, SanctionedRight
from clinics.models.watch import NOTE_LENGTH
from clinics.watch.states import IN_FORCE, LIFTED, MISCONDUCT, REVOKED, SUSPENDED, SanctionReason
from permissions import rights as steps
from permissions.acting import Acting
from permissions.models import ReferralRight, User
from permissions.right_states import RightReason, RightStatus
from permissions.roles import Capability
from vault import audit
from vault.refusal import Refusal, invalid
from vault.states import advance, created

AFFECTED = {SUSPENDED: (RightStatus.GRANTED,), REVOKED: (RightStatus.GRANTED, RightStatus.SUSPENDED)}


@transaction.atomic(durable=True)
def suspend(institution: Institution, *, by: Acting, reason: str, note: str) -> InstitutionSanction:
    """Use case: nobody of this institution or its stations refers from now on, until it is reinstated.

    Locks the institutions, then every right of theirs, then its holders, each in key order, so that no booking under one of
    them commits afterwards and no right is given meanwhile. Refuses with `not_allowed`, `invalid_input`, and `stale_state` when
    it is suspended already.
    """
    places = _places(institution, by)
    if _in_force(institution) is not None:
        raise Refusal("stale_state", _("This institution is suspended already."))
    return _take_away(_impose(institution, SUSPENDED, by, reason, note), places, by)


@transaction.atomic(durable=True)
def revoke(institution: Institution, *, by: Acting, reason: str, note: str, expected_version: int | None = None) -> InstitutionSanction:
    """Use case: the institution is excluded; every right of its people is revoked for good, suspended ones too (R052)."""
    places = _places(institution, by)
    held = _in_force(institution)
    if held is None:
        return _take_away(_impose(institution, REVOKED, by, reason, note), places, by)
    code, words = _reason(reason), _evidence(note)
    advance(held, REVOKED, by=by.actor, reason=code, expected_version=expected_version, reason_code=code, note=words, return_asked_by=None)
    return _take_away(held, places, by)


@transaction.atomic(durable=True)
def reinstate(institution: Institution, *, by: Acting, expected_version: int | None = None) -> InstitutionSanction:
    """Use case: the institution refers again, and exactly the rights its suspension took away count again.

    A right that was decided about since, or whose own station is still suspended, stays as it is. After misconduct a second
    person of the district has to ask too: the first request leaves everything suspended; asking twice is refused with
    `second_person_required`. An excluded institution is admitted again without any right.
    """
    places = _places(institution, by)
    held = _in_force(institution)
    if held is None or expected_version not in (None, held.version):
        raise Refusal("stale_state", _("This has changed since you opened it. Look at it again, then decide."), current=_current(held))
    if held.reason_code in MISCONDUCT and held.return_asked_by_id in (None, by.user.pk):
        return _ask_back(held, by)
    given_back = _give_back(held, places, by)
    advance(held, LIFTED, by=by.actor, return_asked_by=None)
    _mark(places)
    _record("reinstate_institution", held, by, given_back)
    return held


def affected_rights(institution: Institution, status: str) -> "list[Post]":
    """The posts whose rights a suspension (or exclusion) would take away now, by name; what its preview shows."""
    posts = Post.objects.live().complete().filter(right__status__in=AFFECTED[status])
    return list(posts.filter(_within(institution)).order_by("institution__name", "user__name", "pk"))


def _within(institution: Institution) -> Q:
    return Q(institution=institution) | Q(institution__parent=institution)


def _places(institution: Institution, by: Acting) -> list[Institution]:
    """The institution and its stations, locked first of all; a new right waits for this lock."""
    if not by.can(Capability.GRANT_RIGHTS) or institution.district_id != by.district_id:
        raise Refusal("not_allowed", _("Only the district suspends and reinstates its institutions."))
    return list(Institution.objects.locked().filter(Q(pk=institution.pk) | Q(parent=institution)))


def _in_force(institution: Institution) -> InstitutionSanction | None:
    return InstitutionSanction.objects.in_force().locked().filter(institution=institution).first()


def _impose(institution: Institution, status: str, by: Acting, reason: str, note: str) -> InstitutionSanction:
    code, words = _reason(reason), _evidence(note)
    held = InstitutionSanction.objects.create(
        institution=institution, status=status, reason_code=code, note=words, imposed_by=by.user
    )  # fmt: skip
    created(held, by=by.actor, reason=code)
    return held


def _take_away(held: InstitutionSanction, places: Iterable[Institution], by: Acting) -> InstitutionSanction:
    """Every right in question is locked in key order before the first one changes; each holder is told."""
    _mark(places)
    rights = _locked_rights(places, AFFECTED[held.status])
    for right in rights:
        if held.status == SUSPENDED:
            after = steps.suspend(right, by=by, reason=RightReason.INSTITUTION, note=held.note)
            SanctionedRight.objects.create(sanction=held, right=after, version=after.version)
            notices.tell_doctor(after, notices.SUSPENDED, right.user)
        else:
            after = steps.revoke(right, by=by, reason=RightReason.INSTITUTION, note=held.note)
            end_grants(right, by=by, reason=RightReason.INSTITUTION)
            notices.tell_doctor(after, notices.REVOKED, right.user)
    _record(f"{'suspend' if held.status == SUSPENDED else 'revoke'}_institution", held, by, len(rights))
    return held


def _locked_rights(places: Iterable[Institution], statuses: Iterable[str]) -> list[ReferralRight]:
    """The rights of all posts there, locked in key order with their holders after them, and read as they stand then."""
    posts = Post.objects.filter(institution__in=[place.pk for place in places], right__isnull=False)
    rights = list(ReferralRight.objects.filter(pk__in=list(posts.values_list("right", flat=True))).locked())
    hit = [right for right in rights if right.status in set(statuses)]
    locked = User.objects.filter(pk__in={right.user_id for right in hit}).order_by("pk").select_for_update(of=("self",), no_key=True)
    holders = {user.pk: user for user in locked.only("pk", "phone")}
    for right in hit:
        right.user = holders[right.user_id]
    return hit


def _give_back(held: InstitutionSanction, places: list[Institution], by: Acting) -> int:
    """Reinstates what this suspension took; a right whose station has its own suspension passes into that one."""
    taken = dict(SanctionedRight.objects.filter(sanction=held).values_list("right", "version"))
    others = {one.institution_id: one for one in InstitutionSanction.objects.in_force().exclude(pk=held.pk).filter(_covering(places))}
    homes = {post.right_id: post.institution for post in Post.objects.filter(right__in=taken).select_related("institution")}
    given = 0
    for right in _locked_rights(places, [RightStatus.SUSPENDED]):
        if taken.get(right.pk) != right.version:
            continue
        home = homes[right.pk]
        other = others.get(home.pk) or others.get(home.root_id)
        if other is None:
            notices.tell_doctor(steps.reinstate(right, by=by), notices.REINSTATED, right.user)
            given += 1
        elif other.status == SUSPENDED:
            SanctionedRight.objects.create(sanction=other, right=right, version=right.version)
    return given


def _covering(places: Iterable[Institution]) -> Q:
    """Suspensions of these institutions or of their centres."""
    pks = {place.pk for place in places} | {place.root_id for place in places}
    return Q(institution__in=pks)


def _mark(places: Iterable[Institution]) -> None:
    """The flag that searching and booking read: suspended while the institution or its centre is."""
    own = InstitutionSanction.objects.filter(Q(institution=OuterRef("pk")) | Q(institution=OuterRef("parent")), status__in=IN_FORCE)
    Institution.objects.filter(pk__in=[place.pk for place in places]).update(is_suspended=Exists(own))


def _ask_back(held: InstitutionSanction, by: Acting) -> InstitutionSanction:
    if held.return_asked_by_id == by.user.pk:
        raise Refusal("second_person_required", _("After misconduct a second person of the district has to agree."))
    InstitutionSanction.objects.filter(pk=held.pk).update(return_asked_by=by.user)
    held.return_asked_by = by.user
    _record("ask_institution_back", held, by, 0)
    return held


def _record(verb: str, held: InstitutionSanction, by: Acting, rights: int) -> None:
    details = {"sanction": str(held.public_id), "rights": rights, "evidence": held.note, "status": held.status}
    audit.record(verb, "institution", held.institution.public_id, by=by.actor, reason=held.reason_code, details=details)


def _reason(code: str) -> str:
    if code not in SanctionReason.values:
        raise invalid("reason", _("Choose one of the reasons."))
    return code


def _evidence(note: str) -> str:
    words = note.strip()
    if not words:
        raise invalid("note", _("Say on what evidence this was decided."), remedy=_("Name the document, its date and where it is kept."))
    if len(words) > NOTE_LENGTH:
        raise invalid("note", _("Write at most 200 characters."))
    return words


def _current(held: InstitutionSanction | None) -> dict[str, object]:
    return {"status": held.status, "version": held.version} if held else {"status": LIFTED}
