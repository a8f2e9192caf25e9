"""Who I am here and where I am logged in."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from permissions import sessions
from permissions.acting import Acting
from permissions.doors import BEFORE_DUTIES, SIGNED_IN, Api
from permissions.guards import require_person
from permissions.identity.phones import mask_phone
from permissions.models import Session
from permissions.queries import sessions_of
from permissions.roles import Capability, Role


class Part(serializers.Serializer[Any]):
    """A part the person may play; its id goes into the header `Acting-Post`."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField(source="label")
    current = serializers.BooleanField()


class Me(Api):
    """The person, and the part she plays in this request; open before its duties are accepted."""

    policies = {"GET": BEFORE_DUTIES}

    class Output(serializers.Serializer[Any]):
        id = serializers.UUIDField()
        name = serializers.CharField()
        phone = serializers.CharField(help_text="masked")
        district = serializers.CharField(help_text="GB/T 2260 code")
        role = serializers.ChoiceField(choices=Role.choices, allow_null=True)
        post = serializers.UUIDField(allow_null=True)
        capabilities = serializers.ListField(child=serializers.ChoiceField(choices=Capability.choices))
        parts = Part(many=True)

    @extend_schema(responses=Output)
    def get(self, request: Request) -> Response:
        parts = getattr(request._request, "acting_choices", ())
        return Response(self.Output({**described(self.acting), "parts": parts}).data)


def described(acting: Acting) -> dict[str, Any]:
    """What a program needs to know of the acting person."""
    user = acting.user
    return {
        "id": user.public_id,
        "name": user.name,
        "phone": mask_phone(user.phone),
        "district": (acting.district or user.district).code,
        "role": acting.role,
        "post": acting.actor.post_id,
        "capabilities": sorted(capability for capability in Capability if acting.can(capability)),
    }


class SessionEntry(serializers.Serializer[Session]):
    """One login."""

    id = serializers.UUIDField(source="public_id")
    kind = serializers.ChoiceField(choices=Session.Kind.choices)
    client = serializers.CharField()
    created_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    current = serializers.SerializerMethodField()

    def get_current(self, session: Session) -> bool:
        return bool(session == self.context.get("current"))


class MySessions(Api):
    """Where I am logged in now."""

    policies = {"GET": SIGNED_IN}

    class Output(serializers.Serializer[Any]):
        results = SessionEntry(many=True)
        next = serializers.CharField(allow_null=True)

    @extend_schema(responses=Output)
    def get(self, request: Request) -> Response:
        require_person(self.acting)
        context = {"current": self.acting.session}
        return Response(self.Output({"results": sessions_of(self.acting), "next": None}, context=context).data)


class MySession(Api):
    """One of my sessions."""

    policies = {"DELETE": SIGNED_IN}

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        sessions.end_session(public_id, by=self.acting)
        return Response(status=status.HTTP_204_NO_CONTENT)
