"""What the requests about doctors and services are about: one doctor who works and one who left, services of three kinds."""

from datetime import timedelta
from decimal import Decimal

from clinics.models import Practitioner
from clinics.offers.offers import offer_service
from clinics.offers.practitioner_reading import Doctor
from clinics.offers.practitioners import enter_practitioner
from clinics.offers.reading import Item, Offer
from tests.cast_clinics import a_department
from tests.cast_referral import World, today


class Offered:
    """The pathology of the stage's hospital, kept by its district."""

    def __init__(self, world: World) -> None:
        self.by, self.hospital = world.district_admin, world.hospital
        self.department = a_department(self.hospital, "19", "疼痛科")
        room = self.department.public_id
        self.practitioner = self._doctor("D100", "司马静")
        self.gone = enter_practitioner(
            self.hospital, Doctor("贺兰英", "D101", department=room, title="chief", left_on=today() - timedelta(days=3)), by=self.by
        )
        items = (Item("血常规", "XCG", Decimal("20.00")),)
        self.service = offer_service(
            self.hospital, Offer("check_up", room, name="体检甲", code="TJ100", fee=Decimal(300), items=items), by=self.by
        )
        self.clinic = offer_service(self.hospital, Offer("clinic", room, "disease", "chief", "三叉神经痛", name="疼痛专病门诊"), by=self.by)
        surgery = Offer("day_surgery", room, name="日间神经阻滞", fee=Decimal(2000), eligibility="无凝血障碍")
        self.surgery = offer_service(self.hospital, surgery, by=self.by)
        ended = Offer("bed", room, name="疼痛床位", code="B100", places_per_day=2, active_to=today() + timedelta(days=9))
        self.ended = offer_service(self.hospital, ended, by=self.by)

    def _doctor(self, number: str, name: str) -> Practitioner:
        given = Doctor(name, number, department=self.department.public_id, title="attending", phone="13900006666")
        return enter_practitioner(self.hospital, given, by=self.by)
