"""The offices of a district by program: seen, entered, confirmed, taken back and ended."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from permissions import administrators
from permissions.administrators import NewOffice
from permissions.doors import SIGNED_IN, Api, Needs, StrictCharField, StrictChoiceField, StrictSerializer
from permissions.doors.paging import PageQuery, page_of
from permissions.founding import confirm_other
from permissions.identity.phones import mask_phone
from permissions.models import RoleAssignment
from permissions.offices import OFFICES, STANDINGS, offices_of, standing_of
from permissions.reasons import REASON_LENGTH
from permissions.roles import Capability

APPOINTING = Needs(Capability.MANAGE_ROLES)


class OfficeEntry(serializers.Serializer[RoleAssignment]):
    """One office, and the two persons behind it."""

    id = serializers.UUIDField(source="public_id")
    user = serializers.UUIDField(source="user.public_id")
    name = serializers.CharField(source="user.name")
    phone = serializers.SerializerMethodField(help_text="masked")
    role = serializers.ChoiceField(choices=OFFICES)
    standing = serializers.SerializerMethodField()
    entered_by = serializers.CharField(source="entered_by.name", allow_null=True, default=None)
    confirmed_by = serializers.CharField(source="confirmed_by.name", allow_null=True, default=None)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(source="valid_to", allow_null=True)

    def get_phone(self, office: RoleAssignment) -> str:
        return mask_phone(office.user.phone)

    def get_standing(self, office: RoleAssignment) -> str:
        return standing_of(office)


class OfficeList(serializers.Serializer[Any]):
    """One page of them."""

    results = OfficeEntry(many=True)
    next = serializers.CharField(allow_null=True)


class OfficeDoor(Api):
    """What every door to one office answers with: the office as it now is."""

    policies = {"POST": APPOINTING}

    def answer(self, public_id: UUID, code: int = status.HTTP_200_OK) -> Response:
        office = offices_of(self.acting).get(public_id=public_id)
        return Response(OfficeEntry(office).data, status=code)


class Administrators(OfficeDoor):
    """The offices of the district; another one is entered and waits."""

    policies = {"GET": APPOINTING, "POST": APPOINTING}

    class Query(PageQuery):
        role = StrictChoiceField(choices=OFFICES, required=False)
        standing = StrictChoiceField(choices=sorted(STANDINGS), required=False)

    class Input(StrictSerializer):
        name = StrictCharField(max_length=100, lines=False)
        phone = StrictCharField(max_length=40, lines=False)
        role = StrictChoiceField(choices=OFFICES)

    @extend_schema(parameters=[Query], responses=OfficeList, operation_id="administrators_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        found = offices_of(self.acting, given.get("role", ""), given.get("standing", ""))
        return page_of(request, found, given["page"], lambda office: OfficeEntry(office).data)

    @extend_schema(request=Input, responses={201: OfficeEntry}, operation_id="administrators_appoint")
    def post(self, request: Request) -> Response:
        office = administrators.appoint(NewOffice(**self.read(self.Input)), by=self.acting)
        return self.answer(office.public_id, status.HTTP_201_CREATED)


class AdministratorConfirm(OfficeDoor):
    """The second person's word."""

    @extend_schema(request=None, responses=OfficeEntry, operation_id="administrators_confirm")
    def post(self, request: Request, public_id: UUID) -> Response:
        administrators.confirm(public_id, by=self.acting)
        return self.answer(public_id)


class AdministratorWithdraw(OfficeDoor):
    """An entered office is taken back or declined."""

    @extend_schema(request=None, responses=OfficeEntry, operation_id="administrators_withdraw")
    def post(self, request: Request, public_id: UUID) -> Response:
        administrators.withdraw(public_id, by=self.acting)
        return self.answer(public_id)


class ReasonInput(StrictSerializer):
    """Why; kept in the audit trail."""

    reason = StrictCharField(max_length=REASON_LENGTH, lines=False)


class AdministratorEnd(OfficeDoor):
    """An office is over."""

    @extend_schema(request=ReasonInput, responses=OfficeEntry, operation_id="administrators_end")
    def post(self, request: Request, public_id: UUID) -> Response:
        administrators.end(public_id, self.read(ReasonInput)["reason"], by=self.acting)
        return self.answer(public_id)


class FirstConfirmation(Api):
    """One of the first two administrators vouches for the other."""

    policies = {"POST": SIGNED_IN}

    class Output(serializers.Serializer[Any]):
        complete = serializers.BooleanField(help_text="both have spoken, both offices count")

    @extend_schema(request=None, responses=Output, operation_id="founding_confirm")
    def post(self, request: Request) -> Response:
        return Response(self.Output({"complete": confirm_other(by=self.acting)}).data)
