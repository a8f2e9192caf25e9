"""Who did what to a case and when, in words, newest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from clinics.models import Post
from referral.booking.models import Booking
from referral.booking.noshow import NoShowCause
from referral.cases.models import Referral
from referral.cases.versions import EndingKind
from referral.review.models import AdviceReason
from referral.views.cancelling import reason_words
from referral.views.spans import span_words
from referral.worklist.record import events_about, hand_overs, people, posts
from vault.actor import ActorKind
from vault.changes import Change
from vault.events import Event

# The event of a life → its words and whether the timeline marks it. A case has one entry for each deed: where a booking's
# event and a referral's tell of the same deed, the booking's is shown.
WORDS: Mapping[str, tuple[Any, str]] = {
    "referral.written": (_("referral written"), ""),
    "referral.waiting": (_("put on standby"), ""),
    "referral.submitted": (_("submitted to the hospital"), ""),
    "referral.submission_withdrawn": (_("request to the hospital taken back"), ""),
    "referral.expired": (_("ended without a place"), "warn"),
    "referral.cancelled": (_("referral cancelled"), "warn"),
    "referral.stopped_waiting": (_("taken off standby"), ""),
    "referral.accepted": (_("accepted by the hospital"), ""),
    "referral.asked": (_("hospital asks for more information"), "warn"),
    "referral.answered": (_("question answered"), ""),
    "referral.redirected": (_("redirected inside the hospital"), ""),
    "referral.returned_with_advice": (_("returned with advice"), "warn"),
    "referral.amended": (_("referral amended, new slip"), ""),
    "referral.amendment_read": (_("amendment read by the hospital"), ""),
    "referral.not_attended": (_("patient did not attend"), "warn"),
    "referral.rebooking": (_("to be booked again"), ""),
    "referral.reported": (_("report received"), ""),
    "referral.returned": (_("sent back to the centre"), ""),
    "referral.closed": (_("case closed"), ""),
    "booking.booked": (_("booked"), ""),
    "booking.cancelled": (_("booking cancelled"), "warn"),
    "booking.cancel_undone": (_("cancellation taken back"), ""),
    "booking.resent": (_("message sent again"), ""),
    "booking.confirmed_by_resident": (_("says that she will come"), ""),
    "booking.fulfilment_undone": (_("visit taken back, it was recorded by mistake"), "warn"),
    "booking.moved": (_("moved to another time"), ""),
    "booking.arrived": (_("arrived at the window"), ""),
    "booking.arrival_undone": (_("arrival taken back"), "warn"),
    "booking.fulfilled": (_("visit done"), ""),
    "booking.noshow": (_("visit did not take place"), "warn"),
    "booking.not_seen": (_("came and was not seen"), "warn"),
    "booking.noshow_undone": (_("no-show taken back"), ""),
    "booking.entered_in_error": (_("entered in error"), "warn"),
    "return.sent": (_("return sent to the centre"), ""),
    "return.accepted": (_("taken over by the centre"), ""),
    "return.declined": (_("return declined"), "warn"),
    "return.overdue": (_("nobody took over in time"), "warn"),
    "return.assigned": (_("another owner named"), ""),
    "return.followed_up": (_("followed up"), ""),
    "return.closed": (_("follow-up ended"), ""),
}
SAME_DEED = {
    "referral.moved",
    "referral.cancel_undone",
    "referral.attendance_undone",
    "referral.booked",
    "referral.booking_cancelled",
    "referral.attended",
}
# What a step was for where its name alone would not say it.
BY_REASON: Mapping[str, tuple[Any, str]] = {
    "review_reopened": (_("acceptance taken back by the hospital"), "warn"),
    "acceptance_given_back": (_("acceptance given back"), ""),
    "without_answer": (_("the hospital went on without an answer"), "warn"),
}
REVIEWED = {"referral.accepted": "accepted", "referral.asked": "asked", "referral.redirected": "redirected"} | {
    "referral.returned_with_advice": "returned"
}
# Causes of a missed visit, and the late rules by which somebody was received (C21).
LATE = dict.fromkeys(("received", "in_band", "by_hour", "requeue"), pgettext_lazy("count", "late"))
CODES: Mapping[str, Any] = dict((*AdviceReason.choices, *EndingKind.choices, *NoShowCause.choices, *LATE.items()))
ACTORS = {ActorKind.PATIENT: _("the patient"), ActorKind.SYSTEM: _("system"), ActorKind.ANONYMOUS: _("the patient")}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline."""

    at: datetime
    title: Any
    who: Any
    text: Any
    kind: str


