"""Whether a post may get a right, or get one back: its institution takes part, and has attested what it failed to attest."""

from django.utils.translation import gettext_lazy as _

from clinics.models import Institution, Post
from clinics.watch.due import attested_again
from permissions.models import ReferralRight
from permissions.right_states import RightReason, RightStatus
from vault.refusal import Refusal, Violation
from vault.transactions import requires_transaction


def lock_working(institution: Institution) -> None:
    """Step: institution and centre are locked and work, so that giving a right and suspending its place exclude each other.

    Locked before posts and rights, as a suspension does. Refuses with `institution_suspended` (R052).
    """
    requires_transaction()
    places = Institution.objects.locked().filter(pk__in=[institution.pk, institution.root_id])
    if any(place.is_suspended for place in places):
        sentence = _("This institution is suspended; no right is given to its people.")
        remedy = _("Reinstate the institution first.")
        raise Refusal("institution_suspended", sentence, (Violation("institution_suspended", sentence, remedy=remedy, rule="R052"),))


def require_fit_to_return(right: ReferralRight) -> None:
    """Step: a suspended right may count again, as far as its institution is concerned.

    Refuses with `institution_suspended`, and with `not_attested` when the right was suspended for want of attestation and the
    institution has not attested it since. Called before the right is locked.
    """
    post = Post.objects.select_related("institution").filter(right=right).first()
    if post is None:
        return
    lock_working(post.institution)
    unattested = right.status == RightStatus.SUSPENDED and right.reason_code == RightReason.UNATTESTED
    if unattested and not attested_again(Post.objects.filter(pk=post.pk)).exists():
        sentence = _("The institution has not attested this doctor since.")
        remedy = _("Its manager attests on the page of quarterly attestation.")
        raise Refusal("not_attested", sentence, (Violation("not_attested", sentence, remedy=remedy, rule="R049"),))
