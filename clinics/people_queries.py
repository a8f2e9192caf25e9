"""Which people a person may look at: a district's all, a manager's those with a post at her institution or its stations."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.access import MANAGE_INSTITUTION, institutions_where
from clinics.models import Post
from clinics.models.post import PostQuerySet
from permissions.acting import Acting
from permissions.identity.folding import fold
from permissions.identity.phones import is_mobile
from permissions.models import DutiesAcceptance, ReferralRight, RoleAssignment, User
from permissions.roles import Capability
from vault.crypto import keyed_hashes
from vault.refusal import Refusal

STATES = {"": _("with a post"), "left": _("without a post any more"), "all": _("everybody")}


def people_seen_by(acting: Acting) -> QuerySet[User]:
    """Everybody with a post, now or earlier, in the actor's scope; a district sees its own accounts without any post too."""
    posts = posts_in_scope(acting).filter(user=OuterRef("pk"))
    people = User.objects.order_by("name", "pk")
    if acting.can(Capability.MANAGE_INSTITUTIONS):
        return people.filter(Q(district=acting.district_id) | Exists(posts))
    return people.filter(Exists(posts))


def person_seen_by(acting: Acting, public_id: UUID) -> User:
    """One of them. Refuses with `not_found` what this person may not see."""
    user = people_seen_by(acting).filter(public_id=public_id).select_related("district").first()
    if user is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return user


def posts_in_scope(acting: Acting) -> PostQuerySet:
    """The posts the actor answers for, ended ones too."""
    if acting.can(Capability.MANAGE_INSTITUTIONS):
        return Post.objects.filter(institution__district=acting.district_id)
    mine = institutions_where(acting.user, MANAGE_INSTITUTION)
    return Post.objects.filter(Q(institution__in=mine) | Q(institution__parent__in=mine))


def post_in_scope(acting: Acting, public_id: UUID) -> Post:
    """One live post in scope. Refuses with `not_found`."""
    post = posts_in_scope(acting).live().complete().filter(public_id=public_id).first()
    if post is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return post


def chosen(
    people: QuerySet[User], acting: Acting, *, text: str = "", kind: str = "", institution: UUID | None = None, state: str = ""
) -> QuerySet[User]:
    """The people with a matching post (a live one, unless `state` says otherwise), found by name, phone or its last four."""
    posts = posts_in_scope(acting).filter(user=OuterRef("pk"))
    live = posts.live()
    if kind:
        posts, live = posts.filter(kind=kind), live.filter(kind=kind)
    if institution:
        posts, live = (found.filter(Q(institution__public_id=institution)) for found in (posts, live))
    if state == "left":
        people = people.filter(~Exists(posts_in_scope(acting).live().filter(user=OuterRef("pk"))))
        people = people.filter(Exists(posts)) if kind or institution else people
    elif state != "all":
        people = people.filter(Exists(live))
    elif kind or institution:
        people = people.filter(Exists(posts))
    return named(people, text)


def named(people: QuerySet[User], text: str) -> QuerySet[User]:
    """The people whose name, whole phone or its last four match every word."""
    for word in text.split():
        number = fold(word)
        matches = Q(name__icontains=word) | Q(name_en__icontains=word) | Q(phone_tail=number)
        people = people.filter(Q(phone_hash__in=keyed_hashes(number, "phone")) if is_mobile(number) else matches)
    return people


def with_posts(people: QuerySet[User], acting: Acting) -> QuerySet[User]:
    """The same people with their live posts in scope in `shown_posts` and their district-wide roles in `shown_roles`."""
    posts = posts_in_scope(acting).live().complete().order_by("institution__name", "pk")
    roles = RoleAssignment.objects.live().order_by("pk")
    shown = Prefetch("roles", queryset=roles if acting.can(Capability.MANAGE_INSTITUTIONS) else roles.none(), to_attr="shown_roles")
    return people.prefetch_related(Prefetch("posts", queryset=posts, to_attr="shown_posts"), shown)


def all_posts_of(user: User, acting: Acting) -> list[Post]:
    """Her posts in scope: the live ones first, then the ended ones, the latest first."""
    posts = list(posts_in_scope(acting).filter(user=user).complete().order_by("-valid_from", "-pk"))
    return sorted(posts, key=lambda post: post.valid_to is not None)


def rights_shown(user: User, acting: Acting, posts: list[Post]) -> QuerySet[ReferralRight]:
    """Her referral rights as far as the actor may see them, the latest first."""
    rights = ReferralRight.objects.filter(user=user).select_related("post__institution").order_by("-created_at")
    if acting.can(Capability.GRANT_RIGHTS):
        return rights.filter(district=acting.district_id)
    return rights.filter(pk__in=[post.right_id for post in posts if post.right_id])


def roles_shown(user: User, acting: Acting) -> list[RoleAssignment]:
    """Her district-wide roles, for the district."""
    if not acting.can(Capability.MANAGE_INSTITUTIONS):
        return []
    return list(RoleAssignment.objects.filter(user=user, district=acting.district_id).order_by("-valid_from"))


def accepted_by(user: User) -> list[DutiesAcceptance]:
    """The duties she gave her word for, the latest first."""
    return list(DutiesAcceptance.objects.filter(user=user).order_by("-pk"))
