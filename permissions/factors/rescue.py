"""What the district enters for a person who cannot prove herself: checked, with its ground, by two persons for administrators."""

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.models import Rescue, RoleAssignment, User
from permissions.roles import Capability
from vault import audit
from vault.crypto import keyed_hash, keyed_hashes
from vault.faults import Faults
from vault.refusal import Refusal, invalid
from vault.transactions import requires_transaction

NOTE_LENGTH = 200
SECOND_WITHIN = timedelta(hours=24)
MAY_BEGIN = Capability.MANAGE_ROLES
MAY_CONFIRM = (Capability.MANAGE_ROLES, Capability.END_SESSIONS)


def enter(person: UUID, act: Rescue.Act, *, ground: str, note: str, by: Acting, phone: str = "") -> Rescue:
    """Step: one act for one person, with its ground; `done_at` says whether it may be done now.

    An administrator of the district decides about everybody of it but herself. For whoever holds a district-wide role the
    first entry waits a day for a second person (another administrator or the security administrator) who enters the same:
    otherwise one administrator could take another's place and be her own second person. Refuses with `not_found`,
    `not_allowed`, `second_person_required`, or `invalid_input` for ground and note.
    """
    requires_transaction()
    user = _person(person, by)
    _check(ground, note)
    if not _needs_second(user):
        _check_may_begin(by)
        return _done(_new(user, act, ground, note, phone, by), by)
    waiting = _waiting(user, act, phone).select_for_update().first()
    if waiting is None:
        _check_may_begin(by)
        return _noted("ask", _new(user, act, ground, note, phone, by), by)
    if waiting.entered_by_id == by.user.pk:
        raise Refusal("second_person_required", _("This waits for a second person: another administrator, or the security administrator."))
    waiting.confirmed_by = by.user
    return _done(waiting, by)


def waiting_for(user: User) -> "QuerySet[Rescue]":
    """What waits for a second person."""
    return Rescue.objects.filter(user=user, done_at=None, created_at__gt=Now() - SECOND_WITHIN).select_related("entered_by")


def history_of(user: User) -> "QuerySet[Rescue]":
    """What the district did for a person, the newest first."""
    return Rescue.objects.filter(user=user).select_related("entered_by", "confirmed_by").order_by("-pk")


def people_of(by: Acting) -> "QuerySet[User]":
    """Whom a person may help: everybody of the district she acts for but herself."""
    if not any(by.can(capability) for capability in MAY_CONFIRM):
        return User.objects.none()
    return User.objects.filter(district_id=by.district_id, is_active=True).exclude(pk=by.user.pk)


def _person(person: UUID, by: Acting) -> User:
    if person == by.user.public_id:
        raise Refusal("not_allowed", _("Nobody does this for herself. Ask a colleague of the district."))
    user = people_of(by).select_for_update(of=("self",), no_key=True).filter(public_id=person).first()
    if user is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return user


def _check(ground: str, note: str) -> None:
    faults = Faults()
    if ground not in Rescue.Ground.values:
        faults.add(invalid("ground", _("Choose how the person proved who she is.")))
    if not 2 <= len(note.strip()) <= NOTE_LENGTH:
        faults.add(invalid("note", _("Write down in 2 to 200 characters what was shown or said, and by whom.")))
    faults.tell()


def _check_may_begin(by: Acting) -> None:
    if not by.can(MAY_BEGIN):
        raise Refusal("not_allowed", _("An administrator of the district enters this first; then you may confirm it."))


def _needs_second(user: User) -> bool:
    return RoleAssignment.objects.live().filter(user=user).exists()


def _waiting(user: User, act: Rescue.Act, phone: str) -> "QuerySet[Rescue]":
    return waiting_for(user).filter(act=act, phone_hash__in=keyed_hashes(phone, "phone") or [""]).order_by("pk")


def _new(user: User, act: Rescue.Act, ground: str, note: str, phone: str, by: Acting) -> Rescue:
    return Rescue.objects.create(
        user=user, act=act, ground=ground, note=note.strip(), phone_hash=keyed_hash(phone, "phone"), entered_by=by.user
    )


def _done(entered: Rescue, by: Acting) -> Rescue:
    entered.done_at = Now()
    entered.save(update_fields=["done_at", "confirmed_by"])
    entered.refresh_from_db(fields=["done_at"])
    return _noted("do", entered, by)


def _noted(verb: str, entered: Rescue, by: Acting) -> Rescue:
    note = keyed_hash(entered.note, "rescue")  # what was shown stays encrypted; a later change of it shows
    details = {"ground": entered.ground, "rescue": str(entered.public_id), "note": note, "phone": entered.phone_hash}
    audit.record(f"rescue.{verb}_{entered.act}", "user", entered.user.public_id, by=by.actor, reason=entered.ground, details=details)
    return entered
