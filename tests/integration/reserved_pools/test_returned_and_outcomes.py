"""After the cut-off: the hospital's word for what came back, what became of a half-day, and books that are proved."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from clinics.models import Institution
from referral.booking.accounts import prove_places, wrong_claims
from reserved_pools import claims, release, returned
from reserved_pools.accounts import Wrong, wrong_pool_slots
from reserved_pools.balance import outcomes
from reserved_pools.balance.forecast import Past
from reserved_pools.models import PlaceEvent, PlacesTaken, PoolSlot, SessionOutcome
from tests.cast_balance import a_clinic, a_session, book, closing, next_monday, parts
from tests.cast_clinics import a_coordinator, a_hospital, today
from vault.actor import SYSTEM
from vault.audit.models import AuditEntry
from vault.refusal import Refusal
from vault.states import advance

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed():
    """A clinic with six reserved places, two of them booked, whose cut-off has passed."""
    session = a_session(a_clinic(), next_monday())
    booked = book(session, 2)
    closing(session)
    release.close_due()
    return session, booked


def last_move(hospital: Institution) -> int:
    return PlaceEvent.objects.filter(move__startswith="returned", pool_slot__institution=hospital).latest("pk").pk


def test_what_came_back_waits_until_the_hospital_takes_it_over(closed):
    session, _booked = closed
    hospital, by = session.service.institution, a_coordinator(session.service.institution)
    (day,) = returned.days_back(by, session.date, session.date)
    assert (day.places, day.waiting, returned.waiting_places(by)) == (18, 18, 1)  # 4 of referrers and 14 of residents

    taken = returned.take_over(hospital, session.date, day.last, by=by, seen=18)
    again = returned.take_over(hospital, session.date, day.last, by=by)

    (after,) = returned.days_back(by, session.date, session.date)
    assert (taken.places, again.pk, after.waiting, returned.waiting_places(by)) == (18, taken.pk, 0, 0)
    assert AuditEntry.objects.filter(verb="take_over").count() == 1


def test_a_place_that_comes_back_later_waits_for_another_word(closed):
    session, booked = closed
    hospital, by = session.service.institution, a_coordinator(session.service.institution)
    returned.take_over(hospital, session.date, last_move(hospital), by=by)

    with transaction.atomic():
        assert any(claims.give_back(one.pk, about=booked[0]) for one in parts(session) if one.claimed)

    (day,) = returned.days_back(by, session.date, session.date)
    assert (day.places, day.waiting) == (19, 1)
    assert returned.take_over(hospital, session.date, day.last, by=by).places == 1
    assert list(PlacesTaken.objects.order_by("pk").values_list("places", flat=True)) == [18, 1]


def test_a_word_about_other_numbers_or_moves_is_refused(closed):
    session, _booked = closed
    hospital, by = session.service.institution, a_coordinator(session.service.institution)
    last = last_move(hospital)

    refused = [
        (lambda: returned.take_over(hospital, session.date, last, by=by, seen=17), "stale_state"),
        (lambda: returned.take_over(hospital, session.date, last + 1, by=by), "invalid_input"),
        (lambda: returned.take_over(hospital, today(), last, by=by), "invalid_input"),
        (lambda: returned.take_over(hospital, session.date, last, by=a_coordinator(a_hospital())), "no_grant_on_target"),
    ]

    for attempt, code in refused:
        with pytest.raises(Refusal) as caught:
            attempt()
        assert caught.value.code == code
    assert not PlacesTaken.objects.exists()


def test_the_outcome_of_a_half_day_is_written_once_when_its_places_are_closed():
    session = a_session(a_clinic(), next_monday())
    assert outcomes.write_outcomes(session.date) == 0

    closing(session)
    for band, days in zip(parts(session), (0, 2, 5), strict=False):  # one on the last day, one two days, one five days before the cut-off
        PoolSlot.objects.filter(pk=band.pk).update(claimed=1)
        PlaceEvent.objects.create(pool_slot=band, move="claimed", about=uuid4(), at=band.closes_at - timedelta(days=days, hours=1))
    release.close_due()

    assert (outcomes.write_outcomes(session.date), outcomes.write_outcomes(session.date)) == (1, 0)
    outcome = SessionOutcome.objects.get()
    assert (outcome.published, outcome.source, outcome.booked_by[:8]) == (6, "platform", [3, 2, 2, 1, 1, 1, 0, 0])
    (history,) = outcomes.histories([session.service_id], session.date + timedelta(days=1)).values()
    assert history == [Past(session.date, 6, tuple(outcome.booked_by))]


def test_a_stopped_session_has_no_outcome(closed):
    session, _booked = closed
    with transaction.atomic():
        advance(session, "stopped", by=SYSTEM)

    assert outcomes.write_outcomes(session.date) == 0


def test_the_books_are_proved_and_a_wrong_column_is_named(closed):
    session, _booked = closed
    assert wrong_pool_slots() == []
    taken = [one for one in parts(session) if one.claimed]
    assert [one.held for one in wrong_claims()] == [one.claimed for one in taken]  # claimed here by nobody's booking

    PoolSlot.objects.filter(pk=taken[0].pk).update(published=taken[0].published + 1)

    wrong = wrong_pool_slots()
    assert wrong == [Wrong(taken[0].public_id, "published", taken[0].published + 1, taken[0].published)]
    assert len(prove_places()) == 1 + len(taken)
    entry = AuditEntry.objects.get(verb="find_wrong_places")
    assert entry.details["number"] == 1 + len(taken)


def test_places_claimed_and_given_back_leave_the_books_right():
    session = a_session(a_clinic(), next_monday())
    (about,) = book(session)
    with transaction.atomic():
        assert any(claims.give_back(one.pk, about=about) for one in parts(session) if one.claimed)
        assert not claims.give_back(parts(session)[0].pk, about=uuid4())

    assert (wrong_pool_slots(), wrong_claims()) == ([], [])
