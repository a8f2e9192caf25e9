"""What the requests about controlled documents, exceptions, guardians and priorities are about."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from referral.booking import overrides
from referral.booking.book import book
from referral.booking.overrides import Request
from referral.cases.models import Referral
from referral.patients import control
from referral.patients.control import Proposal
from referral.patients.control_models import ControlledIdentity
from referral.patients.models import Guardian, Patient
from referral.patients.priority import Shown, set_priority
from reserved_pools.models import PoolSlot
from tests.cast import acting_as, an_admin
from tests.cast_referral import World, resident_number, today
from vault.crypto import keyed_hash

LIMIT = Request(frozenset({"R108"}), "同日会诊", "联合门诊通知 2026-11-20")


class Personed:
    """Documents waiting for one administrator or the other, an exception that waits, a draft with a limit against it, a child."""

    def __init__(self, world: World, manager: Any) -> None:
        self.admin, self.second, self.manager, self.world = world.district_admin, acting_as(an_admin("赵建国")), manager, world
        self.waiting = self.proposed(650, self.second)
        self.own = self.proposed(652, self.admin)
        self.standing = self.approved(654)
        asked = self.approved(656)
        self.asked = control.ask_to_lift(asked.public_id, "误报", expected_version=asked.version, by=self.second)
        self.draft, self.place = self.crowded()
        referral, place = self.crowded()
        (self.exception,) = overrides.ask(referral.public_id, place.public_id, LIMIT, by=world.doctor)
        self.proved = world.patient("方优先")
        set_priority(self.proved.public_id, Shown("disabled", "残疾人证", today() + timedelta(days=90)), by=manager, today=today())
        self.child = self.young()

    def proposed(self, serial: int, by: Any) -> ControlledIdentity:
        wanted = Proposal("resident_id", resident_number(serial), "leaked", "区网信办通报")
        return control.propose(wanted, by=by, today=today())

    def approved(self, serial: int) -> ControlledIdentity:
        """In force: proposed by the one, approved by the other."""
        return control.approve(self.proposed(serial, self.second).public_id, expected_version=1, by=self.admin)

    def crowded(self) -> tuple[Referral, PoolSlot]:
        """A draft, and a place on a day on which the patient has her two visits already."""
        world, patient = self.world, self.world.patient("邓两诊")
        for code, hour in (("03.04", 8), ("03.07", 10)):
            referral, place = world.referral(patient), world.place(code=code, hour=hour)
            book(referral=referral.public_id, pool_slot=place.public_id, version=referral.version, key=str(uuid4()), by=world.doctor)
        return world.referral(patient), world.place(code="04.03", hour=14)

    def young(self) -> Patient:
        """A child without a document of its own."""
        world = self.world
        child = Patient.objects.create(
            district=world.district, name="罗小云", sex="2", birth_date=date(2020, 5, 4), phone="", landline="010-82008870",
            landline_tail="8870", registered_at=world.centre,
        )  # fmt: skip
        world.contract(child)
        number = resident_number(660)
        Guardian.objects.create(
            patient=child, name="罗玉兰", document_type="resident_id", number=number, lookup=f"number:{number}",
            number_hash=keyed_hash(f"number:{number}", "identity"), tail=number[-4:], relation="祖母",
        )  # fmt: skip
        return child
