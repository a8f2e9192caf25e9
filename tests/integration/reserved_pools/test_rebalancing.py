"""Moving reserved places: what is proposed, accepted, refused with its rule, and taken back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models import Sum

from clinics.models import ClinicSession
from permissions.acting import Acting
from reserved_pools import release, resizing, returned
from reserved_pools.accounts import wrong_pool_slots
from reserved_pools.balance import rebalancing
from reserved_pools.balance.proposals import Prospect, outlook
from reserved_pools.balance.rebalancing import Move
from reserved_pools.models import PlaceEvent, PoolKind, PoolSlot, Rebalancing
from tests.cast_balance import a_clinic, a_session, book, closing, history, left_in, next_monday, places_in
from tests.cast_clinics import a_coordinator, a_department, a_hospital, today
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
EMPTY, FULL = (2, 1, 1, 0, 0, 0, 0, 0, 0, 0), (8, 8, 8, 8, 8, 7, 5, 3, 2, 0)


class Week:
    """Monday's clinic stays half empty, Wednesday's fills early; experts hold well over half of the department's week."""

    def __init__(self, share: str = "0.300") -> None:
        self.department = a_department()
        general, expert = a_clinic(self.department, share=share), a_clinic(self.department, expert=True, share="0.700")
        self.monday = a_session(general, next_monday())
        self.wednesday = a_session(general, next_monday() + timedelta(days=2))
        self.expert = a_session(expert, next_monday() + timedelta(days=1), capacity=30)
        history(general, self.monday.date, EMPTY, published=6)
        history(general, self.wednesday.date, FULL, published=8)
        self.by = a_coordinator(self.department.institution)

    def prospect(self, session: ClinicSession) -> Prospect:
        return next(one for one in outlook(self.by, today()).prospects if one.ahead.session.pk == session.pk)

    def move(self, places: int, *, to: ClinicSession | None = None, source: ClinicSession | None = None) -> Move:
        here = source or self.monday
        return Move(here.public_id, to.public_id if to else None, places, places_in(here), left_in(here))


@pytest.fixture
def week() -> Week:
    return Week()


def refused(move: Move, by: Acting) -> Refusal:
    """The refusal of a move, which left no trace."""
    before = (PlaceEvent.objects.count(), list(PoolSlot.objects.order_by("pk").values_list("published", flat=True)))
    with pytest.raises(Refusal) as caught:
        rebalancing.accept(move, by=by)
    assert (PlaceEvent.objects.count(), list(PoolSlot.objects.order_by("pk").values_list("published", flat=True))) == before
    assert not Rebalancing.objects.exists()
    return caught.value


def test_spare_places_are_proposed_to_the_clinic_of_the_week_that_lacks_most(week: Week) -> None:
    one = week.prospect(week.monday)

    assert one.ahead.forecast is not None
    assert (one.ahead.reserved, one.ahead.booked, one.ahead.forecast.low) == (6, 0, 4)
    assert one.proposal is not None
    assert one.proposal.is_possible
    assert one.proposal.target is not None
    assert one.proposal.target.session.pk == week.wednesday.pk
    assert one.proposal.places == 4  # Wednesday filled four days early: fourteen people are expected, six places are there
    assert one.proposal.after.offered == one.week.offered


def test_without_enough_past_nothing_is_expected_and_nothing_proposed(week: Week) -> None:
    one = week.prospect(week.expert)

    assert (one.ahead.forecast, one.proposal) == (None, None)


def test_accepting_moves_the_places_and_keeps_every_band_and_every_account(week: Week) -> None:
    capacity = PoolSlot.objects.filter(slot__session=week.wednesday).aggregate(all=Sum("published"))["all"]

    done = rebalancing.accept(week.move(2, to=week.wednesday), by=week.by)

    assert (places_in(week.monday), places_in(week.wednesday)) == (4, 8)
    assert places_in(week.monday, PoolKind.RESIDENT_DIRECT) == 16  # what referrers give up stays bookable
    assert PoolSlot.objects.filter(slot__session=week.wednesday).aggregate(all=Sum("published"))["all"] == capacity
    assert wrong_pool_slots() == []
    assert {event.about for event in PlaceEvent.objects.filter(reason="rebalanced")} == {done.public_id}
    assert done.expected_unused == 4


def test_what_was_booked_meanwhile_is_shown_and_nothing_moves(week: Week) -> None:
    seen = week.move(4, to=week.wednesday)
    book(week.monday)

    refusal = refused(seen, week.by)

    assert (refusal.code, refusal.current["booked"], refusal.current["reserved"]) == ("stale_state", 1, 6)


def test_a_move_that_would_break_the_reserved_floor_is_refused_with_the_rule(week: Week) -> None:
    week.monday.service.pools.update(share="0.300")
    spare = week.prospect(week.monday).week
    least = week.move(6)
    assert spare.offered - 6 >= spare.reserved_due  # the experts' share leaves room, so that another floor must be made tight

    PoolSlot.objects.filter(slot__session=week.expert).update(published=0)
    refusal = refused(least, week.by)

    (violation,) = refusal.violations
    assert (refusal.code, violation.rule) == ("below_floor", "R040")
    assert violation.quote == "将向区域内所有医联体内的基层医疗卫生机构预留30%以上号源"


