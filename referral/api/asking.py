"""Beds and day surgery by program: a hospital is asked first, the request taken back, and the hospital's list of what it was asked."""

from functools import partial
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models.offer import ServiceKind
from permissions.doors import IF_MATCH, Api, Needs, StrictCharField, StrictSerializer, StrictUUIDField, etag, if_match
from permissions.doors.paging import PageQuery, page_of
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.api.review_shapes import ReviewedReferral, position
from referral.api.versions import versioned
from referral.booking.asking import Wish, submit, withdraw
from referral.cases.ending import Known, day_ahead
from referral.cases.models import Priority
from referral.cases.submission_models import LONGEST_NOTE, PlaceRequest, PlaceRequestStatus
from referral.review.requests import waiting_requests
from vault.audit import saw_many


class PlaceRequestBody(serializers.Serializer[Any]):
    """What a hospital was asked, and what it said; `last_day` is the last one for its answer, then the last one for the booking."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=PlaceRequestStatus.choices)
    service = serializers.UUIDField()
    service_name = serializers.CharField()
    kind = serializers.ChoiceField(choices=ServiceKind.choices)
    institution = serializers.UUIDField()
    institution_name = serializers.CharField()
    department_name = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    asked_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    valid_until = serializers.DateField(allow_null=True)
    last_day = serializers.DateField(allow_null=True)


class ReferralSubmit(Api):
    """Ask a hospital for a bed or day surgery; If-Match is the referral's version. Everything else is booked at once."""

    policies = {"POST": Needs(Capability.BOOK)}

    class Input(StrictSerializer):
        service = StrictUUIDField()
        note = StrictCharField(max_length=LONGEST_NOTE, required=False, default="", allow_blank=True)

    class Output(ReviewedReferral):
        place_request = PlaceRequestBody()

    @extend_schema(request=Input, responses={201: Output}, parameters=[IF_MATCH], operation_id="referrals_submit")
    def post(self, request: Request, referral: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        made = submit(referral, Wish(**given), expected_version=version, by=self.acting)
        return versioned(position(made.referral) | {"place_request": request_body(made)}, etag(made.referral), status=201)


class ReferralWithdraw(Api):
    """Take the request back, or an acceptance that is not booked; the referral is a draft again."""

    policies = {"POST": Needs(Capability.WRITE_REFERRAL)}

    @extend_schema(request=None, responses=ReviewedReferral, parameters=[IF_MATCH], operation_id="referrals_withdraw")
    def post(self, request: Request, referral: UUID) -> Response:
        back = withdraw(referral, expected_version=if_match(request), by=self.acting)
        return versioned(position(back), etag(back))


class ReviewRequests(Api):
    """What was asked of one's department or hospital and waits, the oldest first; `accept` and `return-with-advice` answer it."""

    policies = {"GET": Needs(Capability.REVIEW_REFERRALS)}

    class Output(serializers.Serializer[Any]):
        class Row(ReviewedReferral):
            name = serializers.CharField()
            sex = serializers.CharField()
            birth_date = serializers.DateField()
            reason = serializers.CharField()
            priority = serializers.ChoiceField(choices=Priority.choices)
            place_request = PlaceRequestBody()

        results = Row(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[PageQuery], responses=Output, operation_id="review_requests")
    def get(self, request: Request) -> Response:
        answer = page_of(request, waiting_requests(self.acting), self.asked(PageQuery)["page"], partial(row, days=Known()))
        saw_many(self.acting.actor, "referral", [one["id"] for one in answer.data["results"]], "review list")
        return answer


def row(held: PlaceRequest, days: Known) -> dict[str, Any]:
    """One line of the hospital's list; the name masked."""
    referral = held.referral
    patient = referral.patient
    return position(referral) | {
        "name": mask_name(patient.name), "sex": patient.sex, "birth_date": patient.birth_date, "reason": referral.reason,
        "priority": referral.priority, "place_request": request_body(held, days),
    }  # fmt: skip


def request_body(held: PlaceRequest, days: Known | None = None) -> dict[str, Any]:
    """One request as plain values."""
    service = held.service
    return {
        "id": held.public_id, "status": held.status, "service": service.public_id, "service_name": service.name, "kind": service.kind,
        "institution": service.institution.public_id, "institution_name": service.institution.name,
        "department_name": service.department.name, "note": held.note, "asked_at": held.created_at, "answered_at": held.answered_at,
        "valid_until": held.valid_until, "last_day": day_ahead(held, days),
    }  # fmt: skip
