"""What the requests of watching over rights are about: a coordinator, a dispute, a suspended centre."""

from typing import Any

from django.db import transaction

from clinics import mirror
from clinics.watch import disputes, suspension
from permissions.roles import Role
from tests.cast_clinics import a_centre
from tests.cast_loop import working
from tests.cast_referral import World

EVIDENCE = "区卫生健康委通报 2026-11-20"


class Watched:
    """The hospital's coordinator with her dispute about one doctor, a suspended centre, and a manager's doctors."""

    def __init__(self, world: World, manager: Any) -> None:
        self.admin, self.manager, self.hospital = world.district_admin, manager, world.hospital
        self.coordinator = working("韩异议", world.hospital, Role.COORDINATOR)
        with transaction.atomic():
            mirror.mirror([self.coordinator.user.pk])
        self.right, self.disputed = world.zhou.right, world.shen.right
        self.dispute = disputes.dispute(self.disputed, world.hospital, reason="unknown", by=self.coordinator)
        self.working = world.centre
        self.suspended = a_centre("停业")
        self.sanction = suspension.suspend(self.suspended, by=self.admin, reason="closed", note=EVIDENCE)
