"""What the requests about residents are about, put beside the stage's own people."""

from referral.patients.models import FamilyDoctorContract, Guardian, Patient
from tests.cast_referral import World, resident_number


class Keeping:
    """What they are about: a child with its guardian, an adult without a contract, one with a contract, and one of elsewhere."""

    def __init__(self, world: World) -> None:
        self.child: Patient = world.patient("罗小雨")
        Guardian.objects.create(
            patient=self.child, name="罗玉珍", document_type="resident_id", number=resident_number(872), lookup="-", number_hash="-",
            tail="0000", relation="祖母",
        )  # fmt: skip
        self.unsigned: Patient = world.patient("马玉兰", contract=False)
        self.contract: FamilyDoctorContract = world.patient("高德福").contracts.get()
