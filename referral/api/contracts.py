"""Contracts and care teams by program: signed, renewed, ended early; teams formed and changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import Api, Needs, StrictCharField, StrictChoiceField, StrictDateField, StrictSerializer, StrictUUIDField
from permissions.roles import Capability
from referral.api.patients import GivenContract, contract_in
from referral.patients.contract_life import CHOSEN_ENDINGS, NOTE, Ending, Renewal, contract_held, end_contract, renew_contract
from referral.patients.contracts import sign_contract
from referral.patients.models import CareTeam, ContractEnding, FamilyDoctorContract
from referral.patients.teams import NAME, change_team, doctors_named, form_team, own_root, teams_managed_by
from vault.refusal import Refusal

MANAGING = Needs(Capability.MANAGE_RESIDENTS)
KEEPING = Needs(Capability.MANAGE_RESIDENTS, Capability.SEE_PATIENTS)


class ContractEntry(serializers.Serializer[Any]):
    """A contract; `to` is the first day without it."""

    id = serializers.UUIDField()
    institution = serializers.CharField()
    care_team = serializers.UUIDField()
    doctor = serializers.UUIDField()
    to = serializers.DateField()
    ending = serializers.ChoiceField(choices=ContractEnding.choices, allow_blank=True)
    agreed_to = serializers.DateField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python, so it joins here."""
        return {"from": serializers.DateField(), **super().get_fields()}


class ResidentContracts(Api):
    """The contracts of a resident of the acting unit."""

    policies = {"POST": KEEPING}

    @extend_schema(request=GivenContract, responses={201: ContractEntry}, operation_id="contracts_sign")
    def post(self, request: Request, resident: UUID) -> Response:
        contract = contract_in(self.read(GivenContract))
        assert contract is not None  # the body is one
        with fields_of_the_body():
            made = sign_contract(resident, contract, by=self.acting, today=timezone.localdate())
        return Response(described_contract(made), status=201)


class ContractRenew(Api):
    """The contract that follows on one of the acting unit."""

    policies = {"POST": KEEPING}

    class Input(StrictSerializer):
        to = StrictDateField()
        care_team = StrictUUIDField(required=False)
        doctor = StrictUUIDField(required=False)

    @extend_schema(request=Input, responses={201: ContractEntry}, operation_id="contracts_renew")
    def post(self, request: Request, contract: UUID) -> Response:
        given = self.read(self.Input)
        renewal = Renewal(given["to"], given.get("care_team"), given.get("doctor"))
        with fields_of_the_body():
            made = renew_contract(contract, renewal, by=self.acting, today=timezone.localdate())
        return Response(described_contract(made), status=201)


class ContractEnd(Api):
    """A contract of the acting unit ends before its time; `on` is the first day without it."""

    policies = {"POST": KEEPING}

    class Input(StrictSerializer):
        reason = StrictChoiceField(choices=[(code.value, code.label) for code in CHOSEN_ENDINGS])
        on = StrictDateField()
        note = StrictCharField(max_length=NOTE, required=False, default="", allow_blank=True, lines=False)

    @extend_schema(request=Input, responses=ContractEntry, operation_id="contracts_end")
    def post(self, request: Request, contract: UUID) -> Response:
        given = self.read(self.Input)
        end_contract(contract, Ending(given["reason"], given["on"], given["note"]), by=self.acting, today=timezone.localdate())
        return Response(described_contract(contract_held(contract, self.acting)))


class CareTeamEntry(serializers.Serializer[Any]):
    """A care team with its doctors and how many contracts it has."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    institution = serializers.UUIDField()
    doctors = serializers.ListField(child=serializers.UUIDField())


class GivenTeam(StrictSerializer):
    """A team as it is to be; `successor` takes over the residents of doctors who leave."""

    name = StrictCharField(max_length=NAME, lines=False)
    doctors = serializers.ListField(child=StrictUUIDField(), min_length=1, max_length=100)


class CareTeams(Api):
    """The care teams of the acting unit."""

    policies = {"GET": MANAGING, "POST": MANAGING}

    class Output(serializers.Serializer[Any]):
        results = CareTeamEntry(many=True)

    @extend_schema(responses=Output, operation_id="care_teams_list")
    def get(self, request: Request) -> Response:
        teams = teams_managed_by(self.acting, timezone.localdate())
        return Response({"results": [described_team(team) for team in teams]})

    @extend_schema(request=GivenTeam, responses={201: CareTeamEntry}, operation_id="care_teams_form")
    def post(self, request: Request) -> Response:
        given = self.read(GivenTeam)
        team = form_team(own_root(self.acting), given["name"], doctors_named(given["doctors"]), by=self.acting)
        return Response(described_team(team), status=201)


class CareTeamDetail(Api):
    """One care team: exactly this name and these doctors from now on."""

    policies = {"PUT": MANAGING}

    class Input(GivenTeam):
        successor = StrictUUIDField(required=False)

    @extend_schema(request=Input, responses=CareTeamEntry, operation_id="care_teams_change")
    def put(self, request: Request, team: UUID) -> Response:
        given = self.read(self.Input)
        successor = doctors_named([given["successor"]], "successor")[0] if "successor" in given else None
        members = doctors_named(given["doctors"])
        changed = change_team(team, name=given["name"], doctors=members, successor=successor, by=self.acting, today=timezone.localdate())
        return Response(described_team(changed))


@contextmanager
def fields_of_the_body() -> Iterator[None]:
    """A refusal names the fields as this body does: the contract is all of it, not a part."""
    try:
        yield
    except Refusal as refusal:
        plain = tuple(replace(violation, field=violation.field.removeprefix("contract.")) for violation in refusal.violations)
        raise replace(refusal, violations=plain) from refusal


def described_contract(contract: FamilyDoctorContract) -> dict[str, Any]:
    """A contract as plain values."""
    return {
        "id": contract.public_id,
        "institution": contract.institution.display_short_name,
        "care_team": contract.care_team.public_id,
        "doctor": contract.doctor.public_id,
        "from": contract.valid_from,
        "to": contract.valid_to,
        "ending": contract.ending,
        "agreed_to": contract.agreed_to,
    }


def described_team(team: CareTeam) -> dict[str, Any]:
    """A team as plain values."""
    return {
        "id": team.public_id,
        "name": team.name,
        "institution": team.institution.public_id,
        "doctors": [doctor.public_id for doctor in team.doctors.all()],
    }
