"""What the requests of the review are about: a booked referral for each step, in the state in which the step is lawful."""

from uuid import uuid4

from permissions.acting import Acting
from referral.booking.book import book
from referral.cases.amend import amend
from referral.cases.models import Referral
from referral.cases.write import Record
from referral.review import decide, questions
from referral.review.advice import Written, return_with_advice
from tests.cast import a_session
from tests.cast_loop import Loop
from tests.cast_referral import SUGAR, acting_as

RECORD = {
    "reason": "血压控制不佳", "impression": "高血压病3级", "present_history": "三药联合四周未达标", "past_history": "糖尿病十年",
    "treatment": "四药联合", "priority": "urgent",
}  # fmt: skip


class Reviewed:
    """One referral for each step of the review, all booked at the cardiologist's department."""

    def __init__(self, held: Loop) -> None:
        self.loop, self.by = held, held.cardiologist
        self.waiting, self.amending, self.asked, self.returned = (self.booked(days) for days in (6, 7, 8, 9))
        self.accepted, self.amended = self.booked(10), self.booked(11)
        self.place = held.world.place(12, code=SUGAR)
        self.advise(self.returned)
        questions.ask(self.asked.public_id, "肌酐多少？", expected_version=2, by=self.by)
        for one in (self.accepted, self.amended):
            decide.accept(one.public_id, expected_version=2, by=self.by)
        amend(self.amended.public_id, Record(**RECORD), why="补充用药", expected_version=3, truth_accepted=True, by=held.doctor)

    def booked(self, days: int) -> Referral:
        referral, place = self.loop.world.referral(), self.loop.world.place(days)
        book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=self.loop.doctor)
        return Referral.objects.get(pk=referral.pk)

    def advise(self, referral: Referral) -> None:
        user = self.by.user
        signer: Acting = acting_as(user, self.by.post, session=a_session(user, kind="token")[0])
        return_with_advice(referral.public_id, Written("community", "社区调药即可"), expected_version=2, by=signer)

    def version(self, one: Referral) -> int:
        """The version of a referral as it is now."""
        return Referral.objects.get(pk=one.pk).version
