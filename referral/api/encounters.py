"""Visits by program: a resident was seen (R050)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import Api, Needs, StrictCharField, StrictDateTimeField, StrictSerializer, StrictUUIDField
from permissions.roles import Capability
from referral.patients.encounters import record_encounter


class Encounters(Api):
    """Visits of the acting doctor."""

    policies = {"POST": Needs(Capability.WRITE_REFERRAL)}

    class Input(StrictSerializer):
        patient = StrictUUIDField()
        seen_at = StrictDateTimeField()
        note = StrictCharField(max_length=1000, required=False, default="", allow_blank=True)

    class Output(serializers.Serializer[Any]):
        id = serializers.UUIDField()
        patient = serializers.UUIDField()
        seen_at = serializers.DateTimeField()

    @extend_schema(request=Input, responses={201: Output}, operation_id="encounters_record")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        encounter = record_encounter(given["patient"], seen_at=given["seen_at"], note=given["note"], by=self.acting)
        return Response({"id": encounter.public_id, "patient": given["patient"], "seen_at": encounter.seen_at}, status=201)
