"""Who may end a post, and which colleagues its work can go to."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.access import MANAGE_INSTITUTION, institutions_where
from clinics.models import Department, Institution, Post
from clinics.models.post import Title
from clinics.post_kinds import ONLY_BY_THE_DISTRICT
from clinics.posts import require_manager
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.roles import POST_KINDS, REFERRING_KINDS, Capability, Role
from referral.patients.queries import of_unit
from vault.refusal import Refusal, invalid


def posts_of(by: Acting) -> "QuerySet[Post]":
    """The live posts whose end this person decides: a district's all, a manager's those of her institution and its stations."""
    posts = Post.objects.live().complete().order_by("institution__name", "user__name", "pk")
    if not by.can(Capability.MANAGE_POSTS):
        return posts.none()
    return posts.filter(Q(institution__in=institutions_of(by)))


def institutions_of(by: Acting) -> "QuerySet[Institution]":
    """The institutions whose posts this person manages."""
    if by.can(Capability.GRANT_RIGHTS):
        return Institution.objects.filter(district=by.district_id)
    mine = institutions_where(by.user, MANAGE_INSTITUTION)
    return Institution.objects.filter(Q(pk__in=mine) | Q(parent__in=mine))


def post_of(by: Acting, public_id: UUID) -> Post:
    """One of those posts. Refuses with `not_found` for everything else alike, `stale_state` for one that has ended meanwhile, and
    `not_allowed` as `require_end_of` does."""
    found = posts_of(by).filter(public_id=public_id).first()
    if found is None:
        if by.can(Capability.MANAGE_POSTS) and Post.objects.filter(public_id=public_id, institution__in=institutions_of(by)).exists():
            raise Refusal("stale_state", _("This post has ended already."))
        raise Refusal("not_found", _("There is nothing here that you may see."))
    require_end_of(found, by)
    return found


def of_the_district(by: Acting) -> frozenset[Role]:
    """The kinds of posts whose end is not this person's to decide."""
    return frozenset() if by.can(Capability.GRANT_RIGHTS) else ONLY_BY_THE_DISTRICT


def require_end_of(post: Post, by: Acting) -> None:
    """Refuse with `not_allowed` unless the person decides about this post: managers and coordinators are the district's."""
    require_manager(by, post.institution)
    if post.kind in of_the_district(by):
        raise Refusal("not_allowed", _("The posts of managers and coordinators are ended by the district."))


def posts_named(by: Acting, text: str) -> "QuerySet[Post]":
    """The same posts whose holder's name or last four of the phone match every word."""
    posts = posts_of(by)
    for word in text.split():
        posts = posts.filter(Q(user__name__icontains=word) | Q(user__name_en__icontains=word) | Q(user__phone_tail=word))
    return posts


def destinations_of(by: Acting) -> dict[str, list[tuple[str, Any]]]:
    """Where this person may send somebody: institutions, their departments, kinds of posts and titles, as choices; two queries."""
    institutions = institutions_of(by).order_by("kind", "name")
    departments = Department.objects.filter(institution__in=institutions_of(by)).select_related("institution")
    rooms = departments.order_by("institution__name", "name")
    return {
        "institutions": [(str(one.public_id), one.display_name) for one in institutions],
        "departments": [(str(one.public_id), f"{one.institution.display_short_name}　{one.name}") for one in rooms],
        "kinds": [(role.value, role.label) for role in Role if role in POST_KINDS],
        "titles": [("", "—"), *Title.choices],
    }


def institution_named(by: Acting, public_id: UUID) -> Institution:
    """An institution this person may send somebody to. Refuses with `invalid_input` at `institution`."""
    found = institutions_of(by).select_related("parent").filter(public_id=public_id).first()
    if found is None:
        raise invalid("institution", _("You do not manage the posts of this institution."))
    return found


def department_named(institution: Institution, public_id: UUID) -> Department:
    """A department of that institution. Refuses with `invalid_input` at `department`."""
    found = institution.departments.filter(public_id=public_id).first()
    if found is None:
        raise invalid("department", _("The department belongs to another institution."))
    return found


def colleagues_of(post: Post) -> "QuerySet[Post]":
    """The other live posts of a unit whose doctors can log in and refer now: a centre's stations answer with it (R117)."""
    in_force = ReferralRight.objects.in_force().values("pk")
    posts = Post.objects.live().complete().filter(of_unit(post), kind__in=REFERRING_KINDS, right__in=in_force, user__is_active=True)
    return posts.exclude(pk=post.pk).order_by("user__name", "pk")
