"""What an institution does about the rights of its people: nominates, puts right what was sent back, lays papers beside it."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinics.access import MANAGE_INSTITUTION, institutions_where
from clinics.models import Institution, Post
from clinics.rights import locked_to_give
from clinics.watch.fitness import lock_working
from permissions import nominations
from permissions import rights as steps
from permissions.acting import Acting
from permissions.attachments import Paper
from permissions.models import Attachment, ReferralRight
from permissions.nominations import Evidence
from permissions.right_states import RightReason, RightStatus
from permissions.roles import Capability
from vault.refusal import Refusal, invalid


@transaction.atomic(durable=True)
def nominate(post: Post, evidence: Evidence, *, by: Acting, papers: Sequence[Paper] = ()) -> ReferralRight:
    """Use case: an institution names a doctor of its own for the right, with her certificate and papers (R045, R049).

    The post is locked, so that it never waits twice. Raises Refusal("not_allowed") unless its institution's manager acts,
    `institution_suspended`, `already_exists` while its right is not final, `invalid_input` for a post that may not refer.
    """
    require_nominator(by, post.institution)
    post = locked_to_give(post)
    if not post.user.is_active:
        raise invalid("post", _("The account of this doctor is closed."))
    right = steps.nominate(post.user, post.institution.district, by=by, evidence=nominations.sealed_words(evidence))
    Post.objects.filter(pk=post.pk).update(right=right)
    nominations.hand_in(right, evidence, by=by)
    nominations.keep(right, papers, by=by)
    return right


@transaction.atomic(durable=True)
def nominate_again(
    right: ReferralRight, evidence: Evidence, *, by: Acting, papers: Sequence[Paper] = (), expected_version: int | None = None
) -> ReferralRight:
    """Use case: what was sent back is handed in once more, put right; the former number and note stay in the history."""
    place = _own(right, by)
    lock_working(place)
    held = steps.lock(right)
    nominations.keep(held, papers, by=by)
    held = steps.nominate_again(held, by=by, expected_version=expected_version, evidence=nominations.sealed_words(evidence))
    nominations.hand_in(held, evidence, by=by)
    return held


@transaction.atomic(durable=True)
def withdraw(right: ReferralRight, *, by: Acting, expected_version: int | None = None) -> ReferralRight:
    """Use case: an institution takes a nomination back before it is granted; the post may be nominated anew."""
    _own(right, by)
    held = steps.lock(right)
    if held.status not in (RightStatus.NOMINATED, RightStatus.SENT_BACK, RightStatus.VERIFIED):
        raise Refusal("stale_state", _("This nomination is decided already."), current={"status": held.status, "version": held.version})
    return steps.end(held, by=by, reason=RightReason.IN_ERROR, expected_version=expected_version)


@transaction.atomic(durable=True)
def attach(right: ReferralRight, paper: Paper, *, by: Acting) -> Attachment:
    """Use case: lay one paper beside a nomination that waits or was sent back; refusals are those of nominations.keep."""
    _own(right, by)
    return nominations.keep(steps.lock(right), [paper], by=by)[0]


@transaction.atomic(durable=True)
def detach(attachment: Attachment, *, by: Acting) -> None:
    """Use case: a paper is no longer part of a nomination that the district has not decided."""
    _own(attachment.right, by)
    nominations.take_away(attachment, steps.lock(attachment.right), by=by)


def require_nominator(by: Acting, institution: Institution) -> None:
    """Refuse with `not_allowed` unless the actor manages this institution or its centre (R049)."""
    mine = institutions_where(by.user, MANAGE_INSTITUTION).filter(pk__in=[institution.pk, institution.root_id])
    if not by.can(Capability.NOMINATE) or not mine.exists():
        raise Refusal("not_allowed", _("You do not nominate for this institution."))


def _own(right: ReferralRight, by: Acting) -> Institution:
    """The institution of a right's post, when the actor nominates for it."""
    post = Post.objects.select_related("institution").filter(right=right).first()
    if post is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    require_nominator(by, post.institution)
    return post.institution
