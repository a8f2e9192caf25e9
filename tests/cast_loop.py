"""The cast of the way to the hospital and back: its window clerk, its doctors, the centre's manager, and bookings of today."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from clinics.models import Department, Institution, Post
from permissions.acting import Acting
from permissions.roles import Role
from referral.booking.arrival import arrive
from referral.booking.book import book
from referral.booking.fulfilment import fulfil
from referral.booking.models import Booking
from referral.booking.proof import by_code
from referral.cases.models import Referral
from referral.cases.visit import Report, report
from referral.patients.models import Patient
from referral.returns.models import Return
from referral.returns.plan import Drug, Plan
from referral.returns.send import send
from tests.cast_referral import World, acting_as, person, today, world

REPORT = Report("高血压病3级", "24小时动态血压均值 152/91 mmHg，心脏超声未见异常。", "调整为沙库巴曲缬沙坦，加用螺内酯。")
PLAN = Plan(
    diagnosis="高血压病3级",
    treatment_summary="联合四药后血压 136/82 mmHg。",
    follow_up_plan="每两周测血压、血钾，连续三个月。",
    rehabilitation_plan="低盐饮食，每日步行三十分钟。",
    drugs=(
        Drug("苯磺酸氨氯地平片", "5 mg，每日1次", "yes", strength="5 mg×28片", course="长期"),
        Drug("沙库巴曲缬沙坦钠片", "100 mg，每日2次", "substitute", substitute="缬沙坦胶囊 80 mg"),
    ),
)


@dataclass
class Loop:
    """The referral world with the people of the hospital's side."""

    world: World
    clerk: Acting
    cardiologist: Acting
    other_clerk: Acting
    manager: Acting

    @property
    def doctor(self) -> Acting:
        return self.world.doctor

    @property
    def colleague(self) -> Acting:
        return self.world.colleague

    def booked(self, patient: Patient | None = None, *, days: int = 0, code: str = "03.04", referral: Referral | None = None) -> Booking:
        """A booking made lawfully for three days ahead, then moved to a day near today: the data moves, not the clock."""
        written = referral or self.world.referral(patient)
        place = self.world.place(code=code)
        made = book(referral=written.public_id, pool_slot=place.public_id, version=written.version, key=str(uuid4()), by=self.doctor)
        starts = timezone.now() + timedelta(days=days, minutes=5)
        Booking.objects.filter(public_id=made).update(
            visit_date=today() + timedelta(days=days), starts_at=starts, ends_at=starts + timedelta(minutes=30)
        )
        return Booking.objects.select_related("referral", "patient", "institution", "department").get(public_id=made)

    def arrived(self, patient: Patient | None = None) -> Booking:
        booking = self.booked(patient)
        arrive(booking.public_id, by_code(booking.confirmation_code), expected_version=booking.version, by=self.clerk)
        return fresh(booking)

    def attended(self, patient: Patient | None = None) -> Booking:
        booking = self.arrived(patient)
        fulfil(booking.public_id, expected_version=booking.version, by=self.cardiologist)
        return fresh(booking)

    def reported(self, patient: Patient | None = None) -> Referral:
        referral = self.attended(patient).referral
        report(referral.public_id, REPORT, expected_version=referral.version, by=self.cardiologist)
        return Referral.objects.get(pk=referral.pk)

    def sent_back(self, patient: Patient | None = None, plan: Plan = PLAN) -> Return:
        referral = self.reported(patient)
        return send(referral.public_id, plan, expected_version=referral.version, by=self.cardiologist)


def loop(kind: Role = Role.FAMILY_DOCTOR) -> Loop:
    """北大医院 with a window clerk and a cardiologist, 宣武医院 with a clerk of its own, 德胜 with a manager and doctors of this kind."""
    held = world(kind)
    heart = held.department()
    return Loop(
        held,
        clerk=working("吴窗口", held.hospital, Role.WINDOW_CLERK),
        cardiologist=working("何主任", held.hospital, Role.RECEIVING_DOCTOR, heart),
        other_clerk=working("钱窗口", held.other_hospital, Role.WINDOW_CLERK),
        manager=working("孙经理", held.centre, Role.MANAGER),
    )


def working(name: str, at: Institution, kind: Role, department: Department | None = None) -> Acting:
    """Somebody with a live post that does not refer."""
    user = person(name, at.district)
    post = Post.objects.create(user=user, institution=at, department=department, kind=kind, valid_from=timezone.now() - timedelta(days=60))
    return acting_as(user, post)


def fresh(booking: Booking) -> Booking:
    """The booking as it is now."""
    return Booking.objects.select_related("referral", "patient", "institution", "department").get(pk=booking.pk)
