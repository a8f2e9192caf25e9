"""Begins and ends posts; what hangs on a post (right, grants, guardian's rows, desks) changes in the same transaction."""

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics.access import MANAGE_INSTITUTION, institutions_where
from clinics.grants import end_grants
from clinics.mirror import mirror
from clinics.models import Department, Institution, Post
from permissions import rights
from permissions.accounts import seat_at
from permissions.acting import Acting
from permissions.models import ReferralRight, User
from permissions.roles import DOCTORS, POST_KINDS, Capability, Role
from permissions.sessions import bump_epoch
from vault import audit
from vault.refusal import Refusal, invalid
from vault.transactions import requires_transaction

DESKS_OF_A_DOCTOR, DESKS = 2, 1


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
    that is no post or a department elsewhere, Refusal("already_exists") when the person holds this post.
    """
    requires_transaction()
    require_manager(by, institution)
    if kind not in POST_KINDS:
        raise invalid("kind", _("This role belongs to a district, not to a post."))
    if department is not None and department.institution_id != institution.pk:
        raise invalid("department", _("The department belongs to another institution."))
    if Post.objects.filter(user=user, institution=institution, kind=kind, valid_to=None).exists():
        raise Refusal("already_exists", _("This person holds this post already."))
    post = Post.objects.create(user=user, institution=institution, kind=kind, department=department, title=title)
    _settle(post, by, "open_post")
    return post


def end_post(post: Post, *, by: Acting, reason: str = "") -> None:
    """Step: a post is over now, and with it its right, its target grants and guardian's rows.

    Post and right are locked, so that no right is given to a post that ends, and no booking made under it commits
    afterwards. Ending twice is once. Refusals are those of open_post.
    """
    requires_transaction()
    require_manager(by, post.institution)
    held = Post.objects.live().locked().filter(pk=post.pk).first()
    if held is None:
        return
    if held.right is not None:
        _end_right(held.right, by, reason)
    Post.objects.filter(pk=held.pk).update(valid_to=Now())
    _settle(post, by, "end_post", reason)


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
