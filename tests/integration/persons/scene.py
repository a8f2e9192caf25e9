"""The district's two administrators, the centre's manager, a child with its guardian, and a place that a limit stands against."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from permissions.acting import Acting
from permissions.identity.documents import Document, parse_document
from permissions.roles import Role
from referral.booking.book import book
from referral.booking.models import Booking
from referral.booking.overrides import Request
from referral.cases.models import Referral
from referral.patients.control import Proposal
from referral.patients.models import Guardian, Patient
from reserved_pools.models import PoolSlot
from tests.cast import a_district, a_user, acting_as, an_admin
from tests.cast_clinics import a_post
from tests.cast_referral import World, resident_number, today, world
from vault.crypto import keyed_hash

MOTHER, FATHER = resident_number(640), resident_number(641)
ASKED = Request(frozenset({"R108"}), "同日需两科会诊", "心内科与内分泌科联合门诊通知 2026-11-20")


@dataclass
class Persons:
    """德胜 with its manager 孙经理; 李敏 and 赵建国 decide for the district, 钱局外 for another one."""

    world: World
    first: Acting
    second: Acting
    stranger: Acting
    manager: Acting

    def child(self, name: str = "陈小满", born: date = date(2018, 5, 21), **fields: str) -> Patient:
        """A contracted child without a document of its own, in the care of its mother."""
        child = Patient.objects.create(
            district=self.world.district, name=name, sex="2", birth_date=born, phone=fields.get("phone", ""),
            phone_hash=keyed_hash(fields.get("phone", ""), "phone"), phone_tail=fields.get("phone", "")[-4:],
            landline="010-62010007", landline_tail="0007", registered_at=self.world.centre,
        )  # fmt: skip
        self.world.contract(child)
        mother = parse_document("resident_id", MOTHER)
        Guardian.objects.create(
            patient=child, name="陈母", document_type="resident_id", number=mother.number, lookup=mother.key,
            number_hash=keyed_hash(mother.key, "identity"), tail=mother.tail, phone="13900064000", relation="母亲",
        )  # fmt: skip
        return child

    def booked(self, referral: Referral, place: PoolSlot) -> Booking:
        """The place booked by 周晓岚."""
        made = book(
            referral=referral.public_id, pool_slot=place.public_id, version=referral.version, key=str(uuid4()), by=self.world.doctor
        )  # fmt: skip
        return Booking.objects.get(public_id=made)

    def crowded(self) -> tuple[Referral, PoolSlot]:
        """A draft, and a place on a day on which the patient has her two visits already (R108)."""
        patient = self.world.patient()
        for code, hour in (("03.04", 8), ("03.07", 10)):
            self.booked(self.world.referral(patient), self.world.place(code=code, hour=hour))
        return self.world.referral(patient), self.world.place(code="04.03", hour=14)


def persons() -> Persons:
    held = world()
    elsewhere = a_district("110105", "朝阳区")
    post = a_post(a_user("孙经理"), held.centre, Role.MANAGER)
    return Persons(
        held, held.district_admin, acting_as(an_admin("赵建国")), acting_as(an_admin("钱局外", district=elsewhere)),
        acting_as(post.user, post),
    )  # fmt: skip


def document_of(patient: Patient) -> Document:
    """The document a patient of the cast was registered with."""
    held = patient.identifiers.get()
    return parse_document(held.type, held.number)


def a_proposal(number: str = MOTHER, **changes: str) -> Proposal:
    plain = {"document_type": "resident_id", "document_number": number, "reason": "leaked", "evidence": "区网信办通报 2026-11-20"}
    return Proposal(**(plain | changes))


__all__ = ["ASKED", "FATHER", "MOTHER", "Persons", "a_proposal", "document_of", "persons", "today"]
