"""The order of the story: referred, booked, seen, sent back, taken over; then a right that is taken away."""

from referral.walkthrough import clinic, district, hospital
from referral.walkthrough.stage import Stage


def tell(stage: Stage) -> None:
    """Promise that every step holds; `Broken` at the first that does not."""
    doctor = stage.enter(stage.cast.doctor)
    referral, booking = clinic.refer_and_book(stage, doctor)
    clinic.paper_and_words(stage, doctor, booking)
    hospital.receive(stage, stage.enter(stage.cast.clerk), booking)
    sent_back = hospital.see_and_send_back(stage, stage.enter(stage.cast.receiving), referral, booking)
    clinic.take_over(stage, doctor, referral, sent_back)
    district.revoke_while_open(stage, stage.enter(stage.cast.colleague), stage.enter(stage.cast.admin))
