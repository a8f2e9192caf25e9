"""What the clock brings: rights that run out soon, and messages to patients that will never arrive."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from clinics.models import Post
from clinics.right_queries import SOON
from permissions.models import ReferralRight
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.credit.models import Breach
from referral.disruptions.models import Disruption
from referral.inbox.models import Notice
from referral.inbox.tell import answering_for, managers_of, tell
from referral.news.addressee import TO_BOOKERS
from referral.news.messages import made_since
from referral.news.sms_words import ABOUT_BREACHES, OF_VISITS_OFF, TITLES
from vault.models import Delivery, Message, MessageState

LOOKED_BACK: Final = timedelta(days=3)
AT_ONCE: Final = 500
LOST_KINDS: Final = ("message_failed", "booker_not_told", "ending_not_told")
BEHIND: Final = ("referral__owner__user", "referral__owner__institution", "referral__institution")


@transaction.atomic(durable=True)
def tell_of_expiring(now: datetime) -> int:
    """Use case: doctors whose right in force runs out within thirty days, and their managers, hear of it once; says how many rights."""
    soon = ReferralRight.objects.in_force().filter(valid_to__lte=now + SOON).select_related("user", "post__institution").order_by("pk")
    rights = list(soon)
    for right in rights:
        post: Post | None = getattr(right, "post", None)
        managers = managers_of([post.institution]) if post is not None else []
        tell([right.user, *managers], "right_expiring", about=right.public_id, version=right.version)
    return len(rights)


def tell_of_lost_messages(now: datetime) -> int:
    """Promise that whoever answers for a case hears once of each message about it that did not arrive, so that she calls; how many.

    Of a place that is booked, of a visit that is off or stopped, while it lies ahead; of a no-show; of a request that ended without
    a place. Some hundred in a transaction, until none is left: what was told before is passed over, so that after an outage
    none waits behind others.
    """
    last = told = 0
    while found := _lost(now, after=last):
        told += _tell_of(found, now)
        last = found[-1].pk
    return told


def _lost(now: datetime, *, after: int) -> list[Message]:
    """Some hundred messages of the last days that did not arrive, from the oldest on."""
    lost = Q(state=MessageState.FAILED) | Exists(Delivery.objects.filter(message=OuterRef("pk"), receipt="undelivered"))
    rows = Message.objects.filter(lost, pk__gt=after, public_id__gte=made_since(now - LOOKED_BACK), template__in=list(TITLES))
    return list(rows.order_by("pk")[:AT_ONCE])


@transaction.atomic(durable=True)
def _tell_of(messages: Sequence[Message], now: datetime) -> int:
    """Use case: the notices of these; the message's own number is their version, so that each is told once."""
    ids = [one.about for one in messages]
    bookings = {of: row for source in BY_BOOKING for of, row in source(ids)}
    ended = {row.public_id: row for row in Referral.objects.filter(public_id__in=ids).select_related("owner__user", "institution")}
    about = {one.pk: _news_of(one, bookings.get(one.about), ended.get(one.about), now) for one in messages}
    known = Notice.objects.filter(kind__in=LOST_KINDS, about__in={news[1] for news in about.values() if news}, version__in=about)
    for pk in set(known.values_list("version", flat=True)):
        del about[pk]
    fresh = {pk: news for pk, news in about.items() if news}
    for pk, (kind, of, referral) in fresh.items():
        tell(answering_for(referral.owner, referral.institution), kind, about=of, version=pk)
    return len(fresh)


def _news_of(message: Message, booking: Booking | None, ended: Referral | None, now: datetime) -> tuple[str, UUID, Referral] | None:
    """The kind of notice, what it is about, and whose referral that is; None when nobody has to call."""
    if booking is not None and _matters(message, booking, now):
        kind = "booker_not_told" if message.template in TO_BOOKERS else "message_failed"
        return kind, booking.public_id, booking.referral
    return None if ended is None else ("ending_not_told", ended.public_id, ended)


def _matters(message: Message, booking: Booking, now: datetime) -> bool:
    """Whether somebody has to call: what was said of a visit is nothing any more once it is over, or the booking became another."""
    if message.template in ABOUT_BREACHES:
        return True
    if booking.starts_at <= now:
        return False
    off = booking.status == "cancelled" and message.template in OF_VISITS_OFF
    return off or booking.status == "booked"


def _booked(ids: Sequence[UUID]) -> Iterator[tuple[UUID, Booking]]:
    for row in Booking.objects.filter(public_id__in=ids).select_related(*BEHIND):
        yield row.public_id, row


def _stopped(ids: Sequence[UUID]) -> Iterator[tuple[UUID, Booking]]:
    rows = Disruption.objects.filter(public_id__in=ids, status="open")
    for row in rows.select_related("booking", *(f"booking__{name}" for name in BEHIND)):
        yield row.public_id, row.booking


def _missed(ids: Sequence[UUID]) -> Iterator[tuple[UUID, Booking]]:
    rows = Breach.objects.filter(public_id__in=ids)
    for row in rows.select_related("booking", *(f"booking__{name}" for name in BEHIND)):
        yield row.public_id, row.booking


BY_BOOKING: Final = (_booked, _stopped, _missed)
