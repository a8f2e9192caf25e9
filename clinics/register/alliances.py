"""Alliances of the district: founded, renamed, led by another, joined and left; who may refer follows at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics.mirror import mirror
from clinics.models import Alliance, AllianceMember, Institution, TargetGrant
from clinics.models.alliance import AllianceKind
from clinics.models.institution import InstitutionKind
from clinics.register.registry import STALE, found_alliance, require_register
from permissions.acting import Acting
from permissions.models import ReferralRight
from vault import audit
from vault.changes import note_changes
from vault.faults import Faults
from vault.refusal import Refusal, invalid

LONGEST_NAME, MOST_AT_ONCE = 100, 200


@dataclass(frozen=True, slots=True)
class NewAlliance:
    """An alliance as typed; lead and members by public id."""

    kind: str
    name: str
    lead: UUID | None


def found(given: NewAlliance, members: Sequence[UUID] = (), *, by: Acting) -> Alliance:
    """Use case: found an alliance led by a hospital of the district (R044). Raises Refusal("invalid_input"), every fault at once."""
    require_register(by)
    lead = _judged(given, by)
    joined = _institutions(members, by, "members")
    try:
        return found_alliance(Alliance(kind=given.kind, name=given.name.strip(), lead=lead), joined, by=by)
    except IntegrityError as error:
        raise _name_taken() from error


def correct(alliance: Alliance, given: NewAlliance, *, by: Acting, expected_version: int) -> Alliance:
    """Use case: another kind, name or lead; a new lead becomes a member too. Raises Refusal("stale_state") for another version."""
    require_lead(alliance, by)
    lead = _judged(given, by, alliance)
    fields = {"kind": given.kind, "name": given.name.strip(), "lead": lead}
    changes = {
        "kind": (alliance.kind, given.kind), "name": (alliance.name, given.name.strip()), "lead": (alliance.lead.name, lead.name),
    }  # fmt: skip
    try:
        with transaction.atomic(durable=True):
            _update(alliance, expected_version, **fields)
            AllianceMember.objects.get_or_create(alliance=alliance, institution=lead)
            note_changes("alliance", alliance.public_id, changes, by=by.actor)
            audit.record("correct", "alliance", alliance.public_id, by=by.actor, details={"name": given.name.strip()})
    except IntegrityError as error:
        raise _name_taken() from error
    return Alliance.objects.select_related("lead").get(pk=alliance.pk)


@transaction.atomic(durable=True)
def admit(alliance: Alliance, institutions: Sequence[UUID], *, by: Acting) -> list[Institution]:
    """Use case: institutions of the district join; one that is a member already stays one. Answers those that joined."""
    require_register(by)
    wanted = _institutions(institutions, by, "institution")
    if not wanted:
        raise invalid("institution", _("Choose at least one institution."))
    known = set(AllianceMember.objects.filter(alliance=alliance).values_list("institution", flat=True))
    joined = [one for one in wanted if one.pk not in known]
    AllianceMember.objects.bulk_create([AllianceMember(alliance=alliance, institution=one) for one in joined], ignore_conflicts=True)
    for one in joined:
        _note_member(alliance, one, by, joined=True)
    return joined


@transaction.atomic(durable=True)
def exclude(alliance: Alliance, institution: UUID, *, by: Acting) -> int:
    """Use case: an institution leaves; answers how many grants of its own doctors on this alliance ended with it.

    Doctors of other members may not refer to it any more from the commit on. Rights are locked before their grants change,
    in the order of the house. Raises Refusal("invalid_input") for the lead or a stranger.
    """
    require_register(by)
    leaving = _institution(institution, by, "institution")
    if leaving.pk == alliance.lead_id:
        raise invalid("institution", _("The lead of an alliance cannot leave it."), remedy=_("Name another lead first."))
    if not AllianceMember.objects.filter(alliance=alliance, institution=leaving).delete()[0]:
        raise invalid("institution", _("This institution is no member of the alliance."))
    ended = _end_grants_of(alliance, leaving, by)
    _note_member(alliance, leaving, by, joined=False)
    return ended


def grants_that_would_end(alliance: Alliance, institution: Institution) -> QuerySet[TargetGrant]:
    """The open grants on an alliance held by doctors of a member or of its stations."""
    own = Q(right__post__institution=institution) | Q(right__post__institution__parent=institution)
    return TargetGrant.objects.open().filter(own, alliance=alliance)


def require_lead(alliance: Alliance, by: Acting) -> None:
    """Refuse with `not_allowed` unless the district of the lead acts."""
    require_register(by)
    if alliance.lead.district_id != by.district_id:
        raise Refusal("not_allowed", _("The district of the leading hospital decides about this alliance."))


def _end_grants_of(alliance: Alliance, leaving: Institution, by: Acting) -> int:
    rights = list(grants_that_would_end(alliance, leaving).values_list("right", flat=True))
    held = list(ReferralRight.objects.filter(pk__in=rights).locked())
    ended = TargetGrant.objects.open().filter(right__in=held, alliance=alliance).update(ended_at=Now())
    mirror([right.user_id for right in held])
    for right in held:
        details = {"targets": [str(alliance.public_id)]}
        audit.record("end_grants", "right", right.public_id, by=by.actor, reason="left_alliance", details=details)
    return ended


def _judged(given: NewAlliance, by: Acting, own: Alliance | None = None) -> Institution:
    """The lead, when kind, name and lead are right; every fault at once."""
    faults, name = Faults(), given.name.strip()
    if given.kind not in AllianceKind.values:
        faults.add(invalid("kind", _("Choose one of the kinds.")))
    if not name:
        faults.add(invalid("name", _("Please enter this.")))
    elif len(name) > LONGEST_NAME:
        faults.add(invalid("name", _("At most %(limit)d characters; now %(count)d.") % {"limit": LONGEST_NAME, "count": len(name)}))
    elif Alliance.objects.filter(name=name).exclude(pk=own.pk if own else None).exists():
        faults.add(_name_taken())
    lead = faults.of(_institution, given.lead, by, "lead")
    if lead is not None and lead.kind != InstitutionKind.HOSPITAL:
        faults.add(invalid("lead", _("A hospital leads an alliance.")))
    faults.tell()
    return lead  # type: ignore[return-value]


def _institutions(public_ids: Sequence[UUID], by: Acting, field: str) -> list[Institution]:
    """Institutions of the actor's district; a station belongs through its centre."""
    wanted = list(dict.fromkeys(public_ids))[:MOST_AT_ONCE]
    found = list(Institution.objects.filter(public_id__in=wanted, district=by.district_id).order_by("name"))
    if len(found) < len(wanted):
        raise invalid(field, _("One of these is no institution of your district."))
    if any(one.kind == InstitutionKind.STATION for one in found):
        raise invalid(field, _("A station belongs to an alliance through its centre."), remedy=_("Choose its centre."))
    return found


