"""The base of every API class: policy first, strict input, the acting person at hand."""

from typing import Any, ClassVar, cast

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from permissions.acting import Acting
from permissions.authentication import SessionOrBearer
from permissions.doors.schema import DoorSchema
from permissions.doors.serializers import sayable
from permissions.guards import Policies, enforce
from permissions.parser import MAX_BYTES, StrictJSONParser, check_length
from vault.refusal import Refusal


class Api(APIView):
    """One path of the interface; `policies` names a policy for each method it answers, `longest` the bytes of a body."""

    policies: ClassVar[Policies] = {}
    enforces_policies: ClassVar[bool] = True
    longest: ClassVar[int] = MAX_BYTES
    authentication_classes = (SessionOrBearer,)
    permission_classes = ()
    parser_classes = (StrictJSONParser,)
    schema = DoorSchema()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        enforce(request._request, self.policies)
        check_length(request._request, self.longest)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    @property
    def acting(self) -> Acting:
        """Who acts; only behind a policy that asks for a login."""
        return cast(Acting, self.request._request.acting)  # type: ignore[attr-defined]

    def read(self, kind: type[serializers.Serializer[Any]], data: Any = None) -> dict[str, Any]:
        """The validated body (or the given data) as this input; field errors fly as a 400."""
        given = self.request.data if data is None else data
        if given is None:
            raise Refusal("invalid_input", _("Send a JSON object."))
        serializer = kind(data=given)
        serializer.is_valid(raise_exception=True)
        return cast(dict[str, Any], serializer.validated_data)

    def asked(self, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The validated query of the address; a name given twice says two things and is refused."""
        query = self.request.query_params
        twice = sorted(sayable(name) for name, values in query.lists() if len(values) > 1)
        if twice:
            raise serializers.ValidationError({name: [_("This is given twice.")] for name in twice})
        return self.read(kind, query.dict())
