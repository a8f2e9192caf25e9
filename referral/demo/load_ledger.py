"""Who did not come, in the demonstration: calls to make now, missed visits, appeals, a ban, a restriction, by people's own acts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from clinics.models import Post
from permissions.acting import Acting
from permissions.models import ReferralRight, RoleAssignment
from permissions.roles import Role
from referral.booking.absence import record_call
from referral.booking.book import book
from referral.booking.facts import SHANGHAI, day_before_at
from referral.booking.models import Booking
from referral.booking.noshow import report_noshow
from referral.booking.tell import FOUR_THINGS, tell
from referral.cases.after_miss import close_missed
from referral.cases.models import Referral
from referral.cases.write import write_referral
from referral.credit import appeal
from referral.credit.models import Breach
from referral.credit.restrict import Wanted as WantedRestriction
from referral.credit.restrict import restrict
from referral.demo.cases import DESHENG, FIRST, HEART
from referral.demo.residents import residents
from referral.patients.encounters import record_encounter
from referral.patients.models import Encounter, Patient
from reserved_pools.queries import Wanted, availability
from vault.refusal import Refusal

APPEALING, RIGHT_AFTER_ALL, WITHOUT_MOBILE = "王䶮", "阿不都热合曼·买买提", "赵淑珍"
SPECIAL = 7  # residents of the stories, before the ordinary ones
THRICE = (-9, -5, -2)  # days from today of three missed visits
HORIZON, BAND, A_WHILE, AN_HOUR = timedelta(days=14), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=1)
CLOSES, OPENS, LAST = time(15), time(8, 30), time(17)  # cancelling closes; the first band of a day ends, the last one
BEFORE, MORNING, MINUTES = timedelta(days=2), time(10), timedelta(minutes=10)  # when it was booked, and between two steps of it


@dataclass(frozen=True, slots=True)
class Desk:
    """Everybody the ledger needs: the doctor, the hospital's window and coordinator, the two administrators."""

    doctor: Acting
    clerk: Acting
    coordinator: Acting
    admin: Acting
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(SHANGHAI).date()


def load_ledger(now: datetime) -> int:
    """Promise that everything of the ledger happened once; answers how many visits nobody came to. A visit without a place is left out.

    Nothing can be booked for a day that is over, so each booking is made for a day ahead; then the visit and everything before it are
    set back together.
    """
    desk = None if Breach.objects.exists() else _desk(now)
    if desk is None:
        return 0
    places = _places(desk)
    often, late, silent = [one.new.name for one in residents() if one.centre == DESHENG][SPECIAL : SPECIAL + 3]
    missed = [_missed(often, days, places, desk) for days in THRICE]
    _closed([one for one in missed[:-1] if one is not None], desk)
    _restricted(often, desk)
    missed += [_appealed(APPEALING, "当天突发急性胃肠炎，在本中心输液。", "本中心当日门诊病历号 20261120-017", places, desk)]
    missed += [_struck(RIGHT_AFTER_ALL, places, desk), _missed(WITHOUT_MOBILE, -1, places, desk)]
    absent = [_absent(name, places, desk) for name in (late, silent)]
    if absent[0]:
        record_call(absent[0].public_id, "not_reached", by=desk.clerk)
    return sum(one is not None for one in (*missed, *absent))


def _desk(now: datetime) -> Desk | None:
    posts = Post.objects.live().complete().order_by("pk")
    at_hospital = posts.filter(institution__name=FIRST)
    held = (
        posts.filter(institution__name=DESHENG, right__in=ReferralRight.objects.in_force()).first(),
        at_hospital.filter(kind=Role.WINDOW_CLERK).first(),
        at_hospital.filter(kind=Role.COORDINATOR).first(),
    )
    admin = RoleAssignment.objects.live().filter(role=Role.DISTRICT_ADMIN, district__code="110102").order_by("pk").first()
    if admin is None or None in held:
        return None
    doctor, clerk, coordinator = (Acting(one.user, Role(one.kind), one) for one in held if one is not None)
    return Desk(doctor, clerk, coordinator, Acting(admin.user, Role.DISTRICT_ADMIN, district=admin.district), now)


def _places(desk: Desk) -> Iterator[UUID]:
    """The free places of the hospital's cardiology, the latest first, so that those of the next days stay free."""
    hospital = desk.coordinator.post.institution.public_id  # type: ignore[union-attr]
    wanted = Wanted(desk.today + timedelta(days=1), desk.today + HORIZON, institution=hospital, department=HEART.subject, kind="clinic")
    rows = availability(desk.doctor, wanted, today=desk.today)
    return (row["id"] for row in reversed(rows) for _place in range(row["remaining"]))


