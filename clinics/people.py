"""People and their posts: a new person with her first post, another post, a corrected post, a corrected name."""

from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinics.models import Department, Institution, Post
from clinics.models.post import Title
from clinics.post_kinds import WITH_DEPARTMENT, require_fitting_kind
from clinics.posts import locked_live, open_post, require_manager
from permissions.accounts import enrol
from permissions.acting import Acting
from permissions.identity.names import clean_name
from permissions.identity.phones import clean_mobile
from permissions.models import User
from permissions.roles import DOCTORS, POST_KINDS, Capability, Role
from vault import audit
from vault.changes import note_changes
from vault.faults import Faults
from vault.refusal import Refusal, invalid

LONGEST_ENGLISH, LONGEST_REASON = 100, 200


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Who gets an account: the name as on her certificate, the mobile number that will be her login (R047)."""

    name: str
    phone: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class NewPost:
    """What she is to do there; `title` and `department` belong to doctors."""

    kind: str
    department: UUID | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Appointed:
    """The post, and whether its holder had an account before."""

    post: Post
    was_known: bool


@transaction.atomic(durable=True)
def appoint_person(person: NewPerson, post: NewPost, institution: Institution, *, by: Acting) -> Appointed:
    """Use case: give a person a post, and an account when her phone has none.

    A phone that has an account already leads to that person when the name is the same; otherwise it is refused, without
    saying whose it is. Raises Refusal("invalid_input") with every fault at once, Refusal("already_exists") for a post held
    already, Refusal("not_allowed") for a kind or place that is not the actor's.
    """
    faults = Faults()
    cleaned = _person(person, faults)
    kind, department = _post(post, institution, by, faults)
    known = _known(cleaned, faults) if not faults else None
    faults.tell()
    user = known or enrol(
        name=cleaned.name, phone=cleaned.phone, district=by.district or by.user.district, by=by.actor, name_en=cleaned.name_en
    )
    opened = open_post(user, institution, kind, by=by, department=department, title=post.title)
    return Appointed(opened, known is not None)


@transaction.atomic(durable=True)
def appoint_again(user: User, post: NewPost, institution: Institution, *, by: Acting) -> Post:
    """Use case: another post of somebody who has an account. Refusals are those of appoint_person."""
    faults = Faults()
    kind, department = _post(post, institution, by, faults)
    faults.tell()
    if not user.is_active:
        raise Refusal("not_allowed", _("This account is closed."))
    return open_post(user, institution, kind, by=by, department=department, title=post.title)


@transaction.atomic(durable=True)
def correct_post(post: Post, *, department: UUID | None, title: str, by: Acting) -> Post:
    """Use case: another department or title of a live post; kind and place never change, a new post begins instead (R048)."""
    require_manager(by, post.institution)
    if post.pk not in locked_live([post.pk]):
        raise Refusal("stale_state", _("This post has ended."))
    held = Post.objects.complete().get(pk=post.pk)
    faults = Faults()
    _kind, chosen = _post(NewPost(held.kind, department, title), held.institution, by, faults, is_open=True)
    faults.tell()
    changes = {
        "post_title": (held.title, title),
        "post_department": (held.department.name if held.department else "", chosen.name if chosen else ""),
    }
    Post.objects.filter(pk=post.pk).update(department=chosen, title=title)
    noted = note_changes("user", held.user.public_id, changes, by=by.actor)
    if noted:
        audit.record("correct", "post", post.public_id, by=by.actor, details={"fields": sorted(one.field for one in noted)})
    return Post.objects.complete().get(pk=post.pk)


@transaction.atomic(durable=True)
def correct_name(user: User, *, name: str, name_en: str, reason: str, by: Acting) -> User:
    """Use case: the right name of a person; `reason` says which document was seen. The phone is not changed here.

    Raises Refusal("not_allowed") unless the actor answers for one of her live posts or for her district.
    """
    require_answering_for(user, by)
    faults, english = Faults(), name_en.strip()
    cleaned = faults.of(clean_name, name) or ""
    if len(english) > LONGEST_ENGLISH:
        faults.add(
            invalid("name_en", _("At most %(limit)d characters; now %(count)d.") % {"limit": LONGEST_ENGLISH, "count": len(english)})
        )
    if not reason.strip():
        faults.add(invalid("reason", _("Say which document was seen.")))
    elif len(reason.strip()) > LONGEST_REASON:
        faults.add(invalid("reason", _("Write at most 200 characters.")))
    faults.tell()
    changes = {"name": (user.name, cleaned), "name_en": (user.name_en, english)}
    if note_changes("user", user.public_id, changes, by=by.actor, reason=reason.strip()):
        User.objects.filter(pk=user.pk).update(name=cleaned, name_en=english)
        audit.record("correct_name", "user", user.public_id, by=by.actor, reason=reason.strip())
    user.refresh_from_db()
    return user


def require_answering_for(user: User, by: Acting) -> None:
    """Refuse with `not_allowed` unless the actor manages a live post of this person, or her district."""
    if by.can(Capability.MANAGE_INSTITUTIONS) and user.district_id == by.district_id:
        return
    for post in Post.objects.live().filter(user=user).select_related("institution"):
        try:
            require_manager(by, post.institution)
        except Refusal:
            continue
        return
    raise Refusal("not_allowed", _("You do not answer for this person."))


def _person(person: NewPerson, faults: Faults) -> NewPerson:
    name = faults.of(clean_name, person.name) or ""
    phone = faults.of(clean_mobile, person.phone) or ""
    english = person.name_en.strip()
    if len(english) > LONGEST_ENGLISH:
        faults.add(
            invalid("name_en", _("At most %(limit)d characters; now %(count)d.") % {"limit": LONGEST_ENGLISH, "count": len(english)})
        )
    return replace(person, name=name, phone=phone, name_en=english)


def _known(person: NewPerson, faults: Faults) -> User | None:
    """Whoever has this phone, when the name is hers too."""
    user = User.objects.with_phone(person.phone).first()
    if user is not None and user.name != person.name:
        faults.add(
            invalid(
                "phone",
                _("This phone belongs to another account."),
                remedy=_("Compare number and name with her certificate; a changed name or phone is corrected by the district first."),
            )
        )
    return user


def _post(post: NewPost, institution: Institution, by: Acting, faults: Faults, *, is_open: bool = False) -> tuple[Role, Department | None]:
    """Kind and department, when they fit the place and the actor."""
    require_manager(by, institution)
    kind = faults.of(_kind, post.kind)
    if kind is not None and not is_open:
        faults.of(require_fitting_kind, kind, institution, by)
    if post.title and (post.title not in Title.values or kind not in DOCTORS):
        faults.add(invalid("title", _("This title does not fit this post."), remedy=_("Leave it empty.")))
    department = faults.of(_department_at, post.department, institution) if post.department else None
    if post.department is None and kind in WITH_DEPARTMENT:
        faults.add(invalid("department", _("Choose the department."), remedy=_("Departments are registered on the institution's page.")))
    return kind or Role.FAMILY_DOCTOR, department


def _kind(kind: str) -> Role:
    if kind not in {one.value for one in POST_KINDS}:
        raise invalid("kind", _("Choose one of the kinds."))
    return Role(kind)


def _department_at(public_id: UUID, institution: Institution) -> Department:
    found = Department.objects.filter(public_id=public_id, institution=institution).first()
    if found is None:
        raise invalid("department", _("The department belongs to another institution."))
    return found
