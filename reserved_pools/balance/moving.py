"""Carries an accepted move out, band by band and kind by kind."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from clinics.models import ClinicSession
from reserved_pools import resizing
from reserved_pools.models import PoolKind, PoolSlot, Rebalancing
from reserved_pools.returned import GIVEN_EARLY
from vault.refusal import Refusal
from vault.transactions import requires_transaction

MOVED: Final = "rebalanced"


def move_places(done: Rebalancing) -> None:
    """Step: shrink the one session's bands where most is free, and let the other's grow where most room is; the caller holds their rows."""
    requires_transaction()
    slots = list(PoolSlot.objects.filter(slot__session=done.from_session, closed_at=None).select_related("slot").order_by("pk"))
    referral = [one for one in slots if one.kind == PoolKind.COMMUNITY_REFERRAL]
    for band, places in zip(referral, resizing.deal(done.places, [_left(one) for one in referral]), strict=True):
        _shrink(done, band, slots, places)
    if done.to_session is not None:
        _grow(done, done.to_session)


def _shrink(done: Rebalancing, band: PoolSlot, slots: list[PoolSlot], places: int) -> None:
    if not places:
        return
    given = done.to_session is None
    residents = None if given else resizing.direct_part(band, slots)
    reason = GIVEN_EARLY if given else MOVED
    _must(resizing.resize(band.pk, -places, reason=reason, about=done.public_id))
    if residents is not None:
        _must(resizing.resize(residents.pk, places, reason=reason, about=done.public_id))


def _grow(done: Rebalancing, session: ClinicSession) -> None:
    slots = list(PoolSlot.objects.filter(slot__session=session, closed_at=None).select_related("slot").order_by("pk"))
    residents = {one.slot_id: one for one in slots if one.kind == PoolKind.RESIDENT_DIRECT}
    referral = [one for one in slots if one.kind == PoolKind.COMMUNITY_REFERRAL and not one.slot.is_blocked]
    room = [one.slot.capacity - one.published - _kept(residents.get(one.slot_id)) for one in referral]
    for band, places in zip(referral, resizing.deal(done.places, room), strict=True):
        own = residents.get(band.slot_id)
        from_residents = min(places, _left(own)) if own else 0
        if own is not None and from_residents:
            _must(resizing.resize(own.pk, -from_residents, reason=MOVED, about=done.public_id))
        if places:
            _must(resizing.resize(band.pk, places, reason=MOVED, about=done.public_id))


def _left(one: PoolSlot) -> int:
    return one.published - one.claimed - one.held - one.cooling - one.returned


def _kept(one: PoolSlot | None) -> int:
    return one.published - _left(one) if one else 0


def _must(done: bool) -> None:
    """The pool slots are locked and were counted: what cannot be done now was closed in between."""
    if not done:
        raise Refusal("stale_state", _("The places of this clinic have just changed. Look at the new numbers and decide again."))
