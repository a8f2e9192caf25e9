"""How the interface describes itself: names of nested inputs and outputs, logins, problems and the headers of safe writing."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description='The version you saw, like W/"3". Missing: 428; stale: 409.'
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, required=True, description="Your name for this attempt, the same when repeated."
)
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "request_id", "violations"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "violations": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
        "current": {"type": "object", "additionalProperties": True},
    },
}


class DoorSchema(AutoSchema):
    """Names nested serializers by their whole name, so that two Inputs do not collide, and adds the problem answer."""

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        kind = getattr(serializer, "child", serializer).__class__
        return str(kind.__qualname__).replace(".", "").removesuffix("Serializer")

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        problem = {"content": {"application/problem+json": {"schema": PROBLEM}}, "description": "A refusal, with its reasons."}
        return {**bodies, "default": problem}


class SessionOrBearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The bearer token of `/auth/verify`; browsers use their cookie."""

    target_class = "permissions.authentication.SessionOrBearer"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
