"""The cast of leaving: 周晓岚 has open work of every state at 德胜, 沈佳 could take it, 孙经理 and the district decide."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from clinics import mirror
from clinics.models import Post
from permissions.acting import Acting
from permissions.roles import Role
from referral.cases.models import Referral, ReferralStatus
from referral.cases.states import OVER
from referral.returns.models import Return, ReturnStatus
from tests.cast_loop import working
from tests.cast_referral import World, today, world

OPEN_REFERRALS = sorted(set(ReferralStatus.values) - OVER)
OPEN_RETURNS = sorted(set(ReturnStatus.values) - set(Return.STATES.final))


@dataclass
class Leaving:
    """The referral world with the manager of its centre and a doctor of the hospital."""

    world: World
    manager: Acting
    cardiologist: Acting

    @property
    def zhou(self) -> Post:
        return self.world.zhou

    @property
    def shen(self) -> Post:
        return self.world.shen

    def work(self, owner: Post | None = None) -> dict[str, Any]:
        """One referral and one return in every state, all in the hands of 周晓岚 (or another)."""
        held = owner or self.zhou
        referrals = {f"referral.{status}": self.world.referral(status=status, post=held) for status in ReferralStatus.values}
        return referrals | {f"return.{status}": self.sent_back(status, held) for status in ReturnStatus.values}

    def sent_back(self, status: str = "accepted", owner: Post | None = None) -> Return:
        """A return put into a state, owned where its life knows an owner."""
        referral = self.world.referral(status="closed" if status == "closed" else "returned")
        Referral.objects.filter(pk=referral.pk).update(owner=self.shen)
        taken = status in ("accepted", "followed_up", "closed")
        return Return.objects.create(
            referral=referral, patient=referral.patient, post=self.cardiologist.post, from_institution=self.world.hospital,
            to_institution=self.world.centre, status=status, diagnosis="高血压病3级", treatment_summary="联合四药",
            follow_up_plan="两周一测", rehabilitation_plan="步行", due_at=timezone.now() + timedelta(days=3),
            owner=None if status == "declined" else owner or self.zhou, first_follow_up_on=today() if taken else None,
            decline_reason="外出" if status == "declined" else "", followed_up_on=today() if taken and status != "accepted" else None,
            outcome="stable" if status == "closed" else "",
        )  # fmt: skip


def leaving() -> Leaving:
    """德胜 with 周晓岚, 沈佳 and their manager, whose desks guardian knows."""
    held = world()
    cast = Leaving(
        held, working("孙经理", held.centre, Role.MANAGER), working("何主任", held.hospital, Role.RECEIVING_DOCTOR, held.department())
    )
    with transaction.atomic():
        mirror.mirror(list(Post.objects.values_list("user_id", flat=True)))
    return cast


def owners() -> dict[str, int | None]:
    """Who holds what now: public id → the key of the owning post."""
    rows = [*Referral.objects.values_list("public_id", "owner"), *Return.objects.values_list("public_id", "owner")]
    return {str(public_id): owner for public_id, owner in rows}


def held_by_nobody_living() -> list[str]:
    """Open referrals and returns whose owner's post has ended; there must never be one."""
    now = timezone.now()
    referrals = Referral.objects.exclude(status__in=OVER).filter(owner__valid_to__lte=now)
    returns = Return.objects.exclude(status__in=Return.STATES.final).filter(owner__valid_to__lte=now)
    return [f"{one.status} {one.pk}" for one in (*referrals, *returns)]
