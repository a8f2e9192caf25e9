"""The duties of the acting role by program: read, and accepted by the version that was read."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions import duties
from permissions.doors import BEFORE_DUTIES, Api, StrictIntegerField, StrictSerializer
from permissions.roles import Role


class DutyEntry(serializers.Serializer[Any]):
    """One sentence, and the rules it comes from."""

    text = serializers.CharField()
    rules = serializers.ListField(child=serializers.CharField())


class MyDuties(Api):
    """What the acting role promises, and when this person did."""

    policies = {"GET": BEFORE_DUTIES, "POST": BEFORE_DUTIES}

    class Input(StrictSerializer):
        version = StrictIntegerField(min_value=1, max_value=9999)

    class Output(serializers.Serializer[Any]):
        role = serializers.ChoiceField(choices=Role.choices, allow_null=True)
        version = serializers.IntegerField(allow_null=True)
        duties = DutyEntry(many=True)
        accepted_at = serializers.DateTimeField(allow_null=True)

    @extend_schema(responses=Output)
    def get(self, request: Request) -> Response:
        return self._answer()

    @extend_schema(request=Input, responses=Output, operation_id="duties_accept")
    def post(self, request: Request) -> Response:
        duties.accept(self.read(self.Input)["version"], by=self.acting)
        return self._answer()

    def _answer(self) -> Response:
        role = self.acting.role
        if role is None:
            return Response(self.Output({"role": None, "version": None, "duties": [], "accepted_at": None}).data)
        text = duties.CURRENT[role]
        mine = duties.acceptances_of(self.acting.user).filter(role=role, version=text.version).first()
        found = {"role": role, "version": text.version, "duties": text.duties, "accepted_at": mine and mine.accepted_at}
        return Response(self.Output(found).data)
