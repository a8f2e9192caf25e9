"""What the page of one person says: posts with their rights, roles, duties accepted, and everything that was changed."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.models import Post
from clinics.models.post import Title
from clinics.people_queries import all_posts_of, rights_shown, roles_shown
from clinics.post_kinds import kinds_open_to
from clinics.register.history import Entry, Words, timeline_of
from clinics.register.place_queries import institutions_registered
from clinics.views.right_words import last_day_of, standing_of
from permissions.acting import Acting
from permissions.duties import CURRENT, acceptances_of
from permissions.identity.phones import mask_phone
from permissions.models import User
from permissions.right_states import RightReason
from permissions.roles import REFERRING_KINDS, Capability, Role

FIELDS = {
    "name": gettext_lazy("Name"),
    "name_en": gettext_lazy("English name"),
    "phone": gettext_lazy("Phone"),
    "post_title": gettext_lazy("Title"),
    "post_department": gettext_lazy("Department"),
}


def person_context(acting: Acting, person: User) -> dict[str, Any]:
    """Everything on the page; what belongs to institutions outside the actor's scope is not there."""
    posts = all_posts_of(person, acting)
    return {
        "person": person,
        "phone": mask_phone(person.phone),
        "posts": [post_line(post, acting) for post in posts],
        "rights": [right_line(right) for right in rights_shown(person, acting, posts)],
        "roles": roles_shown(person, acting),
        "duties": [(Role(one.role), one, one.version == CURRENT[Role(one.role)].version) for one in acceptances_of(person)],
        "timeline": timeline_of(person.public_id, words_for(posts), beginning=Entry(person.created_at, _("Account opened"))),
        "may_correct": acting.can(Capability.MANAGE_INSTITUTIONS) or any(post.valid_to is None for post in posts),
        "may_appoint": person.is_active and any(kinds_open_to(acting, one) for one in institutions_registered(acting)[:1]),
        "may_let_in": person.is_active and person != acting.user and acting.can(Capability.MANAGE_ROLES),
        "today": timezone.localdate(),
    }


def post_line(post: Post, acting: Acting) -> dict[str, Any]:
    """One post with the standing of its right, or the way to one."""
    is_live = post.valid_to is None or post.valid_to > timezone.now()
    refers = is_live and post.kind in REFERRING_KINDS
    return {
        "post": post,
        "is_live": is_live,
        "may_nominate": refers and acting.can(Capability.NOMINATE),
        "may_grant": refers and acting.can(Capability.GRANT_RIGHTS),
        "standing": standing_of(post.right) if post.right else None,
    }


def right_line(right: Any) -> dict[str, Any]:
    """One right with its term."""
    return {"right": right, "post": getattr(right, "post", None), "standing": standing_of(right), "last_day": last_day_of(right)}


def words_for(posts: Iterable[Post]) -> Words:
    """How the changes of a person are told; a post outside the reader's scope is not named, nor told of."""
    known = {str(post.public_id): f"{post.institution.display_short_name} {post.get_kind_display()}" for post in posts}
    reasons, titles = dict(RightReason.choices), dict(Title.choices)

    def of_post(old: str, new: str) -> tuple[Any, str] | None:
        name = known.get(new or old)
        if name is None:
            return None
        return (_("Post begun"), name) if new else (_("Post ended"), name)

    def value(field: str, said: str) -> str:
        return str(titles.get(said, said)) if field == "post_title" else said

    return Words(fields=FIELDS, value=value, acts={"post": of_post}, reason=lambda code: str(reasons.get(code, code)))
