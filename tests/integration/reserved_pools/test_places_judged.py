"""What the figure about the cut-off takes for a fault in the places of a slot, and what it does not."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from bench.figures.cutoff_races import PLANTED
from bench.places import Ledger, faults
from reserved_pools import claims, release
from reserved_pools.models import CoolingPlace, PlaceEvent, PoolSlot
from tests.cast_clinics import a_plan, a_service, moved, published
from vault.sqlfiles import read

pytestmark = pytest.mark.django_db
OWNER = UUID(int=7)


@pytest.fixture
def slot() -> PoolSlot:
    """A slot with places for three, one held by the owner, one given back by somebody else and cooling."""
    made = published(a_plan(a_service(), capacity=80))[0]
    PoolSlot.objects.filter(pk=made.pk).update(opens_at=timezone.now() - timedelta(days=1))
    other = uuid4()
    with transaction.atomic():
        assert claims.claim(made.pk, about=OWNER)
        assert claims.claim(made.pk, about=other)
        assert claims.give_back(made.pk, about=other)
    return made


def ledger(slot: PoolSlot) -> Ledger:
    return Ledger({(slot.pk, OWNER)})


def closed(slot: PoolSlot) -> PoolSlot:
    moved(slot, opens_at=timezone.now() - timedelta(days=2), closes_at=timezone.now())
    release.close_due()
    return slot


def test_places_that_add_up_have_no_fault_before_and_after_the_cut_off(slot: PoolSlot) -> None:
    assert not faults([slot.pk], ledger(slot), at_the_end=False)
    assert not faults([closed(slot).pk], ledger(slot))


def update(**fields: object) -> Callable[[PoolSlot], object]:
    return lambda slot: PoolSlot.objects.filter(pk=slot.pk).update(**fields)


def event(move: str, about: UUID | None = None) -> Callable[[PoolSlot], object]:
    return lambda slot: PlaceEvent.objects.create(pool_slot=slot, move=move, about=about)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (update(published=F("published") + 1), "published is not the sum of its moves"),
        (update(claimed=F("claimed") + 1), "claimed is not the sum of its moves"),
        (update(claimed=F("claimed") - 1), "claimed is not the live bookings and owners"),
        (update(cooling=0), "cooling is not the sum of its moves"),
        (update(returned=1), "returned is not the sum of its moves"),
        (lambda slot: CoolingPlace.objects.filter(pool_slot=slot).delete(), "cooling is not the places that cool"),
        (event("claimed", OWNER), "a place claimed or given back twice"),
        (event("claimed", UUID(int=8)), "an owner without a place, or a place without its owner"),
        (event("added"), "resized otherwise than was told"),
    ],
)
def test_each_way_to_spoil_places_is_named(slot: PoolSlot, spoil: Callable[[PoolSlot], object], said: str) -> None:
    spoil(slot)

    assert faults([slot.pk], ledger(slot), at_the_end=False)[said] == 1


def test_a_place_left_in_a_closed_slot_and_one_claimed_after_it_are_named(slot: PoolSlot) -> None:
    closed(slot)
    PoolSlot.objects.filter(pk=slot.pk).update(published=F("published") + 1)
    PlaceEvent.objects.create(pool_slot=slot, move="claimed", about=uuid4())

    found = faults([slot.pk], ledger(slot))

    assert found["a place stranded in a closed slot"] == 1
    assert found["a place claimed after the slot was closed"] == 1


def test_a_slot_that_nobody_closed_is_named_at_the_end_only(slot: PoolSlot) -> None:
    said = "a slot still open after its cut-off"

    assert faults([slot.pk], ledger(slot))[said] == 1
    assert faults([slot.pk], ledger(slot), at_the_end=False)[said] == 0


@pytest.mark.parametrize("name", PLANTED)
def test_what_the_figure_takes_out_of_a_function_is_in_it(name: str) -> None:
    file, wall, instead = PLANTED[name]

    assert read("reserved_pools", file).count(wall) >= 1
    assert wall != instead
