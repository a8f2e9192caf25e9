"""Begins and ends posts; what hangs on a post (right, grants, desks, sessions, open work) changes in the same transaction."""

from collections.abc import Callable, Iterable

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics.access import MANAGE_INSTITUTION, institutions_where
from clinics.grants import end_grants
from clinics.mirror import mirror
from clinics.models import Department, Institution, Post
from clinics.post_kinds import require_fitting_kind
from permissions import rights
from permissions.accounts import seat_at
from permissions.acting import Acting
from permissions.models import ReferralRight, Session, User
from permissions.right_states import RightReason
from permissions.roles import DOCTORS, POST_KINDS, Capability, Role
from permissions.sessions import bump_epoch, end_sessions_of
from vault import audit
from vault.changes import note_changes
from vault.refusal import Refusal, invalid
from vault.transactions import requires_transaction

DESKS_OF_A_DOCTOR, DESKS = 2, 1

# What rooms above this one must do when a post ends: steps that run inside end_post, after the right is over. Imports look
# down only, so that a room declares its step here when the apps start, as message texts and parameters are declared.
Ending = Callable[[Post, Acting], None]
_endings: list[Ending] = []


def ends_with_a_post(step: Ending) -> None:
    """Declare a step that every end of a post takes, whoever ends it."""
    if step not in _endings:
        _endings.append(step)


@transaction.atomic(durable=True)
def appoint(user: User, institution: Institution, kind: Role, *, by: Acting, department: Department | None = None, title: str = "") -> Post:
    """Use case: give a person a post from now on, as open_post does."""
    return open_post(user, institution, kind, by=by, department=department, title=title)


@transaction.atomic(durable=True)
def dismiss(post: Post, *, by: Acting, reason: str = "") -> None:
    """Use case: end a post now, as end_post does."""
    end_post(post, by=by, reason=reason)


def open_post(
    user: User, institution: Institution, kind: Role, *, by: Acting, department: Department | None = None, title: str = ""
) -> Post:
    """Step: a post from now on; a referring post has no right until the district grants one.

    Raises Refusal("not_allowed") unless the institution's manager or its district acts, Refusal("invalid_input") for a role
    that is no post (there) or a department elsewhere, Refusal("already_exists") when the person holds this post.
    """
    requires_transaction()
    require_manager(by, institution)
    if kind not in POST_KINDS:
        raise invalid("kind", _("This role belongs to a district, not to a post."))
    require_fitting_kind(kind, institution, by)
    if department is not None and department.institution_id != institution.pk:
        raise invalid("department", _("The department belongs to another institution."))
    if Post.objects.filter(user=user, institution=institution, kind=kind, valid_to=None).exists():
        raise Refusal("already_exists", _("This person holds this post already."))
    post = Post.objects.create(user=user, institution=institution, kind=kind, department=department, title=title)
    _settle(post, by, "open_post")
    return post


def end_post(post: Post, *, by: Acting, reason: str = "") -> None:
    """Step: a post is over now, and with it its right, its target grants, guardian's rows and the person's sessions (R048).

    Post and right are locked, so that no right is given to a post that ends, and no booking made under it commits
    afterwards. Then the declared endings run, so that no open work keeps an owner who is gone. Ending twice is once.
    Refusals are those of open_post.
    """
    requires_transaction()
    require_manager(by, post.institution)
    held = locked_live([post.pk]).get(post.pk)
    if held is None:
        return
    if held.right is not None:
        _end_right(held.right, by, reason)
    Post.objects.filter(pk=held.pk).update(valid_to=Now())
    for ending in _endings:
        ending(held, by)
    _settle(post, by, "end_post", reason)
    end_sessions_of(post.user, Session.Ending.BY_ADMIN, by=by.actor)


def transfer_post(
    post: Post, institution: Institution, kind: Role, *, by: Acting, department: Department | None = None, title: str = ""
) -> Post:
    """Step: the person leaves one post and takes another in the same instant; the new one has no right (R048).

    Raises Refusal("invalid_input") when nothing would change, and the refusals of end_post and open_post.
    """
    same = (post.institution_id, post.kind, post.department_id) == (institution.pk, kind, department.pk if department else None)
    if same:
        raise invalid("institution", _("The person holds exactly this post already. Choose where she goes."))
    end_post(post, by=by, reason=RightReason.MOVED)
    return open_post(post.user, institution, kind, by=by, department=department, title=title)


def locked_live(keys: Iterable[int]) -> dict[int, Post]:
    """Step: those of these posts that have not ended, by key, all of them locked in key order.

    A second statement judges: the clock of the first one stands still while it waits for whoever is ending a post.
    """
    requires_transaction()
    wanted = list(Post.objects.locked().filter(pk__in=keys).values_list("pk", flat=True))
    return {post.pk: post for post in Post.objects.live().filter(pk__in=wanted)}


def hold(post: Post) -> None:
    """Step: a live post, locked, so that it does not end before what is being given to it has committed.

    Locked before the right, referrals and returns. Refuses with `not_allowed` when it has ended.
    """
    if post.pk not in locked_live([post.pk]):
        raise Refusal("not_allowed", _("This post has ended."))


def _end_right(right: ReferralRight, by: Acting, reason: str) -> None:
    right = rights.lock(right)
    if right.status not in right.STATES.final:
        rights.end(right, by=by, reason=reason)
    end_grants(right, by=by, reason=reason)


def require_manager(by: Acting, institution: Institution) -> None:
    """Refuse with `not_allowed` unless the actor manages the institution, its centre, or its district."""
    if by.can(Capability.GRANT_RIGHTS) and by.district_id == institution.district_id:
        return
    mine = institutions_where(by.user, MANAGE_INSTITUTION).filter(pk__in=[institution.pk, institution.root_id])
    if not by.can(Capability.MANAGE_POSTS) or not mine.exists():
        raise Refusal("not_allowed", _("You do not manage the posts of this institution."))


def _settle(post: Post, by: Acting, verb: str, reason: str = "") -> None:
    """What follows every beginning and end of a post."""
    mirror([post.user_id])
    is_doctor = Post.objects.live().filter(user=post.user_id, kind__in=DOCTORS).exists()
    seat_at(post.user, DESKS_OF_A_DOCTOR if is_doctor else DESKS)
    bump_epoch(post.user_id)
    details = {"kind": post.kind, "institution": str(post.institution.public_id), "user": str(post.user.public_id)}
    audit.record(verb, "post", post.public_id, by=by.actor, reason=reason, details=details)
    held = str(post.public_id)  # the person's history names the post by its id
    note_changes("user", post.user.public_id, {"post": ("", held) if verb == "open_post" else (held, "")}, by=by.actor, reason=reason)
