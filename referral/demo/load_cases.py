"""Walks the cases of the demonstration as far as each goes, through the same use cases as people in a browser."""

from datetime import datetime, timedelta
from typing import cast
from uuid import uuid4

from clinics.models import Post
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.roles import Role
from referral.booking.arrival import arrive
from referral.booking.book import book
from referral.booking.cancel import cancel_by_referrer
from referral.booking.facts import SHANGHAI
from referral.booking.fulfilment import fulfil
from referral.booking.models import Booking
from referral.booking.proof import by_code
from referral.booking.tell import FOUR_THINGS, tell
from referral.cases.models import Referral
from referral.cases.visit import report
from referral.cases.write import write_referral
from referral.demo.cases import Case, Stage, cases
from referral.demo.load_criteria import met_by
from referral.patients.encounters import record_encounter
from referral.patients.models import Patient
from referral.returns.answer import accept, decline
from referral.returns.models import Return
from referral.returns.send import send
from reserved_pools.queries import Wanted, availability

HORIZON, WEEK = timedelta(days=14), timedelta(days=7)
AN_HOUR_AGO, TWO_DAYS_AGO = timedelta(hours=1), timedelta(days=2)


def load_cases(now: datetime) -> int:
    """Promise that every case was begun once; a resident who has a referral is left alone. Answers how many were begun."""
    known = set(Referral.objects.values_list("patient__name", flat=True))
    fresh = [case for case in cases() if case.resident not in known]
    for case in fresh:
        _walk(case, now)
    return len(fresh)


def _walk(case: Case, now: datetime) -> None:
    """At the clinic, at the hospital and home again, as far as the case goes."""
    doctor = _doctor(case)
    referral = _written(case, now, doctor)
    booking = _booked(case, referral, now, doctor) if case.reaches > Stage.DRAFT else None
    if booking is None:
        return
    if case.reaches == Stage.CANCELLED:
        cancel_by_referrer(booking.public_id, expected_version=booking.version, reason="患者改期", by=doctor)
    if case.reaches >= Stage.ARRIVED:
        _at_the_window(case, booking)
    if case.reaches >= Stage.SEEN:
        _at_the_doctor(case, booking)
    if case.reaches >= Stage.DECLINED:
        _back_home(case, now, doctor)


def _written(case: Case, now: datetime, doctor: Acting) -> Referral:
    """A visit, and the referral written from it; whoever is at the hospital today was seen two days ago."""
    patient = Patient.objects.get(name=case.resident)
    seen_at = now - (TWO_DAYS_AGO if case.reaches >= Stage.ARRIVED else AN_HOUR_AGO)
    encounter = record_encounter(patient.public_id, seen_at=seen_at, note=case.story.note, by=doctor)
    return write_referral(encounter.public_id, case.story.record, truth_accepted=True, by=doctor, criteria=met_by(case.story.record))


def _booked(case: Case, referral: Referral, now: datetime, doctor: Acting) -> Booking | None:
    """The first free place of the subject at the hospital, and the four things told; without a place the draft waits."""
    today = now.astimezone(SHANGHAI).date()
    hospital = _post(Role.COORDINATOR, case).institution.public_id
    first = today + timedelta(days=case.days_ahead)
    wanted = Wanted(first, today + HORIZON, institution=hospital, department=case.story.subject, kind=case.story.kind)
    free = [row for row in availability(doctor, wanted, today=today) if row["remaining"]]
    if not free:
        return None
    booked = book(referral=referral.public_id, pool_slot=free[0]["id"], version=referral.version, key=str(uuid4()), by=doctor)
    return tell(booked, frozenset(FOUR_THINGS), by=doctor)


def _at_the_window(case: Case, booking: Booking) -> None:
    """She has come, before her day, and shown the code."""
    clerk = _acting(_post(Role.WINDOW_CLERK, case))
    arrive(booking.public_id, by_code(booking.confirmation_code), expected_version=booking.version, by=clerk)


def _at_the_doctor(case: Case, booking: Booking) -> None:
    """Seen, reported, sent back: as far as the case goes."""
    doctor = _acting(_post(Role.RECEIVING_DOCTOR, case, department__standard_code=case.story.subject))
    booking.refresh_from_db()
    referral = fulfil(booking.public_id, expected_version=booking.version, by=doctor).referral
    if case.reaches >= Stage.REPORTED:
        report(referral.public_id, case.story.report, expected_version=referral.version, by=doctor)
    if case.reaches >= Stage.RETURNED:
        referral.refresh_from_db()
        send(referral.public_id, case.story.plan, expected_version=referral.version, by=doctor)


def _back_home(case: Case, now: datetime, doctor: Acting) -> None:
    """The clinic takes her over, or says why not."""
    sent_back = Return.objects.get(patient__name=case.resident)
    if case.reaches == Stage.DECLINED:
        decline(sent_back.public_id, reason="患者已迁往外区居住", expected_version=sent_back.version, by=doctor)
    else:
        first = now.astimezone(SHANGHAI).date() + WEEK
        accept(sent_back.public_id, first_follow_up_on=first, expected_version=sent_back.version, by=doctor)


def _doctor(case: Case) -> Acting:
    """The doctor of the centre at this desk, among those whose right is in force."""
    posts = Post.objects.live().complete().filter(institution__name=case.centre, right__in=ReferralRight.objects.in_force())
    return _acting(posts.order_by("pk")[case.desk])


def _post(kind: Role, case: Case, **more: str) -> Post:
    """The first post of a kind at the case's hospital."""
    return cast(Post, Post.objects.live().complete().filter(institution__name=case.hospital, kind=kind, **more).earliest("pk"))


def _acting(post: Post) -> Acting:
    return Acting(post.user, Role(post.kind), post)