def _booked(name: str, ends: datetime, places: Iterator[UUID], desk: Desk) -> Booking | None:
    """Seen, referred, booked and told; then all of it is set back to before a band that ended."""
    patient = Patient.objects.get(name=name)
    seen = record_encounter(patient.public_id, seen_at=desk.now - AN_HOUR, note=HEART.note, by=desk.doctor)
    referral = write_referral(seen.public_id, HEART.record, truth_accepted=True, by=desk.doctor)
    place = next(places, None)
    if place is None:
        return None
    try:
        made = book(referral=referral.public_id, pool_slot=place, version=referral.version, key=str(uuid4()), by=desk.doctor)
    except Refusal:
        return None
    tell(made, frozenset(FOUR_THINGS), by=desk.doctor)
    _set_back(made, seen, referral, ends)
    return Booking.objects.get(public_id=made)


def _set_back(made: UUID, seen: Encounter, referral: Referral, ends: datetime) -> None:
    """Two mornings before the visit she was seen, referred, booked and told, in this order and before the cut-off (R107).

    The rows that the rules and the pages read are set back; the steps and the trail keep the instant at which they were entered, for
    nothing is written there into the past.
    """
    day = ends.astimezone(SHANGHAI).date()
    booked = datetime.combine(day - BEFORE, MORNING, SHANGHAI)
    Encounter.objects.filter(pk=seen.pk).update(seen_at=booked - AN_HOUR, created_at=booked - AN_HOUR + MINUTES)
    Referral.objects.filter(pk=referral.pk).update(created_at=booked - MINUTES, truth_accepted_at=booked - MINUTES)
    then: dict[str, Any] = {"visit_date": day, "starts_at": ends - BAND, "ends_at": ends, "cancel_until": day_before_at(day, CLOSES)}
    Booking.objects.filter(public_id=made).update(created_at=booked, told_at=booked + MINUTES, **then)


def _missed(name: str, days: int, places: Iterator[UUID], desk: Desk, cause: str = "no_word") -> Booking | None:
    """A visit of an earlier morning to which nobody came, as the window reported it."""
    ends = datetime.combine(desk.today + timedelta(days=days), time(9, 30), SHANGHAI)
    booking = _booked(name, ends, places, desk)
    if booking is not None:
        report_noshow(booking.public_id, cause, expected_version=booking.version, by=desk.clerk)
    return booking


def _absent(name: str, places: Iterator[UUID], desk: Desk) -> Booking | None:
    """A visit whose band ended an hour ago, or the last one of the day before while no clinic has begun; nobody knows yet."""
    ends = (desk.now - A_WHILE).astimezone(SHANGHAI).replace(minute=30 * (desk.now.minute // 30), second=0, microsecond=0)
    if ends.time() < OPENS:
        ends = datetime.combine(ends.date() - timedelta(days=1), LAST, SHANGHAI)
    ends = min(ends, datetime.combine(ends.date(), LAST, SHANGHAI))
    return _booked(name, ends, places, desk)


def _appealed(name: str, why: str, evidence: str, places: Iterator[UUID], desk: Desk) -> Booking | None:
    """Missed three days ago; the doctor says why it should not count, and the district has not decided yet."""
    booking = _missed(name, -3, places, desk)
    if booking is not None:
        breach = Breach.objects.get(booking=booking)
        appeal.appeal(breach.public_id, text=why, evidence=evidence, expected_version=breach.version, by=desk.doctor)
    return booking


def _struck(name: str, places: Iterator[UUID], desk: Desk) -> Booking | None:
    """Missed as well, but the bus accident was on the news: the district struck the record."""
    booking = _appealed(name, "公交车途中发生事故，堵在路上两小时，已电话告知导诊台。", "公交集团当日情况说明", places, desk)
    if booking is not None:
        breach = Breach.objects.select_related("appeal").get(booking=booking)
        said = {"reason": "证据属实，不可归责于患者", "expected_version": breach.version}
        appeal.decide(breach.appeal.public_id, "struck", by=desk.admin, **said)  # type: ignore[arg-type]
    return booking


def _closed(bookings: list[Booking], desk: Desk) -> None:
    """After these visits her doctor looked for no other time."""
    for booking in bookings:
        referral = Referral.objects.get(pk=booking.referral_id)
        close_missed(referral.public_id, reason="患者已在社区复诊，暂不转诊", expected_version=referral.version, by=desk.doctor)


def _restricted(name: str, desk: Desk) -> None:
    """The hospital restricts who left three numbers uncollected; where too few were booked, it may not."""
    patient = Patient.objects.get(name=name)
    wanted = WantedRestriction(patient.public_id, "一个月内三次未取号", desk.today + timedelta(days=60))
    try:
        restrict(wanted, by=desk.coordinator)
    except Refusal:
        return
