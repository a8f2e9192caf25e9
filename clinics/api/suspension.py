"""Institutions suspended, excluded and reinstated by program."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import Institution, InstitutionSanction
from clinics.models.watch import NOTE_LENGTH
from clinics.watch import suspension
from clinics.watch.queries import institution_watched, sanctions_of
from clinics.watch.states import REVOKED, SUSPENDED, SanctionReason, SanctionStatus
from permissions.doors import IF_MATCH, Api, Needs, StrictCharField, StrictChoiceField, StrictSerializer, etag, if_match
from permissions.roles import Capability

DECIDING = Needs(Capability.GRANT_RIGHTS)


class SanctionInput(StrictSerializer):
    """Why, and on what evidence."""

    reason = StrictChoiceField(choices=SanctionReason.choices)
    note = StrictCharField(max_length=NOTE_LENGTH, lines=False)


class SanctionEntry(serializers.Serializer[Any]):
    """One suspension; `second_person_required` tells that somebody has asked and another person has to."""

    id = serializers.UUIDField()
    institution = serializers.UUIDField()
    status = serializers.ChoiceField(choices=SanctionStatus.choices)
    version = serializers.IntegerField()
    reason = serializers.ChoiceField(choices=SanctionReason.choices)
    note = serializers.CharField()
    imposed_by = serializers.CharField()
    imposed_at = serializers.DateTimeField()
    second_person_required = serializers.BooleanField()


class AffectedEntry(serializers.Serializer[Any]):
    """One right that would be taken away."""

    right = serializers.UUIDField()
    user = serializers.CharField()
    institution = serializers.CharField()


class SuspensionDoor(Api):
    """What every door to a suspension answers with: the suspension as it now is, its version as ETag."""

    def answer(self, held: InstitutionSanction, code: int = status.HTTP_200_OK) -> Response:
        return Response(described(held), status=code, headers={"ETag": etag(held)})


class InstitutionSuspension(SuspensionDoor):
    """Who would be affected, and every suspension there was, the latest first."""

    policies = {"GET": DECIDING}

    class Output(serializers.Serializer[Any]):
        institution = serializers.UUIDField()
        is_suspended = serializers.BooleanField()
        would_suspend = AffectedEntry(many=True)
        would_revoke = AffectedEntry(many=True)
        history = SanctionEntry(many=True)

    @extend_schema(responses=Output, operation_id="institutions_suspension")
    def get(self, request: Request, institution: UUID) -> Response:
        held = institution_watched(self.acting, institution)
        body = {
            "institution": held.public_id, "is_suspended": held.is_suspended, "would_suspend": affected(held, SUSPENDED),
            "would_revoke": affected(held, REVOKED), "history": [described(one) for one in sanctions_of(held)],
        }  # fmt: skip
        return Response(body)


class InstitutionSuspend(SuspensionDoor):
    """Nobody of this institution or its stations refers from now on."""

    policies = {"POST": DECIDING}

    @extend_schema(request=SanctionInput, responses={201: SanctionEntry}, operation_id="institutions_suspend")
    def post(self, request: Request, institution: UUID) -> Response:
        given = self.read(SanctionInput)
        made = suspension.suspend(institution_watched(self.acting, institution), by=self.acting, **given)
        return self.answer(made, status.HTTP_201_CREATED)


class InstitutionRevoke(SuspensionDoor):
    """The institution is excluded and every right of its people revoked."""

    policies = {"POST": DECIDING}

    @extend_schema(request=SanctionInput, responses={201: SanctionEntry}, operation_id="institutions_revoke")
    def post(self, request: Request, institution: UUID) -> Response:
        given = self.read(SanctionInput)
        version = if_match(request) if request.headers.get("If-Match") else None
        held = institution_watched(self.acting, institution)
        return self.answer(suspension.revoke(held, by=self.acting, expected_version=version, **given), status.HTTP_201_CREATED)


class InstitutionReinstate(SuspensionDoor):
    """Exactly the rights that the suspension took away count again; after misconduct the first of two requests waits."""

    policies = {"POST": DECIDING}

    @extend_schema(request=None, responses=SanctionEntry, parameters=[IF_MATCH], operation_id="institutions_reinstate")
    def post(self, request: Request, institution: UUID) -> Response:
        version = if_match(request)
        held = institution_watched(self.acting, institution)
        return self.answer(suspension.reinstate(held, by=self.acting, expected_version=version))


def described(held: InstitutionSanction) -> dict[str, Any]:
    """One suspension as a program reads it."""
    return {
        "id": held.public_id,
        "institution": held.institution.public_id,
        "status": held.status,
        "version": held.version,
        "reason": held.reason_code,
        "note": held.note,
        "imposed_by": held.imposed_by.name,
        "imposed_at": held.created_at,
        "second_person_required": held.return_asked_by_id is not None,
    }


def affected(institution: Institution, status: str) -> list[dict[str, Any]]:
    """The rights a decision would touch."""
    posts = suspension.affected_rights(institution, status)
    return [{"right": post.right.public_id, "user": post.user.name, "institution": post.institution.name} for post in posts if post.right]
