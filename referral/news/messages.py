"""The messages about a district's bookings: which there are, how far they came, and what each is about; never a code or a whole number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking.facts import SHANGHAI
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.credit.models import Breach, Restriction
from referral.disruptions.models import Disruption
from referral.news import sms_words
from referral.news.sms_words import State
from referral.returns.models import Return
from vault.models import Delivery, Message, MessageState
from vault.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of object messages are about: its table, its texts, and where its booking, centre and hospital are.

    What is about no booking has no `number` and is found by none.
    """

    model: Any
    texts: Mapping[str, Any]
    number: str
    hospital: str
    centre: str
    starts_at: str = ""
    patient: str = "patient"

    def of_district(self, district: int, number: str) -> "QuerySet[Any]":
        """The objects of a district, by its hospitals or its centres; of one booking number when asked."""
        rows = self.model.objects.filter(Q(**{f"{self.hospital}__district": district}) | Q(**{f"{self.centre}__district": district}))
        if not number:
            return rows
        return rows.filter(**{self.number: number}) if self.number else rows.none()


SOURCES: Final = (
    Source(Booking, sms_words.ABOUT_BOOKINGS, "number", "institution", "referral__institution", "starts_at"),
    Source(
        Disruption, sms_words.ABOUT_DISRUPTIONS, "booking__number", "booking__institution", "booking__referral__institution",
        "booking__starts_at", "booking__patient",
    ),
    Source(Referral, sms_words.ABOUT_REFERRALS, "number", "institution", "institution"),
    Source(Return, sms_words.ABOUT_RETURNS, "referral__number", "from_institution", "to_institution"),
    Source(
        Breach, sms_words.ABOUT_BREACHES, "booking__number", "institution", "booking__referral__institution", "booking__starts_at"
    ),
    Source(Restriction, sms_words.ABOUT_RESTRICTIONS, "", "institution", "patient__registered_at"),
)  # fmt: skip
A_WEEK, LONGEST = timedelta(days=6), timedelta(days=92)
NUMBER_DIGITS: Final = 16
NOT_A_NUMBER: Final = _("Enter the booking number, 16 digits, as on the slip. Phones and names are not searched here.")
QUEUED: Final = (MessageState.WAITING, MessageState.CLAIMED, MessageState.HELD)
GIVEN_UP: Final = (MessageState.FAILED, MessageState.EXPIRED)
UNNEEDED: Final = (MessageState.OVERTAKEN, MessageState.DROPPED)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which messages: written on these days (both included), of one text, in one state, about one booking number ("" = any)."""

    first: date
    last: date
    text: str = ""
    state: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One message as the district reads it."""

    id: UUID
    at: datetime
    text: str
    title: Any
    state: State
    kind: str
    number: str
    hospital: str
    starts_at: datetime | None
    phone_tail: str
    attempts: int
    ended_at: datetime | None
    failure: Any
    may_resend: bool
    resent: bool


def is_number(text: str) -> bool:
    """Whether this is written like a booking number."""
    return text.isascii() and text.isdigit() and len(text) == NUMBER_DIGITS


def seen_by(by: Acting, number: str = "") -> "QuerySet[Message]":
    """Every message about the district's bookings, each with `how_far` it came; about one booking number when asked.

    Refuses with `not_allowed`. What was written for nobody, so that known and unknown numbers cost the same, is no message.
    """
    if not by.can(Capability.SEE_MESSAGES):
        raise Refusal("not_allowed", _("Your role does not include this."))
    return with_states(Message.objects.filter(_about(by.district_id, number)).exclude(state=MessageState.WITHHELD))


def messages_of(by: Acting, asked: Asked) -> "QuerySet[Message]":
    """The messages asked for, the newest first; a number is looked for on all days. Refuses with `not_allowed`."""
    rows = seen_by(by, asked.number)
    rows = rows if asked.number else rows.filter(_within(asked))
    return (rows.filter(template=asked.text) if asked.text else rows).order_by("-public_id")


def in_state(rows: "QuerySet[Message]", state: str) -> "QuerySet[Message]":
    """Those that came just so far; all without a state."""
    return rows.filter(how_far=state) if state else rows


