"""Keys of programs, by program: seen, made and ended by the person herself."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from permissions import programs
from permissions.doors import SIGNED_IN, Api, StrictCharField, StrictChoiceField, StrictIntegerField, StrictSerializer
from permissions.doors.fresh import check_fresh
from permissions.guards import require_person
from permissions.models import Session
from permissions.roles import Capability


class KeyEntry(serializers.Serializer[Session]):
    """One key; the key itself is shown once, when it is made. `last_used_at` is exact to the minute, null before the first use."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField(source="client")
    tail = serializers.SerializerMethodField()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Capability.choices))
    part = serializers.UUIDField(source="acting_choice", help_text="the post or role it acts in")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.SerializerMethodField()

    def get_tail(self, session: Session) -> str:
        return str(session.data.get("tail", ""))

    def get_last_used_at(self, session: Session) -> Any:
        return session.seen_at if session.seen_at > session.created_at else None


class MyKeys(Api):
    """The keys I gave to programs."""

    policies = {"GET": SIGNED_IN, "POST": SIGNED_IN}

    class Input(StrictSerializer):
        name = StrictCharField(max_length=programs.NAME_LENGTH, lines=False)
        scopes = serializers.ListField(child=StrictChoiceField(choices=Capability.choices), allow_empty=False, max_length=len(Capability))
        days = StrictIntegerField(min_value=1, max_value=programs.MOST_DAYS)

    class Output(serializers.Serializer[Any]):
        results = KeyEntry(many=True)
        next = serializers.CharField(allow_null=True)

    class Created(KeyEntry):
        key = serializers.CharField(help_text="sent as `Authorization: Bearer`; shown here only")

        def to_representation(self, instance: Any) -> dict[str, Any]:
            return {**KeyEntry(instance.session).data, "key": instance.key}

    @extend_schema(responses=Output, operation_id="keys_list")
    def get(self, request: Request) -> Response:
        require_person(self.acting)
        return Response(self.Output({"results": programs.keys_of(self.acting), "next": None}).data)

    @extend_schema(request=Input, responses={201: Created}, operation_id="keys_make")
    def post(self, request: Request) -> Response:
        require_person(self.acting)
        check_fresh(self.acting.session)
        given = self.read(self.Input)
        made: Any = programs.make_key(**given, by=self.acting)
        return Response(self.Created(made).data, status=status.HTTP_201_CREATED)


class MyKey(Api):
    """One of my keys."""

    policies = {"DELETE": SIGNED_IN}

    @extend_schema(request=None, responses={204: None}, operation_id="keys_end")
    def delete(self, request: Request, public_id: UUID) -> Response:
        programs.end_key(public_id, by=self.acting)
        return Response(status=status.HTTP_204_NO_CONTENT)
