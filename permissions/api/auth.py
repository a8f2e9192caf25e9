"""Logging in and out by program."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from permissions import otp, sessions
from permissions.codes import clean_code
from permissions.doors import EVEN_LOCKED, PUBLIC, Api, StrictCharField, StrictSerializer
from permissions.models import Session, User
from permissions.visit import visit_of


class AuthChallenge(Api):
    """Asks for a code by SMS; the answer is the same for phones nobody knows."""

    policies = {"POST": PUBLIC}

    class Input(StrictSerializer):
        phone = StrictCharField(max_length=40, lines=False)

    class Output(serializers.Serializer[otp.Asked]):
        challenge = serializers.CharField(source="handle")
        expires_in = serializers.IntegerField()

    @extend_schema(request=Input, responses={202: Output})
    def post(self, request: Request) -> Response:
        asked = otp.ask(self.read(self.Input)["phone"], visit_of(request._request))
        return Response(self.Output(asked).data, status=status.HTTP_202_ACCEPTED)


class Person(serializers.Serializer[User]):
    """Whoever logged in."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()


class AuthVerify(Api):
    """Gives the code back and gets a token; five wrong ones burn the challenge."""

    policies = {"POST": PUBLIC}

    class Input(StrictSerializer):
        challenge = StrictCharField(max_length=100, lines=False)
        code = StrictCharField(max_length=20, lines=False)

    class Output(serializers.Serializer[sessions.Opened]):
        token = serializers.CharField(source="key")
        user = Person(source="session.user")

    @extend_schema(request=Input, responses={200: Output})
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        code = clean_code(given["code"])
        opened = sessions.log_in(given["challenge"], code, visit_of(request._request), kind=Session.Kind.TOKEN)
        return Response(self.Output(opened).data)


class AuthLogout(Api):
    """Ends the session this request came with."""

    policies = {"POST": EVEN_LOCKED}

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        here = request._request
        sessions.log_out(self.acting.session if self.acting else here.locked_session)  # type: ignore[attr-defined, arg-type]
        return Response(status=status.HTTP_204_NO_CONTENT)
