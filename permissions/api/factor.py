"""My authenticator by program: setting it up, new recovery codes, giving it up."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import EVEN_LOCKED, SIGNED_IN, Api, StrictCharField, StrictSerializer
from permissions.doors.fresh import check_fresh
from permissions.factors import proving, recovery, totp
from permissions.factors.required import held_for_proof, is_compulsory, is_enrolled
from permissions.guards import require_person
from permissions.models import Session, User
from permissions.views.prove import may_set_up
from permissions.visit import visit_of
from vault.refusal import Refusal


class Code(StrictSerializer):
    """A code of the authenticator or of the paper."""

    code = StrictCharField(max_length=40, lines=False)


class MaybeCode(StrictSerializer):
    """Needed only where an authenticator is in use already."""

    code = StrictCharField(max_length=40, lines=False, required=False, default="")


class Standing(serializers.Serializer[Any]):
    """Whether an authenticator is in use, and how many recovery codes still open."""

    enrolled = serializers.BooleanField()
    recovery_codes_left = serializers.IntegerField()


class MyFactor(Api):
    """Whether I use an authenticator; a new secret for one."""

    policies = {"GET": EVEN_LOCKED, "POST": EVEN_LOCKED}

    class Secret(serializers.Serializer[totp.SettingUp]):
        secret = serializers.CharField(help_text="base32, for authenticators that cannot scan")
        address = serializers.CharField(help_text="otpauth://…, the content of the QR code")

    @extend_schema(responses=Standing)
    def get(self, request: Request) -> Response:
        return Response(standing_of(session_of(request._request).user))

    @extend_schema(request=MaybeCode, responses={201: Secret})
    def post(self, request: Request) -> Response:
        session = session_of(request._request)
        if not is_enrolled(session.user):
            check_fresh(session)
        proving.begin_again(session, self.read(MaybeCode)["code"])
        return Response(self.Secret(totp.setting_up(session.user)).data, status=status.HTTP_201_CREATED)


class MyFactorConfirm(Api):
    """The first code of a new secret takes it into use; gives the recovery codes this once, and a new token."""

    policies = {"POST": EVEN_LOCKED}

    class Output(serializers.Serializer[totp.Enrolled]):
        token = serializers.CharField(source="opened.key")
        recovery_codes = serializers.ListField(child=serializers.CharField(), source="codes")

    @extend_schema(request=Code, responses={200: Output})
    def post(self, request: Request) -> Response:
        session = session_of(request._request)
        check_fresh(session)
        enrolled = proving.set_up(session, self.read(Code)["code"], visit_of(request._request))
        return Response(self.Output(enrolled).data)


class MyFactorRemove(Api):
    """No authenticator and no recovery codes any more; where the role asks for one, another is set up instead."""

    policies = {"POST": SIGNED_IN}

    @extend_schema(request=Code, responses={200: Standing})
    def post(self, request: Request) -> Response:
        if is_compulsory(self.acting.role):
            raise Refusal("not_allowed", _("Your role asks for an authenticator. Set up another one instead."))
        session = session_of(request._request)
        proving.give_up(session, self.read(Code)["code"])
        return Response(standing_of(session.user))


class MyRecoveryCodes(Api):
    """Ten new recovery codes; the old ones count no more."""

    policies = {"POST": SIGNED_IN}

    class Output(serializers.Serializer[Any]):
        recovery_codes = serializers.ListField(child=serializers.CharField())

    @extend_schema(request=Code, responses={200: Output})
    def post(self, request: Request) -> Response:
        codes = proving.new_codes(session_of(request._request), self.read(Code)["code"])
        return Response(self.Output({"recovery_codes": codes}).data)


def standing_of(user: User) -> dict[str, Any]:
    """What is said about a person's own second factor."""
    return dict(Standing({"enrolled": is_enrolled(user), "recovery_codes_left": recovery.left_to(user)}).data)


def session_of(request: HttpRequest) -> Session:
    """The session of whoever acts, or only lacks an authenticator. Refuses with `session_locked` or `second_factor_required`."""
    acting = getattr(request, "acting", None)
    if acting is not None and acting.session is not None:
        require_person(acting)
        return acting.session  # type: ignore[no-any-return]
    held = held_for_proof(request)
    if held is not None and may_set_up(held):
        return held
    if held is not None:
        raise Refusal("second_factor_required", _("One more proof is needed before anything opens. It takes a moment."))
    raise Refusal("session_locked", _("The screen is locked. Enter a new code to go on where you were."))