def _institution(public_id: UUID | None, by: Acting, field: str) -> Institution:
    found = Institution.objects.filter(public_id=public_id, district=by.district_id).first() if public_id else None
    if found is None:
        raise invalid(field, _("Choose an institution of your district."))
    return found


def _update(alliance: Alliance, expected_version: int, **fields: object) -> None:
    seen = Alliance.objects.filter(pk=alliance.pk, version=expected_version)
    if not seen.update(version=expected_version + 1, **fields):
        current = Alliance.objects.filter(pk=alliance.pk).values("version").first()
        raise Refusal("stale_state", STALE, current=dict(current or {}))


def _note_member(alliance: Alliance, institution: Institution, by: Acting, *, joined: bool) -> None:
    """Both histories say it: that of the alliance and that of the institution."""
    verb = "join" if joined else "leave"
    of_alliance = ("", institution.name) if joined else (institution.name, "")
    of_institution = ("", alliance.name) if joined else (alliance.name, "")
    note_changes("alliance", alliance.public_id, {"member": of_alliance}, by=by.actor)
    note_changes("institution", institution.public_id, {"alliance": of_institution}, by=by.actor)
    audit.record(verb, "alliance", alliance.public_id, by=by.actor, details={"institution": str(institution.public_id)})


def _name_taken() -> Refusal:
    return invalid("name", _("An alliance of this name exists already."))
