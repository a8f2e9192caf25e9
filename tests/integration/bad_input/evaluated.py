"""What the requests about a month's evaluation are about: a signed finding, one that waits for the administrator, and her own."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from clinics.models import Institution
from referral.evaluation import findings
from referral.evaluation.findings import Draft, Point
from referral.evaluation.models import Finding, FindingMeasure
from referral.evaluation.scope import Month, last_whole_month
from referral.supervision.month import before
from tests.cast_referral import World, today


class Evaluated:
    """Last month's finding is signed and concerns hospital and centre; the one before waits, the one before that is her own."""

    def __init__(self, world: World, second: Any) -> None:
        self.admin, self.second = world.district_admin, second
        old = timezone.now() - timedelta(days=400)
        Institution.objects.filter(pk__in=(world.centre.pk, world.hospital.pk)).update(created_at=old)
        self.month = Month(last_whole_month())
        earlier = Month(before(self.month.first))
        self.points = tuple(
            Point(one.public_id, f"未报告的就诊过多{number}", "逐例补报", "门诊部刘主任", today())
            for number, one in enumerate((world.hospital, world.centre, world.hospital))
        )
        signed = findings.write(Draft(self.month, "当月总体平稳。", self.points), by=second)
        self.signed: Finding = findings.sign(signed.public_id, expected_version=1, by=self.admin)
        self.open, _centres, done = signed.measures.order_by("pk")
        self.done: FindingMeasure = findings.settle(done.public_id, "已补报", expected_version=1, by=second)
        self.waiting = findings.write(Draft(earlier, "等待签署。", self.points), by=second)
        self.own = findings.write(Draft(Month(before(earlier.first)), "待撤回。", self.points), by=self.admin)
