"""What residents and the platform do is read in the trail of the district it belongs to, and in no other."""

import pytest
from django.db import transaction
from django.test import Client

from permissions.roles import Role
from referral.booking.book import book
from referral.booking.cancel import cancel_by_resident
from referral.models import Booking
from tests import cast
from tests import cast_referral as people
from vault import audit
from vault.actor import SYSTEM
from vault.ids import uuid7

pytestmark = pytest.mark.django_db(transaction=True)


def trail_read_in(code: str, name: str) -> str:
    district = cast.a_district(code, name)
    reader = cast.a_user("邱志文", district=district)
    cast.a_role(reader, Role.AUDIT_ADMIN, district=district)
    client = Client()
    cast.sign_in(client, reader)
    return client.get("/trail/").content.decode() + str(Client().get("/api/v1/trail", headers=cast.bearer(reader)).json())


def test_the_acts_of_residents_and_of_the_platform_are_read_where_they_belong() -> None:
    world = people.world()
    referral, place = world.referral(world.patient("陈秀兰")), world.place()
    booking = Booking.objects.get(
        public_id=book(referral=referral.public_id, pool_slot=place.public_id, version=1, key="key-of-resident", by=world.doctor)
    )
    cancel_by_resident(booking)
    of_nobody = uuid7()
    with transaction.atomic():
        audit.record("expire", "right", world.doctor.user.rights.get().public_id, by=SYSTEM)
        audit.record("expire", "booking", of_nobody, by=SYSTEM)
    ours, others = trail_read_in("110102", "西城区"), trail_read_in("110105", "朝阳区")

    told = (booking.public_id, world.doctor.user.rights.get().public_id)
    assert [(str(one) in ours, str(one) in others) for one in told] == [(True, False)] * 2
    assert [str(of_nobody) in page for page in (ours, others)] == [False, False]
    assert str(booking.patient.public_id) not in others
