"""Whom the requests of handing over are about: a doctor with open work who is about to leave, and work that waits for an owner."""

from datetime import timedelta

from clinics.models import Institution
from referral.handover.items import work_of
from referral.returns.models import Return
from tests.cast import a_user
from tests.cast_clinics import a_station
from tests.cast_referral import World, referring_post, today


class Leaver:
    """林静 with a referral and a contract of her own; a referral and a return without an owner; residents of a doctor who is gone."""

    def __init__(self, world: World, orphan: Return) -> None:
        alliance = world.zhou.right.target_grants.get().alliance
        self.post = referring_post("林静", world.centre, world.admin, alliance)
        self.draft = world.referral(post=self.post)
        self.waiting = world.referral(owner=None)
        Return.objects.filter(pk=orphan.pk).update(owner=None)
        self.orphan = orphan
        self.gone = a_user("罗已离岗")
        for doctor in (self.post.user, self.gone):
            world.contract(world.patient("赵桂英", contract=False), doctor=doctor)
        self.station = a_station(world.centre)
        Institution.objects.filter(pk=world.centre.pk).update(created_at=world.centre.created_at - timedelta(days=400))

    @property
    def mark(self) -> int:
        return work_of(self.post, today()).mark