def timeline_of(referral: Referral, bookings: Iterable[Booking], sent_back: Any | None, followers: Iterable[Referral] = ()) -> list[Entry]:
    """Everything that happened to the case, its bookings and its return, and the visits booked from it; five queries."""
    visits = {booking.public_id: booking for booking in bookings}
    about = [referral.public_id, *visits, *([sent_back.public_id] if sent_back else [])]
    events = [event for event in events_about(about).reverse() if event.event not in SAME_DEED or event.reason in BY_REASON]
    handed = hand_overs(about)
    names = People(events, handed)
    took = times_of(referral, events)
    known = [event for event in events if event.event in WORDS or event.reason in BY_REASON]
    entries = [with_time(entry_of(event, names, visits.get(event.object_id)), took.get(event.pk)) for event in known]
    led_on = [led_to(one) for one in followers]
    given = [handed_over(change, names) for change in handed[::-1]]
    entries = sorted([*led_on, *given, *ticked(referral, names), *entries], key=lambda entry: entry.at, reverse=True)
    if entries:
        first = entries[0]
        entries[0] = Entry(first.at, first.title, first.who, first.text, first.kind or "now")
    seen = referral.encounter
    return [*entries, Entry(seen.seen_at, _("seen"), names.of_post(referral.post), seen.note, "")]


def entry_of(event: Event, names: "People", booking: Booking | None) -> Entry:
    """One event in words; a booking says where and when it leads."""
    if event.reason in BY_REASON:
        return Entry(event.at, BY_REASON[event.reason][0], names.of(event), "", BY_REASON[event.reason][1])
    title, kind = WORDS[event.event]
    text: Any = CODES.get(event.reason, reason_words(event.reason)) if event.reason else ""
    if event.event == "booking.cancelled" and booking is not None and booking.cancel_note not in ("", event.reason):
        text = f"{text}　{booking.cancel_note}"
    if event.event == "booking.booked" and booking is not None:
        text = f"{booking.institution.display_short_name} {booking.department.name}"
    return Entry(event.at, title, names.of(event), text, kind)


def ticked(referral: Referral, names: "People") -> list[Entry]:
    """The criteria that were ticked, one line for each act of the doctor (R116)."""
    found: dict[datetime, list[str]] = {}
    for one in referral.met_in_order:
        found.setdefault(one.created_at, []).append(f"{one.disease}：{one.text}")
    return [Entry(at, _("referral criteria met"), names.of_post(referral.post), "；".join(words), "") for at, words in found.items()]


def led_to(follower: Referral) -> Entry:
    """A visit the hospital booked from this one in its consulting room (R120, R121)."""
    booking = next(iter(follower.bookings.all()), None)
    where = f"{booking.department.name}　{booking.visit_date:%m-%d}" if booking else ""
    who = "　".join((follower.post.user.display_name, follower.post.institution.display_short_name))
    return Entry(follower.created_at, _("next visit booked by the hospital"), who, f"{follower.get_follow_kind_display()}　{where}", "")


def times_of(referral: Referral, events: Iterable[Event]) -> dict[int, timedelta]:
    """How long the hospital took for each act of its review, by the event's key; each act leaves one event and one decision."""
    steps = sorted((event for event in events if event.event in REVIEWED), key=lambda event: event.pk)
    if not steps:
        return {}
    decisions = list(referral.decisions.order_by("pk"))
    found: dict[int, timedelta] = {}
    for step in steps:
        decision = next((one for one in decisions if one.decision == REVIEWED[step.event]), None)
        if decision is not None:
            decisions.remove(decision)
            found[step.pk] = decision.waited
    return found


def with_time(entry: Entry, took: timedelta | None) -> Entry:
    """The entry with how long the hospital took."""
    if took is None:
        return entry
    words = gettext("after %(span)s") % {"span": span_words(took)}
    return replace(entry, text=f"{entry.text}　{words}" if entry.text else words)


def handed_over(change: Change, names: "People") -> Entry:
    """A change of owner in words: from whom to whom."""
    who = [names.of_owner(change.old), names.of_owner(change.new)]
    return Entry(change.at, _("handed over"), names.of(change), " → ".join(str(one) for one in who), "")


class People:
    """The names behind the actors of some events and changes of owner, read at once."""

    def __init__(self, events: Iterable[Event], handed: Iterable[Change] = ()) -> None:
        held: list[Event | Change] = [*events, *handed]
        owners = {UUID(said) for change in handed for said in (change.old, change.new) if said}
        self.users = people({one.actor_id for one in held if one.actor_kind == ActorKind.USER and one.actor_id})
        self.posts = posts({one.post_id for one in held if one.post_id} | owners)

    def of_owner(self, said: str) -> Any:
        """The name behind a post's id; without one the work waits for the manager."""
        post = self.posts.get(UUID(said)) if said else None
        return post.user.display_name if post else _("the manager's list")

    def of(self, event: Event | Change) -> Any:
        """Who did it, and where she works."""
        if event.actor_kind != ActorKind.USER or event.actor_id is None:
            return ACTORS.get(ActorKind(event.actor_kind), "")
        user, post = self.users.get(event.actor_id), self.posts.get(event.post_id) if event.post_id else None
        return "　".join(part for part in (user.display_name if user else "", post.institution.display_short_name if post else "") if part)

    def of_post(self, post: Post) -> str:
        return f"{post.user.display_name}　{post.institution.display_short_name}"
