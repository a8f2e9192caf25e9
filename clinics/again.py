"""What a restored older copy may not bring back of places: posts, target grants and suspended institutions, told again."""

from django.db.models import Q
from django.db.models.functions import Now

from clinics.mirror import mirror
from clinics.models import Institution, InstitutionSanction, Post, TargetGrant
from clinics.watch.states import IN_FORCE, REVOKED, SUSPENDED
from permissions.models import User
from permissions.sessions import bump_epoch
from vault import journal
from vault.actor import SYSTEM
from vault.journal.acts import Act
from vault.journal.repeated import record_again
from vault.states import advance, created
from vault.transactions import requires_transaction

IMPOSED = {"suspend_institution": SUSPENDED, "revoke_institution": REVOKED}


def declare() -> None:
    """Called once, when the app is ready."""
    journal.again("end_post", end_post)
    journal.again("end_grants", end_grants)
    journal.again("end_reach", end_grants)
    for verb in IMPOSED:
        journal.again(verb, impose)


def end_post(act: Act) -> bool:
    """Step: the post is over, and guardian's rows with it (R048); its right was ended by an act of its own."""
    requires_transaction()
    post = Post.objects.locked().filter(public_id=act.object_id, valid_to=None).first()
    if post is None:
        return False
    Post.objects.filter(pk=post.pk).update(valid_to=Now())
    mirror([post.user_id])
    bump_epoch(post.user_id)
    record_again(act, {"kind": post.kind})
    return True


def end_grants(act: Act) -> bool:
    """Step: the right may no longer be used at these targets."""
    requires_transaction()
    named = list(act.details.get("targets", []))
    targets = Q(alliance__public_id__in=named) | Q(institution__public_id__in=named) | Q(department__public_id__in=named)
    grants = list(TargetGrant.objects.open().filter(targets, right__public_id=act.object_id).select_related("right"))
    if not grants:
        return False
    TargetGrant.objects.filter(pk__in=[grant.pk for grant in grants]).update(ended_at=Now())
    mirror({grant.right.user_id for grant in grants})
    record_again(act, {"targets": named})
    return True


def impose(act: Act) -> bool:
    """Step: the institution and its stations do not refer, until it is reinstated (R052); their rights fell by acts of their own."""
    requires_transaction()
    target = IMPOSED[act.verb]
    place = Institution.objects.locked().filter(public_id=act.object_id).first()
    person = User.objects.filter(public_id=act.actor_id).first()
    if place is None or person is None:
        return False
    held = InstitutionSanction.objects.in_force().locked().filter(institution=place).first()
    evidence = str(act.details.get("evidence", "")) or act.verb
    if held is None:
        held = InstitutionSanction.objects.create(
            institution=place, status=target, reason_code=act.reason, note=evidence, imposed_by=person
        )  # fmt: skip
        created(held, by=SYSTEM, reason=act.reason)
    elif held.status == SUSPENDED and target == REVOKED:
        advance(held, REVOKED, by=SYSTEM, reason=act.reason, reason_code=act.reason, note=evidence, return_asked_by=None)
    else:
        return False
    assert held.status in IN_FORCE
    Institution.objects.filter(Q(pk=place.pk) | Q(parent=place)).update(is_suspended=True)
    record_again(act, {"evidence": evidence, "status": held.status})
    return True