def test_experts_places_go_to_general_clinics_only_down_to_their_floor(week: Week) -> None:
    held = places_in(week.expert)
    rebalancing.accept(week.move(1, source=week.expert, to=week.wednesday), by=week.by)
    Rebalancing.objects.all().delete()
    spare = week.prospect(week.expert).week
    most = spare.expert - int(spare.expert_due)

    refusal = refused(week.move(most + 1, source=week.expert, to=week.wednesday), week.by)

    assert places_in(week.expert) == held - 1
    assert [violation.quote for violation in refusal.violations] == ["专家号不低于50%"]


def test_places_given_to_the_hospital_early_wait_for_its_word(week: Week) -> None:
    done = rebalancing.accept(week.move(2), by=week.by)

    (day,) = returned.days_back(week.by, week.monday.date, week.monday.date)
    assert (day.places, day.waiting) == (2, 2)
    assert places_in(week.monday) == 4
    assert places_in(week.monday, PoolKind.RESIDENT_DIRECT) == 14

    returned.take_over(day.institution, day.visit_date, day.last, by=week.by)
    with pytest.raises(Refusal) as caught:
        rebalancing.undo(done, by=week.by)
    assert (caught.value.code, places_in(week.monday)) == ("stale_state", 4)


def test_a_move_is_taken_back_band_by_band_once(week: Week) -> None:
    before = list(PoolSlot.objects.order_by("pk").values_list("pk", "published"))
    done = rebalancing.accept(week.move(3, to=week.wednesday), by=week.by)

    rebalancing.undo(done, by=week.by)

    assert [row for row in PoolSlot.objects.order_by("pk").values_list("pk", "published") if row in before] == before
    assert wrong_pool_slots() == []
    with pytest.raises(Refusal) as caught:
        rebalancing.undo(done, by=week.by)
    assert caught.value.code == "stale_state"


def test_a_move_whose_places_were_booked_stays(week: Week) -> None:
    done = rebalancing.accept(week.move(2, to=week.wednesday), by=week.by)
    book(week.wednesday, 8)

    with pytest.raises(Refusal) as caught:
        rebalancing.undo(done, by=week.by)

    done.refresh_from_db()
    assert (caught.value.code, done.undone_at, places_in(week.wednesday)) == ("stale_state", None, 8)


def test_a_move_older_than_a_day_stays(week: Week) -> None:
    done = rebalancing.accept(week.move(2, to=week.wednesday), by=week.by)
    Rebalancing.objects.update(created_at=done.created_at - timedelta(hours=25))

    with pytest.raises(Refusal) as caught:
        rebalancing.undo(done, by=week.by)

    assert caught.value.code == "stale_state"


def test_nothing_moves_out_of_a_clinic_that_closed(week: Week) -> None:
    seen = week.move(2, to=week.wednesday)
    closing(week.monday)
    release.close_due()

    assert refused_after_close(seen, week.by) == "stale_state"


def refused_after_close(move: Move, by: Acting) -> str:
    with pytest.raises(Refusal) as caught:
        rebalancing.accept(move, by=by)
    return caught.value.code


def test_places_move_within_one_department_and_one_week_of_ones_own_hospitals(week: Week) -> None:
    later = a_session(week.monday.service, next_monday(3))
    other = a_session(a_clinic(a_department(week.department.institution, name="骨科")), next_monday())
    foreign = a_session(a_clinic(), next_monday())

    assert refused(week.move(1, to=later), week.by).violations[0].field == "to_session"
    assert refused(week.move(1, to=other), week.by).violations[0].field == "to_session"
    assert refused(week.move(1, to=week.monday), week.by).violations[0].field == "to_session"
    assert refused(week.move(1, to=foreign), week.by).code == "not_found"
    assert refused(week.move(1, to=week.wednesday), a_coordinator(a_hospital())).code == "not_found"
    assert refused(Move(uuid4(), None, 1, 6, 0), week.by).code == "not_found"
    assert refused(week.move(0), week.by).violations[0].field == "places"
    assert refused(week.move(7), week.by).violations[0].field == "places"


def test_a_pools_share_rises_for_what_is_published_from_now_on_and_never_sinks_below_the_floor(week: Week) -> None:
    from decimal import Decimal

    pool = week.monday.service.pools.get()

    resizing.set_places(pool, Decimal("0.500"), by=week.by, seen=300)
    later = a_session(week.monday.service, next_monday(3))

    assert (places_in(week.monday), places_in(later)) == (6, 10)
    for share, code in ((Decimal("0.299"), "below_floor"), (Decimal("1.001"), "invalid_input")):
        with pytest.raises(Refusal) as caught:
            resizing.set_places(pool, share, by=week.by)
        assert caught.value.code == code
    with pytest.raises(Refusal) as caught:
        resizing.set_places(pool, Decimal("0.400"), by=week.by, seen=300)
    assert (caught.value.code, week.monday.service.pools.get().share) == ("stale_state", Decimal("0.500"))
