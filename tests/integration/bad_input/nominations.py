"""What the requests about nominations are about: one that waits, one that was sent back, both with a paper."""

from django.db import transaction

from clinics import mirror, rights
from permissions.acting import Acting
from permissions.models import ReferralRight
from tests.cast import a_user
from tests.cast_clinics import a_post
from tests.cast_nominations import a_nomination
from tests.cast_referral import World


class Nominations:
    """Two nominations of the centre's manager."""

    def __init__(self, world: World, manager: Acting) -> None:
        with transaction.atomic():
            mirror.mirror([manager.user.pk])
        self.waiting, self.sent_back = (a_nomination(a_post(a_user(name), world.centre), by=manager) for name in ("袁提名", "叶退回"))
        rights.send_back(self.sent_back, by=world.district_admin, reason="licence", note="编号不符")
        self.sent_back = ReferralRight.objects.get(pk=self.sent_back.pk)
        self.paper = self.sent_back.attachments.get()
