"""Visits of stopped clinics for programs: the list, the lawful times instead, the choice, and what a call came to (R126-R128)."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

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
from referral.api.versions import versioned
from referral.disruptions import choose
from referral.disruptions.choose import NOTHING_HERE, Chooser
from referral.disruptions.models import CallFor, Choice, ChosenBy, Disruption, DisruptionStatus
from referral.disruptions.negotiate import LONGEST_NOTE, CallOutcome, for_hospital, note_call
from referral.disruptions.queries import disruptions_seen_by, times_for
from referral.disruptions.stand_in import stand_in_for
from reserved_pools.models import PoolSlot
from vault.audit import saw, saw_many
from vault.refusal import Refusal, invalid

SEEING = Needs(Capability.MANAGE_POOLS, Capability.BOOK)
CALLING = Needs(Capability.MANAGE_POOLS)


class OfferedTime(serializers.Serializer[Any]):
    """One place that could be taken instead."""

    id = serializers.UUIDField()
    institution = serializers.UUIDField()
    institution_name = serializers.CharField()
    department_name = serializers.CharField()
    slot_class = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class StoppedVisit(serializers.Serializer[Any]):
    """One booking whose clinic was stopped; the name masked, `held` the substitute kept until `held_until`, `examination` its item."""

    id = serializers.UUIDField()
    stop = serializers.UUIDField()
    booking = serializers.UUIDField()
    number = serializers.CharField()
    name = serializers.CharField()
    phone_tail = serializers.CharField(allow_blank=True)
    examination = serializers.CharField(allow_blank=True)
    starts_at = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=DisruptionStatus.choices)
    version = serializers.IntegerField()
    call_for = serializers.ChoiceField(choices=CallFor.choices, allow_blank=True)
    calls = serializers.IntegerField()
    held = OfferedTime(allow_null=True)
    held_until = serializers.DateTimeField(allow_null=True)
    choice = serializers.ChoiceField(choices=Choice.choices, allow_blank=True)
    chosen_by = serializers.ChoiceField(choices=ChosenBy.choices, allow_blank=True)
    new_booking = serializers.UUIDField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class StoppedVisitDetail(StoppedVisit):
    """One of them with the lawful times that could be taken instead."""

    times = OfferedTime(many=True)


class StoppedVisitsPage(serializers.Serializer[Any]):
    """One page of them."""

    results = StoppedVisit(many=True)
    next = serializers.URLField(allow_null=True)


class StoodInAnswer(serializers.Serializer[Any]):
    """How many patients are told that another doctor sees them."""

    told = serializers.IntegerField()


class Disruptions(Api):
    """A coordinator's: the stopped visits of her hospitals. A doctor's: those of her unit's referrals. The nearest first."""

    policies = {"GET": SEEING}

    class Query(PageQuery):
        status = StrictChoiceField(choices=DisruptionStatus.choices, required=False)
        stop = StrictUUIDField(required=False)

    @extend_schema(parameters=[Query], responses=StoppedVisitsPage, operation_id="disruptions_list")
    def get(self, request: Request) -> Response:
        asked = self.asked(self.Query)
        rows = disruptions_seen_by(self.acting)
        if "status" in asked:
            rows = rows.filter(status=asked["status"])
        if "stop" in asked:
            rows = rows.filter(stop__public_id=asked["stop"])
        answer = page_of(request, rows.order_by("booking__starts_at", "pk"), asked["page"], described)
        saw_many(self.acting.actor, "booking", [one["booking"] for one in answer.data["results"]], "stopped visits")
        return answer


class OneDisruption(Api):
    """One stopped visit and the lawful times instead."""

    policies = {"GET": SEEING}

    @extend_schema(responses=StoppedVisitDetail, operation_id="disruptions_read")
    def get(self, request: Request, disruption: UUID) -> Response:
        held = seen(self.acting, disruption)
        times = times_for(held) if choose.may_choose(held, part_of(self.acting)) else []
        saw(self.acting.actor, "booking", held.booking.public_id, "stopped visit")
        return versioned(described(held) | {"times": [offered(one) for one in times]}, etag(held))


