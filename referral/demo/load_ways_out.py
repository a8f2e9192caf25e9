"""The ways out of a booking in the demonstration: one moved, and one visit booked from a consulting room, by the people's own acts."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from clinics.models import Post
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.roles import Role
from referral.booking.models import Booking, BookingMode
from referral.booking.move import is_movable, move
from referral.booking.next_visit import Wish, book_next, next_places
from referral.cases.models import FollowKind
from reserved_pools.queries import Wanted, availability
from vault.refusal import Refusal
from vault.states import Event

AHEAD = timedelta(days=14)
TRIED = 5  # places tried before the demonstration goes on without


def load_ways_out() -> int:
    """Promise that each of them was done once, where a place is free; answers how many were done now."""
    return _moved() + _next_visit()


def _moved() -> int:
    if Booking.objects.filter(status="moved").exists():
        return 0
    rights = ReferralRight.objects.in_force()
    rows = Booking.objects.filter(status="booked", mode=BookingMode.COMMUNITY, post__right__in=rights)
    rows = rows.select_related("post__user", "institution", "pool_slot")
    for booking in [one for one in rows.order_by("-visit_date", "-pk")[:TRIED] if is_movable(one, timezone.now())]:
        by = Acting(booking.post.user, Role(booking.post.kind), booking.post)
        today = timezone.localdate()
        wanted = Wanted(today, today + AHEAD, institution=booking.institution.public_id, department=booking.standard_code, kind="clinic")
        free = [row["id"] for row in availability(by, wanted, today=today) if row["remaining"]]
        for place in [one for one in free if one != booking.pool_slot.public_id][:TRIED]:
            try:
                move(booking.public_id, pool_slot=place, expected_version=booking.version, key=str(uuid4()), by=by)
            except Refusal:
                continue
            return 1
    return 0


def _next_visit() -> int:
    if Booking.objects.filter(mode=BookingMode.CONSULTATION).exists():
        return 0
    seen = Booking.objects.filter(status="fulfilled").select_related("department").order_by("-visit_date", "pk")[:TRIED]
    for visit in seen:
        by = _who_saw(visit)
        if by is None:
            continue
        places = next_places(visit, FollowKind.NEXT, by, service_kind="clinic")
        for place in places.filter(visit_date__gt=visit.visit_date).order_by("-visit_date", "starts_at", "pk")[:TRIED]:  # the latest first
            wish = Wish(place.public_id, FollowKind.NEXT, "两周后复查，调整用药")
            try:
                book_next(visit.public_id, wish, key=str(uuid4()), by=by)
            except Refusal:
                continue
            return 1
    return 0


def _who_saw(visit: Booking) -> Acting | None:
    """The doctor who recorded the visit, under the post she did it with."""
    event = Event.objects.filter(object_id=visit.public_id, target="fulfilled").order_by("-id").first()
    post = Post.objects.live().complete().filter(public_id=event.post_id).first() if event and event.post_id else None
    return Acting(post.user, Role(post.kind), post) if post else None
