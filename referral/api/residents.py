"""The residents of a centre by program: listed, looked at, corrected, and moved here with their document."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import Api, Needs, StrictCharField, StrictChoiceField, StrictSerializer, StrictUUIDField
from permissions.doors.paging import PageQuery, page_of
from permissions.identity.documents import DocumentType
from permissions.roles import Capability
from referral.api.contracts import ContractEntry, described_contract
from referral.api.patients import GivenContract, GivenDocument, PatientEntry, contract_in, described
from referral.patients.contract_life import ShownDocument, move_contract
from referral.patients.correct import Correction, correct_registration, edits_left, next_month
from referral.patients.models import Patient, PriorityGroup
from referral.patients.queries import searched
from referral.patients.residents import STANDINGS, contracts_of, in_care_of, resident_of, residents_of, standing_as, with_standing
from vault.audit import saw

MANAGING = Needs(Capability.MANAGE_RESIDENTS)
KEEPING = Needs(Capability.MANAGE_RESIDENTS, Capability.SEE_PATIENTS)


class ResidentEntry(PatientEntry):
    """A resident in a list, masked, with how her contract stands for the acting unit."""

    standing = serializers.ChoiceField(choices=list(STANDINGS.items()))


class Residents(Api):
    """Residents with a contract with, or registered at, the acting unit."""

    policies = {"GET": KEEPING}

    class Query(PageQuery):
        q = StrictCharField(required=False, default="", max_length=50, allow_blank=True, lines=False)
        standing = StrictChoiceField(required=False, default="", choices=list(STANDINGS.items()))
        team = StrictUUIDField(required=False, default=None)
        doctor = StrictUUIDField(required=False, default=None)

    class Output(serializers.Serializer[Any]):
        results = ResidentEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="residents_list")
    def get(self, request: Request) -> Response:
        given, today = self.asked(self.Query), timezone.localdate()
        found = standing_as(searched(residents_of(self.acting), given["q"]), given["standing"], self.acting, today)
        asked = {name: str(given[name] or "") for name in ("team", "doctor")}
        found = in_care_of(found, self.acting, today, **asked)
        rows = with_standing(found, self.acting, today).prefetch_related("identifiers").order_by("name", "pk")
        return page_of(request, rows, given["page"], listed)


class ResidentDetail(Api):
    """One resident with her contracts; how she is reached can be corrected, a name by the manager, her document never (R012)."""

    policies = {"GET": KEEPING, "PATCH": KEEPING}

    class Input(StrictSerializer):
        class OfGuardian(StrictSerializer):
            """How a child's guardian is related to it and reached."""

            relation = StrictCharField(max_length=20, required=False, lines=False)
            phone = StrictCharField(max_length=30, required=False, allow_blank=True, lines=False)

        name = StrictCharField(max_length=200, required=False, lines=False)
        reason = StrictCharField(max_length=200, required=False, lines=False)
        mobile = StrictCharField(max_length=30, required=False, allow_blank=True, lines=False)
        landline = StrictCharField(max_length=30, required=False, allow_blank=True, lines=False)
        address = StrictCharField(max_length=200, required=False, allow_blank=True, lines=False)
        priority_group = StrictChoiceField(choices=PriorityGroup.choices, required=False, allow_blank=True)
        guardian = OfGuardian(required=False)

    class Output(PatientEntry):
        edits_left = serializers.IntegerField()
        edits_again_from = serializers.DateField()
        contracts = ContractEntry(many=True)

    @extend_schema(responses=Output, operation_id="residents_get")
    def get(self, request: Request, resident: UUID) -> Response:
        found = resident_of(self.acting, resident)
        answer = Response(whole(found))
        saw(self.acting.actor, "patient", found.public_id, "resident")
        return answer

    @extend_schema(request=Input, responses=Output, operation_id="residents_correct")
    def patch(self, request: Request, resident: UUID) -> Response:
        given = self.read(self.Input)
        of_guardian = {f"guardian_{name}": value for name, value in given.pop("guardian", {}).items()}
        correct_registration(resident, Correction(**given, **of_guardian), by=self.acting, today=timezone.localdate())
        return Response(whole(resident_of(self.acting, resident)))


class ResidentMove(Api):
    """The contract of a resident who shows her document is with the acting unit from now on."""

    policies = {"POST": MANAGING}

    class Input(StrictSerializer):
        name = StrictCharField(max_length=200, lines=False)
        document = GivenDocument()
        contract = GivenContract()

    @extend_schema(request=Input, responses={201: ContractEntry}, operation_id="residents_move")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        shown = ShownDocument(DocumentType(given["document"]["type"]), given["document"]["number"], given["name"])
        contract = contract_in(given["contract"])
        assert contract is not None  # the input asks for one
        made = move_contract(shown, contract, by=self.acting, today=timezone.localdate())
        return Response(described_contract(made), status=201)


def listed(resident: Any) -> dict[str, Any]:
    """A resident of the list as plain values, masked."""
    return described(resident) | {"standing": resident.standing}


def whole(resident: Patient) -> dict[str, Any]:
    """A resident with contracts and what may still be edited this month; masked like in lists."""
    today = timezone.localdate()
    contracts = [described_contract(contract) for contract in contracts_of(resident)]
    left = {"edits_left": edits_left(resident, today), "edits_again_from": next_month(today)}
    return described(resident) | left | {"contracts": contracts}
