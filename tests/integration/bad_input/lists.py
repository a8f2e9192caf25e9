"""What the requests about lists are about: one that was checked, with rows to import and a row with a fault."""

from permissions.acting import Acting
from tests.cast_imports import STAFF, a_text, checked
from tests.cast_referral import World

FAULTY = ("王三", "1", "", "", "", "", "")


class Lists:
    """A staff list of the district, waiting for a decision."""

    def __init__(self, world: World, by: Acting) -> None:
        self.by = by
        self.checked = checked(a_text([STAFF, ("乔新人", "13755500001", world.centre.name, "家庭医生", "", "", ""), FAULTY]), by)
