"""What the requests about balancing are about: two clinics of one week, a move made, and a day for which places came back."""

from datetime import timedelta

from django.db import connection, transaction

from clinics.models import ClinicSession
from permissions.acting import Acting
from reserved_pools.balance import rebalancing
from reserved_pools.balance.rebalancing import Move
from reserved_pools.models import PlaceEvent, PoolKind
from tests.cast_balance import a_clinic, a_session, closing, left_in, next_monday, parts, places_in
from tests.cast_clinics import a_department
from tests.cast_referral import World


class Balanced:
    """The sleep clinic of the stage's hospital, balanced by its coordinator."""

    def __init__(self, world: World, coordinator: Acting) -> None:
        self.by, self.hospital = coordinator, world.hospital
        service = a_clinic(a_department(self.hospital, "03.12", "睡眠科"), share="0.500")
        self.pool = service.pools.get()
        self.monday, self.wednesday = (a_session(service, next_monday() + timedelta(days=number)) for number in (0, 2))
        self.moved = rebalancing.accept(self.move(self.monday, self.wednesday), by=coordinator)
        self.closed = a_session(service, next_monday() + timedelta(days=4))
        closing(self.closed)
        with transaction.atomic(), connection.cursor() as cursor:
            for kind in PoolKind.values:
                for one in parts(self.closed, kind):
                    cursor.execute("SELECT pool_close(%s)", [one.pk])
        back = PlaceEvent.objects.filter(move="returned", pool_slot__slot__session=self.closed)
        self.last, self.back = back.latest("pk").pk, sum(one.places for one in back)

    def move(self, source: ClinicSession, target: ClinicSession) -> Move:
        """One place from one to the other, with the numbers of this moment."""
        return Move(source.public_id, target.public_id, 1, places_in(source), left_in(source))
