"""Logging in and out by program."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from permissions import otp, sessions
from permissions.codes import clean_code
from permissions.doors import EVEN_LOCKED, PUBLIC, Api, StrictCharField, StrictSerializer
from permissions.factors import proving
from permissions.models import Session, User
from permissions.visit import visit_of
from vault.refusal import Refusal


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


class Token(serializers.Serializer[sessions.Opened]):
    """The token of a session; with `proof_due` it opens nothing but `/auth/proof` until one more proof is given."""

    token = serializers.CharField(source="key")
    user = Person(source="session.user")
    proof_due = serializers.BooleanField(source="session.proof_due")


class AuthVerify(Api):
    """Gives the code back and gets a token; five wrong ones burn the challenge."""

    policies = {"POST": PUBLIC}

    class Input(StrictSerializer):
        challenge = StrictCharField(max_length=100, lines=False)
        code = StrictCharField(max_length=20, lines=False)

    @extend_schema(request=Input, responses={200: Token})
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        code = clean_code(given["code"])
        opened = sessions.log_in(given["challenge"], code, visit_of(request._request), kind=Session.Kind.TOKEN)
        return Response(Token(opened).data)


class AuthAlternative(Api):
    """Gets a token without an SMS: by authenticator, recovery code or the district's one-time code.

    The answer is the same for phones nobody knows.
    """

    policies = {"POST": PUBLIC}

    class Input(StrictSerializer):
        phone = StrictCharField(max_length=40, lines=False)
        code = StrictCharField(max_length=40, lines=False)

    @extend_schema(request=Input, responses={200: Token})
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        opened = proving.log_in_otherwise(given["phone"], given["code"], visit_of(request._request), kind=Session.Kind.TOKEN)
        return Response(Token(opened).data)


class AuthProof(Api):
    """One more proof for a token that waits for it (`second_factor_required`), or whose session is locked; gives a new token."""

    policies = {"POST": EVEN_LOCKED}

    class Input(StrictSerializer):
        code = StrictCharField(max_length=40, lines=False)

    @extend_schema(request=Input, responses={200: Token})
    def post(self, request: Request) -> Response:
        here, code = request._request, self.read(self.Input)["code"]
        session = self.acting.session if self.acting else here.locked_session  # type: ignore[attr-defined]
        if session is None or session.kind == Session.Kind.KEY:
            raise Refusal("not_allowed", _("Only a login of a person takes a proof."))
        return Response(Token(proving.prove(session, code, visit_of(here))).data)


class AuthLogout(Api):
    """Ends the session this request came with."""

    policies = {"POST": EVEN_LOCKED}

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        here = request._request
        sessions.log_out(self.acting.session if self.acting else here.locked_session)  # type: ignore[attr-defined, arg-type]
        return Response(status=status.HTTP_204_NO_CONTENT)
