"""Referrals by program: written from a visit, listed, read with their whole story, changed or dropped while a draft."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.criteria.focus import KEYS as FOCUS_KEYS
from permissions.acting import Acting
from permissions.doors import (
    IF_MATCH,
    Api,
    Needs,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictSerializer,
    StrictUUIDField,
    etag,
    if_match,
)
from permissions.doors.paging import PageQuery, page_of
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.api.asking import PlaceRequestBody, request_body
from referral.api.bookings import BookingBody
from referral.api.bookings import described as booking_described
from referral.api.criteria import KeptCriterion, kept_body
from referral.api.versions import versioned
from referral.booking.end_case import cancel_referral
from referral.booking.models import LIVE, Booking, CancelCause
from referral.booking.who_cancels import may_cancel
from referral.cases.booker import Booker, booker_of
from referral.cases.criteria import MOST_TICKED
from referral.cases.emergencies import SIGNS, advice_on
from referral.cases.models import FollowKind, Priority, Referral, ReferralStatus
from referral.cases.place_requests import requests_of
from referral.cases.queries import referral_of, referrals_of, steps_open_to
from referral.cases.write import Record, edit_draft, write_referral
from referral.returns.queries import returns_of
from referral.worklist.record import events_about
from vault.audit import saw
from vault.events import Event

SEES_CASES = Needs(Capability.WRITE_REFERRAL, Capability.RECORD_VISIT)
WRITES = Needs(Capability.WRITE_REFERRAL)
CANCELLING = frozenset({"cancelled", "booking_cancelled"})


class GivenBooker(StrictSerializer):
    """Whoever asks in the resident's stead (R105)."""

    name = StrictCharField(max_length=100, lines=False)
    relation = StrictCharField(max_length=20, lines=False)
    phone = StrictCharField(max_length=30, lines=False)


class ShownBooker(serializers.Serializer[Any]):
    """The same as the referring unit reads it: her phone by its last four."""

    name = serializers.CharField()
    relation = serializers.CharField()
    phone_tail = serializers.CharField()


class WrittenRecord(StrictSerializer):
    """What the doctor writes, at the lengths of WS 445.16."""

    reason = StrictCharField(max_length=100)
    impression = StrictCharField(max_length=2000)
    present_history = StrictCharField(max_length=2000)
    past_history = StrictCharField(max_length=2000, required=False, default="", allow_blank=True)
    treatment = StrictCharField(max_length=2000, required=False, default="", allow_blank=True)
    priority = StrictChoiceField(choices=Priority.choices, required=False, default=Priority.ROUTINE)
    emergency_sign = StrictChoiceField(choices=[sign.code for sign in SIGNS], required=False, default="", allow_blank=True)
    truth_accepted = StrictBooleanField()
    criteria = serializers.ListField(child=StrictUUIDField(), required=False, default=list, max_length=MOST_TICKED)
    booker = GivenBooker(required=False)


