"""Controlled documents by program: listed, proposed, decided by a second administrator, lifted by two (R014, R026)."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import IF_MATCH, Api, Needs, StrictCharField, StrictChoiceField, StrictSerializer, etag, if_match
from permissions.doors.paging import PageQuery, page_of
from permissions.identity.documents import DocumentType
from permissions.roles import Capability
from referral.api.patients import GivenDocument
from referral.booking.controlled import bookings_under
from referral.patients import control as decide
from referral.patients.control import LONGEST_EVIDENCE, LONGEST_NOTE, Proposal
from referral.patients.control_models import ControlledIdentity, ControlReason, ControlStatus
from referral.patients.control_queries import BEHIND, TAIL, control_of, controls_of, searched_controls
from vault.audit import saw

KEEPING = Needs(Capability.CONTROL_IDENTITIES)


class ControlEntry(serializers.Serializer[Any]):
    """One entry: the document by its last four, who proposed and decided, never the number."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=ControlStatus.choices)
    version = serializers.IntegerField()
    document_type = serializers.ChoiceField(choices=DocumentType.choices)
    tail = serializers.CharField()
    reason = serializers.ChoiceField(choices=ControlReason.choices)
    evidence = serializers.CharField()
    is_known = serializers.BooleanField()
    entered_by = serializers.CharField()
    entered_at = serializers.DateTimeField()
    approved_by = serializers.CharField(allow_blank=True)
    lifted_by = serializers.CharField(allow_blank=True)
    lifted_on = serializers.DateField(allow_null=True)


class ControlledBooking(serializers.Serializer[Any]):
    """A visit that lies ahead of whoever comes with the document, and whom to ask to cancel it."""

    number = serializers.CharField()
    visit_date = serializers.DateField()
    starts_at = serializers.DateTimeField()
    hospital = serializers.CharField()
    department = serializers.CharField()
    referred_by = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)


class ControlBody(ControlEntry):
    """The same with what is booked already."""

    bookings = ControlledBooking(many=True)


class ControlDoor(Api):
    """What every door to an entry answers with."""

    policies: ClassVar[Any] = {"POST": KEEPING}

    def answer(self, held: ControlledIdentity, code: int = status.HTTP_200_OK) -> Response:
        fresh = control_of(self.acting, held.public_id)
        return Response(described(fresh), status=code, headers={"ETag": etag(fresh)})


class Controls(ControlDoor):
    """The district's entries, those that wait for a second person first; another one is proposed."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    class Query(PageQuery):
        q = StrictCharField(required=False, default="", max_length=TAIL, allow_blank=True, lines=False)
        status = StrictChoiceField(choices=ControlStatus.choices, required=False)

    class Input(StrictSerializer):
        document = GivenDocument()
        reason = StrictChoiceField(choices=ControlReason.choices)
        evidence = StrictCharField(max_length=LONGEST_EVIDENCE)

    class Output(serializers.Serializer[Any]):
        results = ControlEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="controls_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        found = searched_controls(controls_of(self.acting), given["q"]).select_related(*BEHIND)
        found = found.filter(status=given["status"]) if "status" in given else found
        return page_of(request, found, given["page"], described)

    @extend_schema(request=Input, responses={201: ControlEntry}, operation_id="controls_propose")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        document = given["document"]
        proposal = Proposal(document["type"], document["number"], given["reason"], given["evidence"])
        made = decide.propose(proposal, by=self.acting, today=timezone.localdate())
        return self.answer(made, status.HTTP_201_CREATED)


class ControlDetail(ControlDoor):
    """One entry with the visits that lie ahead."""

    policies = {"GET": KEEPING}

    @extend_schema(responses=ControlBody, operation_id="controls_get")
    def get(self, request: Request, control: UUID) -> Response:
        held = control_of(self.acting, control)
        body = described(held) | {"bookings": [booked(one) for one in bookings_under(held)]}
        answer = Response(body, headers={"ETag": etag(held)})
        saw(self.acting.actor, "controlled_identity", held.public_id, "api")
        return answer


class ControlApprove(ControlDoor):
    """A second administrator approves: nothing is booked with the document from now on."""

    @extend_schema(request=None, responses=ControlEntry, parameters=[IF_MATCH], operation_id="controls_approve")
    def post(self, request: Request, control: UUID) -> Response:
        return self.answer(decide.approve(control, expected_version=if_match(request), by=self.acting))


class Noted(StrictSerializer):
    """Why, in a sentence."""

    note = StrictCharField(max_length=LONGEST_NOTE, lines=False)


class ControlReject(ControlDoor):
    """A second administrator rejects the proposal with a reason."""

    @extend_schema(request=Noted, responses=ControlEntry, parameters=[IF_MATCH], operation_id="controls_reject")
    def post(self, request: Request, control: UUID) -> Response:
        version, given = if_match(request), self.read(Noted)
        return self.answer(decide.reject(control, given["note"], expected_version=version, by=self.acting))


class ControlWithdraw(ControlDoor):
    """Whoever proposed it takes it back."""

    @extend_schema(request=None, responses=ControlEntry, parameters=[IF_MATCH], operation_id="controls_withdraw")
    def post(self, request: Request, control: UUID) -> Response:
        return self.answer(decide.withdraw(control, expected_version=if_match(request), by=self.acting))


class ControlAskLift(ControlDoor):
    """One administrator asks to lift it; it stays controlled until another decides."""

    @extend_schema(request=Noted, responses=ControlEntry, parameters=[IF_MATCH], operation_id="controls_ask_lift")
    def post(self, request: Request, control: UUID) -> Response:
        version, given = if_match(request), self.read(Noted)
        return self.answer(decide.ask_to_lift(control, given["note"], expected_version=version, by=self.acting))


class ControlLift(ControlDoor):
    """A second administrator lifts it."""

    @extend_schema(request=None, responses=ControlEntry, parameters=[IF_MATCH], operation_id="controls_lift")
    def post(self, request: Request, control: UUID) -> Response:
        return self.answer(decide.lift(control, expected_version=if_match(request), by=self.acting))


class ControlKeep(ControlDoor):
    """It stays controlled, for a reason."""

    @extend_schema(request=Noted, responses=ControlEntry, parameters=[IF_MATCH], operation_id="controls_keep")
    def post(self, request: Request, control: UUID) -> Response:
        version, given = if_match(request), self.read(Noted)
        return self.answer(decide.keep(control, given["note"], expected_version=version, by=self.acting))


def described(held: ControlledIdentity) -> dict[str, Any]:
    """One entry as plain values."""
    return {
        "id": held.public_id, "status": held.status, "version": held.version, "document_type": held.type, "tail": held.tail,
        "reason": held.reason_code, "evidence": held.evidence, "is_known": held.patient_id is not None,
        "entered_by": held.entered_by.name, "entered_at": held.created_at,
        "approved_by": held.approved_by.name if held.approved_by else "", "lifted_by": held.lifted_by.name if held.lifted_by else "",
        "lifted_on": held.valid_to,
    }  # fmt: skip


def booked(booking: Any) -> dict[str, Any]:
    """One visit as plain values."""
    centre = booking.referral.institution
    return {
        "number": booking.number, "visit_date": booking.visit_date, "starts_at": booking.starts_at, "hospital": booking.institution.name,
        "department": booking.department.name, "referred_by": centre.name, "phone": centre.phone,
    }  # fmt: skip
