"""Stopped clinics of the demonstration: one in time, with a substitute offered to two patients, and one said too late."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from clinics.models import ClinicSession, ClinicStop, Post
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.roles import Role
from referral.booking.book import book
from referral.booking.facts import SHANGHAI
from referral.cases.write import write_referral
from referral.demo.cases import DESHENG, FIRST, HEART
from referral.disruptions import stop
from referral.disruptions.sweep import look_after
from referral.patients.encounters import record_encounter
from referral.patients.models import Patient
from reserved_pools.models import PoolSlot
from reserved_pools.queries import Wanted, availability
from vault.refusal import Refusal

WHO = ("李㛃", "刘𬱖")
NEAREST, FURTHEST = timedelta(days=8), timedelta(days=13)


def load_stops(now: datetime) -> int:
    """Promise that one clinic was stopped once, where its two patients found places; answers how many are asked now."""
    desk = Post.objects.live().complete()
    doctors = desk.filter(institution__name=DESHENG, right__in=ReferralRight.objects.in_force())
    doctor, coordinator = doctors.order_by("pk").first(), desk.filter(institution__name=FIRST, kind=Role.COORDINATOR).order_by("pk").first()
    if ClinicStop.objects.exists() or doctor is None or coordinator is None:
        return 0
    by = Acting(doctor.user, Role(doctor.kind), doctor)
    today = now.astimezone(SHANGHAI).date()
    wanted = Wanted(
        today + NEAREST, today + FURTHEST, institution=coordinator.institution.public_id, department=HEART.subject, kind="clinic"
    )
    places = availability(by, wanted, today=today)
    session = _session(places[0]["id"]) if places else None
    if session is None:
        return 0
    free = [row["id"] for row in places if _session(row["id"]) == session for _place in range(row["remaining"])]
    asked = sum(_booked(name, place, now, by) for name, place in zip(WHO, free, strict=False))
    half = stop.Wanted(session.service, session.date, session.date, session.half_day, "meeting", "全院学术会议")
    stop.stop_clinic(half, by=Acting(coordinator.user, Role.COORDINATOR, coordinator))
    look_after()
    _said_too_late(today)
    return asked


def _said_too_late(today: date) -> None:
    """Another hospital stops a half-day of tomorrow that nobody has booked: a special stop, which counts against it (R128)."""
    tomorrow = today + timedelta(days=1)
    rows = ClinicSession.objects.filter(date=tomorrow, status="planned").exclude(slots__pool_slots__claimed__gt=0)
    rows = rows.exclude(service__institution__name=FIRST).select_related("service__institution", "service__department").order_by("pk")
    session = rows.first()
    if session is None:
        return
    posts = Post.objects.live().complete().filter(institution=session.service.institution, kind=Role.COORDINATOR)
    coordinator = posts.order_by("pk").first()
    if coordinator is not None:
        half = stop.Wanted(session.service, tomorrow, tomorrow, session.half_day, "leave", "出诊医师突发疾病")
        stop.stop_clinic(half, by=Acting(coordinator.user, Role.COORDINATOR, coordinator))


def _session(place: object) -> ClinicSession:
    related = ("slot__session__service__institution", "slot__session__service__department")
    return PoolSlot.objects.select_related(*related).get(public_id=place).slot.session


def _booked(name: str, place: object, now: datetime, by: Acting) -> bool:
    """Seen an hour ago, written and booked; a resident who may not have this place is left alone."""
    patient = Patient.objects.get(name=name)
    seen = record_encounter(patient.public_id, seen_at=now - timedelta(hours=1), note=HEART.note, by=by)
    referral = write_referral(seen.public_id, HEART.record, truth_accepted=True, by=by)
    try:
        book(referral=referral.public_id, pool_slot=place, version=referral.version, key=str(uuid4()), by=by)  # type: ignore[arg-type]
    except Refusal:
        return False
    return True