class ReferralEntry(serializers.Serializer[Any]):
    """A referral in a list."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    status = serializers.ChoiceField(choices=ReferralStatus.choices)
    version = serializers.IntegerField()
    patient = serializers.UUIDField()
    patient_name = serializers.CharField()
    reason = serializers.CharField()
    priority = serializers.ChoiceField(choices=Priority.choices)
    emergency_sign = serializers.CharField(allow_blank=True)
    focus = serializers.ListField(child=serializers.ChoiceField(choices=FOCUS_KEYS), help_text="focus diseases of the diagnosis (R115)")
    created_at = serializers.DateTimeField()


class ReferralWritten(ReferralEntry):
    """The same with what may be done next."""

    actions = serializers.ListField(child=serializers.CharField())
    emergency_advice = serializers.CharField(allow_blank=True)


class TimelineEntry(serializers.Serializer[Any]):
    """One thing that happened to the referral, its bookings or its return."""

    kind = serializers.CharField()
    event = serializers.CharField()
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    target = serializers.CharField()
    actor = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class ReferralBody(ReferralWritten):
    """The whole case."""

    encounter = serializers.UUIDField()
    owner = serializers.UUIDField(allow_null=True)
    impression = serializers.CharField()
    present_history = serializers.CharField()
    past_history = serializers.CharField(allow_blank=True)
    treatment = serializers.CharField(allow_blank=True)
    criteria = KeptCriterion(many=True)
    booker = ShownBooker(allow_null=True)
    booking = BookingBody(allow_null=True)
    place_request = PlaceRequestBody(allow_null=True, help_text="what a hospital was asked last before a booking (R072)")
    sent_back = serializers.UUIDField(allow_null=True)
    follows = serializers.UUIDField(allow_null=True, help_text="the referral whose visit led to this one, at the hospital")
    follow_kind = serializers.ChoiceField(choices=FollowKind.choices, allow_blank=True)
    followed_by = serializers.ListField(child=serializers.UUIDField())
    timeline = TimelineEntry(many=True)


class Referrals(Api):
    """The referrals of the acting unit, or those a hospital received, newest first."""

    policies = {"GET": SEES_CASES, "POST": WRITES}

    class Query(PageQuery):
        status = StrictChoiceField(choices=ReferralStatus.choices, required=False)
        focus = StrictChoiceField(choices=FOCUS_KEYS, required=False)

    class Input(WrittenRecord):
        patient = StrictUUIDField()
        encounter = StrictUUIDField()

    class Output(serializers.Serializer[Any]):
        results = ReferralEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="referrals_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        found = referrals_of(self.acting).order_by("-pk")
        if "status" in given:
            found = found.filter(status=given["status"])
        if "focus" in given:
            found = found.filter(focus__contains=given["focus"])
        return page_of(request, found, given["page"], entry)

    @extend_schema(request=Input, responses={201: ReferralWritten}, operation_id="referrals_write")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        patient, encounter, truth = given.pop("patient"), given.pop("encounter"), given.pop("truth_accepted")
        also: dict[str, Any] = {"booker": Booker(**given.pop("booker", {})), "criteria": given.pop("criteria")}
        referral = write_referral(encounter, Record(**given), truth_accepted=truth, by=self.acting, patient=patient, **also)
        return versioned(written(self.acting, referral), etag(referral), status=201)


class ReferralDetail(Api):
    """One case: what was written, the booking, what happened, what may be done; a draft may be written anew."""

    policies = {"GET": SEES_CASES, "PUT": WRITES}

    @extend_schema(responses=ReferralBody, operation_id="referrals_read")
    def get(self, request: Request, referral: UUID) -> Response:
        found = referral_of(self.acting, referral)
        answer = versioned(body(self.acting, found), etag(found))
        saw(self.acting.actor, "referral", found.public_id, "api")
        return answer

    @extend_schema(request=WrittenRecord, responses=ReferralWritten, parameters=[IF_MATCH], operation_id="referrals_edit")
    def put(self, request: Request, referral: UUID) -> Response:
        version, given = if_match(request), self.read(WrittenRecord)
        truth = given.pop("truth_accepted")
        also: dict[str, Any] = {"booker": Booker(**given.pop("booker", {})), "criteria": given.pop("criteria")}
        edited = edit_draft(referral, Record(**given), expected_version=version, truth_accepted=truth, by=self.acting, **also)
        return versioned(written(self.acting, edited), etag(edited))


class ReferralCancel(Api):
    """The referral is not needed any more: a draft, or one whose booking is cancelled with it; If-Match is the referral's version.

    `reason` is one of the codes the doctor's page offers, `other` with its words in `note`; or free words, kept as that note.
    """

    policies = {"POST": WRITES}

    class Input(StrictSerializer):
        reason = StrictCharField(max_length=200, required=False, default="", allow_blank=True)
        note = StrictCharField(max_length=200, required=False, default="", allow_blank=True)

    @extend_schema(request=Input, responses=ReferralWritten, parameters=[IF_MATCH], operation_id="referrals_cancel")
    def post(self, request: Request, referral: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        dropped = cancel_referral(referral, expected_version=version, by=self.acting, **given)
        return versioned(written(self.acting, dropped), etag(dropped))


def entry(referral: Referral) -> dict[str, Any]:
    """A referral as plain values; the name masked."""
    return {
        "id": referral.public_id,
        "number": referral.number,
        "status": referral.status,
        "version": referral.version,
        "patient": referral.patient.public_id,
        "patient_name": mask_name(referral.patient.name),
        "reason": referral.reason,
        "priority": referral.priority,
        "emergency_sign": referral.emergency_sign,
        "focus": referral.focus.split(),
        "created_at": referral.created_at,
    }


def written(acting: Acting, referral: Referral) -> dict[str, Any]:
    """A referral with what may be done next; with an emergency sign, what has to be done now."""
    advice = advice_on(referral.emergency_sign) if referral.emergency_sign else ""
    return entry(referral) | {"actions": actions(acting, referral), "emergency_advice": advice}


def actions(acting: Acting, referral: Referral) -> list[str]:
    """What this person may do now, from the one table; each step once, by the name of its event."""
    return sorted({step.event.removeprefix("referral.") for step in steps_open_to(acting, referral)})


def may_step(live: Booking, step: str) -> bool:
    """Whether its booking leaves this step to the unit that made it (C19)."""
    return step not in CANCELLING or may_cancel(live, CancelCause.BY_REFERRER)


def body(acting: Acting, referral: Referral) -> dict[str, Any]:
    """The whole case as plain values."""
    bookings = list(referral.bookings.select_related("institution", "department", "referral", "pool_slot__slot__session").order_by("-pk"))
    live = next((booking for booking in bookings if booking.status in (*LIVE, "fulfilled", "noshow")), None)
    sent_back = returns_of(acting).filter(referral=referral).first()
    about = [referral.public_id, *(b.public_id for b in bookings), *([sent_back.public_id] if sent_back else [])]
    return written(acting, referral) | {
        "actions": [one for one in actions(acting, referral) if live is None or may_step(live, one)],
        "encounter": referral.encounter.public_id,
        "owner": referral.owner.public_id if referral.owner else None,
        "impression": referral.impression,
        "present_history": referral.present_history,
        "past_history": referral.past_history,
        "treatment": referral.treatment,
        "criteria": kept_body(referral),
        "booker": booker_of(referral) if acting.can(Capability.WRITE_REFERRAL) else None,
        "booking": booking_described(live, with_code=acting.can(Capability.BOOK)) if live else None,
        "place_request": request_body(asked) if (asked := requests_of(referral).first()) else None,
        "sent_back": sent_back.public_id if sent_back else None,
        "follows": referral.follows.public_id if referral.follows else None,
        "follow_kind": referral.follow_kind,
        "followed_by": list(referral.followed_by.order_by("pk").values_list("public_id", flat=True)),
        "timeline": [happened(event) for event in events_about(about)],
    }


def happened(event: Event) -> dict[str, Any]:
    """One event as plain values."""
    names = ("kind", "event", "source", "target", "reason", "at")
    return {name: getattr(event, name) for name in names} | {"actor": event.actor_kind}
