"""What one row of a staff list asks for, judged against the places, people and posts there are; nothing is written here."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinics.imports.header import folded
from clinics.imports.kinds import Fault, Row
from clinics.imports.words import RowFaults, became_a_number, choice, choices_in_words
from clinics.models import Department, Institution, Post
from clinics.models.institution import InstitutionKind
from clinics.models.post import Title
from clinics.post_kinds import KINDS_AT, WITH_DEPARTMENT, kinds_open_to
from permissions.acting import Acting
from permissions.identity.licences import clean_licence
from permissions.identity.names import clean_name
from permissions.identity.phones import clean_mobile
from permissions.models import User
from permissions.roles import DOCTORS, POST_KIND_CHOICES, REFERRING_KINDS, Role
from vault.crypto import keyed_hashes

KINDS = POST_KIND_CHOICES
FULL_NAME = _("Write the full name of the institution as it is registered.")
KEPT_NUMBER = _("Set the column to text in Excel and type the number again.")


@dataclass(slots=True)
class Staff:
    """What a whole list shares: the places the actor may fill, their departments, and what earlier rows said."""

    by: Acting
    places: dict[str, list[Institution]]
    departments: dict[tuple[int, str], Department]
    kinds: dict[str, str]
    titles: dict[str, str]
    named: dict[str, tuple[int, str]] = field(default_factory=dict)  # phone → first row and its name
    asked: dict[tuple[str, int, str], int] = field(default_factory=dict)  # phone, place, kind → first row
    users: dict[str, User] = field(default_factory=dict)  # of the chunk at hand, by phone
    posts: dict[tuple[int, int, str], Post] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wish:
    """One row that has no fault: who shall hold which post, and whether she holds it already."""

    name: str
    phone: str
    institution: Institution
    kind: Role
    department: Department | None
    title: str
    licence: str
    user: User | None
    post: Post | None


def staff_of(by: Acting) -> Staff:
    """The shared lookups: a district fills every place of its own, a manager her institution and its stations."""
    held = Institution.objects.filter(district=by.district_id)
    if by.post is not None:
        held = Institution.objects.filter(Q(pk=by.post.institution_id) | Q(parent=by.post.institution_id))
    places: dict[str, list[Institution]] = {}
    for one in held.select_related("parent", "district"):
        for name in {folded(one.name), folded(one.short_name), folded(one.name_en)} - {""}:
            places.setdefault(name, []).append(one)
    departments = Department.objects.filter(institution__in=held)
    return Staff(
        by,
        places,
        {(one.institution_id, folded(one.name)): one for one in departments},
        choices_in_words(KINDS),
        choices_in_words(Title.choices),
    )


def wishes(rows: Sequence[Row], staff: Staff) -> list[tuple[Wish | None, tuple[Fault, ...]]]:
    """Each row as a wish, or its faults; people and posts are looked up for all rows at once."""
    phones = {row.number: _phone_or_nothing(row.values["phone"]) for row in rows}
    _look_up(set(phones.values()) - {""}, staff)
    return [_wish(row, staff) for row in rows]


def _phone_or_nothing(text: str) -> str:
    faults = RowFaults({"phone": text})
    return faults.of("phone", clean_mobile) or ""


def _look_up(phones: set[str], staff: Staff) -> None:
    hashes = {one: phone for phone in phones for one in keyed_hashes(phone, "phone")}
    staff.users = {hashes[user.phone_hash]: user for user in User.objects.filter(phone_hash__in=hashes).select_related("district")}
    posts = Post.objects.complete().select_related("roster_licence").filter(user__in=staff.users.values(), valid_to=None)
    staff.posts = {(post.user_id, post.institution_id, post.kind): post for post in posts}


def _wish(row: Row, staff: Staff) -> tuple[Wish | None, tuple[Fault, ...]]:
    faults = RowFaults(row.values)
    name = faults.of("name", clean_name) or ""
    phone = _phone(row, faults)
    place = _place(row.values["institution"], staff, faults)
    kind = _kind(row.values["kind"], place, staff, faults)
    department = _department(row.values["department"], place, kind, staff, faults)
    title = _title(row.values["title"], kind, staff, faults)
    licence = (faults.of("licence", clean_licence) or "") if row.values["licence"] and kind in REFERRING_KINDS else ""
    user = _person(name, phone, row, staff, faults)
    if place is not None and kind is not None and phone:
        _once(row, phone, place, kind, staff, faults)
    if faults or place is None or kind is None:
        return None, tuple(faults.found)
    post = staff.posts.get((user.pk, place.pk, kind)) if user else None
    return Wish(name, phone, place, kind, department, title, licence, user, post), ()


def _phone(row: Row, faults: RowFaults) -> str:
    if became_a_number(row.values["phone"]):
        faults.add("phone", _("The spreadsheet turned this number into a power of ten; its digits are lost."), KEPT_NUMBER)
        return ""
    return faults.of("phone", clean_mobile) or ""


def _place(text: str, staff: Staff, faults: RowFaults) -> Institution | None:
    if not text:
        if staff.by.post is not None:
            return _own(staff)
        faults.add("institution", _("This is missing."), FULL_NAME)
        return None
    found = staff.places.get(folded(text), [])
    if len(found) == 1:
        return found[0]
    if found:
        faults.add(
            "institution", _("Several institutions are called so."), _("Write the full name of the institution as it is registered.")
        )
    elif staff.by.post is not None:
        faults.add("institution", _("This is neither your institution nor one of its stations."), _("Compare the name with the register."))
    else:
        faults.add("institution", _("No institution of the district is called so."), _("Register it first, or compare the name."))
    return None


def _own(staff: Staff) -> Institution:
    own: Institution = staff.by.post.institution  # type: ignore[union-attr]
    return own


def _kind(text: str, place: Institution | None, staff: Staff, faults: RowFaults) -> Role | None:
    value = choice(text, staff.kinds, KINDS, "kind", faults)
    if not value or place is None:
        return Role(value) if value else None
    kind, possible = Role(value), KINDS_AT[InstitutionKind(place.kind)]
    if kind not in possible:
        words = " / ".join(str(one.label) for one in possible)
        faults.add("kind", _("There is no such post at this kind of institution."), _("Write one of: %(words)s") % {"words": words})
        return None
    if kind not in kinds_open_to(staff.by, place):
        faults.add("kind", _("Managers and coordinators are appointed by the district."), _("Leave this row out and ask the district."))
    return kind


def _department(text: str, place: Institution | None, kind: Role | None, staff: Staff, faults: RowFaults) -> Department | None:
    if place is None:
        return None
    if not text:
        if kind in WITH_DEPARTMENT:
            faults.add("department", _("This post needs a department."), _("Write its name as it is registered at the institution."))
        return None
    found = staff.departments.get((place.pk, folded(text)))
    if found is None:
        faults.add(
            "department", _("The institution has no department of this name."), _("Register the department first, or compare the name.")
        )
    return found


def _title(text: str, kind: Role | None, staff: Staff, faults: RowFaults) -> str:
    title = choice(text, staff.titles, Title.choices, "title", faults)
    if title and kind is not None and kind not in DOCTORS:
        faults.add("title", _("Only doctors have a title."), _("Leave it empty."))
    return title


def _person(name: str, phone: str, row: Row, staff: Staff, faults: RowFaults) -> User | None:
    """Whoever has this phone already, here or in an earlier row; another name under it is a fault that does not say whose it is."""
    if not phone or not name:
        return None
    first, known_name = staff.named.setdefault(phone, (row.number, name))
    if known_name != name:
        faults.add("phone", _("Row %(row)d has the same number under another name.") % {"row": first}, _("Each person has her own number."))
    user = staff.users.get(phone)
    if user is not None and user.name != name:
        remedy = _("Compare number and name with her certificate; a changed name or phone is corrected by the district first.")
        faults.add("phone", _("This phone belongs to another account."), remedy)
    elif user is not None and not user.is_active:
        faults.add("phone", _("The account of this person is closed."), _("Ask the district to open it again."))
    return user


def _once(row: Row, phone: str, place: Institution, kind: Role, staff: Staff, faults: RowFaults) -> None:
    first = staff.asked.setdefault((phone, place.pk, kind), row.number)
    if first != row.number:
        faults.add("phone", _("Row %(row)d already asks for the same post.") % {"row": first}, _("Leave one of the two rows."))