class DisruptionChoose(Api):
    """The held substitute, another lawful time, or giving the visit up; for the patient by her doctor or the hospital."""

    policies = {"POST": SEEING}

    class Input(StrictSerializer):
        choice = StrictChoiceField(choices=[one for one in Choice.choices if one[0]])
        pool_slot = StrictUUIDField(required=False)
        note = StrictCharField(max_length=LONGEST_NOTE, required=False, default="", allow_blank=True, lines=False)

    @extend_schema(request=Input, responses=StoppedVisit, parameters=[IF_MATCH], operation_id="disruptions_choose")
    def post(self, request: Request, disruption: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        held, by = seen(self.acting, disruption), chooser(self.acting)
        if given["choice"] == Choice.ACCEPT:
            choose.accept(held, expected_version=version, by=by)
        elif given["choice"] == Choice.DECLINE:
            choose.decline(held, expected_version=version, by=by, note=given["note"])
        elif "pool_slot" not in given:
            raise invalid("pool_slot", _("Name the place that is taken instead."))
        else:
            choose.take_other(held, given["pool_slot"], expected_version=version, by=by, note=given["note"])
        return answered(self.acting, disruption)


class DisruptionCall(Api):
    """What a call came to while nothing is settled."""

    policies = {"POST": CALLING}

    class Input(StrictSerializer):
        outcome = StrictChoiceField(choices=CallOutcome.choices)
        note = StrictCharField(max_length=LONGEST_NOTE, required=False, default="", allow_blank=True, lines=False)

    @extend_schema(request=Input, responses=StoppedVisit, parameters=[IF_MATCH], operation_id="disruptions_call")
    def post(self, request: Request, disruption: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        note_call(disruption, given["outcome"], note=given["note"], expected_version=version, by=self.acting)
        return answered(self.acting, disruption)


class DisruptionSettle(Api):
    """Something was agreed outside the platform, or nobody could be reached; or who has arrived is seen by somebody else of the hospital.

    `tell_patient` writes to her that the visit is off; with `seen_here` nothing ends but the disruption.
    """

    policies = {"POST": CALLING}

    class Input(StrictSerializer):
        note = StrictCharField(max_length=LONGEST_NOTE, lines=False)
        tell_patient = StrictBooleanField(required=False, default=False)
        seen_here = StrictBooleanField(required=False, default=False)

    @extend_schema(request=Input, responses=StoppedVisit, parameters=[IF_MATCH], operation_id="disruptions_settle")
    def post(self, request: Request, disruption: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        held, by = seen(self.acting, disruption), for_hospital(self.acting)
        if given["seen_here"]:
            choose.seen_here(held, note=given["note"], expected_version=version, by=by)
        else:
            choose.settle_otherwise(held, note=given["note"], tell_patient=given["tell_patient"], expected_version=version, by=by)
        return answered(self.acting, disruption)


class SessionStandIn(Api):
    """Another doctor holds this session; nobody moves and everybody booked is told."""

    policies = {"POST": CALLING}

    class Input(StrictSerializer):
        practitioner = StrictUUIDField()
        reason = StrictCharField(max_length=LONGEST_NOTE, lines=False)

    @extend_schema(request=Input, responses=StoodInAnswer, parameters=[IF_MATCH], operation_id="clinic_sessions_stand_in")
    def post(self, request: Request, session: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        done = stand_in_for(session, given["practitioner"], reason=given["reason"], expected_version=version, by=self.acting)
        return Response({"told": done.told})


def seen(acting: Acting, public_id: UUID) -> Disruption:
    """One stopped visit this person may see; everything else is not found alike."""
    found = disruptions_seen_by(acting).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def chooser(acting: Acting) -> Chooser:
    """In which part somebody chooses for the patient."""
    return for_hospital(acting) if acting.can(Capability.MANAGE_POOLS) else Chooser(acting.actor, ChosenBy.REFERRER, acting)


def part_of(acting: Acting) -> ChosenBy:
    """The same, for reading only."""
    return ChosenBy.HOSPITAL if acting.can(Capability.MANAGE_POOLS) else ChosenBy.REFERRER


def answered(acting: Acting, public_id: UUID) -> Response:
    """The stopped visit as it now is."""
    held = seen(acting, public_id)
    return versioned(described(held), etag(held))


def described(one: Disruption) -> dict[str, Any]:
    """One stopped visit as plain values."""
    booking, patient, service = one.booking, one.booking.patient, one.booking.pool_slot.service
    return {
        "id": one.public_id, "stop": one.stop.public_id, "booking": booking.public_id, "number": booking.number,
        "name": mask_name(patient.name), "phone_tail": patient.phone_tail or patient.landline_tail,
        "examination": service.name if service.is_booked_by_name else "", "starts_at": booking.starts_at,
        "status": one.status, "version": one.version, "call_for": one.call_for, "calls": one.calls,
        "held": offered(one.pool_slot) if one.pool_slot else None, "held_until": one.held_until, "choice": one.choice,
        "chosen_by": one.chosen_by, "new_booking": one.new_booking.public_id if one.new_booking else None, "note": one.note,
    }  # fmt: skip


def offered(slot: PoolSlot) -> dict[str, Any]:
    """One place as plain values; no doctor's name (R081)."""
    return {
        "id": slot.public_id, "institution": slot.institution.public_id, "institution_name": slot.institution.name,
        "department_name": slot.department.name, "slot_class": slot.slot_class, "starts_at": slot.starts_at, "ends_at": slot.ends_at,
    }  # fmt: skip