def counted(rows: "QuerySet[Message]") -> dict[str, int]:
    """How many came how far, every state named; one query."""
    found = dict(rows.order_by().values_list("how_far").annotate(n=Count("pk")))
    return {state.value: found.get(state.value, 0) for state in State}


def with_states(rows: "QuerySet[Message]") -> "QuerySet[Message]":
    """Messages with how far they came; what the provider reported of any attempt decides over what we know ourselves."""
    receipts = Delivery.objects.filter(message=OuterRef("pk")).exclude(receipt="").order_by("-attempt")
    return rows.annotate(receipt=Subquery(receipts.values("receipt")[:1])).annotate(
        how_far=Case(
            When(receipt="delivered", then=Value(State.DELIVERED.value)),
            When(Q(receipt="undelivered") | Q(state__in=GIVEN_UP), then=Value(State.FAILED.value)),
            When(state__in=QUEUED, then=Value(State.QUEUED.value)),
            When(state__in=UNNEEDED, then=Value(State.SUPERSEDED.value)),
            default=Value(State.SENT.value),
            output_field=CharField(),
        )
    )


def lines_of(messages: Iterable[Message]) -> list[Line]:
    """These messages with what they are about; a fixed number of queries."""
    rows = list(messages)
    about = {key: row for source in SOURCES for key, row in _objects(source, rows).items()}
    again = set(Message.objects.filter(version__in=[-row.pk for row in rows]).values_list("version", flat=True))
    last = {one.message_id: one for one in Delivery.objects.filter(message__in=rows).order_by("attempt")}
    return [_line(row, about.get(row.about, {}), last.get(row.pk), resent=-row.pk in again) for row in rows]


def last_about(public_id: UUID) -> tuple[Any, datetime] | None:
    """How far the last message about one object came, in words, and since when; None when nothing was written to a number."""
    last: Any = with_states(Message.objects.filter(about=public_id).exclude(state=MessageState.WITHHELD)).order_by("-pk").first()
    return (State(last.how_far).label, last.settled_at or last.created_at) if last is not None else None


def made_since(at: datetime) -> UUID:
    """Below every public id made from this moment on: they begin with the milliseconds of their making."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def _about(district: int, number: str) -> Q:
    scope = Q(pk__in=[])
    for source in SOURCES:
        theirs = source.of_district(district, number).filter(public_id=OuterRef("about"))
        scope |= Q(Exists(theirs), template__in=list(source.texts))
    return scope


def _within(asked: Asked) -> Q:
    """Written on these days in Beijing; public ids follow time, so that their index finds them."""
    begin = datetime.combine(asked.first, time.min, SHANGHAI)
    end = datetime.combine(asked.last + timedelta(days=1), time.min, SHANGHAI)
    slack = timedelta(hours=1)  # between making the id and the row
    near = Q(public_id__gte=made_since(begin - slack), public_id__lt=made_since(end + slack))
    return near & Q(created_at__gte=begin, created_at__lt=end)


def _objects(source: Source, rows: Iterable[Message]) -> dict[UUID, dict[str, Any]]:
    ids = {row.about for row in rows if row.template in source.texts}
    if not ids:
        return {}
    fields: dict[str, Any] = {"n": F(source.number) if source.number else Value(""), "place": F(f"{source.hospital}__short_name")}
    fields |= {"starts": F(source.starts_at)} if source.starts_at else {}
    return {row["public_id"]: row for row in source.model.objects.filter(public_id__in=ids).values("public_id", **fields)}


def _line(message: Any, about: Mapping[str, Any], last: Delivery | None, *, resent: bool) -> Line:
    state = State(message.how_far)
    failed = state == State.FAILED
    said = sms_words.failure(last.receipt_code or last.code, last.outcome, last.receipt) if failed and last else ""
    return Line(
        message.public_id, message.created_at, message.template, sms_words.TITLES[message.template], state, sms_words.STATE_KINDS[state],
        about.get("n", ""), about.get("place", ""), about.get("starts"), message.phone[-4:] if message.phone else "", message.attempts,
        (last.receipt_at or last.ended_at) if last else None, said, failed and not resent, resent,
    )  # fmt: skip
