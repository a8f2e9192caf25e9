"""From nothing to a district: two first administrators, each confirmed by the other before either can do anything."""

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.accounts import enrol
from permissions.acting import Acting
from permissions.identity.names import clean_name
from permissions.identity.phones import clean_mobile
from permissions.models import District, Founding, RoleAssignment, User
from permissions.roles import Role
from permissions.sessions import bump_epoch
from vault import audit
from vault.actor import SYSTEM
from vault.faults import Faults
from vault.refusal import Refusal, invalid

# Two commands started at the same moment meet at this number.
ADVISORY_LOCK = 20170002
LONGEST_DISTRICT = 50


@dataclass(frozen=True, slots=True)
class Founder:
    """One of the two, as typed: the name, and the mobile number she will log in with."""

    name: str
    phone: str
    name_en: str = ""


@transaction.atomic(durable=True)
def found(code: str, name: str, first: Founder, second: Founder) -> tuple[Founding, bool]:
    """The district and its two administrators (R046), and whether they are new; the same words again change nothing.

    Neither role counts yet: see `confirm_other`. Refuses with `invalid_input` for every bad field at once, and with
    `already_exists` when this database was founded with other words or holds accounts already. One founding at a time.
    """
    code, name, first, second = _clean(code, name, first, second)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
    known = Founding.objects.select_related("district", "first__user", "second__user").first()
    if known is not None:
        if _words_of(known) != (code, name, {(one.name, one.phone) for one in (first, second)}):
            raise Refusal("already_exists", _("This database has its first administrators already. They appoint everybody else."))
        return known, False
    if User.objects.exists():
        raise Refusal("already_exists", _("This database holds accounts already. A district is founded in an empty one."))
    district, _is_new = District.objects.get_or_create(code=code, defaults={"name": name})
    roles = [_enter(one, district) for one in (first, second)]
    founding = Founding.objects.create(district=district, first=roles[0], second=roles[1])
    audit.record("found", "founding", founding.public_id, by=SYSTEM, details={"district": code})
    return founding, True


def _clean(code: str, name: str, first: Founder, second: Founder) -> tuple[str, str, Founder, Founder]:
    faults = Faults()
    faults.of(_check_district, code, name)
    founders = []
    for place, one in (("first", first), ("second", second)):
        said = faults.of(clean_name, one.name, f"{place}_name") or ""
        phone = faults.of(clean_mobile, one.phone, f"{place}_phone") or ""
        founders.append(Founder(said, phone, one.name_en))
    if founders[0].phone and founders[0].phone == founders[1].phone:
        faults.add(invalid("second_phone", _("The two administrators are two persons, each with her own phone.")))
    faults.tell()
    return code, name.strip(), founders[0], founders[1]


def _check_district(code: str, name: str) -> None:
    faults = Faults()
    if not (len(code) == 6 and code.isascii() and code.isdigit() and code[0] != "0"):
        faults.add(invalid("code", _("A district has a code of six digits, like 110102.")))
    if not 0 < len(name.strip()) <= LONGEST_DISTRICT:
        faults.add(invalid("district", _("Give the district's name, of at most 50 characters.")))
    faults.tell()


def _words_of(known: Founding) -> tuple[str, str, set[tuple[str, str]]]:
    people = {(role.user.name, role.user.phone) for role in (known.first, known.second)}
    return known.district.code, known.district.name, people


def _enter(founder: Founder, district: District) -> RoleAssignment:
    user = enrol(name=founder.name, phone=founder.phone, district=district, by=SYSTEM, name_en=founder.name_en)
    role = RoleAssignment.objects.create(user=user, role=Role.DISTRICT_ADMIN, district=district)
    details = {"role": role.role, "district": district.code}
    audit.record("enter_role", "user", user.public_id, by=SYSTEM, details=details)
    return role


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a first administrator sees before both roles count: whom she confirms, and who has spoken."""

    founding: Founding
    other: User
    i_said_yes: bool
    other_said_yes: bool


def waiting_for(user: User) -> Waiting | None:
    """The founding this person belongs to while it is not complete, else None."""
    open_ones = Founding.objects.filter(Q(first_said_yes_at=None) | Q(second_said_yes_at=None))
    mine = open_ones.filter(Q(first__user=user) | Q(second__user=user))
    found = mine.select_related("district", "first__user", "second__user").first()
    if found is None:
        return None
    said = (found.first_said_yes_at is not None, found.second_said_yes_at is not None)
    if found.first.user_id == user.pk:
        return Waiting(found, found.second.user, *said)
    return Waiting(found, found.first.user, *reversed(said))


@transaction.atomic(durable=True)
def confirm_other(*, by: Acting) -> bool:
    """One of the two vouches for the other; with the second word both roles count. Says whether they do now.

    Refuses with `not_found` for anybody else and once both roles count; saying it twice is once.
    """
    waiting = waiting_for(by.user)
    if waiting is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    mine = "first" if waiting.founding.first.user_id == by.user.pk else "second"
    unsaid = Founding.objects.filter(pk=waiting.founding.pk, **{f"{mine}_said_yes_at": None})
    if unsaid.update(**{f"{mine}_said_yes_at": Now()}):
        audit.record("vouch", "user", waiting.other.public_id, by=by.actor, details={"role": Role.DISTRICT_ADMIN.value})
    # The update holds the row until the end: of two words at once the later one reads the earlier.
    found = Founding.objects.select_related("first__user", "second__user").get(pk=waiting.founding.pk)
    if found.is_complete:
        _let_count(found)
    return found.is_complete


def _let_count(found: Founding) -> None:
    for role, other in ((found.first, found.second), (found.second, found.first)):
        unconfirmed = RoleAssignment.objects.filter(pk=role.pk, confirmed_at=None, valid_to=None)
        if unconfirmed.update(confirmed_by=other.user, confirmed_at=Now(), valid_from=Now()):
            bump_epoch(role.user_id)
            details = {"role": role.role, "confirmed_by": str(other.user.public_id)}
            audit.record("confirm_role", "user", role.user.public_id, by=SYSTEM, details=details)
