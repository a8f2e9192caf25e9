"""A month measured from the records (R131, R163, R178, R198): exact counts, own rows only, a fixed number of queries, no names."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinics.models import ClinicStop, Institution
from permissions.roles import Role
from referral.booking.models import Booking, CancelCause
from referral.credit.models import Breach
from referral.evaluation.counting import counted
from referral.evaluation.figures import Name, Side
from referral.evaluation.month import Evaluation, evaluate
from referral.evaluation.problems import Code
from referral.evaluation.scope import Month, scope_of
from referral.patients.models import Encounter
from referral.supervision.month import before, following
from tests.cast import bearer, sign_in
from tests.cast_ledger import Ledger, ledger
from tests.cast_loop import working
from tests.cast_referral import SHANGHAI, today
from tests.cast_stops import scene
from tests.cast_substitutes import stopped
from vault.models import AuditEntry, Message

pytestmark = pytest.mark.django_db
THIS = Month(today().replace(day=1))
LAST = Month(before(THIS.first))


def aged() -> None:
    """The district is two years old."""
    Institution.objects.update(created_at=datetime.combine(THIS.first - timedelta(days=730), time.min, SHANGHAI))


@pytest.fixture
def cast(db: None) -> Ledger:
    made = ledger()
    aged()
    return made


def acted(held: Ledger) -> None:
    """Today: one was seen, one missed, one excused, one cancelled by the hospital, one moved away, one still lies ahead."""
    held.loop.attended()
    held.missed()
    held.missed(cause="excused")
    off, moved = held.loop.booked(), held.loop.booked()
    Booking.objects.filter(pk=off.pk).update(status="cancelled", cancel_cause=CancelCause.BY_HOSPITAL)
    Booking.objects.filter(pk=moved.pk).update(status="moved")
    held.loop.booked()


def row_of(held: Evaluation, institution: Any, side: Side) -> Any:
    return next(row for row in held.rows if row.institution.pk == institution.pk and row.side is side)


def test_the_month_counts_what_became_of_every_booking_once_at_the_hospital_and_once_at_the_centre(cast: Ledger) -> None:
    acted(cast)

    held = evaluate(cast.admin, THIS)

    for row in (
        row_of(held, cast.loop.world.hospital, Side.HOSPITAL),
        row_of(held, cast.loop.world.centre, Side.REFERRING),
        held.whole,
    ):
        one = row.counts
        assert (one.attended, one.missed, one.excused, one.by_hospital, one.moved, one.ahead) == (1, 1, 1, 1, 1, 1)
        assert (one.due, one.bookings, one.made, one.referred, one.in_time) == (3, 6, 6, 6, 6)
        missed = row.figure(Name.MISSED)
        assert missed is not None
        assert (missed.part, missed.whole) == (1, 3)
        assert sum(row.hours.values()) == 4
        assert sum(row.waits.values()) == 6
    assert row_of(held, cast.loop.world.other_hospital, Side.HOSPITAL).is_empty
    assert held.pairs == {(cast.loop.world.hospital.pk, cast.loop.world.centre.pk): 4}
    assert {one.code for one in held.problems if one.institution == cast.loop.world.hospital} >= {Code.MISSED, Code.CANCELLED}


def test_a_struck_breach_is_no_missed_visit(cast: Ledger) -> None:
    cast.breach()
    Breach.objects.update(status="appealed")
    Breach.objects.update(status="struck")

    one = evaluate(cast.admin, THIS).whole.counts

    assert (one.missed, one.excused) == (0, 1)


def test_the_promise_runs_from_the_visit_to_the_doctor(cast: Ledger) -> None:
    late, kept = cast.loop.booked(), cast.loop.booked()
    Encounter.objects.filter(pk=late.referral.encounter_id).update(seen_at=timezone.now() - timedelta(days=4))
    Encounter.objects.filter(pk=kept.referral.encounter_id).update(seen_at=timezone.now() - timedelta(days=3))

    one = evaluate(cast.admin, THIS).whole.counts

    assert (one.referred, one.in_time) == (2, 1)


def test_bookings_of_another_month_are_not_counted(cast: Ledger) -> None:
    booking = cast.loop.booked()
    Booking.objects.filter(pk=booking.pk).update(visit_date=LAST.last)

    this, last = evaluate(cast.admin, THIS).whole.counts, evaluate(cast.admin, LAST).whole.counts

    assert (this.bookings, this.made) == (0, 1)
    assert (last.unreported, last.made) == (1, 0)


def test_special_stops_count_with_their_patients_and_what_became_of_them(db: None) -> None:
    held = scene()
    aged()
    first, _second = stopped(held, "陈秀兰", "罗玉珍")
    ClinicStop.objects.update(first_day=today(), last_day=today(), is_special=True)
    type(first).objects.filter(pk=first.pk).update(status="declined", chosen_by="resident", pool_slot=None, held_until=None)

    one = row_of(evaluate(held.world.district_admin, THIS), held.world.hospital, Side.HOSPITAL)

    assert (one.counts.stops, one.counts.special_stops, one.counts.affected, one.counts.settled, one.counts.given_up) == (1, 1, 2, 1, 1)
    assert Code.UNSETTLED in {problem.code for problem in evaluate(held.coordinator, THIS).problems}


def test_whom_nobody_reached_is_neither_settled_nor_moved(db: None) -> None:
    held = scene()
    aged()
    first, second = stopped(held, "陈秀兰", "罗玉珍")
    ClinicStop.objects.update(first_day=today(), last_day=today(), is_special=True)
    for one, status in ((first, "negotiated"), (second, "not_reached")):
        type(one).objects.filter(pk=one.pk).update(status=status, chosen_by="hospital", pool_slot=None, held_until=None)

    counts = row_of(evaluate(held.world.district_admin, THIS), held.world.hospital, Side.HOSPITAL).counts

    assert (counts.affected, counts.settled, counts.other_time) == (2, 1, 1)
    assert Code.UNSETTLED in {problem.code for problem in evaluate(held.coordinator, THIS).problems}


def test_messages_about_bookings_are_counted_by_how_far_they_came(cast: Ledger) -> None:
    cast.loop.booked()
    cast.loop.booked()
    first = Message.objects.filter(template="referral_booked").order_by("pk").first()
    assert first is not None
    Message.objects.filter(pk=first.pk).update(state="failed", settled_at=timezone.now())

    one = row_of(evaluate(cast.admin, THIS), cast.loop.world.centre, Side.REFERRING).counts

    assert (one.messages, one.messages_failed, one.messages_waiting) == (2, 1, 1)


def test_each_sees_the_own_row_and_nobody_elses(cast: Ledger) -> None:
    acted(cast)
    world = cast.loop.world
    other = working("柳调度", world.other_hospital, Role.COORDINATOR)

    mine, theirs, centre = (evaluate(who, THIS) for who in (cast.coordinator, other, cast.loop.manager))

    assert {(row.institution, row.side) for row in mine.rows} == {(world.hospital, Side.HOSPITAL)}
    assert {(row.institution, row.side) for row in theirs.rows} == {(world.other_hospital, Side.HOSPITAL)}
    assert {(row.institution, row.side) for row in centre.rows} == {(world.centre, Side.REFERRING)}
    assert (mine.whole.counts.bookings, theirs.whole.counts.bookings, centre.whole.counts.bookings) == (6, 0, 6)
    assert theirs.problems == []
    assert (mine.pairs, centre.pairs) == ({}, {})
    text = page(other).content.decode()
    assert world.hospital.short_name not in text
    assert world.centre.short_name not in text


def test_a_larger_month_costs_no_more_questions(cast: Ledger) -> None:
    cast.loop.attended()
    with CaptureQueriesContext(connection) as few:
        evaluate(cast.admin, THIS)

    acted(cast)
    with CaptureQueriesContext(connection) as many:
        evaluate(cast.admin, THIS)

    assert len(many) == len(few) <= 25


def test_no_resident_is_named_on_page_paper_file_or_by_program(cast: Ledger) -> None:
    acted(cast)
    client, asked = Client(), {"month": THIS.name}
    sign_in(client, cast.admin.user)

    texts = [client.get(f"/evaluation/{at}", asked).content.decode() for at in ("", "print/")]
    texts.append(b"".join(client.post(f"/evaluation/export/?month={THIS.name}", {"as": "csv"}).streaming_content).decode())
    texts.append(client.get("/api/v1/evaluation", asked, headers=bearer(cast.admin.user)).content.decode())

    assert all("北大医院" in text or "北京大学第一医院" in text for text in texts)
    assert all("陈秀兰" not in text and "陈**" not in text for text in texts)
    assert AuditEntry.objects.filter(verb="export", details__list="evaluation").count() == 1


def page(who: Any, month: str = THIS.name, **more: str) -> Any:
    client = Client()
    sign_in(client, who.user)
    return client.get("/evaluation/", {"month": month} | more)


def test_the_page_says_what_it_is_for_in_every_kind_of_month(cast: Ledger) -> None:
    said = {
        "": "本月没有任何预约", THIS.name: "本月未结束", f"{following(THIS.first):%Y-%m}": "该月尚未开始", "2001-01": "该月没有任何记录",
    }  # fmt: skip

    client = Client()
    sign_in(client, cast.admin.user)

    for month, words in said.items():
        answer = client.get("/evaluation/", {"month": month})
        assert (answer.status_code, words in answer.content.decode()) == (200, True), month
    wrong = client.get("/evaluation/", {"month": "2026-13"})
    assert (wrong.status_code, "2026-10" in wrong.content.decode()) == (422, True)


def test_one_institution_opens_with_all_its_figures_and_its_problems_lead_to_their_pages(cast: Ledger) -> None:
    acted(cast)
    hospital = cast.loop.world.hospital

    text = page(cast.admin, institution=str(hospital.public_id)).content.decode()

    assert "未记录" in text or "未报告" in text
    assert "1/3" in text
    assert 'href="/breaches/"' in text
    assert 'href="/absent/"' in page(cast.coordinator).content.decode()


def test_the_file_holds_part_and_whole_of_every_figure(cast: Ledger) -> None:
    acted(cast)
    client = Client()
    sign_in(client, cast.admin.user)

    raw = b"".join(client.post(f"/evaluation/export/?month={THIS.name}", {"as": "csv"}).streaming_content).decode("utf-8-sig")

    lines = [line.split(",") for line in raw.splitlines()]
    missed = [line for line in lines if line[3] == str(Name.MISSED.label) and line[1] == "北京大学第一医院"]
    assert [line[4:] for line in missed] == [["1", "3", "33.3"]]


def test_a_person_without_the_three_capabilities_sees_nothing(cast: Ledger) -> None:
    assert page(cast.clerk).status_code == 403
    assert evaluate(cast.clerk, THIS).rows == []
    assert counted(scope_of(cast.clerk), THIS, date.today()).whole == {}
