"""How the district lets a person in again, by program: one-time code, another phone, a proof, a new second factor."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import Api, Needs, StrictCharField, StrictChoiceField, StrictSerializer
from permissions.doors.fresh import check_fresh
from permissions.factors import dormancy, phone_change, totp, unlock
from permissions.models import Rescue
from permissions.roles import Capability


class Grounds(StrictSerializer):
    """How the person proved who she is, and what was shown or said."""

    ground = StrictChoiceField(choices=Rescue.Ground.choices)
    note = StrictCharField(max_length=200)


class Entered(serializers.Serializer[Any]):
    """What was entered; `done` is false while a second person has to enter the same."""

    id = serializers.UUIDField(source="public_id")
    done = serializers.SerializerMethodField()

    def get_done(self, rescue: Rescue) -> bool:
        return rescue.done_at is not None


class PersonAct(Api):
    """What the four acts share: who may, and what is said about it."""

    policies = {"POST": Needs(Capability.MANAGE_ROLES, Capability.END_SESSIONS)}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method == "POST":
            check_fresh(self.acting.session)


class PersonUnlock(PersonAct):
    """A one-time code to read out to the person: fifteen minutes, one use, shown this once."""

    class Output(serializers.Serializer[Any]):
        id = serializers.UUIDField(source="rescue.public_id")
        code = serializers.CharField(help_text="empty while a second person is waited for")

    @extend_schema(request=Grounds, responses={200: Output})
    def post(self, request: Request, person: UUID) -> Response:
        return Response(self.Output(unlock.issue(person, **self.read(Grounds), by=self.acting)).data)


class PersonPhone(PersonAct):
    """Another phone on file; every session of the old one ends."""

    class Input(Grounds):
        phone = StrictCharField(max_length=40, lines=False)

    @extend_schema(request=Input, responses={200: Entered})
    def post(self, request: Request, person: UUID) -> Response:
        return Response(Entered(phone_change.change(person, **self.read(self.Input), by=self.acting)).data)


class PersonProof(PersonAct):
    """The phone on file was proved again after a long silence."""

    @extend_schema(request=Grounds, responses={200: Entered})
    def post(self, request: Request, person: UUID) -> Response:
        return Response(Entered(dormancy.prove_again(person, **self.read(Grounds), by=self.acting)).data)


class PersonFactorReset(PersonAct):
    """The second factor is taken away; the person sets up another one."""

    @extend_schema(request=Grounds, responses={200: Entered})
    def post(self, request: Request, person: UUID) -> Response:
        return Response(Entered(totp.reset(person, **self.read(Grounds), by=self.acting)).data)
