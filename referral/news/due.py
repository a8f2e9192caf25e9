"""What the clock brings: rights that run out soon, and messages to patients that will never arrive."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from clinics.models import Post
from clinics.right_queries import SOON
from permissions.models import ReferralRight
from referral.booking.models import Booking
from referral.inbox.tell import answering_for, managers_of, tell
from referral.news.messages import made_since
from vault.models import Message, MessageState

LOOKED_BACK: Final = timedelta(days=3)
AT_ONCE: Final = 500


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


@transaction.atomic(durable=True)
def tell_of_lost_messages(now: datetime) -> int:
    """Use case: the doctor of a live booking hears once that a message about it did not arrive, so that she calls; says how many."""
    lost = Q(state=MessageState.FAILED) | Q(deliveries__receipt="undelivered")
    messages = Message.objects.filter(lost, public_id__gte=made_since(now - LOOKED_BACK)).order_by("pk").distinct()
    versions: dict[UUID, int] = dict(messages.values_list("about", "version")[:AT_ONCE])
    rows = Booking.objects.filter(public_id__in=versions, status="booked", starts_at__gt=now)
    bookings = list(rows.select_related("referral__owner__user", "referral__owner__institution", "referral__institution").order_by("pk"))
    for one in bookings:
        people = answering_for(one.referral.owner, one.referral.institution)
        tell(people, "message_failed", about=one.public_id, version=versions[one.public_id])
    return len(bookings)
