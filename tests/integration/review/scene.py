"""The scene of the review: a booked referral, the hospital's cardiologist, an endocrinologist beside her, and its coordinator."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from clinics.models import PolicyRow
from permissions.acting import Acting
from permissions.models import Session
from permissions.roles import Role
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.cases.write import Record
from referral.patients.models import Patient
from tests.cast import a_session, acting_as
from tests.cast_loop import Loop, fresh, loop, working
from tests.cast_referral import SUGAR, today
from vault.outbox.models import Message

WRITTEN = Record("血压控制不佳", "高血压病3级", "三药联合四周未达标", past_history="糖尿病十年", treatment="四药联合", priority="urgent")


@dataclass
class Scene:
    """Everybody of the review; doctors of the hospital have a session whose proof is fresh."""

    loop: Loop
    cardiologist: Acting
    endocrinologist: Acting
    coordinator: Acting

    @property
    def doctor(self) -> Acting:
        return self.loop.doctor

    def booked(self, patient: Patient | None = None, *, days: int = 3) -> Booking:
        return self.loop.booked(patient, days=days)

    def referral(self, booking: Booking) -> Referral:
        return Referral.objects.get(pk=booking.referral_id)


def scene() -> Scene:
    """北大医院 with two departments that receive, and a coordinator."""
    held = loop()
    sugar = held.world.department(code=SUGAR)
    return Scene(
        held,
        cardiologist=with_session(held.cardiologist),
        endocrinologist=with_session(working("程主任", held.world.hospital, Role.RECEIVING_DOCTOR, sugar)),
        coordinator=with_session(working("高协调", held.world.hospital, Role.COORDINATOR)),
    )


def with_session(who: Acting) -> Acting:
    """The same person, just logged in."""
    return acting_as(who.user, who.post, session=a_session(who.user)[0])


def long_proved(who: Acting) -> Acting:
    """The same person, whose last proof is half an hour old."""
    session = who.session
    assert session is not None
    Session.objects.filter(pk=session.pk).update(proved_at=timezone.now() - timedelta(minutes=30))
    session.refresh_from_db()
    return who


def sent(booking: Booking, template: str) -> list[Message]:
    """The messages of one kind about a booking."""
    return list(Message.objects.filter(about=booking.public_id, template=template))


def value_of(scene: "Scene", parameter: str, value: str) -> None:
    """A value of the district in force since yesterday."""
    PolicyRow.objects.create(
        parameter=parameter, district=scene.loop.world.district, value=value, valid_from=today() - timedelta(days=1), source="测试",
        status="in_force", entered_by=scene.loop.world.admin,
    )  # fmt: skip


__all__ = ["SUGAR", "WRITTEN", "Scene", "fresh", "long_proved", "scene", "sent", "value_of", "with_session"]
